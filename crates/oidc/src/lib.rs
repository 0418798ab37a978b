//! The protocol of an OpenID Connect relying party: requests to a provider and validation of its responses. It knows
//! no web framework, no session and no database: [`bff`](https://docs.rs/bff) is built on it.
//!
//! One [`Provider`] per configured issuer; [`Providers`] are those of a site.
//!
//! | subject | module |
//! |---|---|
//! | Provider and client: configuration, addresses | [`config`], [`provider`], [`client_addresses`] |
//! | HTTP client, allowed addresses, metrics | [`http`], [`address`], [`measured`] |
//! | Client authentication | `client_auth`, `assertion`, [`signing`] |
//! | DPoP: proofs, nonces, retries | [`proof`], [`dpop`], [`nonces`] |
//! | Discovery of metadata and endpoints | [`discovery`], [`metadata`] |
//! | Signing keys of a provider | [`keys`], `signer` |
//! | Signed tokens (JWS) and the times in them | [`jws`], [`token_time`] |
//! | Authorization request, pushed request, device authorization request | [`authorization_request`], [`pushed`], [`device_authorization`] |
//! | Authorization response | [`authorization_response`] |
//! | Token endpoint and access tokens | [`token_endpoint`], [`access_token`] |
//! | Verification of ID tokens | [`id_token`] |
//! | Userinfo and the claims of a person | [`profile`] |
//! | Subjects and session ids | [`identifier`] |
//! | Verification of logout tokens | [`logout_token`] |
//! | Verification of access tokens | [`jwt_access_token`], [`introspection`] |
//! | Revocation | [`revocation`] |
//! | Dynamic client registration | [`registration`] |
//! | User flows | `flow` |
//! | Error codes and error chains | [`error`] |

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
pub mod token_time;

pub use self::provider::{Provider, Providers};
