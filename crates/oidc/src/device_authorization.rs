//! The device authorization request (RFC 8628 §3.1) and what is read of its response: bounded, because it is put into a
//! cookie and onto a page.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::Provider;
use crate::address::is_secure_or_loopback;
use crate::client_auth::ClientAuth;
use crate::error::plain;
use crate::error_response::ErrorResponse;
use crate::http::{HttpError, HttpResponse};
use crate::measured::{Endpoint, measured};
use crate::metadata::Metadata;
use crate::token_endpoint::seconds;

/// Longest time that is waited for a code on another screen, whatever the provider allows.
pub const MAX_DEVICE_CODE_LIFETIME: Duration = Duration::from_mins(30);
/// Longest device code and addresses, in bytes; together with a return path they fit into one cookie.
const MAX_DEVICE_CODE: usize = 1024;
const MAX_ADDRESS: usize = 256;
/// Longest code that a person has to type.
const MAX_USER_CODE: usize = 64;
/// Seconds between two token requests where the provider names none (§3.2).
const INTERVAL: u64 = 5;

/// A code that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Sent to the token endpoint; secret.
    pub device_code: String,
    /// What a person enters.
    pub user_code: String,
    /// Where it is entered.
    pub verification_uri: String,
    /// The same address with the code in it.
    pub verification_uri_complete: Option<String>,
    /// How long the codes are good.
    pub expires_in: Duration,
    /// Shortest time between two token requests.
    pub interval: Duration,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum DeviceAuthorizationError {
    /// The request got no response.
    #[error("the device authorization endpoint does not answer")]
    NoResponse(#[from] HttpError),
    /// The endpoint responded with an error: status and `error` code.
    #[error("the device authorization endpoint answers {0}: `{1}`")]
    Refused(StatusCode, String),
    /// The response is not JSON, or lacks what is needed.
    #[error("the response of the device authorization endpoint cannot be used: not the members it needs")]
    Unreadable,
    /// `device_code` is of no use.
    #[error("the response of the device authorization endpoint cannot be used: `device_code` is empty or too long")]
    DeviceCode,
    /// Nobody could type `user_code`.
    #[error("the response of the device authorization endpoint cannot be used: `user_code` is not for people")]
    UserCode,
    /// `verification_uri` leads to no web page.
    #[error(
        "the response of the device authorization endpoint cannot be used: `verification_uri` is no address for people"
    )]
    VerificationUri,
    /// It does not state how long the code is good.
    #[error("the response of the device authorization endpoint cannot be used: `expires_in` is missing")]
    ExpiresIn,
}

crate::error::error_codes!(DeviceAuthorizationError {
    Self::NoResponse(_) => "device_authorization_no_response",
    Self::Refused(..) => "device_authorization_refused",
    Self::Unreadable => "device_authorization_unreadable",
    Self::DeviceCode => "device_authorization_device_code",
    Self::UserCode => "device_authorization_user_code",
    Self::VerificationUri => "device_authorization_verification_uri",
    Self::ExpiresIn => "device_authorization_expires_in",
});

#[derive(Deserialize)]
struct Raw {
    device_code: String,
    user_code: String,
    verification_uri: Option<String>,
    /// Some still use the name of a draft, or both.
    verification_url: Option<String>,
    verification_uri_complete: Option<String>,
    expires_in: Value,
    interval: Option<Value>,
}

/// The endpoint, if device sign-in is configured and the provider offers it.
pub fn endpoint<'a>(provider: &Provider, metadata: &'a Metadata) -> Option<&'a Url> {
    let endpoint = metadata.device_authorization_endpoint.as_ref()?;
    provider.config.device_sign_in.then_some(endpoint)
}

impl Provider {
    /// Requests a code.
    ///
    /// # Errors
    /// Where the endpoint does not respond, refuses, or responds with something else.
    pub async fn device_authorization(
        &self,
        metadata: &Metadata,
        endpoint: &Url,
    ) -> Result<Authorization, DeviceAuthorizationError> {
        let scope = self.config.scopes.join(" ");
        let mut fields = vec![("scope", scope.as_str())];
        fields.extend(self.config.audience.as_deref().map(|audience| ("audience", audience)));
        fields.extend(self.config.resource.as_deref().map(|resource| ("resource", resource)));
        let auth = self.client_auth(metadata);
        // Beside a header as well: many providers require it in the form, and all accept it there.
        let client = self.client();
        if let ClientAuth::Basic { .. } = auth {
            fields.push(("client_id", &client.id));
        }
        let request = self.http.post(endpoint, auth, &fields);
        read(&measured(self.config.id.as_str(), Endpoint::DeviceAuthorization, request).await?)
    }
}

