//! Rotation of sealing keys while the site runs: `SIGHUP` reloads the key file. [`KeyRing`] documents the steps.

use std::path::PathBuf;

use bff::KeyRing;

use bff::error_chain;

/// Reloads the key file at every `SIGHUP`, until the program ends. With keys in memory the signal does nothing.
#[cfg(unix)]
pub(crate) fn reload_on_sighup(keys: KeyRing, file: Option<PathBuf>) {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::warn!(%error, "keys cannot be reloaded without a restart");
            return;
        }
    };
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            if let Some(file) = file.clone() {
                let keys = keys.clone();
                // Blocking, since the disk may be slow. A panic there is logged by the panic hook.
                let _ = tokio::task::spawn_blocking(move || reload(&keys, &file)).await;
            }
        }
    });
}

/// There is no such signal elsewhere.
#[cfg(not(unix))]
pub(crate) fn reload_on_sighup(_keys: KeyRing, _file: Option<PathBuf>) {}

#[cfg(unix)]
fn reload(keys: &KeyRing, file: &std::path::Path) {
    let path = file.display();
    match keys.reload(file) {
        Ok(()) => tracing::info!(file = %path, "the keys were reloaded"),
        Err(error) => {
            let error = error_chain(&error);
            tracing::error!(file = %path, error, "the keys could not be reloaded and stay as they were");
        }
    }
}
