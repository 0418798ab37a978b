//! Requests to the token endpoint and its responses (RFC 6749 §5, OpenID Connect Core 1.0 §3.1.3).

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

use crate::Provider;
use crate::error_response::ErrorResponse;
use crate::http::{HttpError, HttpResponse};
use crate::measured::{Endpoint, measured};
use crate::metadata::Metadata;
use crate::proof::ProofKey;

/// Lifetime of an access token whose response names none, when it can be renewed and when not.
const DEFAULT_LIFETIME: (i64, i64) = (300, 3600);
/// Seconds before its end at which a token is renewed; half its life where that is shorter, or a provider with tokens
/// of one minute would get a request at every page.
const MARGIN: i64 = 60;

/// A granted response; members not needed are ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Seconds since 1970.
    pub expires_at: i64,
    /// When it should be renewed; seconds since 1970.
    pub renew_at: i64,
    /// The refresh token; `None` if there is none, or the old one remains valid.
    pub refresh_token: Option<String>,
    /// Lifetime of the refresh token in seconds, if the response has it.
    pub refresh_expires_in: Option<i64>,
    /// The ID token, not verified yet.
    pub id_token: Option<String>,
    /// The granted scopes, where they differ from the requested ones (RFC 6749 §5.1).
    pub scope: Option<String>,
    /// The key the access token is bound to.
    pub proof_key: Option<ProofKey>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenEndpointError {
    /// An error response (RFC 6749 §5.2).
    #[error("the token endpoint refuses: `{error}`")]
    Refused {
        /// The `error` code.
        error: String,
    },
    /// There was no response.
    #[error("the token endpoint does not answer")]
    NoResponse(#[from] HttpError),
    /// The provider has trouble, or too many requests.
    #[error("the token endpoint answers {status}")]
    Trouble {
        /// The status of the response.
        status: u16,
        /// `Retry-After` of the response.
        retry_after: Option<Duration>,
    },
    /// It refused without an `error`.
    #[error("the token endpoint's response cannot be used: an error without a name")]
    UnnamedError,
    /// The response is not JSON, or lacks what is needed.
    #[error("the token endpoint's response cannot be used: not JSON")]
    NotJson,
    /// The token is no bearer token.
    #[error("the token endpoint's response cannot be used: not a bearer token")]
    NotBearer,
    /// The token is not bound to the key that was proved.
    #[error("the token endpoint's response cannot be used: not a token bound to our key")]
    NotBound,
}

crate::error::error_codes!(TokenEndpointError {
    Self::Refused { .. } => "token_endpoint_refused",
    Self::NoResponse(_) => "token_endpoint_no_response",
    Self::Trouble { .. } => "token_endpoint_status",
    Self::UnnamedError => "token_endpoint_unnamed_error",
    Self::NotJson => "token_endpoint_not_json",
    Self::NotBearer => "token_endpoint_not_bearer",
    Self::NotBound => "token_endpoint_not_bound",
});

#[derive(Deserialize)]
struct RawTokenResponse {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
    refresh_token: Option<String>,
    // No standard has a name for it; these two are in use. A provider may send both.
    refresh_expires_in: Option<Value>,
    refresh_token_expires_in: Option<Value>,
    id_token: Option<String>,
    scope: Option<Value>,
}

impl TokenResponse {
    /// Whether the refresh token is meant to outlive the session (OpenID Connect Core 1.0 §11), when the scopes
    /// `requested` were requested.
    #[must_use]
    pub fn is_offline(&self, requested: &[String]) -> bool {
        const OFFLINE: &str = "offline_access";
        match &self.scope {
            Some(scope) => scope.split(' ').any(|s| s == OFFLINE),
            None => requested.iter().any(|s| s == OFFLINE),
        }
    }
}

impl Provider {
    /// Requests tokens with `fields`; adds the resource and our credentials. Tokens are bound to `key`, to a new one where
    /// there is none yet and there should be (RFC 9449 §5).
    ///
    /// # Errors
    /// Where the provider refuses, does not respond, or responds with something else.
    pub async fn request_tokens(
        &self,
        metadata: &Metadata,
        fields: &[(&str, &str)],
        key: Option<&ProofKey>,
    ) -> Result<TokenResponse, TokenEndpointError> {
        let mut form = fields.to_vec();
        if let Some(resource) = &self.config.resource {
            form.push(("resource", resource));
        }
        self.request_tokens_for_any_resource(metadata, &form, key).await
    }

    /// Requests tokens with `fields` and nothing but our credentials, and a proof where there is a `key` or should be.
    ///
    /// # Errors
    /// As [`Self::request_tokens`].
    pub async fn request_tokens_for_any_resource(
        &self,
        metadata: &Metadata,
        fields: &[(&str, &str)],
        key: Option<&ProofKey>,
    ) -> Result<TokenResponse, TokenEndpointError> {
        let key = self.proof_key(key).map_err(HttpError::from)?;
        let request = async {
            match &key {
                Some(key) => self.post_with_proof(metadata, fields, key).await,
                None => {
                    self.http
                        .post(&metadata.token_endpoint, self.client_auth(metadata), fields)
                        .await
                }
            }
        };
        let response = measured(self.config.id.as_str(), Endpoint::token(fields), request).await?;
        read(&response, self.clock.now(), key)
    }
}

fn read(
    response: &HttpResponse,
    now: OffsetDateTime,
    proof_key: Option<ProofKey>,
) -> Result<TokenResponse, TokenEndpointError> {
    let status = response.status;
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(TokenEndpointError::Trouble {
            status: status.as_u16(),
            retry_after: response.retry_after,
        });
    }
    if !status.is_success() {
        let refused: ErrorResponse =
            serde_json::from_slice(&response.body).map_err(|_| TokenEndpointError::UnnamedError)?;
        return Err(TokenEndpointError::Refused {
            error: crate::error::plain(refused.error().as_ref(), 64),
        });
    }
    let raw: RawTokenResponse = serde_json::from_slice(&response.body).map_err(|_| TokenEndpointError::NotJson)?;
    // Bound tokens would be of no use without a proof (RFC 6750 §4), and where we proved a key, a token that anybody can
    // use was not requested (RFC 9449 §5).
    let (kind, problem) = match proof_key {
        Some(_) => ("dpop", TokenEndpointError::NotBound),
        None => ("bearer", TokenEndpointError::NotBearer),
    };
    if !raw.token_type.eq_ignore_ascii_case(kind) || raw.access_token.is_empty() {
        return Err(problem);
    }
    let default_lifetime = if raw.refresh_token.is_some() {
        DEFAULT_LIFETIME.0
    } else {
        DEFAULT_LIFETIME.1
    };
    let refresh_lifetime = [&raw.refresh_expires_in, &raw.refresh_token_expires_in];
    // Providers send 0 for a token that does not expire.
    let refresh_lifetime = refresh_lifetime
        .into_iter()
        .flatten()
        .filter_map(seconds)
        .filter(|s| *s > 0)
        .min();
    let lifetime = raw.expires_in.as_ref().and_then(seconds).unwrap_or(default_lifetime);
    Ok(TokenResponse {
        access_token: raw.access_token,
        expires_at: now.unix_timestamp().saturating_add(lifetime),
        renew_at: now.unix_timestamp().saturating_add(lifetime - MARGIN.min(lifetime / 2)),
        refresh_token: raw.refresh_token.filter(|t| !t.is_empty()),
        refresh_expires_in: refresh_lifetime,
        id_token: raw.id_token,
        scope: raw.scope.as_ref().and_then(Value::as_str).map(str::to_owned),
        proof_key,
    })
}

