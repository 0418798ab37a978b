//! Routes, middleware and layers for the site's own routes.

use std::sync::Arc;

use axum::Router;

use super::Bff;
use crate::guard::bearer::{Bearer, TokenVerifier};
use crate::guard::provider::{RequireProvider, UnknownProvider};
use crate::guard::proxy::upstream::{InvalidUpstream, Upstream};
use crate::guard::step_up::{RequireStepUp, StepUpServices};
use crate::guard::{self, proxy};
use crate::router::{self, RouterState};
use crate::sign_in::step_up::StepUp;
use crate::sign_out::SignOuts;

impl Bff {
    /// Every `/auth/...` route. They guard themselves: it does not matter whether they are inside [`Bff::protect`].
    pub fn router(&self) -> Router {
        let (site, services) = (&self.0.lookup.site, self.0.services());
        router::routes(RouterState {
            site: Arc::clone(site),
            sessions: services.sessions.clone(),
            pages: Arc::clone(&self.0.pages),
            devices: self.0.devices.clone(),
            sign_outs: SignOuts {
                site: Arc::clone(site),
                sessions: services.sessions.clone(),
                providers: services.providers.clone(),
                pages: Arc::clone(&self.0.pages),
                tasks: services.tasks.clone(),
            },
        })
    }

    /// Wraps a whole site in middleware: finds the session of each request (without a cookie the store is not read) and puts a
    /// [`SignedIn`](crate::SignedIn) into its extensions; refuses requests that change something and are from
    /// another site.
    pub fn protect(&self, site: Router) -> Router {
        guard::protect(site, self.0.lookup.clone(), Arc::clone(&self.0.pages))
    }

    /// A layer, inside [`Bff::protect`], that lets people pass who are signed in with this provider. Everybody else gets
    /// a page that offers to sign in there and return: 401, or 403 for those who are signed in elsewhere. Signing in
    /// there replaces the session they have.
    ///
    /// # Errors
    /// When there is no provider of that short name.
    pub fn require_provider(&self, provider: &str) -> Result<RequireProvider, UnknownProvider> {
        let providers = &self.0.services().providers;
        RequireProvider::new(providers, provider, Arc::clone(&self.0.pages))
    }

    /// A layer for routes that need step-up authentication; put it inside [`Bff::protect`], outside of which no request passes.
    ///
    /// A person who opens a page is redirected to the provider and back to the same page. A form is not passed on: its
    /// response states that nothing was changed and offers to confirm first. A script or program gets 401 with the challenge of
    /// RFC 9470 §3, and `{"message": …, "sign_in": …}` with the address that leads to the provider. Behind
    /// [`Bearer::require`](crate::Bearer::require) or [`Bearer::or_session`](crate::Bearer::or_session) the token's own
    /// `acr` and `auth_time` count (RFC 9068 §2.2.1).
    ///
    /// If another person signs in at the provider, they get a new session as after every sign-in, and the old session ends.
    #[must_use]
    pub fn require_step_up(&self, step_up: StepUp) -> RequireStepUp {
        let services = self.0.services();
        let services = StepUpServices {
            site: Arc::clone(&self.0.lookup.site),
            pages: Arc::clone(&self.0.pages),
            providers: services.providers.clone(),
            sealer: services.sessions.sealer.clone(),
            clock: services.sessions.clock.clone(),
        };
        RequireStepUp::new(services, step_up)
    }

    /// Verifies JWT access tokens of the configured providers for `audience` (RFC 9068).
    #[must_use]
    pub fn bearer(&self, audience: &str) -> Bearer {
        let verifier = TokenVerifier::Signature(self.0.services().providers.clone());
        Bearer::new(verifier, audience, self.0.lookup.clone())
    }

    /// Like [`Bff::bearer`] for tokens without a readable form: each is introspected at the provider of that id (RFC 7662), an
    /// active one at most once a minute, a refused one at most every five seconds. The response has to name `audience`.
    #[must_use]
    pub fn introspecting_bearer(&self, provider: &str, audience: &str) -> Bearer {
        let verifier = TokenVerifier::Introspection {
            service: Arc::clone(&self.0.introspection),
            provider: provider.into(),
        };
        Bearer::new(verifier, audience, self.0.lookup.clone())
    }

    /// Routes at which pages reach `upstream` with the token of the person who is signed in. They guard themselves: it does not
    /// matter whether they are inside [`Bff::protect`].
    ///
    /// - A request passes when its method is allowed, it is from a page of this site (also if it only reads) and somebody
    ///   is signed in. Cookies, `Authorization`, `Forwarded` and everything else that is not on a short list stay behind; so do
    ///   `Set-Cookie`, CORS headers and policies on the way back.
    /// - Bodies pass piece by piece within [`ProxyLimits`](crate::ProxyLimits). Redirects are not followed, and not passed on:
    ///   502. Upgrades (WebSocket) are not passed on: 501, and 502 where the upstream begins one.
    /// - After a response of 401 the token is refreshed and the request retried once, if the body was small enough to be buffered
    ///   (64 KiB). What remains a
    ///   401 is `{"message", "reason"}` with `reason` one of `no_session`, `sign_in_again`, `token_refused`, and `step_up` with
    ///   `acr_values` and `max_age` where the API challenges by RFC 9470. A provider without a response is 503 with `Retry-After`.
    /// - Answers are `no-store` and inert: an HTML page of the API runs nothing here.
    ///
    /// # Errors
    /// When the settings of the upstream can never pass, or no provider gives tokens for its audience.
    pub fn proxy(&self, upstream: Upstream) -> Result<Router, InvalidUpstream> {
        proxy::routes(upstream, self.0.lookup.clone(), &self.0.services().providers)
    }
}
