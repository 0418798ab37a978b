//! Sign-in with providers that other people wrote. Each is set up from nothing by a script beside its
//! test, in a folder of its own on a free loopback port. `make interop` brings the programs and runs this; `cargo test`
//! alone does not. What was proved is listed in `docs/providers.md`.

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
#[expect(dead_code, reason = "nobody closes their site and opens it again there")]
#[path = "../real/site.rs"]
mod site;

mod canaille;
mod glewlwyd;
mod lemonldap;
