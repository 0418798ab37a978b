//! Git repositories as sources of documents. The program `git` fetches into a bare repository of Portico's own; a commit is written out file by file,
//! so that nothing of a repository is executed: no hook, filter, attribute, submodule or link (`docs/decisions/0035-git-is-fetched-by-git.md`).
//!
//! | what | where |
//! |---|---|
//! | Which addresses, branches and folders are allowed | [`address`], `names.rs` |
//! | Running `git`: environment, timeout, limits | `program.rs`; ending it: `running.rs` |
//! | Who signs in at a server | `credentials.rs` |
//! | What is fetched, and how | `repository.rs` |
//! | The bare repository: fetching, which commit | `mirror.rs` |
//! | One commit, as the import takes it | `snapshot.rs`; its files: `tree.rs` |
//! | Pulling again and again | `crate::pulls` |

pub mod address;
mod commit_id;
mod credentials;
mod error;
mod mirror;
mod names;
mod program;
mod repository;
mod running;
mod snapshot;
mod tree;

pub use address::GitAddress;
pub use commit_id::CommitId;
pub use credentials::Credentials;
pub use error::GitError;
pub use mirror::Mirror;
pub use names::{BranchName, RepositoryPath};
pub use program::is_installed;
pub use repository::{GitSettings, Repository};
pub use running::Running;
pub use snapshot::Snapshot;
