//! The stored registration: one for all replicas, with the requirements it was made for.

use serde_json::Value;

use super::request::{RegistrationResponse, StoredRegistration};
use super::{MARGIN, Registrar, RegistrationError};

impl Registrar {
    /// The stored registration. One that cannot be read, has expired or was made for less is removed.
    pub(super) async fn load(&self) -> Result<Option<StoredRegistration>, RegistrationError> {
        let Some(found) = self.store.get().await? else {
            return Ok(None);
        };
        match StoredRegistration::read(&found) {
            Some(stored)
                if stored.response.is_valid_at(self.now() + MARGIN) && self.request.is_satisfied_by(&stored) =>
            {
                return Ok(Some(stored));
            }
            Some(stored) if !self.request.is_satisfied_by(&stored) => {
                tracing::info!(target: "bff", "the site was registered for less than it needs by now; it registers anew");
            }
            _ => {}
        }
        self.store.delete_if(&found).await?;
        Ok(None)
    }

    /// Stores `response`; if another replica was faster, its registration is used.
    pub(super) async fn save(&self, response: RegistrationResponse) -> Result<StoredRegistration, RegistrationError> {
        let stored = self.request.to_stored(response);
        let value: Value = serde_json::to_value(&stored).map_err(|_| RegistrationError::Unreadable)?;
        let current = self.store.put_if_absent(&value).await?;
        let stored = StoredRegistration::read(&current).ok_or(RegistrationError::StoredUnreadable)?;
        let is_met = self.request.is_satisfied_by(&stored);
        is_met.then_some(stored).ok_or(RegistrationError::StoredDiffers)
    }
}
