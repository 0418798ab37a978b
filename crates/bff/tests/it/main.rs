//! The rules of the checklist, tested over HTTP: one file per chapter; a test's name begins with the rule's id.
//!
//! Site, provider, database and browser are real and connected by TCP; only the clock is controlled by the test. The provider is
//! the demo's, which can be made hostile.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first surprise, and says so in its name"
)]

mod after_callback;
mod auth0;
mod b2c;
mod back_channel;
mod bad_input;
mod bearer;
mod browser_rules;
mod callback;
mod claims;
mod client_auth;
mod client_tokens;
mod combined;
mod cookies;
mod database;
mod device;
mod device_pace;
mod discovery;
mod dpop;
mod entra;
mod events;
mod examples;
mod failures;
mod front_channel;
mod id_token;
mod initiate;
mod introspection;
mod lifetime;
mod logout_token;
mod measured;
mod other_tokens;
mod proxy;
mod proxy_apis;
mod proxy_limits;
mod proxy_proofs;
mod proxy_tokens;
mod pushed;
mod refresh;
mod refresh_end;
mod registration;
mod registration_proof;
mod renewal;
mod replicas;
mod rotation;
mod session_data;
mod sessions;
mod several;
mod sign_in;
mod sign_in_cost;
mod sign_out;
mod signatures;
mod starting;
mod step_up;
mod support;
mod tenants;
mod tokens;
mod uncommitted;
mod user_flows;
mod userinfo;
mod userinfo_modes;
