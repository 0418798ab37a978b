//! What must hold for whatever somebody sends to the callback or to the logout channel; each function panics where it does not. The
//! property tests try some hundred inputs in every test run, the fuzz targets of `crates/oidc/fuzz` millions.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::Provider;
use oidc::authorization_response::AuthorizationResponse;
use oidc::config::clock::Clock;
use oidc::config::secret::Secret;
use oidc::config::{HttpLimits, ProviderConfig};
use oidc::http::HttpClient;
use oidc::logout_token::LogoutToken;
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use url::form_urlencoded;

const SECRET: &str = "a secret of thirty-two characters";
const ISSUER: &str = "https://login.example";
/// What time it is here, in seconds since 1970.
pub(crate) const NOW: i64 = 1_700_000_000;

/// The query or the form that arrives to the callback.
pub(crate) fn authorization_response(data: &[u8]) {
    let response = AuthorizationResponse::parse(data);
    let pairs: Vec<_> = form_urlencoded::parse(data).collect();
    let sent = |name: &str| pairs.iter().filter(|(known, _)| known == name).collect::<Vec<_>>();
    let mut ambiguous = false;
    for (name, value) in [
        ("state", &response.state),
        ("code", &response.code),
        ("iss", &response.iss),
        ("error", &response.error),
        ("error_description", &response.error_description),
        ("posted", &response.posted),
    ] {
        let all = sent(name);
        ambiguous |= all.len() > 1;
        assert_eq!(
            value.as_deref(),
            all.first().map(|(_, value)| &**value),
            "`{name}` is not the first"
        );
    }
    assert_eq!(response.is_ambiguous, ambiguous, "something was sent twice");
}

/// A logout token: the bytes as they are, and the bytes as claims of a token that is signed properly.
pub(crate) fn logout_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    assert!(verified(text).is_none(), "nobody signed this");
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"logout+jwt"}"#);
    let unsigned = format!("{header}.{}", URL_SAFE_NO_PAD.encode(data));
    let key = CoreHmacKey::new(SECRET);
    let Ok(signature) = key.sign(&CoreJwsSigningAlgorithm::HmacSha256, unsigned.as_bytes()) else {
        return;
    };
    let signature = URL_SAFE_NO_PAD.encode(signature);
    assert!(
        verified(&format!("{unsigned}.{}", &signature[1..])).is_none(),
        "another signature"
    );
    let Some(token) = verified(&format!("{unsigned}.{signature}")) else {
        return;
    };
    let names = [&token.sid, &token.subject];
    assert!(names.iter().any(|name| name.is_some()), "whose sessions?");
    assert!(
        names
            .iter()
            .all(|name| name.as_ref().is_none_or(|name| !name.is_empty()))
    );
    assert!(!token.jti.is_empty() && token.until > NOW, "{token:?}");
    let claims: Map<String, Value> = serde_json::from_slice(data).unwrap_or_default();
    assert_eq!(claims.get("iss").and_then(Value::as_str), Some(ISSUER));
    assert!(!claims.contains_key("nonce"), "an ID token ends sessions");
}

/// The verdict of a provider that is written down and signs with the client's secret: nothing has to be requested.
fn verified(token: &str) -> Option<LogoutToken> {
    static PROVIDER: LazyLock<Option<Provider>> = LazyLock::new(provider);
    let verdict = pin!(PROVIDER.as_ref()?.verify_logout_token(token));
    match verdict.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(verdict) => verdict.ok(),
        Poll::Pending => None,
    }
}

fn provider() -> Option<Provider> {
    let mut config = ProviderConfig::new("fuzz", ISSUER, "portal").ok()?;
    config.client_secret = Some(Secret::from(SECRET));
    config.algorithms = vec!["HS256".to_owned()];
    let at = |path: &str| Value::String(format!("{ISSUER}/{path}"));
    let endpoints = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
    config.metadata = Some(endpoints.into_iter().map(|name| (name.to_owned(), at(name))).collect());
    let clock = Clock::fixed(OffsetDateTime::from_unix_timestamp(NOW).ok()?);
    let redirect_uri = "https://site.example/auth/callback/fuzz".to_owned();
    let http = HttpClient::new(HttpLimits::default()).ok()?;
    Some(Provider::new(config, redirect_uri, clock, Arc::new(http)))
}
