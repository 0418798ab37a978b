//! What happens to the tokens of a session that has ended? They are revoked in the background (RFC 7009); nobody waits
//! for it, and a provider that does not answer is asked again a few times.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::event::measured::{Endpoint, measured};
use crate::provider::Provider;
use crate::tokens::TokenSet;

/// Pauses between attempts.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(5),
];

/// What came of one attempt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    Later,
}

/// Revokes the refresh token, or the access token where there is none. The provider ends what hangs on it (§2.1).
pub(crate) fn revoke(provider: &Arc<Provider>, tokens: &TokenSet) {
    match &tokens.refresh_token {
        Some(token) => revoke_refresh_token(provider, token.clone()),
        None => revoke_token(provider, tokens.access_token.clone(), "access_token"),
    }
}

/// Revokes a refresh token.
pub(crate) fn revoke_refresh_token(provider: &Arc<Provider>, token: String) {
    revoke_token(provider, token, "refresh_token");
}

fn revoke_token(provider: &Arc<Provider>, token: String, hint: &'static str) {
    let provider = Arc::clone(provider);
    tokio::spawn(async move {
        for pause in PAUSES {
            if attempt(&provider, &token, hint).await == Outcome::Done {
                return;
            }
            tokio::time::sleep(pause).await;
        }
        tracing::warn!(target: "bff", provider = %provider.config.id, "a token could not be revoked");
    });
}

async fn attempt(provider: &Provider, token: &str, hint: &str) -> Outcome {
    let Ok(metadata) = provider.discovery.ready().await else {
        return Outcome::Later;
    };
    let Some(address) = &metadata.revocation_endpoint else {
        return Outcome::Done;
    };
    let fields = [("token", token), ("token_type_hint", hint)];
    let asking = provider.http.post(address, provider.client_auth(&metadata), &fields);
    match measured(provider.config.id.as_str(), Endpoint::Revocation, asking).await {
        Ok(answer) => {
            let outcome = judged(answer.status);
            if outcome == Outcome::Done && !answer.status.is_success() {
                let (provider, status) = (&provider.config.id, answer.status);
                tracing::warn!(target: "bff", %provider, %status, "the provider does not revoke a token");
            }
            outcome
        }
        Err(_) => Outcome::Later,
    }
}

/// 200 counts even for a token nobody knows (§2.2); asking again cannot change a refusal.
fn judged(status: StatusCode) -> Outcome {
    let later = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    if later { Outcome::Later } else { Outcome::Done }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lo_3_trouble_is_tried_again_and_an_answer_is_final() {
        assert_eq!(judged(StatusCode::OK), Outcome::Done);
        assert_eq!(judged(StatusCode::BAD_REQUEST), Outcome::Done);
        assert_eq!(judged(StatusCode::SERVICE_UNAVAILABLE), Outcome::Later);
    }
}
