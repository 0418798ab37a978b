//! TO-7 of the features: the examples run. Each is built by its own function, served on a port, and used as a person
//! or a program would, against the demo's provider.

use std::net::SocketAddr;

use axum::Router;
use bff::{ProviderConfig, Secret};
use demo::{Demo, DemoConfig, DemoHandle, Kind};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::support::{Browser, plain_client};

#[path = "../../examples/call_an_api.rs"]
#[expect(dead_code, reason = "its main reads a command line")]
mod call_an_api;
#[path = "../../examples/protect_a_page.rs"]
#[expect(dead_code, reason = "its main reads a command line")]
mod protect_a_page;
#[path = "../../examples/protect_an_api.rs"]
#[expect(dead_code, reason = "its main reads a command line")]
mod protect_an_api;
#[path = "../../examples/store_data.rs"]
#[expect(dead_code, reason = "its main reads a command line")]
mod store_data;

const AUDIENCE: &str = "https://api.portico.example";

/// A port for the example, and a provider that knows of it.
struct Stage {
    listener: TcpListener,
    address: SocketAddr,
    url: Url,
    demo: DemoConfig,
    handle: DemoHandle,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url: Url = format!("http://{address}/").parse().unwrap();
        let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut demo = DemoConfig::new(provider.local_addr().unwrap(), url.clone());
        demo.redirect_uris = vec![format!("{url}auth/callback/main")];
        demo.faults.auto = Some("alice".to_owned());
        let running = Demo::new(demo.clone()).unwrap();
        let (router, handle) = (running.router(), running.handle());
        tokio::spawn(async move { axum::serve(provider, router).await });
        Self {
            listener,
            address,
            url,
            demo,
            handle,
        }
    }

    fn provider(&self) -> ProviderConfig {
        let mut provider = ProviderConfig::new("main", &self.demo.issuer, &self.demo.client_id).unwrap();
        provider.client_secret = Some(Secret::from(self.demo.client_secret.as_str()));
        provider
    }

    /// Serves the example; the browser has not been there.
    fn open(self, example: Router) -> Browser {
        tokio::spawn(async move { axum::serve(self.listener, example).await });
        Browser::new(plain_client(), self.url, self.address)
    }
}

#[tokio::test]
async fn to_7_the_example_stores_data() {
    let stage = Stage::new().await;
    let site = store_data::site(stage.url.as_str(), stage.provider()).unwrap();
    let mut browser = stage.open(site);
    assert_eq!(browser.open("/draft").await.status, 401);
    browser.sign_in_by("/auth/login?return_to=/draft", "alice").await;
    assert_eq!(browser.submit("/draft", &[("text", "once upon")]).await.status, 303);
    assert_eq!(browser.open("/draft").await.body, "Stored. once upon");
    assert_eq!(
        browser.open("/draft").await.body,
        " once upon",
        "the message is shown once"
    );
}

#[tokio::test]
async fn to_7_the_example_protects_a_page() {
    let stage = Stage::new().await;
    let site = protect_a_page::site(stage.url.as_str(), stage.provider()).unwrap();
    let mut browser = stage.open(site);
    assert_eq!(browser.open("/").await.status, 200);
    let page = browser.open("/secret").await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("/auth/login?return_to=%2Fsecret"), "{}", page.body);
    let page = browser.sign_in_by("/auth/login?return_to=/secret", "alice").await;
    assert_eq!(page.location().path(), "/secret");
    assert!(browser.open("/secret").await.body.contains("Now you know."));
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
    assert_eq!(browser.open("/secret").await.status, 401);
}

#[tokio::test]
async fn to_7_the_example_protects_an_api() {
    let stage = Stage::new().await;
    // Somebody has to have a token; they get it from a site that is not this one.
    let site = call_an_api::site(stage.url.as_str(), calling(&stage), "http://localhost:1/").unwrap();
    let api = protect_an_api::api("http://localhost:4050/", &stage.demo.issuer, AUDIENCE).unwrap();
    let (handle, listener) = (stage.handle.clone(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("http://{}/messages", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, api).await });
    let mut browser = stage.open(site);
    browser.sign_in_by("/auth/login", "alice").await;
    let token = handle.newest(Kind::AccessToken).unwrap();

    let client = plain_client();
    let without = client.get(&url).send().await.unwrap();
    assert_eq!(
        (
            without.status().as_u16(),
            &without.headers()["www-authenticate"] == "Bearer"
        ),
        (401, true)
    );
    let with = client.get(&url).bearer_auth(&token).send().await.unwrap();
    let shown: Value = serde_json::from_str(&with.text().await.unwrap()).unwrap();
    assert_eq!(
        shown,
        json!({ "for": "alice", "from": "portico", "messages": ["hello"] })
    );
}

fn calling(stage: &Stage) -> ProviderConfig {
    let mut provider = stage.provider();
    provider.audience = Some(AUDIENCE.to_owned());
    provider.scopes.push("messages:read".to_owned());
    provider
}

#[tokio::test]
async fn to_7_the_example_calls_an_api() {
    let stage = Stage::new().await;
    let api = format!("{}/api/messages/protected", stage.demo.issuer);
    let site = call_an_api::site(stage.url.as_str(), calling(&stage), &api).unwrap();
    let handle = stage.handle.clone();
    let mut browser = stage.open(site);
    assert_eq!(browser.open("/").await.status, 401);
    browser.sign_in_by("/auth/login", "alice").await;
    let by_handler = browser.open("/").await;
    assert_eq!(by_handler.status, 200);
    assert!(
        by_handler.body.contains("your access token opened it"),
        "{}",
        by_handler.body
    );
    assert!(!browser.received.contains(&handle.newest(Kind::AccessToken).unwrap()));
}

#[tokio::test]
async fn to_7_the_example_lets_scripts_call_an_api() {
    let stage = Stage::new().await;
    let api = format!("{}/api/messages/", stage.demo.issuer);
    let site = call_an_api::site(stage.url.as_str(), calling(&stage), &api).unwrap();
    let handle = stage.handle.clone();
    let mut browser = stage.open(site);
    assert_eq!(browser.open("/api/protected").await.status, 401);
    browser.sign_in_by("/auth/login", "alice").await;
    let page = browser.open("/api/protected").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("your access token opened it"), "{}", page.body);
    assert_eq!(browser.open("/api/admin").await.status, 403, "the API's own refusal");
    assert!(!browser.received.contains(&handle.newest(Kind::AccessToken).unwrap()));
}
