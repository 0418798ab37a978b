//! The bare repository that Portico has of another: what a branch points to, fetching it, and one commit as files.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::{
    address::GitAddress,
    commit_id::CommitId,
    error::GitError,
    names::BranchName,
    program::{Git, size_of},
    repository::{GitSettings, Repository},
    running::Running,
    snapshot::Snapshot,
    tree::{self, Origin, remove},
};

/// Where a fetched branch is.
const HEAD: &str = "refs/portico/head";

/// A bare repository of Portico's own, locked for this process.
#[derive(Debug)]
pub struct Mirror {
    pub(super) repository: Repository,
    pub(super) git: Git,
    /// Everything about this repository.
    folder: PathBuf,
    /// Locked while it is open.
    _lock: File,
}

impl Mirror {
    /// Opens the mirror of a repository, which is made if it is missing. No more than one of each repository is open on a machine.
    ///
    /// # Errors
    /// [`GitError::Busy`], [`GitError::NotInstalled`], [`GitError::Io`].
    pub fn open(repository: Repository, settings: &GitSettings, running: Running) -> Result<Self, GitError> {
        let git = Git::new(&repository, settings, running);
        let repository = Repository {
            address: absolute(repository.address)?,
            ..repository
        };
        let name = short_hash(&repository.address.to_string());
        let folder = settings.folder.join(name);
        create_private(&folder).map_err(GitError::Io)?;
        let lock = File::create(folder.join("lock")).map_err(GitError::Io)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => GitError::Busy,
            TryLockError::Error(error) => GitError::Io(error),
        })?;
        let mirror = Self {
            repository,
            git,
            folder,
            _lock: lock,
        };
        mirror.create()?;
        Ok(mirror)
    }

    pub(super) fn git_dir(&self) -> PathBuf {
        self.folder.join("repository")
    }

    fn create(&self) -> Result<(), GitError> {
        let git_dir = self.git_dir();
        if git_dir.is_dir() {
            match self.git.text(&git_dir, &["rev-parse", "--is-bare-repository"]) {
                Ok(text) if text == "true" => return Ok(()),
                // Broken: made anew.
                Ok(_) | Err(GitError::Failed(_)) => {}
                Err(error) => return Err(error),
            }
        }
        remove(&git_dir).map_err(GitError::Io)?;
        self.git
            .text(&git_dir, &["init", "--bare", "--quiet", "--template="])
            .map(drop)
    }

    /// What the branch is called at the other repository.
    fn reference(&self) -> String {
        let branch = self.repository.branch.as_ref();
        branch.map_or_else(|| "HEAD".to_owned(), BranchName::reference)
    }

    /// The commit that the branch points to, as the other repository says; nothing is fetched.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn head(&self) -> Result<CommitId, GitError> {
        let (reference, address) = (self.reference(), self.repository.address.to_string());
        let listed = self
            .git
            .text(&self.git_dir(), &["ls-remote", "--quiet", "--", &address, &reference])?;
        let found = listed.lines().find_map(|line| {
            let (id, name) = line.split_once('\t')?;
            (name == reference).then(|| CommitId::parse(id)).flatten()
        });
        found.ok_or_else(|| match &self.repository.branch {
            Some(branch) => GitError::NoBranch(branch.clone()),
            None => GitError::Empty,
        })
    }

    /// Fetches the branch with its history, whatever was there before.
    fn fetch(&self) -> Result<CommitId, GitError> {
        let git_dir = self.git_dir();
        let (address, from) = (self.repository.address.to_string(), self.reference());
        let refspec = format!("+{from}:{HEAD}");
        let arguments = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--",
            &address,
            &refspec,
        ];
        let fetched = self.git.write(&git_dir, &arguments);
        let is_too_large = matches!(fetched, Err(GitError::TooLarge(_))) || size_of(&git_dir) > self.git.max_size();
        if is_too_large {
            remove(&git_dir).map_err(GitError::Io)?;
            return Err(GitError::TooLarge(self.git.max_size()));
        }
        fetched?;
        let id = self.git.text(
            &git_dir,
            &["rev-parse", "--verify", "--quiet", &format!("{HEAD}^{{commit}}")],
        )?;
        CommitId::parse(&id).ok_or(GitError::Unexpected)
    }

    /// Fetches the branch and writes out its files, those above `max_file` bytes without their contents. `source` is whose last commit is
    /// remembered.
    ///
    /// # Errors
    /// [`GitError`].
    pub fn snapshot(self, source: &str, max_file: u64) -> Result<Snapshot, GitError> {
        // The branch may be missing, which `fetch` says less clearly.
        self.head()?;
        let commit = self.fetch()?;
        let git_dir = self.git_dir();
        let reference = format!("refs/portico/imported/{}", short_hash(source));
        let last = self.git.text(
            &git_dir,
            &["rev-parse", "--verify", "--quiet", &format!("{reference}^{{commit}}")],
        );
        let last = last.ok().and_then(|id| CommitId::parse(&id));
        let folder = self.folder.join("tree");
        remove(&folder).map_err(GitError::Io)?;
        let name = name_of(&self.repository);
        let limits = tree::Limits {
            max_file,
            max_size: self.git.max_size(),
        };
        let origin = Origin {
            git: &self.git,
            git_dir: &git_dir,
            commit: &commit,
        };
        let tree = tree::write(origin, &self.repository.path, (folder, name), limits)?;
        Ok(Snapshot {
            mirror: self,
            commit,
            tree,
            last,
            reference,
        })
    }
}

/// A local path from the root, as the folder `git` is started in is none of its parts.
fn absolute(address: GitAddress) -> Result<GitAddress, GitError> {
    Ok(match address {
        GitAddress::Local(path) => GitAddress::Local(
            fs::canonicalize(&path)
                .map_err(|error| GitError::Failed(format!("`{}` cannot be read: {error}", path.display())))?,
        ),
        address => address,
    })
}

/// What the folder of the files is called: as a clone, or the folder in it, would be.
fn name_of(repository: &Repository) -> String {
    let address = repository.address.to_string();
    let path = repository.path.as_str();
    let whole = if path.is_empty() {
        address.trim_end_matches('/')
    } else {
        path
    };
    let name = whole.rsplit(['/', ':']).next().unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(name);
    if matches!(name, "" | "." | "..") {
        "documents".to_owned()
    } else {
        name.to_owned()
    }
}

fn short_hash(text: &str) -> String {
    let mut hash = format!("{:x}", Sha256::digest(text));
    hash.truncate(32);
    hash
}

/// Makes a folder that its owner alone can read: repositories may be private.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
