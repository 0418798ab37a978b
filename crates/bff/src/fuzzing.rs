//! What must hold for whatever somebody sends us? Three doors that bytes from elsewhere come in by, each with what has to be
//! true behind it. `fuzz/` tries millions of inputs, `properties` some hundred in every test run.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::Provider;
use oidc::config::clock::Clock;
use oidc::config::secret::Secret;
use oidc::config::{HttpLimits, ProviderConfig};
use oidc::http::HttpClient;
use oidc::logout_token::LogoutToken;
use openidconnect::PrivateSigningKey as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::session::Id;
use url::form_urlencoded;

use crate::config::key_ring::KeyRing;
use crate::return_path::ReturnPath;
use crate::session::compression::compress;
use crate::session::record::{IDENTITY, Session, TOKENS, seal_part};
use crate::session::seal::Sealer;
use crate::session::store::{SealedParts, SealedSession};
use crate::sign_in::authorization_response::AuthorizationResponse;

const SECRET: &str = "a secret of thirty-two characters";
const ISSUER: &str = "https://login.example";
/// What time it is here, in seconds since 1970.
pub const NOW: i64 = 1_700_000_000;

/// The query or the form that comes to the callback, and a return path in the same bytes.
///
/// # Panics
/// When something does not hold.
pub fn callback_query(data: &[u8]) {
    let answer = AuthorizationResponse::parse(data);
    let pairs: Vec<_> = form_urlencoded::parse(data).collect();
    let said = |name: &str| pairs.iter().filter(|(known, _)| known == name).collect::<Vec<_>>();
    let mut ambiguous = false;
    for (name, value) in [
        ("state", &answer.state),
        ("code", &answer.code),
        ("iss", &answer.iss),
        ("error", &answer.error),
        ("error_description", &answer.error_description),
        ("posted", &answer.posted),
    ] {
        let all = said(name);
        ambiguous |= all.len() > 1;
        assert_eq!(
            value.as_deref(),
            all.first().map(|(_, value)| &**value),
            "`{name}` is not the first"
        );
    }
    assert_eq!(answer.is_ambiguous, ambiguous, "something was said twice");
    if let Ok(text) = std::str::from_utf8(data) {
        return_path(text);
    }
}

fn return_path(text: &str) {
    let path = ReturnPath::parse(text);
    let path = path.as_str();
    assert!(
        path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'),
        "{path:?}"
    );
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    assert!(path == "/" || path == text, "`{text:?}` became {path:?}");
    assert_eq!(ReturnPath::parse(path).as_str(), path, "not the same when read again");
}

/// A logout token: the bytes as they are, and the bytes as claims of a token that is signed properly.
///
/// # Panics
/// When something does not hold.
pub fn logout_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
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

/// The verdict of a provider that is written down and signs with the client's secret: nothing has to be asked for.
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

/// A session's row: the bytes as its sealed columns, and as what is inside seals of our own. Whether the latter opens.
///
/// # Panics
/// When something does not hold.
pub fn session_record(data: &[u8]) -> bool {
    static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::new(KeyRing::ephemeral()));
    let (sealer, id) = (&*SEALER, Id(7));
    assert!(
        Session::open(sealer, id, row(data, data)).is_err(),
        "nobody sealed this"
    );
    let tokens = compress(data).and_then(|compressed| seal_part(sealer, &id, TOKENS, &compressed));
    let (Ok(identity), Ok(tokens)) = (seal_part(sealer, &id, IDENTITY, data), tokens) else {
        return false;
    };
    let row = row(&identity, &tokens);
    assert!(
        Session::open(sealer, Id(8), row.clone()).is_err(),
        "another id opens it"
    );
    let Ok(session) = Session::open(sealer, id, row).and_then(|session| session.opened(sealer)) else {
        return false;
    };
    // Whatever opened can be written again and is the same person.
    let again = session
        .to_record(sealer, OffsetDateTime::UNIX_EPOCH)
        .and_then(|record| Session::open(sealer, id, record.sealed())?.opened(sealer));
    let again = again.map(|again| (again.identity.issuer, again.identity.subject, again.tokens.access_token));
    let identity = session.identity;
    assert_eq!(
        again,
        Ok((identity.issuer, identity.subject, session.tokens.access_token))
    );
    true
}

fn row(identity: &[u8], tokens: &[u8]) -> SealedSession {
    SealedSession {
        parts: SealedParts {
            identity: identity.to_vec(),
            tokens: tokens.to_vec(),
        },
        version: 0,
        seen: OffsetDateTime::UNIX_EPOCH,
        sid: None,
    }
}
