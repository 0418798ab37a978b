//! How is a registration kept? Sealed, once for all replicas, and sealed anew when the key ring changes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::wish::{Answered, Kept};
use super::{MARGIN, Registrar};
use crate::problem::chain;

const PURPOSE: &str = "registered client";

impl Registrar {
    fn bound_to(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.name)
    }

    /// What is kept and still good. What cannot be opened, is over, or was made for less, makes room.
    pub(super) async fn kept(&self) -> Result<Option<Kept>, String> {
        let found = self.records.kept(self.name).await.map_err(|e| chain(&e))?;
        let Some(sealed) = found else { return Ok(None) };
        let opened = self.sealer.open_cookie::<Kept>(PURPOSE, &self.bound_to(), &sealed);
        match opened {
            Ok(kept) if kept.answered.is_good_at(self.now() + MARGIN) && self.wish.is_met_by(&kept) => {
                self.seal_anew().await;
                return Ok(Some(kept));
            }
            Ok(kept) if !self.wish.is_met_by(&kept) => {
                tracing::info!(target: "bff", "the site was registered for less than it needs by now; it registers anew");
            }
            _ => {}
        }
        let gone = self.records.drop_kept(self.name, &sealed).await;
        gone.map(|()| None).map_err(|e| chain(&e))
    }

    /// Keeps `answered`, unless another replica was faster: then that one's is used.
    pub(super) async fn keep(&self, answered: Answered) -> Result<Kept, String> {
        let kept = self.wish.kept(answered);
        let sealed = self.sealer.seal_cookie(PURPOSE, &self.bound_to(), &kept);
        let sealed = sealed.map_err(|e| chain(&e))?;
        let stays = self.records.keep(self.name, &sealed).await.map_err(|e| chain(&e))?;
        let opened = self.sealer.open_cookie(PURPOSE, &self.bound_to(), &stays);
        let kept: Kept = opened.map_err(|e| chain(&e))?;
        let is_met = self.wish.is_met_by(&kept);
        is_met
            .then_some(kept)
            .ok_or_else(|| "a replica with another configuration registered the site".to_owned())
    }

    /// Seals what is kept with the newest key, so that the key ring may forget the one that sealed it. The site is known as
    /// before whether or not that works.
    pub(super) async fn seal_anew(&self) {
        let Ok(Some(sealed)) = self.records.kept(self.name).await else {
            return;
        };
        if let Ok(Some(anew)) = self.sealer.seal_cookie_anew(PURPOSE, &self.bound_to(), &sealed)
            && let Err(error) = self.records.replace_kept(self.name, &sealed, &anew).await
        {
            tracing::warn!(target: "bff", error = chain(&error), "the registration could not be sealed anew");
        }
    }
}
