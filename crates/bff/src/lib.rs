//! A backend-for-frontend for axum: signs people in with any OpenID Connect provider and stores every token on the server.
//!
//! The browser holds one cookie with a random number. Identity and tokens are sealed on the server, with a key that
//! needs that number: a copy of the database opens nothing. Everything works without JavaScript.
//!
//! # The tour
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use axum::Router;
//! use axum::routing::get;
//! use bff::{Bff, BffConfig, KeyRing, MemorySessions, PlainPages, ProviderConfig, SignedIn};
//!
//! async fn home(person: Option<SignedIn>) -> String {
//!     person.map_or_else(|| "hello, stranger".to_owned(), |p| format!("hello, {}", p.identity().subject))
//! }
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let config = BffConfig::new("http://localhost:4040/".parse()?, KeyRing::ephemeral())
//!     .with_provider(ProviderConfig::new("demo", "http://localhost:4041", "portico")?);
//! let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
//! bff.start();
//! let site = bff.protect(Router::new().route("/", get(home))).merge(bff.router());
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:4040").await?, site).await?;
//! # Ok(())
//! # }
//! ```
//!
//! 1. [`BffConfig`] configures the site, [`ProviderConfig`] a provider. [`Bff::new`] lists everything that is
//!    wrong with them ([`ConfigError`]) and sends no request. [`ProviderConfig::entra`], `entra_multi_tenant`, `b2c` and
//!    `auth0` are presets; [`Registration`] lets the site register itself. `client_auth` is the client authentication,
//!    `pushed_requests` sends authorization requests past the browser, `dpop` binds tokens to a key.
//! 2. [`Bff::router`] has the routes: `/auth/login`, `/auth/signup`, `/auth/callback/{provider}`, `/auth/logout`
//!    (POST), `/auth/signed-out`, `/auth/session`, `/auth/edit-profile`, `/auth/initiate`, `/auth/device`, and the two
//!    logout channels. Link to them with `rel="external"` if a router in the browser
//!    would handle the click; sign out by a form.
//! 3. [`Bff::protect`] wraps the site in middleware. Handlers take [`SignedIn`], or `Option<SignedIn>`; requests that change something
//!    and are from another site are refused.
//!    [`Bff::require_provider`] requires one of several providers, [`Bff::require_step_up`] a stronger or more recent sign-in.
//! 4. [`SignedIn::access_token`] returns a token for an API, refreshed when needed; one refresh request is sent, however many
//!    requests and replicas need the token. [`SignedIn::access_token_for`] returns one for another API or fewer scopes;
//!    [`Bff::proxy`] adds it to requests of your pages.
//! 5. [`Bff::bearer`] protects an API of your own: [`Bearer::require`] is a layer, [`Caller`] an extractor.
//!    [`Bff::introspecting_bearer`] introspects tokens that only their provider can read; [`Bearer::or_session`] accepts
//!    sessions as well, with the extractor [`Combined`].
//! 6. [`SignedIn::sessions`] and [`Bff::sessions_of`] list the sessions of a person, which can be ended one by one; a provider
//!    ends sessions by `/auth/backchannel-logout/{provider}`.
//!    A handler behind [`Bff::protect`] or [`Bearer::or_session`] stores data of its own in the session (a flash message, a draft) with the
//!    extractor [`tower_sessions::Session`]: sealed, at most 64 kB, stored after the handler if it has changed, and gone when the session
//!    ends or the person signs in again. Of requests at the same time each stores the keys it has changed; of one key the later change
//!    stays. `delete`, `flush` and `cycle_id` act on the data alone, and an expiry set there does nothing. Without a session it is
//!    empty and nothing is stored. A `SessionManagerLayer` of the application's own belongs inside [`Bff::protect`].
//! 7. [`Bff::client_token`] returns a token for the application itself; [`Bff::readiness`] whether people can sign in.
//!    [`Bff::proxy`] is a reverse proxy for an API at a path of this site, which adds the person's token.
//! 8. [`Pages`] renders the few pages in your own style. [`SessionStore`] is the contract of session stores:
//!    [`MemorySessions`] until the process ends, `SqliteSessions` (feature `sqlite`) in a file, and `PostgresSessions`
//!    (feature `postgres`) for several replicas: they share the database and the key ring, and nothing else.
//!
//! # What it follows
//!
//! OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel and Front-Channel
//! Logout 1.0, Form Post Response Mode, Dynamic Client Registration 1.0; RFC 6749, 6750, 7009, 7519, 7521, 7523, 7591,
//! 7636, 7638, 7662, 8628, 8707, 9068, 9126, 9207, 9449, 9470 and the advice of RFC 9700.
//!
//! # Where to read on
//!
//! | what | module |
//! |---|---|
//! | The facade: one site | `bff` |
//! | Its public address and its cookies | `site`, `cookies` |
//! | Configuration | [`config`] |
//! | Routes | `router` |
//! | The protocol with a provider | the crate `oidc` |
//! | Signing in, signing out | `sign_in`, `sign_out` |
//! | Sessions and their stores | `session` |
//! | Access tokens: refresh, cache, client credentials | `tokens` |
//! | Middleware, extractors, bearer APIs, reverse proxy | `guard` |
//! | The return path after signing in: no open redirect | `return_path` |
//! | Sealing texts of the application | `sealed_text` |
//! | Background tasks and shutdown | `tasks` |
//! | Single flight and caches | `single_flight`, `cache` |
//! | Log lines and metrics | `event` |
//! | Every failure, and what an operator does about it | [`failures`] |
//! | Error pages and other pages | `problem`, `pages` |
//! | Causes of an error for the log, and references | `diagnostics` |

