//! Sign-in with a certified provider of other people: npm `oidc-provider` with everything it
//! offers, in its own process; site and browser as ever. What was proved is listed in `docs/providers.md`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first surprise, and says so in its name"
)]

mod provider;

#[path = "../real/browser.rs"]
mod browser;
#[path = "../real/forms.rs"]
mod forms;
#[path = "../real/journey.rs"]
mod journey;
#[path = "../real/server.rs"]
mod server;
#[path = "../real/site.rs"]
mod site;

#[expect(dead_code, reason = "it can read what it signed, too")]
#[path = "../it/support/client_key.rs"]
mod client_key;

mod apis;
mod client_auth;
mod device;
mod dpop;
mod registration;
mod sign_in;
mod sign_out;
mod step_up;
