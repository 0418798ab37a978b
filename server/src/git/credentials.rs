//! Who signs in at the server of a repository. Secrets reach `git` by its environment, never by its arguments, which every user of the machine can read.

use std::{ffi::OsString, fmt::Write as _, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bff::Secret;

/// Name and password, or a key.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// For HTTPS; servers that take tokens mostly ignore it.
    pub username: Option<String>,
    /// Password or token, for HTTPS.
    pub password: Option<Secret>,
    /// The file of the private key, for SSH; `None` leaves that to `ssh`.
    pub ssh_key: Option<PathBuf>,
    /// The file of the keys of servers, for SSH.
    pub known_hosts: Option<PathBuf>,
}

impl Credentials {
    /// The value of the header `Authorization`, for HTTPS.
    pub(super) fn authorization(&self) -> Option<String> {
        let password = self.password.as_ref()?.expose();
        let user = self.username.as_deref().unwrap_or("git");
        Some(format!(
            "Authorization: Basic {}",
            STANDARD.encode(format!("{user}:{password}"))
        ))
    }

    /// What `GIT_SSH_COMMAND` is: without questions, to known servers alone. A shell of `git` reads it.
    pub(super) fn ssh_command(&self) -> OsString {
        let mut command =
            "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oConnectTimeout=20 -oServerAliveInterval=15 \
            -oServerAliveCountMax=3 -oClearAllForwardings=yes -oPermitLocalCommand=no"
                .to_owned();
        // Cannot fail: a `String` takes everything.
        if let Some(key) = &self.ssh_key {
            let _ = write!(
                command,
                " -oIdentitiesOnly=yes -i {}",
                quoted(&key.display().to_string())
            );
        }
        if let Some(hosts) = &self.known_hosts {
            let _ = write!(
                command,
                " {}",
                quoted(&format!("-oUserKnownHostsFile=\"{}\"", hosts.display()))
            );
        }
        command.into()
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_paths_of_keys_are_one_word_and_cannot_run_anything() {
        let credentials = Credentials {
            ssh_key: Some("/keys/a'; touch x; '".into()),
            known_hosts: Some("/keys/known hosts".into()),
            ..Credentials::default()
        };
        let command = credentials.ssh_command().into_string().unwrap();
        assert!(command.contains(r" -i '/keys/a'\''; touch x; '\'''"), "{command}");
        assert!(
            command.ends_with(" '-oUserKnownHostsFile=\"/keys/known hosts\"'"),
            "{command}"
        );
    }
}
