//! Folders, as a visitor sees them: only what leads to a document that the visitor may read.

use serde::{Deserialize, Serialize};

/// Most folders that are shown in one folder; the rest is left out.
pub const MAX_ENTRIES: usize = 500;

/// A folder in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderEntry {
    /// Its path, such as `handbook/people`.
    pub path: String,
    /// What it is called: the last part of its path.
    pub name: String,
    /// Whether a folder in it leads to something readable, too.
    pub has_folders: bool,
}
