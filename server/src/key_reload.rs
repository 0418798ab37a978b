//! How are sealing keys exchanged while the site runs? The key file is read again when the program gets `SIGHUP`; the steps of
//! a rotation are told at [`KeyRing`].

use std::path::PathBuf;

use bff::KeyRing;

use crate::site::with_causes;

/// Reads the key file again at every `SIGHUP`, until the program ends. Without one (keys in memory) the signal does nothing.
#[cfg(unix)]
pub(crate) fn at_every_hangup(keys: KeyRing, file: Option<PathBuf>) {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => {
            tracing::warn!(%error, "keys cannot be exchanged without a restart");
            return;
        }
    };
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            if let Some(file) = file.clone() {
                let keys = keys.clone();
                // A file on a slow disk holds up nobody. A panic there would have been logged.
                let _ = tokio::task::spawn_blocking(move || reload(&keys, &file)).await;
            }
        }
    });
}

/// There is no such signal elsewhere.
#[cfg(not(unix))]
pub(crate) fn at_every_hangup(_keys: KeyRing, _file: Option<PathBuf>) {}

#[cfg(unix)]
fn reload(keys: &KeyRing, file: &std::path::Path) {
    let shown = file.display();
    match keys.reload(file) {
        Ok(()) => tracing::info!(file = %shown, "the keys were read again"),
        Err(error) => {
            let error = with_causes(&error);
            tracing::error!(file = %shown, error, "the keys could not be read again and stay as they were");
        }
    }
}
