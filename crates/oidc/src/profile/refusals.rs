//! Cache of userinfo refusals. A request with a token that the endpoint accepts from nobody costs each sign-in a round trip or
//! three, so refusals are cached for a while, per provider.
//!
//! The cache decides only whether a request is sent, never what is accepted, and one person's refusal does not count for others:
//!
//! - it lasts [`REMEMBERED`], then the next sign-in tries again;
//! - where the endpoint accepted somebody since the start, a refusal counts only when [`PEOPLE`] different people met it and
//!   nobody was accepted meanwhile;
//! - whoever is accepted ends it.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

/// How long a refusal is remembered.
const REMEMBERED: Duration = Duration::minutes(10);
/// Different people who have to be refused where others were accepted before.
const PEOPLE: usize = 3;

/// Which access token a userinfo request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// The one of the sign-in.
    SignIn,
    /// A second one, for no API (RFC 8707 §2.2).
    General,
}

/// What is known of one kind of token.
#[derive(Debug, Default)]
struct Known {
    was_accepted: bool,
    refused: HashSet<[u8; 32]>,
    until: Option<OffsetDateTime>,
}

impl Known {
    fn refuse(&mut self, subject: &str, now: OffsetDateTime) {
        self.refused.insert(Sha256::digest(subject).into());
        if !self.was_accepted || self.refused.len() >= PEOPLE {
            self.until = Some(now + REMEMBERED);
            self.refused.clear();
        }
    }

    fn accept(&mut self) {
        *self = Self {
            was_accepted: true,
            ..Self::default()
        };
    }
}

/// Recent refusals of one provider's userinfo endpoint.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<[Known; 2]>);

impl Refusals {
    fn known(&self) -> MutexGuard<'_, [Known; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request with such a token is of no use now.
    pub(crate) fn is_refused(&self, token: TokenUse, now: OffsetDateTime) -> bool {
        let until = self.known()[token as usize].until;
        // A clock that was set back must not make it last longer.
        until.is_some_and(|until| until > now && until <= now + REMEMBERED)
    }

    /// Such a token of `subject` was refused.
    pub(crate) fn refuse(&self, token: TokenUse, subject: &str, now: OffsetDateTime) {
        self.known()[token as usize].refuse(subject, now);
    }

    /// Such a token was refused while another of the same person was accepted: it is the token, not the person.
    pub(crate) fn refuse_token(&self, token: TokenUse, now: OffsetDateTime) {
        self.known()[token as usize].until = Some(now + REMEMBERED);
    }

    /// Such a token was accepted.
    pub(crate) fn accept(&self, token: TokenUse) {
        self.known()[token as usize].accept();
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::TokenUse::{General, SignIn};
    use super::*;

    const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

    #[test]
    fn si_1_a_refusal_is_remembered_for_ten_minutes() {
        let refusals = Refusals::default();
        refusals.refuse(SignIn, "alice", AT);
        assert!(refusals.is_refused(SignIn, AT) && !refusals.is_refused(General, AT));
        assert!(refusals.is_refused(SignIn, AT + REMEMBERED - Duration::SECOND));
        assert!(!refusals.is_refused(SignIn, AT + REMEMBERED));
        assert!(
            !refusals.is_refused(SignIn, AT - Duration::DAY),
            "a clock that was set back"
        );
    }

    #[test]
    fn si_1_one_person_who_is_refused_takes_userinfo_from_nobody() {
        let refusals = Refusals::default();
        refusals.accept(SignIn);
        for _ in 0..10 {
            refusals.refuse(SignIn, "mallory", AT);
        }
        refusals.refuse(SignIn, "bob", AT);
        assert!(!refusals.is_refused(SignIn, AT));
        refusals.accept(SignIn);
        refusals.refuse(SignIn, "carol", AT);
        assert!(!refusals.is_refused(SignIn, AT), "counted anew");
        refusals.refuse(SignIn, "dave", AT);
        refusals.refuse(SignIn, "erin", AT);
        assert!(refusals.is_refused(SignIn, AT), "three people");
        refusals.accept(SignIn);
        assert!(!refusals.is_refused(SignIn, AT));
    }
}
