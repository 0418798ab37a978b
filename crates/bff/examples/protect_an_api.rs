//! A protected API. Programs send an access token of the issuer; nobody signs in here.
//!
//! `cargo run -p bff --example protect_an_api -- ISSUER AUDIENCE`
//!
//! `curl -H "Authorization: Bearer $TOKEN" http://localhost:4050/messages`
//!
//! `cargo run -p demo --example provider` is a provider to try it with.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use bff::{Bff, BffConfig, Caller, KeyRing, MemorySessions, PlainPages, ProviderConfig};
use serde_json::{Value, json};

/// Only reached with a token that grants `messages:read`. The caller is the subject at that issuer: both together.
async fn messages(caller: Caller) -> Json<Value> {
    Json(json!({ "for": caller.subject, "from": caller.client_id, "messages": ["hello"] }))
}

/// The API at `url`, for tokens of `issuer` that are meant for `audience`. Its keys are read from the issuer, and read
/// again when it changes them; without a token the response is 401, without the scope 403, both with `WWW-Authenticate`.
pub(crate) fn api(url: &str, issuer: &str, audience: &str) -> Result<Router, Box<dyn Error>> {
    let provider = ProviderConfig::new("main", issuer, audience)?;
    let config = BffConfig::new(url.parse()?, KeyRing::ephemeral()).with_provider(provider);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();
    // `bff.introspecting_bearer("main", audience)` instead where tokens cannot be read: the issuer is requested about each.
    let gate = bff.bearer(audience).require(&["messages:read"]);
    Ok(Router::new().route("/messages", get(messages)).layer(gate))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let issuer = arguments.next().ok_or("say the issuer")?;
    let audience = arguments.next().ok_or("say the audience")?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:4050").await?;
    axum::serve(listener, api("http://localhost:4050/", &issuer, &audience)?).await?;
    Ok(())
}
