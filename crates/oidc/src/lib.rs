//! The protocol of an OpenID Connect relying party: what is sent to a provider, and which of its answers are believed. It knows
//! no web framework, no session and no database: [`bff`](https://docs.rs/bff) is built on it.
//!
//! One [`Provider`] per configured issuer; [`Providers`] are those of a site.
//!
//! | question | module |
//! |---|---|
//! | Who is the provider, and who are we there? | [`config`], [`provider`], [`client_addresses`] |
//! | How is a request sent? | [`http`], [`address`], [`measured`] |
//! | How does the client authenticate? | `client_auth`, `assertion`, [`signing`] |
//! | How is a token bound to a key (DPoP)? | [`proof`], [`dpop`], [`nonces`] |
//! | Where are the endpoints? | [`discovery`], [`metadata`] |
//! | Which keys sign? | [`keys`], `signer` |
//! | What is a signed token? | [`jws`] |
//! | What is asked for at a sign-in? | [`authorization_request`], [`pushed`], [`device_authorization`] |
//! | What came back from a sign-in? | [`authorization_response`] |
//! | What does the token endpoint answer? | [`token_endpoint`], [`access_token`] |
//! | Is this ID token good? | [`id_token`] |
//! | What else does the provider know of the person? | [`profile`] |
//! | Which texts identify somebody? | [`identifier`] |
//! | Is this logout token good? | [`logout_token`] |
//! | Is a token good now? | [`moments`] |
//! | Is this access token good? | [`jwt_access_token`], [`introspection`] |
//! | How is a token revoked? | [`revocation`] |
//! | How does a client register itself? | [`registration`] |
//! | What can be done there besides signing in? | `flow` |
//! | How is an error written to a log? | [`error`] |

pub mod access_token;
pub mod address;
mod assertion;
pub mod authorization_request;
pub mod authorization_response;
pub mod client_addresses;
mod client_auth;
pub mod config;
pub mod device_authorization;
pub mod discovery;
pub mod dpop;
pub mod error;
mod error_response;
mod flow;
pub mod http;
pub mod id_token;
pub mod identifier;
pub mod introspection;
pub mod jws;
pub mod jwt_access_token;
pub mod keys;
pub mod logout_token;
pub mod measured;
pub mod metadata;
pub mod moments;
pub mod nonces;
pub mod profile;
pub mod proof;
pub mod provider;
pub mod pushed;
pub mod registration;
pub mod revocation;
mod signer;
pub mod signing;
pub mod token_endpoint;

pub use self::provider::{Provider, Providers};
