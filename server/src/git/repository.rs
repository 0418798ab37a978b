//! Which repository is fetched, and within which limits.

use std::{path::PathBuf, time::Duration};

use super::{
    address::GitAddress,
    credentials::Credentials,
    names::{BranchName, RepositoryPath},
};

/// How repositories are fetched.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// Where bare repositories lie.
    pub folder: PathBuf,
    /// Most bytes that one repository may take.
    pub max_size: u64,
    /// Longest time of one run of `git`.
    pub timeout: Duration,
}

/// A folder of a branch of a repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Where it is.
    pub address: GitAddress,
    /// The branch; `None` is the default one of the repository.
    pub branch: Option<BranchName>,
    /// The folder inside it; empty for all of it.
    pub path: RepositoryPath,
    /// Who signs in.
    pub credentials: Credentials,
}
