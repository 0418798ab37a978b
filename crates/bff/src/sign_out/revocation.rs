//! Revocation of the tokens of a session that has ended (RFC 7009), in the background; nobody waits for it, and it is retried
//! a few times if the provider does not respond.

use std::sync::Arc;
use std::time::Duration;

use oidc::Provider;
use oidc::revocation::Outcome;

use crate::session::token_set::TokenSet;
use crate::tasks::BackgroundTasks;

/// Pauses between attempts, where the provider names none.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    LONGEST_PAUSE,
];
/// Longest pause, whatever `Retry-After` the provider sends.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Revokes the refresh token, or the access token where there is none. The provider ends what hangs on it (§2.1).
pub(crate) fn revoke(tasks: &BackgroundTasks, provider: &Arc<Provider>, tokens: &TokenSet) {
    match &tokens.refresh_token {
        Some(token) => revoke_refresh_token(tasks, provider, token.clone()),
        None => revoke_token(tasks, provider, tokens.access_token.clone(), "access_token"),
    }
}

/// Revokes a refresh token.
pub(crate) fn revoke_refresh_token(tasks: &BackgroundTasks, provider: &Arc<Provider>, token: String) {
    revoke_token(tasks, provider, token, "refresh_token");
}

fn revoke_token(tasks: &BackgroundTasks, provider: &Arc<Provider>, token: String, hint: &'static str) {
    let (provider, pausing) = (Arc::clone(provider), tasks.clone());
    tasks.spawn(async move {
        let attempt = || provider.revoke(&token, hint);
        if !insist(attempt, |pause| pausing.pause(pause)).await {
            tracing::warn!(target: "bff", provider = %provider.config.id, "a token could not be revoked");
        }
    });
}

/// Attempts at once, and again after each pause; returns whether it succeeded. A pause that is cut short, because the site stops,
/// is followed by the last attempt.
async fn insist<A, P>(attempt: impl Fn() -> A, pause: impl Fn(Duration) -> P) -> bool
where
    A: Future<Output = Outcome>,
    P: Future<Output = bool>,
{
    let mut outcome = attempt().await;
    for usual in PAUSES {
        let Outcome::Later(retry_after) = outcome else {
            return true;
        };
        // What the provider names is the earliest moment: a short one does not use the attempts up.
        let continues = pause(retry_after.map_or(usual, |named| named.max(usual)).min(LONGEST_PAUSE)).await;
        outcome = attempt().await;
        if !continues {
            break;
        }
    }
    outcome == Outcome::Done
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// What is done about a provider that gives these responses, one after the other, and is in trouble then: `None` is an
    /// attempt, `Some` a pause of so many seconds. And whether the token is revoked.
    async fn course(responses: Vec<Outcome>) -> (Vec<Option<u64>>, bool) {
        let (done, responses) = (RefCell::new(Vec::new()), RefCell::new(responses.into_iter()));
        let attempt = async || {
            done.borrow_mut().push(None);
            responses.borrow_mut().next().unwrap_or(Outcome::Later(None))
        };
        let pause = async |pause: Duration| {
            done.borrow_mut().push(Some(pause.as_secs()));
            true
        };
        let revoked = insist(attempt, pause).await;
        (done.into_inner(), revoked)
    }

    #[tokio::test]
    async fn lo_3_every_pause_is_followed_by_an_attempt() {
        let all = [None, Some(1), None, Some(5), None, Some(30), None, Some(300), None];
        assert_eq!(course(Vec::new()).await, (all.to_vec(), false));
        let later = || Outcome::Later(None);
        let at_last = vec![later(), later(), later(), later(), Outcome::Done];
        assert_eq!(course(at_last).await, (all.to_vec(), true));
        assert_eq!(course(vec![Outcome::Done]).await, (vec![None], true));
    }

    #[tokio::test]
    async fn lo_3_a_site_that_stops_attempts_once_more_and_waits_no_longer() {
        let attempts = RefCell::new(0);
        let attempt = async || {
            *attempts.borrow_mut() += 1;
            Outcome::Later(None)
        };
        assert!(!insist(attempt, async |_| false).await);
        assert_eq!(attempts.into_inner(), 2);
    }

    #[tokio::test]
    async fn lo_3_the_pause_is_the_one_the_provider_names_within_bounds() {
        let after = |seconds| Outcome::Later(Some(Duration::from_secs(seconds)));
        let responses = vec![after(20), after(3600), after(0), Outcome::Later(None), Outcome::Done];
        let expected = vec![None, Some(20), None, Some(300), None, Some(30), None, Some(300), None];
        assert_eq!(course(responses).await, (expected, true));
    }
}
