//! Client authentication. By its secret, an assertion, or its name alone (RFC 6749 §2.3).

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::assertion;
use crate::params::Params;
use crate::provider::Provider;
use crate::token::TokenError;

/// The client's name and secret, in the header or in the form, never in both (RFC 6749 §2.3.1); or an assertion; or the
/// name alone.
pub(crate) fn authenticate(provider: &Provider, headers: &HeaderMap, params: &Params) -> Result<(), TokenError> {
    let refused = TokenError(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "client name or secret is wrong",
    );
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if params.value("client_assertion").is_some() {
        let alone = basic.is_none() && params.value("client_secret").is_none();
        let good = alone && assertion::is_good(provider, params);
        return if good { Ok(()) } else { Err(refused) };
    }
    let (id, secret) = match (basic, params.value("client_secret")) {
        (Some(_), Some(_)) => return Err(TokenError::request("authenticate once")),
        (Some(basic), None) => from_basic(basic).ok_or(refused)?,
        (None, Some(secret)) => (
            params.value("client_id").unwrap_or_default().to_owned(),
            secret.to_owned(),
        ),
        (None, None) if !provider.config.client_secret.is_empty() => return Err(refused),
        (None, None) => (params.value("client_id").unwrap_or_default().to_owned(), String::new()),
    };
    let right = id == provider.config.client_id
        && bool::from(secret.as_bytes().ct_eq(provider.config.client_secret.as_bytes()));
    if right {
        Ok(())
    } else {
        Err(TokenError(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "client name or secret is wrong",
        ))
    }
}

fn from_basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    // Both halves are form-encoded before they are joined.
    let decode = |part: &str| {
        let pair = format!("x={part}");
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}
