//! As whom are we known at the provider? As the configuration says, or as the provider answered when we registered ourselves:
//! that is done once, kept sealed in the store of sessions, and shared by all replicas (RFC 7591 §3).

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::http::HttpClient;
use crate::config::clock::Clock;
use crate::config::registration::Registration;
use crate::config::secret::Secret;
use crate::config::{BffConfig, ProviderConfig};
use crate::problem::{chain, plain};
use crate::session::index::note_name;
use crate::session::seal::Sealer;
use crate::session::store::SessionRecords;
use crate::sign_in::device;

const PURPOSE: &str = "registered client";
/// A secret that ends sooner is of no use any more; seconds.
const MARGIN: i64 = 60;

/// Who we are at a provider.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// None for a public client.
    pub(crate) secret: Option<Secret>,
}

/// A registration as it is kept, by the names the provider gives its members.
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names of RFC 7591 §3.2.1")]
struct Kept {
    client_id: String,
    client_secret: Option<String>,
    /// Seconds since 1970; 0 and nothing mean never (Dynamic Client Registration 1.0 §3.2).
    client_secret_expires_at: Option<i64>,
}

impl Kept {
    fn is_good(&self, now: i64) -> bool {
        let until = self.client_secret_expires_at.unwrap_or_default();
        until == 0 || until > now + MARGIN
    }
}

/// Registers the site at one provider.
#[derive(Debug)]
pub(crate) struct Registrar {
    registration: Registration,
    name: [u8; 32],
    metadata: Map<String, Value>,
    http: Arc<HttpClient>,
    clock: Clock,
    sealer: Sealer,
    records: Arc<dyn SessionRecords>,
    client: OnceLock<Client>,
}

impl Registrar {
    /// Nothing where the configuration has a client, or for what is no provider of its own.
    pub(crate) fn new(
        config: &ProviderConfig,
        site: &BffConfig,
        http: &Arc<HttpClient>,
        (sealer, records): (&Sealer, &Arc<dyn SessionRecords>),
    ) -> Option<Self> {
        let registration = config.registration.clone()?;
        Some(Self {
            // Under another address the site is another client.
            name: note_name("registration", [&config.issuer, site.public_url.as_str()]),
            metadata: metadata(config, site, &registration),
            registration,
            http: Arc::clone(http),
            clock: site.clock.clone(),
            sealer: sealer.clone(),
            records: Arc::clone(records),
            client: OnceLock::new(),
        })
    }

    /// Who we are, once that is known.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.client.get()
    }

    /// Finds out who we are: from what is kept, or from the provider at `endpoint`. Called by one at a time.
    pub(crate) async fn register(&self, endpoint: Option<&Url>) -> Result<(), String> {
        if self.client.get().is_some() {
            return Ok(());
        }
        let kept = if let Some(kept) = self.kept().await? {
            kept
        } else {
            let endpoint = endpoint.ok_or("the provider offers no registration")?;
            let answered = self.ask(endpoint).await?;
            self.keep(&answered).await?
        };
        let client = Client {
            id: kept.client_id,
            secret: kept.client_secret.map(Secret::from),
        };
        let _ = self.client.set(client);
        Ok(())
    }

    fn bound_to(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.name)
    }

    /// What is kept and still good. What cannot be opened, or is over, makes room.
    async fn kept(&self) -> Result<Option<Kept>, String> {
        let found = self.records.kept(self.name).await.map_err(|e| chain(&e))?;
        let Some(sealed) = found else { return Ok(None) };
        let opened = self.sealer.open_cookie::<Kept>(PURPOSE, &self.bound_to(), &sealed);
        let now = self.clock.now().unix_timestamp();
        match opened {
            Ok(kept) if kept.is_good(now) => Ok(Some(kept)),
            _ => {
                let gone = self.records.drop_kept(self.name, &sealed).await;
                gone.map(|()| None).map_err(|e| chain(&e))
            }
        }
    }

    /// Keeps `answered`, unless another replica was faster: then that one's is used.
    async fn keep(&self, answered: &Kept) -> Result<Kept, String> {
        let sealed = self.sealer.seal_cookie(PURPOSE, &self.bound_to(), answered);
        let sealed = sealed.map_err(|e| chain(&e))?;
        let stays = self.records.keep(self.name, &sealed).await.map_err(|e| chain(&e))?;
        let opened = self.sealer.open_cookie(PURPOSE, &self.bound_to(), &stays);
        opened.map_err(|e| chain(&e))
    }

    async fn ask(&self, endpoint: &Url) -> Result<Kept, String> {
        let token = self.registration.initial_access_token.as_ref();
        let asked = self.http.post_json(endpoint, token, &self.metadata).await;
        let answer = asked.map_err(|e| format!("registering failed: {}", chain(&e)))?;
        if answer.status != StatusCode::CREATED && answer.status != StatusCode::OK {
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let error = said.get("error").and_then(Value::as_str).unwrap_or_default();
            let status = answer.status;
            return Err(format!("the provider registers nobody: {status} {}", plain(error, 64)));
        }
        let kept: Kept =
            serde_json::from_slice(&answer.body).map_err(|_| "the answer to registering cannot be read".to_owned())?;
        let answered: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
        // What it registered may differ from what was asked for (RFC 7591 §3.2.1); where codes go must not.
        let is_ours = |uris: &Value| Some(uris) == self.metadata.get("redirect_uris");
        if kept.client_id.is_empty() || !answered.get("redirect_uris").is_none_or(is_ours) {
            return Err("the provider registered somebody else".to_owned());
        }
        tracing::info!(target: "bff", "the site registered itself at the provider");
        Ok(kept)
    }
}

/// Client metadata (RFC 7591 §2, and the logout specifications).
fn metadata(config: &ProviderConfig, site: &BffConfig, registration: &Registration) -> Map<String, Value> {
    let here = |path: &str| format!("{}auth/{path}", site.public_url);
    let mut grants = vec!["authorization_code", "refresh_token"];
    if config.device_sign_in {
        grants.push(device::GRANT);
    }
    let own = json!({
        "application_type": "web",
        "client_name": registration.client_name,
        "redirect_uris": [here(&format!("callback/{}", config.id))],
        "response_types": ["code"],
        "grant_types": grants,
        "token_endpoint_auth_method": "client_secret_basic",
        "post_logout_redirect_uris": [here("signed-out")],
        "backchannel_logout_uri": here(&format!("backchannel-logout/{}", config.id)),
        "backchannel_logout_session_required": true,
    });
    let mut metadata = registration.extra.clone();
    metadata.extend(own.as_object().cloned().unwrap_or_default());
    // Core §4: only by https.
    if site.public_url.scheme() == "https" {
        metadata.insert("initiate_login_uri".to_owned(), here("initiate").into());
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn si_5_a_secret_is_good_until_it_ends_or_for_ever() {
        let kept = |until| Kept {
            client_id: "c".to_owned(),
            client_secret: None,
            client_secret_expires_at: until,
        };
        assert!(kept(None).is_good(1_000) && kept(Some(0)).is_good(1_000) && kept(Some(2_000)).is_good(1_000));
        assert!(!kept(Some(1_000)).is_good(1_000) && !kept(Some(1_030)).is_good(1_000));
    }
}
