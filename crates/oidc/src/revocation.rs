//! Token revocation (RFC 7009): one attempt; its outcome states whether another one makes sense.

use std::time::Duration;

use http::StatusCode;

use crate::Provider;
use crate::measured::{Endpoint, measured};

/// The outcome of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider responded, or has no endpoint for it: another attempt changes nothing.
    Done,
    /// Another attempt may succeed, after the provider's `Retry-After` if it sent one (RFC 7009 §2.2.1).
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
        let request = self.http.post(address, self.client_auth(&metadata), &fields);
        match measured(self.config.id.as_str(), Endpoint::Revocation, request).await {
            Ok(response) => {
                let outcome = outcome_of(response.status, response.retry_after);
                if outcome == Outcome::Done && !response.status.is_success() {
                    let (provider, status) = (&self.config.id, response.status);
                    tracing::warn!(target: "bff", %provider, %status, "the provider does not revoke a token");
                }
                outcome
            }
            Err(_) => Outcome::Later(None),
        }
    }
}

/// 200 counts even for an unknown token (§2.2); another request cannot change a refusal.
fn outcome_of(status: StatusCode, retry_after: Option<Duration>) -> Outcome {
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
    fn lo_3_trouble_is_tried_again_and_a_response_is_final() {
        let wait = Some(Duration::from_secs(7));
        assert_eq!(outcome_of(StatusCode::OK, None), Outcome::Done);
        assert_eq!(outcome_of(StatusCode::BAD_REQUEST, wait), Outcome::Done);
        assert_eq!(outcome_of(StatusCode::SERVICE_UNAVAILABLE, wait), Outcome::Later(wait));
        assert_eq!(outcome_of(StatusCode::TOO_MANY_REQUESTS, None), Outcome::Later(None));
    }
}
