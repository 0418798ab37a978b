//! Where contents of files are stored, and how large they may be.

use std::{path::PathBuf, sync::Arc};

use serde::Deserialize;
use store::{Cause, DatabaseFiles, FileStorage, FolderFiles, Store};

use super::s3::{S3Files, S3Settings};

/// Where the contents of files are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// In the database, with the documents.
    #[default]
    Database,
    /// In a folder of this machine.
    Folder,
    /// In a store that speaks S3.
    S3,
}

/// The configuration of files.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// Where contents are stored.
    pub kind: StorageKind,
    /// The folder, for [`StorageKind::Folder`].
    pub folder: PathBuf,
    /// The store, for [`StorageKind::S3`].
    pub s3: Option<S3Settings>,
    /// Largest file that comes along, in bytes.
    pub max_size: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            kind: StorageKind::Database,
            folder: PathBuf::from("data/files"),
            s3: None,
            max_size: 20 * 1024 * 1024,
        }
    }
}

impl FileSettings {
    /// The storage they describe. Nothing is connected yet.
    ///
    /// # Errors
    /// If the settings of a store that speaks S3 cannot be used.
    pub fn storage(&self, store: &Store) -> Result<Arc<dyn FileStorage>, Cause> {
        Ok(match (self.kind, &self.s3) {
            (StorageKind::S3, Some(settings)) => Arc::new(S3Files::new(settings)?),
            (StorageKind::S3, None) => return Err("`files.bucket` is not set".into()),
            (StorageKind::Database, _) => Arc::new(DatabaseFiles::new(store.clone())),
            (StorageKind::Folder, _) => Arc::new(FolderFiles::new(self.folder.clone())),
        })
    }
}
