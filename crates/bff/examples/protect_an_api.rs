//! How is an API protected? Programs bring an access token of the issuer; nobody signs in here.
//!
//! `cargo run -p bff --example protect_an_api -- ISSUER AUDIENCE`
//!
//! `curl -H "Authorization: Bearer $TOKEN" http://localhost:4050/messages`

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use bff::{Bff, BffConfig, Caller, KeyRing, MemorySessions, PlainPages, ProviderConfig};
use serde_json::{Value, json};

/// Only reached with a token that grants `messages:read`.
async fn messages(caller: Caller) -> Json<Value> {
    Json(json!({ "for": caller.subject, "from": caller.client_id, "messages": ["hello"] }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let issuer = arguments.next().ok_or("say the issuer")?;
    let audience = arguments.next().ok_or("say the audience")?;

    let config = BffConfig::new("http://localhost:4050/".parse()?, KeyRing::ephemeral())
        .with_provider(ProviderConfig::new("main", &issuer, &audience)?);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();

    let protected = Router::new()
        .route("/messages", get(messages))
        .layer(bff.bearer(&audience).require(&["messages:read"]));
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:4050").await?, protected).await?;
    Ok(())
}
