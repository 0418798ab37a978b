//! How is a registration kept? Once for all replicas, with what it was asked for.

use serde_json::Value;

use super::error::RegistrationError;
use super::wish::{Answered, Kept};
use super::{MARGIN, Registrar};

impl Registrar {
    /// What is kept and still good. What cannot be read, is over, or was made for less, makes room.
    pub(super) async fn kept(&self) -> Result<Option<Kept>, RegistrationError> {
        let Some(found) = self.store.get().await? else {
            return Ok(None);
        };
        match Kept::read(&found) {
            Some(kept) if kept.answered.is_good_at(self.now() + MARGIN) && self.wish.is_met_by(&kept) => {
                return Ok(Some(kept));
            }
            Some(kept) if !self.wish.is_met_by(&kept) => {
                tracing::info!(target: "bff", "the site was registered for less than it needs by now; it registers anew");
            }
            _ => {}
        }
        self.store.delete_if(&found).await?;
        Ok(None)
    }

    /// Keeps `answered`, unless another replica was faster: then that one's is used.
    pub(super) async fn keep(&self, answered: Answered) -> Result<Kept, RegistrationError> {
        let kept = self.wish.kept(answered);
        let value: Value = serde_json::to_value(&kept).map_err(|_| RegistrationError::Unreadable)?;
        let stays = self.store.put_if_absent(&value).await?;
        let kept = Kept::read(&stays).ok_or(RegistrationError::StoredUnreadable)?;
        let is_met = self.wish.is_met_by(&kept);
        is_met.then_some(kept).ok_or(RegistrationError::StoredDiffers)
    }
}
