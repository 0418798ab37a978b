//! One commit of a repository: its files in a folder, its history, and which commit was imported before it.

use std::path::Path;

use super::{
    commit_id::CommitId, error::GitError, mirror::Mirror, program::Output, repository::Repository, tree::Tree,
};

/// A commit, as files in a folder that is removed when this is dropped.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) mirror: Mirror,
    pub(super) commit: CommitId,
    pub(super) tree: Tree,
    /// The commit that was imported last.
    pub(super) last: Option<CommitId>,
    /// Where the last one is named.
    pub(super) reference: String,
}

impl Snapshot {
    /// The folder with the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.tree.root
    }

    /// The commit.
    #[must_use]
    pub fn commit(&self) -> &CommitId {
        &self.commit
    }

    /// The repository.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.mirror.repository
    }

    /// What `read` makes of a run of `git` in the mirror.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        arguments: &[&str],
        read: impl FnOnce(Output) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, GitError> {
        self.mirror.git.read(&self.mirror.git_dir(), arguments, read)
    }

    /// The commit that was imported last from this mirror, if it is still there.
    pub(crate) fn last(&self) -> Option<&CommitId> {
        self.last.as_ref()
    }

    /// Remembers that the commit was imported, and puts the repository in order.
    ///
    /// # Errors
    /// [`GitError`]; the import is complete all the same.
    pub fn imported(&self) -> Result<(), GitError> {
        let git_dir = self.mirror.git_dir();
        let git = &self.mirror.git;
        git.text(&git_dir, &["update-ref", &self.reference, self.commit.as_str()])?;
        git.write(&git_dir, &["gc", "--auto", "--quiet"])
    }
}
