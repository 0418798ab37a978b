//! Where the registration of the site at a provider is stored: beside the sessions, sealed, and sealed again when the key ring changes.
//! When the site registers itself is decided in [`oidc::registration`].

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::client_addresses::ClientAddresses;
use oidc::registration::{RegistrationStore, StoreUnavailable};
use serde_json::Value;

use super::key_value::{KeyValue, entry_key};
use super::seal::Sealer;
use crate::problem::error_chain;

const PURPOSE: &str = "registered client";

/// The registration at one provider, for one redirect address: with another one the site is another client.
#[derive(Debug)]
pub(crate) struct RegistrationEntry {
    key: [u8; 32],
    bound_to: String,
    sealer: Sealer,
    entries: Arc<dyn KeyValue>,
}

impl RegistrationEntry {
    pub(crate) fn new(issuer: &str, addresses: &ClientAddresses, sealer: Sealer, entries: Arc<dyn KeyValue>) -> Self {
        let key = entry_key("registration", [issuer, &addresses.redirect_uri]);
        Self {
            key,
            bound_to: URL_SAFE_NO_PAD.encode(key),
            sealer,
            entries,
        }
    }

    fn open(&self, sealed: &str) -> Option<Value> {
        self.sealer.open_cookie(PURPOSE, &self.bound_to, sealed).ok()
    }

    /// Seals the entry with the newest key, so that the key ring may lose the one that sealed it. The registration is good whether
    /// or not that works.
    async fn reseal(&self, sealed: &str) {
        if let Ok(Some(resealed)) = self.sealer.reseal_cookie(PURPOSE, &self.bound_to, sealed)
            && let Err(error) = self.entries.replace_if(self.key, sealed, &resealed).await
        {
            tracing::warn!(target: "bff", error = error_chain(&error), "the registration could not be sealed anew");
        }
    }
}

fn unavailable(error: impl std::error::Error) -> StoreUnavailable {
    StoreUnavailable(error_chain(&error))
}

#[async_trait]
impl RegistrationStore for RegistrationEntry {
    /// An entry that cannot be opened is deleted.
    async fn get(&self) -> Result<Option<Value>, StoreUnavailable> {
        let Some(sealed) = self.entries.get(self.key).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let opened = self.open(&sealed);
        if opened.is_some() {
            self.reseal(&sealed).await;
        } else {
            self.entries.delete_if(self.key, &sealed).await.map_err(unavailable)?;
        }
        Ok(opened)
    }

    async fn put_if_absent(&self, registration: &Value) -> Result<Value, StoreUnavailable> {
        let sealed = self.sealer.seal_cookie(PURPOSE, &self.bound_to, registration);
        let sealed = sealed.map_err(unavailable)?;
        let stored = self.entries.put_if_absent(self.key, &sealed).await;
        let opened = self.open(&stored.map_err(unavailable)?);
        opened.ok_or_else(|| StoreUnavailable("the stored registration cannot be opened".to_owned()))
    }

    async fn delete_if(&self, registration: &Value) -> Result<(), StoreUnavailable> {
        let stored = self.entries.get(self.key).await.map_err(unavailable)?;
        match stored.filter(|sealed| self.open(sealed).as_ref() == Some(registration)) {
            Some(sealed) => self.entries.delete_if(self.key, &sealed).await.map_err(unavailable),
            None => Ok(()),
        }
    }
}
