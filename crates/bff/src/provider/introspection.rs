//! Is this access token good, when only its issuer can tell? Tokens without a readable form are shown to the provider
//! (RFC 7662); what it says is believed for a minute at most, and never longer than the token lives, a refusal for seconds.
//! What is kept of it is in [`lately`].

pub(crate) mod lately;

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value};

use self::lately::{Flight, Introspected, Key, Known, key_of};
use super::access_token::AccessTokenError::{self, Invalid, Unavailable};
use super::access_token::{Caller, scopes_of};
use super::identifier::{holds_control, is_subject};
use super::jws::{audiences_of, seconds_of};
use super::{Provider, Providers};
use crate::config::clock::Clock;
use crate::event::measured::{Endpoint, measured};
use crate::flight::launch;
use crate::problem::chain;
use crate::tasks::BackgroundTasks;

/// Longest time an answer is believed: a revoked token works no longer than this.
const KEPT: Duration = Duration::from_mins(1);
/// The same for a refusal: long enough that who insists does not wear out the provider, and no longer, for a token may be
/// known to the provider a moment after it was made.
const REFUSAL_KEPT: Duration = Duration::from_secs(5);
/// Longer tokens are not shown to anybody; no header is larger.
const MAX_LEN: usize = 16 * 1024;

/// What is asked about.
struct Question {
    provider: Arc<Provider>,
    raw: String,
    audience: String,
    key: Key,
    /// When it is asked, in seconds since 1970.
    now: i64,
}

/// Makes room for the next question, also when this one ends in a way nobody thought of.
struct RemoveOnDrop<'a> {
    introspected: &'a Introspected,
    key: Key,
}

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.introspected.landed(&self.key);
    }
}

/// Introspection of access tokens, with what the providers answered lately. One per site, shared by its tasks.
pub(crate) struct Introspection {
    providers: Providers,
    clock: Clock,
    tasks: BackgroundTasks,
    introspected: Introspected,
}

impl Introspection {
    pub(crate) fn new(providers: Providers, clock: Clock, tasks: BackgroundTasks) -> Self {
        Self {
            providers,
            clock,
            tasks,
            introspected: Introspected::default(),
        }
    }

    /// Shows `raw` to the provider called `id`, unless it was lately; the token has to be meant for `audience`.
    pub(crate) async fn introspect(
        self: &Arc<Self>,
        id: &str,
        raw: &str,
        audience: &str,
    ) -> Result<Caller, AccessTokenError> {
        let provider = self.providers.find(id).ok_or(Invalid("unknown provider"))?;
        if raw.is_empty() || raw.len() > MAX_LEN || !raw.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid("not a token"));
        }
        let (key, now) = (key_of([id, raw, audience]), self.clock.now().unix_timestamp());
        let question = || Question {
            provider: Arc::clone(provider),
            raw: raw.to_owned(),
            audience: audience.to_owned(),
            key,
            now,
        };
        let known = self
            .introspected
            .known(key, now, || self.begin_introspection(question()));
        match known {
            Known::Said(said, _) => said.map_err(Invalid),
            Known::Asked(flight) => flight.await,
        }
    }

    /// A task of its own: a request that goes away does not take the answer of others with it.
    fn begin_introspection(self: &Arc<Self>, question: Question) -> Flight {
        let introspection = Arc::clone(self);
        let asking = async move {
            let key = question.key;
            let introspected = &introspection.introspected;
            let _remove = RemoveOnDrop { introspected, key };
            introspection.introspect_now(&question).await
        };
        launch(&self.tasks, asking, || {
            Err(Unavailable("introspection broke off".to_owned()))
        })
    }

    /// Asks, and keeps what is said. That a provider cannot say it is no refusal.
    async fn introspect_now(&self, question: &Question) -> Result<Caller, AccessTokenError> {
        let Question { provider, now, .. } = question;
        let answer = ask(provider, &question.raw).await;
        let judged = answer.and_then(|said| judge(provider, said, &question.audience, *now).map_err(Invalid));
        let after = |time: Duration| now.saturating_add(i64::try_from(time.as_secs()).unwrap_or_default());
        let keep = |said, until| self.introspected.keep(question.key, said, until, *now);
        match &judged {
            Ok((caller, exp)) => {
                let kept = after(KEPT);
                keep(Ok(caller.clone()), exp.map_or(kept, |exp| exp.min(kept)));
            }
            Err(Invalid(reason)) => keep(Err(*reason), after(REFUSAL_KEPT)),
            Err(Unavailable(_)) => {}
        }
        judged.map(|(caller, _)| caller)
    }
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
    if client_id.as_deref().is_some_and(holds_control) || subject.as_deref().is_some_and(|sub| !is_subject(sub)) {
        return Err("`sub` or `client_id` is no name");
    }
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
