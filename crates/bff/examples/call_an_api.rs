//! How is an API called for the person who is signed in? The token stays on the server and is renewed there.
//!
//! `cargo run -p bff --example call_an_api -- ISSUER CLIENT_ID CLIENT_SECRET AUDIENCE API_URL`

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use bff::{Bff, BffConfig, KeyRing, MemorySessions, PlainPages, ProviderConfig, Secret, SignedIn, TokenError};
use http::{Method, StatusCode};
use url::Url;

/// Asks the API with the person's token, and with a proof where the token is bound to a key. Three kinds of refusal, three
/// answers.
async fn ask(person: SignedIn, State((http, url)): State<(reqwest::Client, Url)>) -> Result<String, StatusCode> {
    let token = person.access_token().await.map_err(|error| match error {
        TokenError::SignInAgain => StatusCode::UNAUTHORIZED,
        TokenError::ProviderUnavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        TokenError::NotGranted => StatusCode::FORBIDDEN,
    })?;
    let send = async || {
        let proof = token.proof(&Method::GET, &url).ok()?;
        let mut request = http.get(url.clone());
        request = request.header("authorization", format!("{} {}", token.scheme(), token.secret()));
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        request.send().await.ok()
    };
    let mut answer = send().await.ok_or(StatusCode::BAD_GATEWAY)?;
    if token.wants_again(&url, answer.status(), answer.headers()) {
        answer = send().await.ok_or(StatusCode::BAD_GATEWAY)?;
    }
    answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [issuer, client_id, secret, audience, api] = arguments.as_slice() else {
        return Err("say ISSUER CLIENT_ID CLIENT_SECRET AUDIENCE API_URL".into());
    };
    let mut provider = ProviderConfig::new("main", issuer, client_id)?;
    provider.client_secret = Some(Secret::from(secret.as_str()));
    provider.audience = Some(audience.clone());
    provider
        .scopes
        .extend(["offline_access", "messages:read"].map(str::to_owned));

    let config = BffConfig::new("http://localhost:4040/".parse()?, KeyRing::ephemeral()).with_provider(provider);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();

    #[expect(clippy::disallowed_methods, reason = "an example may call its API as it likes")]
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let site = Router::new().route("/", get(ask)).with_state((http, api.parse()?));
    let site = bff.protect(site).merge(bff.router());
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:4040").await?, site).await?;
    Ok(())
}
