//! Where contents of files are stored, and how large they may be.

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;
use store::{DatabaseFiles, FileStorage, FolderFiles, Store};

/// Where the contents of files are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// In the database, with the documents.
    #[default]
    Database,
    /// In a folder of this machine.
    Folder,
}

/// The configuration of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSettings {
    /// Where contents are stored.
    pub kind: StorageKind,
    /// The folder, for [`StorageKind::Folder`].
    pub folder: PathBuf,
    /// Largest file that comes along, in bytes.
    pub max_size: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            kind: StorageKind::Database,
            folder: PathBuf::from("data/files"),
            max_size: 20 * 1024 * 1024,
        }
    }
}

impl FileSettings {
    /// The storage they describe.
    #[must_use]
    pub fn storage(&self, store: &Store) -> Arc<dyn FileStorage> {
        match self.kind {
            StorageKind::Database => Arc::new(DatabaseFiles::new(store.clone())),
            StorageKind::Folder => Arc::new(FolderFiles::new(self.folder.clone())),
        }
    }
}
