//! The port to sources of documents: repositories that are pulled again and again. Administrators see their state.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::visitor::Visitor;

/// What the last import of a source brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PullSummary {
    /// New documents.
    pub added: usize,
    /// Documents that changed.
    pub updated: usize,
    /// Documents that did not change.
    pub unchanged: usize,
    /// Documents that went to the trash, because their file is gone, refused or a draft.
    pub removed: usize,
    /// Drafts that were left out.
    pub left_out: usize,
    /// Files that were refused or could not be read.
    pub refused: usize,
    /// Warnings.
    pub warnings: usize,
    /// The first files that were refused, with line and reason, and what else went wrong.
    pub problems: Vec<String>,
}

/// A source, and how its pulls went. Times are seconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// Address of the repository, without secrets.
    pub repository: String,
    /// The branch; `None` is the default one.
    pub branch: Option<String>,
    /// The folder in the repository; empty for all of it.
    pub path: String,
    /// The commit that was imported last.
    pub commit: Option<String>,
    /// When it was.
    pub imported_at: Option<i64>,
    /// When the last pull ended.
    pub attempted_at: Option<i64>,
    /// When the next one is; `None` while one is running.
    pub next_at: Option<i64>,
    /// Why the last one failed.
    pub error: Option<String>,
    /// What the last import brought.
    pub summary: Option<PullSummary>,
}

/// The sources of documents.
#[async_trait]
pub trait DocumentSources: Send + Sync {
    /// Every source of the configuration, in its order.
    ///
    /// # Errors
    /// See [`SourcesError`].
    async fn sources(&self, visitor: &Visitor) -> Result<Vec<SourceStatus>, SourcesError>;
}

/// Why there is no list of sources.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourcesError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// Only administrators see sources.
    #[error("only for administrators")]
    NotAllowed,
    /// The database failed.
    #[error("the state of the sources cannot be read")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
}
