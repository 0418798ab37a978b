//! A protected page. Run it, open <http://localhost:4040> and sign in.
//!
//! `cargo run -p bff --example protect_a_page -- ISSUER CLIENT_ID [CLIENT_SECRET]`
//!
//! Register `http://localhost:4040/auth/callback/main` at the provider first.
//!
//! `cargo run -p demo --example provider` is a provider to try it with.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use bff::{Bff, BffConfig, KeyRing, MemorySessions, PlainPages, ProviderConfig, Secret, SignedIn};

/// For everybody: no extractor requests who it is.
async fn home() -> Html<&'static str> {
    Html(r#"<a href="/secret">Something for people who are signed in</a>"#)
}

/// Whoever is not signed in gets a page that offers it, and returns here. Signing out is a form: no link does it.
async fn secret(person: SignedIn) -> Html<&'static str> {
    println!("{} reads the secret", person.identity().subject);
    Html(r#"<p>Now you know.</p><form method="post" action="/auth/logout"><button>Log out</button></form>"#)
}

/// The whole site at `url`: our pages inside `protect`, and the addresses of sign-in beside them.
pub(crate) fn site(url: &str, provider: ProviderConfig) -> Result<Router, Box<dyn Error>> {
    // Sessions and keys in memory: a real site stores both (`SqliteSessions`, `KeyRing::load_or_create`).
    let config = BffConfig::new(url.parse()?, KeyRing::ephemeral()).with_provider(provider);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();
    let pages = Router::new().route("/", get(home)).route("/secret", get(secret));
    Ok(bff.protect(pages).merge(bff.router()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let issuer = arguments.next().ok_or("say the issuer")?;
    let client_id = arguments.next().ok_or("say the client id")?;
    let mut provider = ProviderConfig::new("main", &issuer, &client_id)?;
    provider.client_secret = arguments.next().map(Secret::from);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:4040").await?;
    axum::serve(listener, site("http://localhost:4040/", provider)?).await?;
    Ok(())
}
