//! Configuration of this crate. Values only; [`check`] finds mistakes in them.
//!
//! The keys that seal cookies and sessions are in [`key_ring`]. What describes one provider is of the crate `oidc`.

pub mod check;
pub mod key_ring;

use std::num::NonZeroUsize;
use std::time::Duration;

use oidc::config::clock::Clock;
use oidc::config::{HttpLimits, ProviderConfig};
use url::Url;

use self::key_ring::KeyRing;

/// Default for the number of sessions of one person.
const MAX_SESSIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(99);

/// Everything a [`Bff`](crate::Bff) needs to know.
#[derive(Debug, Clone)]
pub struct BffConfig {
    /// Origin of the site as browsers see it, for example `http://localhost:4040/`. `https` unless the host is
    /// loopback; no path, query or fragment.
    pub public_url: Url,
    /// Base name of the session cookie: `portico` becomes `__Host-portico` on `https`.
    pub cookie_name: String,
    /// Who may sign people in. At least one.
    pub providers: Vec<ProviderConfig>,
    /// How long a session may live.
    pub session: SessionLifetime,
    /// How many sessions one person may have; a sign-in beyond that ends the one used longest ago. At most 1,000.
    pub max_sessions: NonZeroUsize,
    /// The keys that seal cookies and stored sessions.
    pub keys: KeyRing,
    /// Limits of every request to a provider.
    pub http: HttpLimits,
    /// What time it is.
    pub clock: Clock,
}

impl BffConfig {
    /// The defaults for a site at `public_url`: cookie `session`, 8 hours idle, 7 days in all, 100 sessions a
    /// person, the system's clock.
    #[must_use]
    pub fn new(public_url: Url, keys: KeyRing) -> Self {
        Self {
            public_url,
            cookie_name: "session".to_owned(),
            providers: Vec::new(),
            session: SessionLifetime::default(),
            max_sessions: MAX_SESSIONS,
            keys,
            http: HttpLimits::default(),
            clock: Clock::system(),
        }
    }

    /// The same configuration with one more provider.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderConfig) -> Self {
        self.providers.push(provider);
        self
    }
}

/// How long a session lives, by the server's clock. Shorter limits apply to sessions that exist already.
/// Where the provider sends the lifetime of a refresh token, the session ends with it; one in use renews it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLifetime {
    /// Without any request.
    pub idle: Duration,
    /// In all, however busy.
    pub absolute: Duration,
}

impl Default for SessionLifetime {
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(8),
            absolute: Duration::from_hours(7 * 24),
        }
    }
}
