//! A Git repository that a test makes, by the program `git`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use server::git::{Credentials, GitAddress, GitSettings, Mirror, Repository, RepositoryPath, Running, Snapshot};
use tempfile::TempDir;

/// A repository with a work tree, in a folder of its own.
pub(crate) struct TestRepository {
    folder: TempDir,
}

impl TestRepository {
    /// An empty one, with the branch `main`.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let repository = Self { folder };
        std::fs::create_dir(repository.path()).unwrap();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// One with a commit of these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::new();
        repository.commit(1_000_000_000, "Alice", files);
        repository
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("handbook")
    }

    /// Writes files and commits everything that changed; gives the id of the commit.
    pub(crate) fn commit(&self, seconds: i64, author: &str, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            self.write(name, text);
        }
        self.git(&["add", "--all"]);
        let date = format!("{seconds} +0000");
        let name = format!("user.name={author}");
        let commit = [
            "-c",
            &name,
            "-c",
            "user.email=somebody@example.com",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "change",
        ];
        self.run(&commit, &[("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        let to = self.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(self.path().join(from), to).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.path().join(name)).unwrap();
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.run(arguments, &[])
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path()).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        let output = git.envs(variables.iter().copied()).output();
        let output = output.expect("these tests need the program git: `apt install git`");
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// All of it, as a source.
    pub(crate) fn repository(&self) -> Repository {
        Repository {
            address: GitAddress::Local(self.path()),
            branch: None,
            path: RepositoryPath::default(),
            credentials: Credentials::default(),
        }
    }
}

/// Fetches below a folder, with generous limits.
pub(crate) fn git_settings(folder: &Path) -> GitSettings {
    GitSettings {
        folder: folder.join("git"),
        max_size: 1 << 30,
        timeout: std::time::Duration::from_mins(2),
    }
}

/// The files of a repository, fetched below a folder.
pub(crate) fn snapshot(repository: Repository, folder: &Path) -> Snapshot {
    let mirror = Mirror::open(repository, &git_settings(folder), Running::default()).unwrap();
    mirror.snapshot("test", 1 << 20).unwrap()
}
