//! How is a token revoked (RFC 7009)? One attempt; when another one makes sense is said in its outcome.

use std::time::Duration;

use http::StatusCode;

use crate::Provider;
use crate::measured::{Endpoint, measured};

/// What came of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider answered, or has no endpoint for it: trying again changes nothing.
    Done,
    /// The provider may say when (RFC 7009 §2.2.1).
    Later(Option<Duration>),
}

impl Provider {
    /// Tries once to revoke `token`; `hint` is `access_token` or `refresh_token`.
    pub async fn revoke(&self, token: &str, hint: &str) -> Outcome {
        let Ok(metadata) = self.discovery.ready().await else {
            return Outcome::Later(None);
        };
        let Some(address) = &metadata.revocation_endpoint else {
            return Outcome::Done;
        };
        let fields = [("token", token), ("token_type_hint", hint)];
        let asking = self.http.post(address, self.client_auth(&metadata), &fields);
        match measured(self.config.id.as_str(), Endpoint::Revocation, asking).await {
            Ok(answer) => {
                let outcome = judged(answer.status, answer.retry_after);
                if outcome == Outcome::Done && !answer.status.is_success() {
                    let (provider, status) = (&self.config.id, answer.status);
                    tracing::warn!(target: "bff", %provider, %status, "the provider does not revoke a token");
                }
                outcome
            }
            Err(_) => Outcome::Later(None),
        }
    }
}

/// 200 counts even for a token nobody knows (§2.2); asking again cannot change a refusal.
fn judged(status: StatusCode, retry_after: Option<Duration>) -> Outcome {
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        Outcome::Later(retry_after)
    } else {
        Outcome::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lo_3_trouble_is_tried_again_and_an_answer_is_final() {
        let wait = Some(Duration::from_secs(7));
        assert_eq!(judged(StatusCode::OK, None), Outcome::Done);
        assert_eq!(judged(StatusCode::BAD_REQUEST, wait), Outcome::Done);
        assert_eq!(judged(StatusCode::SERVICE_UNAVAILABLE, wait), Outcome::Later(wait));
        assert_eq!(judged(StatusCode::TOO_MANY_REQUESTS, None), Outcome::Later(None));
    }
}
