//! Sweep: the removal of expired sessions every ten minutes, by a task that only the end of the site stops; what one sweep
//! leaves, the next one removes. No session lives longer for it: every expiry is decided in [`super::lifecycle`].

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;

use super::lifecycle::Sessions;
use crate::problem::error_chain;

/// How often expired sessions are removed.
pub(crate) const EVERY: Duration = Duration::from_mins(10);

/// Sweeps after each `pause` until there are no `sessions` any more, or the site stops.
pub(crate) async fn in_background<P: Future<Output = bool>>(
    sessions: impl Fn() -> Option<Sessions>,
    pause: impl Fn() -> P,
) {
    while pause().await {
        let Some(sessions) = sessions() else { return };
        sessions.sweep().await;
    }
}

impl Sessions {
    /// Removes what has expired. Whatever happens to the store meanwhile is logged and nothing more.
    async fn sweep(&self) {
        let sweep = self.store.sweep(self.clock.now());
        match AssertUnwindSafe(sweep).catch_unwind().await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::debug!(target: "bff", removed, "expired sessions were removed"),
            Ok(Err(error)) => {
                tracing::warn!(target: "bff", error = error_chain(&error), "expired sessions could not be removed");
            }
            Err(_) => tracing::error!(target: "bff", "the session store panicked while expired sessions were removed"),
        }
    }
}

#[cfg(test)]
mod tests;