fn read(response: &HttpResponse) -> Result<Authorization, DeviceAuthorizationError> {
    if !response.status.is_success() {
        let error = serde_json::from_slice::<ErrorResponse>(&response.body);
        let error = error.map_or_else(|_| String::new(), |refused| plain(refused.error().as_ref(), 64));
        return Err(DeviceAuthorizationError::Refused(response.status, error));
    }
    let raw: Raw = serde_json::from_slice(&response.body).map_err(|_| DeviceAuthorizationError::Unreadable)?;
    if !(1..=MAX_DEVICE_CODE).contains(&raw.device_code.len()) {
        return Err(DeviceAuthorizationError::DeviceCode);
    }
    let is_typed = |c: char| !c.is_control() && !c.is_whitespace();
    let code = raw.user_code.trim();
    if !(1..=MAX_USER_CODE).contains(&code.len()) || !code.chars().all(|c| is_typed(c) || c == ' ') {
        return Err(DeviceAuthorizationError::UserCode);
    }
    let verification_uri = raw.verification_uri.or(raw.verification_url);
    let verification_uri = verification_uri.as_deref().and_then(address);
    let verification_uri = verification_uri.ok_or(DeviceAuthorizationError::VerificationUri)?;
    let whole = |value: &Value| seconds(value).and_then(|s| u64::try_from(s).ok());
    let expires_in = whole(&raw.expires_in).filter(|s| *s > 0);
    let expires_in = expires_in.ok_or(DeviceAuthorizationError::ExpiresIn)?;
    let interval = raw.interval.as_ref().and_then(whole).unwrap_or(INTERVAL);
    Ok(Authorization {
        device_code: raw.device_code,
        user_code: code.to_owned(),
        verification_uri,
        verification_uri_complete: raw.verification_uri_complete.as_deref().and_then(address),
        expires_in: Duration::from_secs(expires_in).min(MAX_DEVICE_CODE_LIFETIME),
        interval: Duration::from_secs(interval.max(1)),
    })
}

/// An address that a person may be sent to: `https`, or on this machine, and not too long.
fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    (text.len() <= MAX_ADDRESS && is_secure_or_loopback(&url)).then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn response(changes: &[(&str, Value)]) -> Result<Authorization, DeviceAuthorizationError> {
        let mut body = json!({
            "device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": "https://idp.example/device",
            "verification_uri_complete": "https://idp.example/device?user_code=ABCD-EFGH", "expires_in": 600, "new": []
        });
        for (name, value) in changes {
            body[*name] = value.clone();
        }
        if let Some(members) = body.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        let body = body.to_string().into_bytes();
        let (status, retry_after) = (StatusCode::OK, None);
        read(&HttpResponse {
            headers: http::HeaderMap::new(),
            status,
            retry_after,
            body,
        })
    }

    #[test]
    fn dv_1_the_interval_is_five_seconds_unless_the_provider_names_one() {
        assert_eq!(response(&[]).unwrap().interval, Duration::from_secs(5));
        for (written, seconds) in [
            (json!(7), 7),
            (json!("9"), 9),
            (json!(0), 1),
            (json!(-3), 5),
            (json!({}), 5),
        ] {
            let interval = response(&[("interval", written.clone())]).unwrap().interval;
            assert_eq!(interval, Duration::from_secs(seconds), "{written}");
        }
    }

    #[test]
    fn si_8_what_a_page_shows_is_bounded_and_leads_to_a_web_page() {
        assert!(response(&[("verification_uri", json!("javascript:alert(1)"))]).is_err());
        assert!(response(&[("verification_uri", json!("http://idp.example/device"))]).is_err());
        assert!(
            response(&[(
                "verification_uri",
                json!(format!("https://idp.example/{}", "a".repeat(300)))
            )])
            .is_err()
        );
        let without = response(&[("verification_uri_complete", json!("javascript:alert(1)"))]).unwrap();
        assert_eq!(without.verification_uri_complete, None);
        for bad in [json!(""), json!("a".repeat(65)), json!("a\nb"), json!(7)] {
            assert!(response(&[("user_code", bad.clone())]).is_err(), "{bad}");
        }
        for bad in [json!(""), json!("a".repeat(1025)), Value::Null] {
            assert!(response(&[("device_code", bad)]).is_err());
        }
        for bad in [json!(0), json!(-5), json!("soon"), Value::Null] {
            assert!(response(&[("expires_in", bad.clone())]).is_err(), "{bad}");
        }
        let long = response(&[("expires_in", json!(86_400))]).unwrap();
        assert_eq!(long.expires_in, Duration::from_mins(30));
    }

    #[test]
    fn si_8_the_name_of_a_draft_is_understood() {
        let draft = [
            ("verification_uri", Value::Null),
            ("verification_url", json!("https://idp.example/d")),
        ];
        assert_eq!(response(&draft).unwrap().verification_uri, "https://idp.example/d");
        let both = response(&draft[1..]).unwrap();
        assert_eq!(
            both.verification_uri, "https://idp.example/device",
            "the standard's goes first"
        );
        assert!(response(&draft[..1]).is_err());
    }
}
