//! Security events for operators (OWASP ASVS 16.3). One line in the log and one count each: person, provider, session, outcome
//! and reason. A session is named by its reference, which opens nothing; tokens, codes and ids are never logged.
//!
//! | in the log | meaning |
//! |---|---|
//! | `event` | `sign_in`, `sign_out`, `session_end`, `token_renewal`, `client_token`, `access`, `logout_channel` |
//! | `outcome` | `success`, `refused` (a rule refused it), `failed` (something does not work) |
//! | `provider`, `subject`, `session` | as far as they are known |
//! | `failure` | which failure it was, of those in [`crate::failures`] |
//! | `reason` | for operators; never shown to people |
//!
//! The counters are `bff_events_total{event,outcome,provider,failure}`; how long things take is measured in [`measured`].

pub(crate) mod measured;

use std::borrow::Cow;

use oidc::error::{ErrorCode, error_chain};
pub(crate) use oidc::measured::Outcome;

use crate::session::index::SessionRef;

/// What was attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    SignIn,
    SignOut,
    /// A session ended that was not signed out of here.
    SessionEnd,
    TokenRenewal,
    ClientToken,
    /// A request was refused access.
    Access,
    /// A provider's logout arrived at a logout channel.
    LogoutChannel,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignOut => "sign_out",
            Self::SessionEnd => "session_end",
            Self::TokenRenewal => "token_renewal",
            Self::ClientToken => "client_token",
            Self::Access => "access",
            Self::LogoutChannel => "logout_channel",
        }
    }
}

/// Whom an event is about: a signed-in person, as the log names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventSubject {
    /// The short name of the provider that signed the person in.
    pub(crate) provider: String,
    /// The provider's name for the person.
    pub(crate) subject: String,
    pub(crate) session: SessionRef,
}

/// One thing that happened. Made by [`event`], completed, then [`Event::record`]ed.
#[derive(Debug)]
#[must_use = "an event that is not recorded did not happen"]
pub(crate) struct Event<'a> {
    what: What,
    outcome: Outcome,
    provider: Option<&'a str>,
    subject: Option<&'a str>,
    session: Option<SessionRef>,
    reason: Option<Cow<'a, str>>,
    failure: &'static str,
    reference: Option<&'a str>,
}

/// An event `what` with this outcome.
pub(crate) fn event<'a>(what: What, outcome: Outcome) -> Event<'a> {
    Event {
        what,
        outcome,
        provider: None,
        subject: None,
        session: None,
        reason: None,
        failure: "",
        reference: None,
    }
}

impl<'a> Event<'a> {
    /// The provider's short name.
    pub(crate) fn provider(self, id: &'a str) -> Self {
        let provider = Some(id);
        Self { provider, ..self }
    }

    /// Whom it is about, by the provider's name for them.
    pub(crate) fn subject(self, subject: &'a str) -> Self {
        let subject = Some(subject);
        Self { subject, ..self }
    }

    /// The session it is about.
    pub(crate) fn session(self, session: SessionRef) -> Self {
        let session = Some(session);
        Self { session, ..self }
    }

    /// The person who sent the request, if signed in.
    pub(crate) fn by(self, person: Option<&'a EventSubject>) -> Self {
        let Some(person) = person else { return self };
        self.provider(&person.provider)
            .subject(&person.subject)
            .session(person.session)
    }

    /// A remark on a success, for operators.
    pub(crate) fn reason(self, reason: &'a str) -> Self {
        let reason = Some(Cow::Borrowed(reason));
        Self { reason, ..self }
    }

    /// Which failure it is, and why with all causes, for operators.
    pub(crate) fn failure(self, error: &dyn ErrorCode) -> Self {
        self.failure_code(error.code(), error_chain(error).into())
    }

    /// The same, for a failure whose text is there.
    pub(crate) fn failure_code(self, failure: &'static str, reason: Cow<'a, str>) -> Self {
        let reason = Some(reason);
        Self {
            reason,
            failure,
            ..self
        }
    }

    /// The number the person was shown.
    pub(crate) fn reference(self, reference: &'a str) -> Self {
        let reference = Some(reference);
        Self { reference, ..self }
    }

    /// Writes the line and counts.
    pub(crate) fn record(self) {
        let (event, outcome) = (self.what.name(), self.outcome.name());
        let provider = self.provider.unwrap_or_default().to_owned();
        let failure = self.failure;
        metrics::counter!(
            "bff_events_total", "event" => event, "outcome" => outcome, "provider" => provider, "failure" => failure
        )
        .increment(1);
        let failure = Some(failure).filter(|failure| !failure.is_empty());
        let reason = self.reason.as_deref();
        let session = self.session.map(tracing::field::display);
        let Self {
            provider,
            subject,
            reference,
            ..
        } = self;
        match self.outcome {
            Outcome::Success => {
                tracing::info!(target: "bff", event, outcome, provider, subject, session, failure, reason, reference);
            }
            Outcome::Refused => {
                tracing::warn!(target: "bff", event, outcome, provider, subject, session, failure, reason, reference);
            }
            Outcome::Failed => {
                tracing::error!(target: "bff", event, outcome, provider, subject, session, failure, reason, reference);
            }
        }
    }
}
