//! Userinfo (OpenID Connect Core 1.0 §5.3), requested as configured ([`UserinfoMode`]) and merged with the claims of the ID
//! token in `merge`. Signed responses are verified in `signed`, missing claims are found in `required_claims`, and refusals of
//! the endpoint are cached in `refusals`.

mod merge;
pub(crate) mod refusals;
mod required_claims;
mod signed;

use http::StatusCode;
use serde_json::{Map, Value};
use url::Url;

pub use self::merge::{OF_THE_SIGN_IN, merged};
use self::refusals::TokenUse;
pub use self::required_claims::find_claim;
use super::Provider;
use super::http::HttpError;
use super::id_token::IdToken;
use super::keys::KeysError;
use super::metadata::Metadata;
use crate::config::userinfo::UserinfoMode;
use crate::error::error_chain;
use crate::measured::{Endpoint, measured};
use crate::token_endpoint::{TokenEndpointError, TokenResponse};

/// Why userinfo, and with it the sign-in, is refused.
#[derive(Debug, thiserror::Error)]
pub enum UserinfoError {
    /// `sub` is another one than in the ID token (Core §5.3.2).
    #[error("userinfo is about somebody else")]
    OtherSubject,
    /// The request got no response.
    #[error("userinfo cannot be read")]
    NoResponse(#[from] HttpError),
    /// The endpoint refuses for good.
    #[error("userinfo refuses with {0}")]
    Refused(StatusCode),
    /// The endpoint refused the same kind of access token within the last minutes; no request was sent.
    #[error("userinfo refused such access tokens a short while ago")]
    RefusedLately,
    /// Something the next attempt may not meet.
    #[error("userinfo answers {0}")]
    Trouble(StatusCode),
    /// The access token of the sign-in is for an API, and the provider gave none for userinfo.
    #[error("a second access token, for userinfo, could not be had")]
    NoSecondToken(#[source] TokenEndpointError),
    /// The response is no JSON object.
    #[error("userinfo is not JSON")]
    NotJson,
    /// The response is a token that the provider did not sign, or not for this client.
    #[error("signed userinfo is not by the provider, or not for us")]
    NotBelieved,
    /// The response is signed, and the keys cannot be had.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

crate::error::error_codes!(UserinfoError {
    Self::OtherSubject => "userinfo_other_subject",
    Self::NoResponse(_) => "userinfo_no_response",
    Self::Refused(_) => "userinfo_refused",
    Self::RefusedLately => "userinfo_refused_lately",
    Self::Trouble(_) => "userinfo_status",
    Self::NoSecondToken(_) => "userinfo_no_token",
    Self::NotJson => "userinfo_not_json",
    Self::NotBelieved => "userinfo_signature",
} from {
    Self::Keys(error) => error,
});

impl UserinfoError {
    /// Whether another request is of no use.
    fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::RefusedLately | Self::NoSecondToken(TokenEndpointError::Refused { .. })
        )
    }

    /// Whether another access token may be accepted.
    fn is_about_token(&self) -> bool {
        let about_token = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        matches!(self, Self::RefusedLately) || matches!(self, Self::Refused(status) if about_token.contains(status))
    }
}

impl Provider {
    /// The claims that userinfo adds to `id_token`; none if it is not offered, not needed or, in [`UserinfoMode::Auto`], refused.
    ///
    /// # Errors
    /// Where userinfo is needed and cannot be had, or is about somebody else.
    pub async fn userinfo_beside(
        &self,
        metadata: &Metadata,
        granted: &mut TokenResponse,
        id_token: &IdToken,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let is_needed = match (self.config.userinfo, &self.config.required_claims) {
            (UserinfoMode::Never, _) => false,
            (UserinfoMode::Always, _) | (UserinfoMode::Auto, None) => true,
            (UserinfoMode::Auto, Some(required)) => required
                .iter()
                .any(|path| !required_claims::has_value(&id_token.claims, path)),
        };
        let Some(address) = metadata.userinfo_endpoint.as_ref().filter(|_| is_needed) else {
            return Ok(Map::new());
        };
        let claims = self
            .userinfo_with_any_token(metadata, address, granted, &id_token.subject)
            .await;
        match claims {
            Err(refusal) if refusal.is_refusal() && self.config.userinfo == UserinfoMode::Auto => {
                let (provider, refusal) = (&self.config.id, error_chain(&refusal));
                tracing::debug!(target: "bff", %provider, refusal, "userinfo is refused, the claims of the ID token are used");
                Ok(Map::new())
            }
            claims => claims,
        }
    }

