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
            Some(kept) if kept.response.is_valid_at(self.now() + MARGIN) && self.request.is_satisfied_by(&kept) => {
                return Ok(Some(kept));
            }
            Some(kept) if !self.request.is_satisfied_by(&kept) => {
                tracing::info!(target: "bff", "the site was registered for less than it needs by now; it registers anew");
            }
            _ => {}
        }
        self.store.delete_if(&found).await?;
        Ok(None)
    }

    /// Stores `response`; if another replica was faster, its registration is used.
    pub(super) async fn save(&self, response: RegistrationResponse) -> Result<StoredRegistration, RegistrationError> {
        let kept = self.request.stored(response);
        let value: Value = serde_json::to_value(&kept).map_err(|_| RegistrationError::Unreadable)?;
        let stays = self.store.put_if_absent(&value).await?;
        let kept = StoredRegistration::read(&stays).ok_or(RegistrationError::StoredUnreadable)?;
        let is_met = self.request.is_satisfied_by(&kept);
        is_met.then_some(kept).ok_or(RegistrationError::StoredDiffers)
    }
}
