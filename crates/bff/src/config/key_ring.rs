//! The key ring: the keys that seal cookies and stored data. How they are used is in `session::seal`.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngCore as _;

/// Bytes of one key.
pub(crate) const KEY_LEN: usize = 32;

/// Sealing keys in order: the first seals, all open. All clones are the same ring.
///
/// # Rotation
/// Nobody is signed out if it is done in this order; after each step every replica is restarted, or signalled to
/// [`KeyRing::reload`]:
///
/// 1. Put the new key at the **end** of the file: now every replica opens what it will seal. (One replica alone may
///    begin with step 2.)
/// 2. Move it to the **top**: new sessions are sealed with it, and those in use are sealed anew at their next request.
/// 3. When [`SessionLifetime::idle`](crate::SessionLifetime::idle) has passed, no living session needs the old key any
///    more (nor, after ten minutes, a sign-in under way): remove its line. What it alone can open is signed out from then
///    on. A key that has become known is removed at once.
#[derive(Clone)]
pub struct KeyRing(Arc<RwLock<Keys>>);

/// At least one key.
type Keys = Arc<Vec<[u8; KEY_LEN]>>;

impl KeyRing {
    /// A single random key that is lost with the process: sessions do not survive a restart.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self::holding(vec![random_key()])
    }

    fn holding(keys: Vec<[u8; KEY_LEN]>) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(keys))))
    }

    /// Reads the keys at `path`, one base64 line of 32 bytes each; makes the file (mode 0600) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds no key, or a line is not a key.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyRingError> {
        let failed = |source| KeyRingError::Io {
            path: path.to_owned(),
            source,
        };
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(failed)?;
                // Read back: another process may have been first, then its keys are the ones to use.
                Self::parse(path, &fs::read_to_string(path).map_err(failed)?)
            }
            Err(source) => Err(failed(source)),
        }
    }

    /// Reads the file at `path` again and uses its keys from now on, wherever this ring is in use. When it cannot be
    /// read, the keys stay as they are.
    ///
    /// # Errors
    /// When the file cannot be read, holds no key, or a line is not a key.
    pub fn reload(&self, path: &Path) -> Result<(), KeyRingError> {
        let text = fs::read_to_string(path).map_err(|source| KeyRingError::Io {
            path: path.to_owned(),
            source,
        })?;
        let newer = Self::parse(path, &text)?.keys();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = newer;
        Ok(())
    }

    fn parse(path: &Path, text: &str) -> Result<Self, KeyRingError> {
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bytes = STANDARD
                .decode(line)
                .ok()
                .and_then(|b| <[u8; KEY_LEN]>::try_from(b).ok());
            keys.push(bytes.ok_or_else(|| KeyRingError::Line {
                path: path.to_owned(),
                line: number + 1,
            })?);
        }
        if keys.is_empty() {
            return Err(KeyRingError::Empty { path: path.to_owned() });
        }
        Ok(Self::holding(keys))
    }

    /// The keys of this moment, the sealing one first.
    pub(crate) fn keys(&self) -> Keys {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A ring of the given keys.
    #[cfg(test)]
    pub(crate) fn of(keys: Vec<[u8; KEY_LEN]>) -> Self {
        Self::holding(keys)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyRing({} keys)", self.keys().len())
    }
}

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file could not be read or made.
    #[error("cannot use the key file `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line is no key.
    #[error("line {line} of the key file `{}` is not 32 bytes in base64", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// There is no key in it.
    #[error("the key file `{}` holds no key; remove it to have one made", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

fn random_key() -> [u8; KEY_LEN] {
    let mut key = [0; KEY_LEN];
    rand::rng().fill_bytes(&mut key);
    key
}

/// Writes a whole file beside `path` and links it into place, so that nobody ever reads half a key.
fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{:08x}.new", rand::rng().next_u32()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(
        file,
        "# The first key seals cookies and sessions, all open. Keep this file secret."
    )?;
    writeln!(file, "{}", STANDARD.encode(random_key()))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_only_the_owner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/keys");
        let first = KeyRing::load_or_create(&path).unwrap();
        let again = KeyRing::load_or_create(&path).unwrap();
        assert_eq!(first.keys(), again.keys());
        assert_eq!(fs::read_dir(folder.path().join("data")).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn se_8_all_clones_of_a_ring_follow_the_file_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let ring = KeyRing::load_or_create(&path).unwrap();
        let (clone, old) = (ring.clone(), ring.keys());
        let newer = STANDARD.encode([7; KEY_LEN]);
        fs::write(&path, format!("{newer}\n{}", fs::read_to_string(&path).unwrap())).unwrap();
        ring.reload(&path).unwrap();
        assert_eq!(*clone.keys(), [[7; KEY_LEN], old[0]]);
        fs::write(&path, "nonsense").unwrap();
        assert!(ring.reload(&path).is_err());
        fs::remove_file(&path).unwrap();
        assert!(ring.reload(&path).is_err(), "a key is not made up while the site runs");
        assert_eq!(clone.keys().len(), 2);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = KeyRing::parse(Path::new("keys"), "# keys\nnonsense\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 of the key file `keys` is not 32 bytes in base64"
        );
        assert!(matches!(
            KeyRing::parse(Path::new("keys"), "\n"),
            Err(KeyRingError::Empty { .. })
        ));
    }
}