    /// Requests userinfo with the token of the sign-in and, where that is for an API (`resource`, `audience`, its scopes) and refused, with a
    /// second one (RFC 8707 §2.2). What was refused lately is not tried.
    async fn userinfo_with_any_token(
        &self,
        metadata: &Metadata,
        address: &Url,
        granted: &mut TokenResponse,
        subject: &str,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let (refusals, now) = (&self.refusals, self.clock.now());
        // Where a refusal fails the sign-in, the next one sends a request again.
        let may_remember = self.config.userinfo == UserinfoMode::Auto;
        let first = if refusals.is_refused(TokenUse::SignIn, now) {
            Err(UserinfoError::RefusedLately)
        } else {
            self.userinfo(metadata, address, granted, subject).await
        };
        let refusal = match first {
            Ok(claims) => {
                refusals.accept(TokenUse::SignIn);
                return Ok(claims);
            }
            Err(refusal) if refusal.is_refusal() => refusal,
            Err(trouble) => return Err(trouble),
        };
        let is_new = !matches!(refusal, UserinfoError::RefusedLately);
        let second = match self.second_token_fields(granted) {
            Some(fields) if refusal.is_about_token() && !refusals.is_refused(TokenUse::General, now) => {
                match self.second_token(metadata, granted, &fields).await {
                    Ok(second) => self.userinfo(metadata, address, &second, subject).await,
                    Err(error) => Err(error),
                }
            }
            _ => {
                if may_remember && is_new {
                    refusals.refuse(TokenUse::SignIn, subject, now);
                    if !refusal.is_about_token() {
                        refusals.refuse(TokenUse::General, subject, now);
                    }
                }
                return Err(refusal);
            }
        };
        match &second {
            Ok(_) => {
                refusals.accept(TokenUse::General);
                refusals.refuse_token(TokenUse::SignIn, now);
            }
            Err(refused) if refused.is_refusal() && may_remember => {
                refusals.refuse(TokenUse::General, subject, now);
                if is_new {
                    refusals.refuse(TokenUse::SignIn, subject, now);
                }
            }
            Err(_) => {}
        }
        second
    }

    /// The form that requests a second token by the refresh token in `granted`; `None` if the first one is for no API.
    fn second_token_fields(&self, granted: &TokenResponse) -> Option<Vec<(&'static str, String)>> {
        let config = &self.config;
        // A scope in two parts names the API it belongs to, as Microsoft's do: `api://…/read`, or an identifier before the slash.
        let general: Vec<&str> = config
            .scopes
            .iter()
            .map(String::as_str)
            .filter(|scope| !scope.contains('/'))
            .collect();
        let is_scoped = general.len() < config.scopes.len();
        let for_api = config.audience.is_some() || config.resource.is_some() || is_scoped;
        let refresh_token = granted.refresh_token.clone().filter(|_| for_api)?;
        let mut fields = vec![
            ("grant_type", "refresh_token".to_owned()),
            ("refresh_token", refresh_token),
        ];
        if is_scoped {
            fields.push(("scope", general.join(" ")));
        }
        Some(fields)
    }

    /// Requests the second token by the refresh token in `granted`, which it may replace.
    async fn second_token(
        &self,
        metadata: &Metadata,
        granted: &mut TokenResponse,
        fields: &[(&'static str, String)],
    ) -> Result<TokenResponse, UserinfoError> {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = granted.proof_key.as_ref();
        let second = self.request_tokens_for_any_resource(metadata, &fields, key).await;
        let second = second.map_err(UserinfoError::NoSecondToken)?;
        // The old one may be used up.
        if second.refresh_token.is_some() {
            granted.refresh_token.clone_from(&second.refresh_token);
        }
        granted.refresh_expires_in = second.refresh_expires_in.or(granted.refresh_expires_in);
        Ok(second)
    }

    /// The claims about `subject` that the endpoint returns for the token in `granted`.
    async fn userinfo(
        &self,
        metadata: &Metadata,
        address: &Url,
        granted: &TokenResponse,
        subject: &str,
    ) -> Result<Map<String, Value>, UserinfoError> {
        let token = self.token_of(granted);
        let request = self.read_with(address, &token);
        let response = measured(self.config.id.as_str(), Endpoint::Userinfo, request).await?;
        if is_refused(response.status) {
            return Err(UserinfoError::Refused(response.status));
        }
        if response.status != StatusCode::OK {
            return Err(UserinfoError::Trouble(response.status));
        }
        match signed::token_in(&response.body) {
            Some(token) => about(subject, self.signed_userinfo(metadata, token).await?),
            None => claims_about(subject, &response.body),
        }
    }
}

/// Whether an endpoint with this status will refuse the next request too.
fn is_refused(status: StatusCode) -> bool {
    let passes = [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    let is_for_good = status.is_client_error() && !passes.contains(&status);
    is_for_good || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_IMPLEMENTED
}

fn claims_about(subject: &str, body: &[u8]) -> Result<Map<String, Value>, UserinfoError> {
    about(
        subject,
        serde_json::from_slice(body).map_err(|_| UserinfoError::NotJson)?,
    )
}

fn about(subject: &str, claims: Map<String, Value>) -> Result<Map<String, Value>, UserinfoError> {
    if claims.get("sub").and_then(Value::as_str) == Some(subject) {
        Ok(claims)
    } else {
        Err(UserinfoError::OtherSubject)
    }
}

#[cfg(test)]
mod tests;
