//! The temporary folder of an import. It is removed when its owner is dropped, also while another thread still writes to it: that thread gets an error
//! and writes nothing more.

use std::{
    fs,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use tempfile::TempDir;

use crate::ExportError;

/// Bytes that are copied between two looks at whether the import goes on.
const CHUNK: usize = 64 * 1024;

/// A temporary folder, removed on drop.
#[derive(Debug)]
pub struct Workspace {
    // Before the folder: closed first.
    folder: Folder,
    _dir: TempDir,
}

/// Writes to a [`Workspace`], as long as that exists.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    is_closing: AtomicBool,
    /// Held for reading while something is written.
    writing: RwLock<()>,
}

impl Workspace {
    /// A new one, in the system's folder for temporary files (`TMPDIR`), for this user alone.
    ///
    /// # Errors
    /// [`ExportError::Write`].
    pub fn new() -> Result<Self, ExportError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("portico-import-");
        #[cfg(unix)]
        let mode = {
            use std::os::unix::fs::PermissionsExt as _;
            fs::Permissions::from_mode(0o700)
        };
        #[cfg(unix)]
        builder.permissions(mode);
        let dir = builder.tempdir().map_err(ExportError::Write)?;
        let folder = Folder {
            path: dir.path().to_owned(),
            state: Arc::default(),
        };
        Ok(Self { folder, _dir: dir })
    }

    /// What writes to it.
    #[must_use]
    pub fn folder(&self) -> Folder {
        self.folder.clone()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.folder.state.is_closing.store(true, Ordering::SeqCst);
        // Waits for the chunk that is being written.
        let _writing = self
            .folder
            .state
            .writing
            .write()
            .unwrap_or_else(PoisonError::into_inner);
    }
}

impl Folder {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fails if the import was interrupted.
    pub(crate) fn check(&self) -> Result<(), ExportError> {
        self.lock().map(|_| ())
    }

    fn lock(&self) -> Result<RwLockReadGuard<'_, ()>, ExportError> {
        let writing = self.state.writing.read().unwrap_or_else(PoisonError::into_inner);
        if self.state.is_closing.load(Ordering::SeqCst) {
            Err(ExportError::Interrupted)
        } else {
            Ok(writing)
        }
    }

    /// The folder of that name in it, created if it is not there.
    pub(crate) fn subfolder(&self, name: &str) -> Result<Self, ExportError> {
        let path = self.path.join(name);
        let _writing = self.lock()?;
        fs::create_dir_all(&path).map_err(ExportError::Write)?;
        let state = Arc::clone(&self.state);
        Ok(Self { path, state })
    }

    /// Writes a new file; its name has no part that leads out.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, ExportError> {
        self.copy(name, &mut &*bytes)
            .map(|(path, _)| path)
            .map_err(|error| match error {
                CopyError::Read(error) => ExportError::Write(error),
                CopyError::Export(error) => error,
            })
    }

    /// Copies into a new file, and returns how many bytes there were.
    pub(crate) fn copy(&self, name: &str, from: &mut dyn Read) -> Result<(PathBuf, u64), CopyError> {
        let write = |error| CopyError::Export(ExportError::Write(error));
        let path = self.path.join(name);
        let mut file = {
            let _writing = self.lock().map_err(CopyError::Export)?;
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(write)?;
            }
            fs::File::create_new(&path).map_err(write)?
        };
        let (mut chunk, mut size) = (vec![0; CHUNK], 0);
        loop {
            let read = match from.read(&mut chunk) {
                Ok(0) => return Ok((path, size)),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(CopyError::Read(error)),
            };
            let _writing = self.lock().map_err(CopyError::Export)?;
            file.write_all(chunk.get(..read).unwrap_or_default()).map_err(write)?;
            size += read as u64;
        }
    }
}

/// Why something was not copied.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// It cannot be read.
    Read(io::Error),
    /// It cannot be written.
    Export(ExportError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_the_temporary_folder_goes_with_its_owner() {
        let workspace = Workspace::new().unwrap();
        let folder = workspace.folder();
        folder.write("a/b.md", b"text").unwrap();
        let path = folder.path().to_owned();
        assert!(path.join("a/b.md").is_file());
        drop(workspace);
        assert!(!path.exists());
    }

    #[test]
    fn im_9_a_thread_that_is_still_unpacking_writes_nothing_more() {
        /// Interrupts the import between two chunks.
        struct Interrupting(Option<Workspace>);
        impl Read for Interrupting {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 = None;
                Ok(buffer.len())
            }
        }
        let workspace = Workspace::new().unwrap();
        let folder = workspace.folder();
        let outcome = folder.copy("a", &mut Interrupting(Some(workspace)));
        assert!(
            matches!(outcome, Err(CopyError::Export(ExportError::Interrupted))),
            "{outcome:?}"
        );
        assert!(matches!(folder.write("b/c", b""), Err(ExportError::Interrupted)));
        assert!(!folder.path().exists());
    }

    #[cfg(unix)]
    #[test]
    fn im_9_the_temporary_folder_is_readable_for_its_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let workspace = Workspace::new().unwrap();
        let mode = fs::metadata(workspace.folder().path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
