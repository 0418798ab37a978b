//! Where is the registration of the site at a provider kept? Beside the sessions, sealed, and sealed anew when the key ring
//! changes. When the site registers itself is decided in [`oidc::registration`].

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::provider::ClientAddresses;
use oidc::registration::{RegistrationStore, StoreUnavailable};
use serde_json::Value;

use super::index::note_name;
use super::seal::Sealer;
use super::store::SessionRecords;
use crate::problem::chain;

const PURPOSE: &str = "registered client";

/// The registration at one provider, for one redirect address: with another one the site is another client.
#[derive(Debug)]
pub(crate) struct RegistrationEntry {
    name: [u8; 32],
    bound_to: String,
    sealer: Sealer,
    records: Arc<dyn SessionRecords>,
}

impl RegistrationEntry {
    pub(crate) fn new(
        issuer: &str,
        addresses: &ClientAddresses,
        sealer: Sealer,
        records: Arc<dyn SessionRecords>,
    ) -> Self {
        let name = note_name("registration", [issuer, &addresses.redirect_uri]);
        Self {
            name,
            bound_to: URL_SAFE_NO_PAD.encode(name),
            sealer,
            records,
        }
    }

    fn open(&self, sealed: &str) -> Option<Value> {
        self.sealer.open_cookie(PURPOSE, &self.bound_to, sealed).ok()
    }

    /// Seals what is kept with the newest key, so that the key ring may forget the one that sealed it. The site is known as
    /// before whether or not that works.
    async fn seal_anew(&self, sealed: &str) {
        if let Ok(Some(anew)) = self.sealer.seal_cookie_anew(PURPOSE, &self.bound_to, sealed)
            && let Err(error) = self.records.replace_kept(self.name, sealed, &anew).await
        {
            tracing::warn!(target: "bff", error = chain(&error), "the registration could not be sealed anew");
        }
    }
}

fn unavailable(error: impl std::error::Error) -> StoreUnavailable {
    StoreUnavailable(chain(&error))
}

#[async_trait]
impl RegistrationStore for RegistrationEntry {
    /// What cannot be opened makes room.
    async fn get(&self) -> Result<Option<Value>, StoreUnavailable> {
        let Some(sealed) = self.records.kept(self.name).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let opened = self.open(&sealed);
        if opened.is_some() {
            self.seal_anew(&sealed).await;
        } else {
            self.records.drop_kept(self.name, &sealed).await.map_err(unavailable)?;
        }
        Ok(opened)
    }

    async fn put_if_absent(&self, registration: &Value) -> Result<Value, StoreUnavailable> {
        let sealed = self.sealer.seal_cookie(PURPOSE, &self.bound_to, registration);
        let sealed = sealed.map_err(unavailable)?;
        let kept = self.records.keep(self.name, &sealed).await.map_err(unavailable)?;
        let opened = self.open(&kept);
        opened.ok_or_else(|| StoreUnavailable("the registration that is kept cannot be opened".to_owned()))
    }

    async fn delete_if(&self, registration: &Value) -> Result<(), StoreUnavailable> {
        let kept = self.records.kept(self.name).await.map_err(unavailable)?;
        match kept.filter(|sealed| self.open(sealed).as_ref() == Some(registration)) {
            Some(sealed) => self.records.drop_kept(self.name, &sealed).await.map_err(unavailable),
            None => Ok(()),
        }
    }
}
