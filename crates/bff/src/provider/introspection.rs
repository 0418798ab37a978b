//! Is this access token good, when only its issuer can tell? Tokens without a readable form are shown to the provider
//! (RFC 7662); what it says is believed for a minute at most, and never longer than the token lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::Provider;
use super::access_token::AccessTokenError::{self, Invalid, Unavailable};
use super::access_token::scopes_of;
use super::jws::{audiences_of, seconds_of};
use crate::bff::Inner;
use crate::event::measured::{Endpoint, measured};
use crate::guard::bearer::Caller;
use crate::problem::chain;

/// Longest time an answer is believed: a revoked token works no longer than this.
const KEPT: Duration = Duration::from_mins(1);
/// Most answers kept; there is no need for more than the tokens of a busy minute.
const MAX_KEPT: usize = 10_000;
/// Longer tokens are not shown to anybody; no header is larger.
const MAX_LEN: usize = 16 * 1024;

/// A token at a provider, as a hash: the cache holds no secret.
type Key = [u8; 32];

/// Who calls, and until when that is believed, in seconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Introspected(Mutex<HashMap<Key, (Caller, i64)>>);

impl Introspected {
    fn find(&self, key: &Key, now: i64) -> Option<Caller> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(_, until)| now < *until).map(|(c, _)| c.clone())
    }

    fn keep(&self, key: Key, caller: Caller, until: i64, now: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, (_, until)| now < *until);
        }
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key, (caller, until));
    }
}

impl Inner {
    /// Shows `raw` to the provider called `id`, unless it was lately; the token has to be meant for `audience`.
    pub(crate) async fn introspect(&self, id: &str, raw: &str, audience: &str) -> Result<Caller, AccessTokenError> {
        let provider = self.provider(id).ok_or(Invalid("unknown provider"))?;
        if raw.is_empty() || raw.len() > MAX_LEN || !raw.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid("not a token"));
        }
        let now = self.config.clock.now().unix_timestamp();
        let key = key_of([id, raw, audience]);
        if let Some(caller) = self.introspected.find(&key, now) {
            return Ok(caller);
        }
        let (claims, issuer) = ask(provider, raw).await?;
        let (caller, exp) = judge(provider, (claims, issuer), audience, now).map_err(Invalid)?;
        let kept = now.saturating_add(i64::try_from(KEPT.as_secs()).unwrap_or_default());
        let until = exp.map_or(kept, |exp| exp.min(kept));
        self.introspected.keep(key, caller.clone(), until, now);
        Ok(caller)
    }
}

fn key_of(parts: [&str; 3]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What the provider says about `raw` (RFC 7662 §2), and what its metadata call it.
async fn ask(provider: &Arc<Provider>, raw: &str) -> Result<(Map<String, Value>, String), AccessTokenError> {
    let metadata = provider.discovery.ready().await;
    let metadata = metadata.map_err(|e| Unavailable(e.to_string()))?;
    let Some(address) = &metadata.introspection_endpoint else {
        return Err(Unavailable("the provider offers no introspection".to_owned()));
    };
    let fields = [("token", raw), ("token_type_hint", "access_token")];
    let asking = provider.http.post(address, provider.client_auth(&metadata), &fields);
    let asked = measured(provider.config.id.as_str(), Endpoint::Introspection, asking).await;
    let answer = asked.map_err(|e| Unavailable(chain(&e)))?;
    if answer.status == StatusCode::BAD_REQUEST && names_another_kind(&answer.body) {
        return Err(Invalid("a kind of token that the provider tells nothing about"));
    }
    if answer.status != StatusCode::OK {
        return Err(Unavailable(format!("introspection answers {}", answer.status)));
    }
    let claims = serde_json::from_slice(&answer.body);
    let claims = claims.map_err(|_| Unavailable("introspection does not answer in JSON".to_owned()))?;
    Ok((claims, metadata.issuer.clone()))
}

/// `active: false` is the answer for such a token (§2.2); some say so as revocation does (RFC 7009 §2.2.1), for example of
/// JWT that anybody can verify. The caller brought the token: the trouble is theirs.
fn names_another_kind(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|said| said["error"] == "unsupported_token_type")
}

/// Whom the answer is about, and until when the token lives; or why it does not pass.
fn judge(
    provider: &Provider,
    (claims, named): (Map<String, Value>, String),
    audience: &str,
    now: i64,
) -> Result<(Caller, Option<i64>), &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if claims.get("active") != Some(&Value::Bool(true)) {
        return Err("not active");
    }
    // `iss` is optional (§2.2); where it may be one of several it has to be there.
    let issuer = match text("iss") {
        None if provider.config.is_issuer(&named, &named) => named.as_str(),
        _ => provider.config.issuer_of(&claims, &named).ok_or("of another issuer")?,
    };
    let issuer = issuer.to_owned();
    let kind = text("token_type").unwrap_or("bearer").to_ascii_lowercase();
    if (kind != "bearer" && kind != "access_token") || claims.contains_key("cnf") {
        return Err("not a bearer token");
    }
    if !audiences_of(&claims).is_some_and(|all| all.contains(&audience)) {
        return Err("for another audience");
    }
    let leeway = provider.leeway();
    let exp = seconds_of(&claims, "exp").map_err(|_| "`exp` is no moment")?;
    if exp.is_some_and(|exp| exp <= now) {
        return Err("expired");
    }
    let begins = seconds_of(&claims, "nbf").map_err(|_| "`nbf` is no moment")?;
    if begins.is_some_and(|nbf| nbf > now.saturating_add(leeway)) {
        return Err("not valid yet");
    }
    let client_id = text("client_id").or_else(|| text("azp")).map(str::to_owned);
    let subject = text("sub").filter(|sub| !sub.is_empty()).map(str::to_owned);
    let caller = Caller {
        issuer,
        // A token of the application itself may name nobody else (RFC 7662 §2.2: `sub` is optional).
        subject: subject.or_else(|| client_id.clone()).ok_or("no subject")?,
        client_id,
        scopes: scopes_of(&claims),
        claims,
    };
    Ok((caller, exp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        Caller {
            issuer: String::new(),
            subject: "alice".to_owned(),
            client_id: None,
            scopes: Vec::new(),
            claims: Map::new(),
        }
    }

    #[test]
    fn in_1_what_is_kept_is_bounded_in_time_and_number() {
        let kept = Introspected::default();
        let key = key_of(["demo", "token", "api"]);
        kept.keep(key, caller(), 10, 0);
        assert!(kept.find(&key, 9).is_some() && kept.find(&key, 10).is_none());
        for number in 0..=MAX_KEPT {
            kept.keep(key_of(["demo", &number.to_string(), "api"]), caller(), 10, 0);
        }
        assert!(kept.0.lock().unwrap().len() <= MAX_KEPT);
    }
}
