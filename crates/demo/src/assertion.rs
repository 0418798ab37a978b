//! Client authentication by assertion. `private_key_jwt` with one of its registered keys (RFC 7523 §3, RFC 9700 §2.5).

use serde_json::Value;

use crate::jwk::verified;
use crate::params::Params;
use crate::provider::Provider;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest time an assertion may be good for.
const LONGEST: i64 = 5 * 60;

/// Whether the form holds an assertion of the client for this provider, for the first time.
pub(crate) fn is_good(provider: &Provider, params: &Params) -> bool {
    judge(provider, params).unwrap_or(false)
}

fn judge(provider: &Provider, params: &Params) -> Option<bool> {
    let token = params.value("client_assertion")?;
    let claims = provider
        .config
        .client_keys
        .iter()
        .find_map(|key| verified(token, key))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let client = Some(provider.config.client_id.as_str());
    let (now, exp) = (provider.now(), claims.get("exp")?.as_i64()?);
    let right = params.value("client_assertion_type") == Some(JWT_BEARER)
        && params.value("client_id").is_none_or(|id| Some(id) == client)
        && text("iss") == client
        && text("sub") == client
        && text("aud") == Some(&provider.config.issuer)
        && (now + 1..=now + LONGEST).contains(&exp);
    Some(right && provider.grants().is_first_use(text("jti")?))
}
