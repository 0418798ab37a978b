//! Stores a draft and a flash message in the person's session. Run it, open <http://localhost:4040/draft> and sign in.
//! `cargo run -p bff --example store_data -- ISSUER CLIENT_ID [CLIENT_SECRET]`
//! Register `http://localhost:4040/auth/callback/main` at the provider first, or try `cargo run -p demo --example provider`.

use std::{env, error::Error, sync::Arc};

use axum::response::Redirect;
use axum::routing::get;
use axum::{Form, Router};
use bff::tower_sessions::Session;
use bff::{Bff, BffConfig, KeyRing, MemorySessions, PlainPages, ProviderConfig, Secret, SignedIn};
use http::StatusCode;

/// What could not be read or stored is an error of the page.
fn failed(_: bff::tower_sessions::session::Error) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

/// The message is shown once; the draft stays until the session ends.
async fn show(_: SignedIn, session: Session) -> Result<String, StatusCode> {
    let message: Option<String> = session.remove("message").await.map_err(failed)?;
    let draft: Option<String> = session.get("draft").await.map_err(failed)?;
    Ok(format!("{} {}", message.unwrap_or_default(), draft.unwrap_or_default()))
}

/// Stored when the handler is done, sealed, and gone with the sign-out.
async fn store(
    _: SignedIn,
    session: Session,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Redirect, StatusCode> {
    for (_, text) in fields.iter().filter(|(name, _)| name == "text") {
        session.insert("draft", text).await.map_err(failed)?;
    }
    session.insert("message", "Stored.").await.map_err(failed)?;
    Ok(Redirect::to("/draft"))
}

/// The whole site at `url`.
pub(crate) fn site(url: &str, provider: ProviderConfig) -> Result<Router, Box<dyn Error>> {
    let config = BffConfig::new(url.parse()?, KeyRing::ephemeral()).with_provider(provider);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();
    let pages = Router::new().route("/draft", get(show).post(store));
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
