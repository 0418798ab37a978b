//! Errors of the index. Nothing is lost by any of them: it can be built again.

use std::{io, path::PathBuf, sync::Arc};

use tantivy::TantivyError;

/// Why an operation on the index failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// The folder cannot be made, read or emptied.
    #[error("cannot use the folder `{}` for the search index", path.display())]
    Folder {
        /// As configured.
        path: PathBuf,
        /// Why.
        #[source]
        source: Arc<io::Error>,
    },
    /// Another process, or another [`crate::Writer`], writes to it.
    #[error("something else writes to the search index already")]
    Locked,
    /// The engine failed.
    #[error("the search index failed")]
    Engine(#[from] TantivyError),
}
