//! Calls an API for the signed-in person. The token stays on the server and is renewed there.
//!
//! `cargo run -p bff --example call_an_api -- ISSUER CLIENT_ID CLIENT_SECRET AUDIENCE API_URL`

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use bff::{
    Bff, BffConfig, KeyRing, MemorySessions, PlainPages, ProviderConfig, Secret, SignedIn, TokenError, Upstream,
};
use http::StatusCode;

type Api = (reqwest::Client, String);

/// On the server: requests the API with the person's token. Three kinds of refusal, three answers.
async fn call_api(person: SignedIn, State((http, url)): State<Api>) -> Result<String, StatusCode> {
    let token = person.access_token().await.map_err(|error| match error {
        TokenError::SignInAgain => StatusCode::UNAUTHORIZED,
        TokenError::ProviderUnavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        TokenError::NotGranted => StatusCode::FORBIDDEN,
    })?;
    let answer = http.get(url).bearer_auth(token.secret()).send().await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// The whole site at `url`. Scripts of its pages reach the API at `/api/…`: `fetch("/api/7")` requests `{api}/7`.
pub(crate) fn site(url: &str, provider: ProviderConfig, api: &str) -> Result<Router, Box<dyn Error>> {
    let audience = provider.audience.clone().ok_or("say the audience of the API")?;
    let config = BffConfig::new(url.parse()?, KeyRing::ephemeral()).with_provider(provider);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages))?;
    bff.start();
    let passed_on = bff.proxy(Upstream::new("/api", api)?.audience(audience))?;
    #[expect(clippy::disallowed_methods, reason = "an example may call its API as it likes")]
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let state: Api = (http.build()?, api.to_owned());
    let site = Router::new().route("/", get(call_api)).with_state(state);
    Ok(bff.protect(site.merge(passed_on)).merge(bff.router()))
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
    let more = ["offline_access", "messages:read"];
    provider.scopes.extend(more.map(str::to_owned));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4040").await?;
    axum::serve(listener, site("http://localhost:4040/", provider, api)?).await?;
    Ok(())
}