/// A number, or the text of one as some providers send it.
pub(crate) fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|s| (0..=i64::from(u32::MAX)).contains(s))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn response(status: u16, body: &str) -> Result<TokenResponse, TokenEndpointError> {
        let status = StatusCode::from_u16(status).unwrap();
        read(
            &HttpResponse {
                status,
                retry_after: None,
                body: body.into(),
                headers: http::HeaderMap::new(),
            },
            OffsetDateTime::UNIX_EPOCH,
            None,
        )
    }

    #[test]
    fn tk_1_lifetime_and_type_are_read_with_patience() {
        let plain = response(200, r#"{"access_token":"a","token_type":"bEaReR"}"#).unwrap();
        assert_eq!((plain.expires_at, plain.renew_at), (3600, 3540));
        let text = response(
            200,
            r#"{"access_token":"a","token_type":"Bearer","expires_in":"90","new":[1]}"#,
        )
        .unwrap();
        assert_eq!((text.expires_at, text.renew_at), (90, 45));
        assert!(response(200, r#"{"access_token":"a","token_type":"DPoP"}"#).is_err());
    }

    #[test]
    fn rf_7_the_end_of_a_refresh_token_is_read_by_either_name() {
        let end = |member: &str| {
            let body = format!(r#"{{"access_token":"a","token_type":"Bearer","refresh_token":"r"{member}}}"#);
            response(200, &body).unwrap().refresh_expires_in
        };
        assert_eq!(end(r#","refresh_expires_in":1800"#), Some(1800));
        assert_eq!(end(r#","refresh_token_expires_in":"1209600""#), Some(1_209_600));
        assert_eq!(
            end(r#","refresh_token_expires_in":90,"refresh_expires_in":60"#),
            Some(60)
        );
        for default_lifetime in [
            "",
            r#","refresh_expires_in":0"#,
            r#","refresh_expires_in":-1"#,
            r#","refresh_expires_in":[9]"#,
        ] {
            assert_eq!(end(default_lifetime), None, "{default_lifetime}");
        }
    }

    #[test]
    fn tk_5_a_malformed_response_is_distinguished_from_a_refusal() {
        assert!(matches!(response(200, "<html>"), Err(TokenEndpointError::NotJson)));
        assert!(matches!(response(400, "<html>"), Err(TokenEndpointError::UnnamedError)));
        assert!(matches!(
            response(503, "{}"),
            Err(TokenEndpointError::Trouble { status: 503, .. })
        ));
        let refused = response(400, r#"{"error":"invalid_grant","error_description":"x"}"#);
        assert!(matches!(refused, Err(TokenEndpointError::Refused { error }) if error == "invalid_grant"));
    }
}