mod bff;
mod cache;
pub mod config;
mod cookies;
mod diagnostics;
mod event;
pub mod failures;
mod guard;
mod pages;
mod problem;
mod return_path;
mod router;
mod sealed_text;
mod session;
mod sign_in;
mod sign_out;
mod single_flight;
mod site;
mod tasks;
mod tokens;

pub use self::bff::{Bff, ProviderStatus};
pub use self::config::check::ConfigError;
pub use self::config::key_ring::{KeyRing, KeyRingError};
pub use self::config::{BffConfig, SessionLifetime};
pub use self::diagnostics::new_reference;
pub use self::guard::bearer::{Bearer, RequireBearer};
pub use self::guard::caller::Caller;
pub use self::guard::combined::{Combined, RequireCombined};
pub use self::guard::layer::Guarded;
pub use self::guard::provider::{RequireProvider, UnknownProvider};
pub use self::guard::proxy::upstream::{InvalidUpstream, ProxyLimits, Upstream};
pub use self::guard::signed_in::SignedIn;
pub use self::guard::step_up::RequireStepUp;
pub use self::pages::{DeviceCode, Pages, PlainPages, Problem, ProviderLink, ProviderLogoutForm, SignedOut};
pub use self::return_path::ReturnPath;
pub use self::sealed_text::TextSealer;
pub use self::session::Identity;
pub use self::session::creation::{CreateOptions, Created, EndMarker};
pub use self::session::index::{NotASessionRef, SessionRef, SessionRow, SessionSelector};
pub use self::session::key_value::KeyValue;
pub use self::session::lease::Fence;
pub use self::session::list::{SessionInfo, SessionsUnavailable};
pub use self::session::memory::MemorySessions;
pub use self::session::person_key::{NOBODY, PERSON_HEADER};
#[cfg(feature = "postgres")]
pub use self::session::postgres::PostgresSessions;
#[cfg(feature = "sqlite")]
pub use self::session::sqlite::SqliteSessions;
pub use self::session::store::{
    SealedData, SealedParts, SealedSession, SessionRecord, SessionStore, SessionStoreError, SessionUpdate, StoreResult,
    Updated,
};
pub use self::session::token_set::TokenRequest;
pub use self::sign_in::step_up::StepUp;
pub use self::single_flight::{Interrupted, SharedResult, SingleFlight};
pub use self::tasks::BackgroundTasks;
pub use self::tokens::TokenError;
pub use self::tokens::client::ClientTokenRequest;
pub use oidc::access_token::{AccessToken, ProofError};
pub use oidc::address::is_loopback;
pub use oidc::config::check::ConfigProblem;
pub use oidc::config::client_auth::ClientAuthMethod;
pub use oidc::config::clock::Clock;
pub use oidc::config::issuer::IssuerRule;
pub use oidc::config::preset::{B2cFlows, B2cTenant, EntraAudience, PresetError};
pub use oidc::config::private_key::{PrivateKey, PrivateKeyError};
pub use oidc::config::registration::Registration;
pub use oidc::config::secret::Secret;
pub use oidc::config::sign_out_address::SignOutAddress;
pub use oidc::config::user_flow::{EDIT_PROFILE, ErrorAction, ErrorRule, FlowEnd, UserFlow};
pub use oidc::config::userinfo::UserinfoMode;
pub use oidc::config::{HttpLimits, InvalidProviderId, ProviderConfig, ProviderId, PushedRequests, ResponseMode};
pub use oidc::error::error_chain;
pub use oidc::profile::find_claim;

/// The extractor [`tower_sessions::Session`] stores data of the application in a person's session; see the tour.
pub use tower_sessions;

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
