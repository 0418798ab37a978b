//! `portico import --git`: fetches a repository, whose files are imported then.

use std::sync::Arc;

use bff::error_chain;
use clap::Args;

use super::{Failure, print_error};
use crate::{
    config::Config,
    git::{BranchName, Credentials, GitAddress, GitError, Mirror, Repository, RepositoryPath, Running, Snapshot},
    import::terminal::escape,
    serve::shutdown_signal,
};

/// Exit status of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Options that name a repository instead of a folder.
#[derive(Debug, Args)]
pub(super) struct GitArgs {
    /// Git repository whose files are brought in instead of those of DIR: `https://…`, `ssh://…`, `git@host:path` or a path. Who signs in is
    /// written in the `[[sources]]` table of the same address, if there is one
    #[arg(long, value_name = "REPOSITORY", conflicts_with = "dir", value_parser = GitAddress::parse)]
    git: Option<GitAddress>,
    /// Branch of the repository [default: its default branch]
    #[arg(long, value_name = "BRANCH", requires = "git", value_parser = BranchName::parse)]
    branch: Option<BranchName>,
    /// Folder inside the repository [default: all of it]
    #[arg(long, value_name = "PATH", requires = "git", value_parser = RepositoryPath::parse)]
    path: Option<RepositoryPath>,
}

impl GitArgs {
    /// The files of the repository, if one is named. `source` is the name that the import was given.
    pub(super) async fn snapshot(
        &self,
        config: &Config,
        source: Option<&str>,
        is_quiet: bool,
    ) -> Result<Option<Arc<Snapshot>>, Failure> {
        let Some(address) = self.git.clone() else {
            return Ok(None);
        };
        let repository = Repository {
            credentials: credentials(config, &address),
            address,
            branch: self.branch.clone(),
            path: self.path.clone().unwrap_or_default(),
        };
        let key = format!("{source:?} {}", repository.path.as_str());
        let (settings, max_file) = (config.git.clone(), config.files.max_size);
        let running = Running::default();
        end_with_process(running.clone());
        let fetch = move || Mirror::open(repository, &settings, running)?.snapshot(&key, max_file);
        let snapshot = tokio::task::spawn_blocking(fetch).await;
        let snapshot = snapshot.map_err(|error| Failure::Other(error.to_string()))?;
        let snapshot = snapshot.map_err(|error| failure(&error))?;
        if !is_quiet {
            print_error(&format!("commit {}", snapshot.commit().as_str()));
        }
        Ok(Some(Arc::new(snapshot)))
    }
}

/// Who signs in at the repository, as a source of the same address says.
fn credentials(config: &Config, address: &GitAddress) -> Credentials {
    let same = config
        .sources
        .iter()
        .find(|source| source.repository.address == *address);
    same.map(|source| source.repository.credentials.clone())
        .unwrap_or_default()
}

/// Ends `git` when somebody ends the program, which would leave it running: it has a process group of its own.
fn end_with_process(running: Running) {
    let signal = shutdown_signal();
    tokio::spawn(async move {
        signal.await;
        running.stop();
        std::process::exit(INTERRUPTED);
    });
}

fn failure(error: &GitError) -> Failure {
    Failure::Other(format!("--git: {}", escape(&error_chain(error))))
}

/// Remembers what was imported, for renames until the next time.
pub(super) async fn remember(snapshot: Arc<Snapshot>) {
    let done = tokio::task::spawn_blocking(move || snapshot.imported()).await;
    if let Ok(Err(error)) = done {
        print_error(&format!(
            "the repository was imported, but not put in order: {}",
            escape(&error_chain(&error))
        ));
    }
}
