//! What did a provider say about an access token that only it can read (RFC 7662)? Its answer is believed for a minute at most, and never longer than the token lives, a refusal for seconds.
//! What is kept of it is in [`lately`].

pub(crate) mod lately;

use std::sync::Arc;
use std::time::Duration;

use oidc::config::clock::Clock;
use oidc::introspection::ActiveToken;
use oidc::jwt_access_token::AccessTokenError::{self, Invalid, Unavailable};
use oidc::jwt_access_token::VerifiedAccessToken;
use oidc::{Provider, Providers};

use self::lately::{Flight, Introspected, Key, Known, key_of};
use crate::flight::launch;
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
    ) -> Result<VerifiedAccessToken, AccessTokenError> {
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
    async fn introspect_now(&self, question: &Question) -> Result<VerifiedAccessToken, AccessTokenError> {
        let Question { provider, now, .. } = question;
        let judged = provider.introspect(&question.raw, &question.audience, *now).await;
        let after = |time: Duration| now.saturating_add(i64::try_from(time.as_secs()).unwrap_or_default());
        let keep = |said, until| self.introspected.keep(question.key, said, until, *now);
        match &judged {
            Ok(ActiveToken { token, expires_at }) => {
                let kept = after(KEPT);
                keep(Ok(token.clone()), expires_at.map_or(kept, |exp| exp.min(kept)));
            }
            Err(Invalid(reason)) => keep(Err(*reason), after(REFUSAL_KEPT)),
            Err(Unavailable(_)) => {}
        }
        judged.map(|active| active.token)
    }
}
