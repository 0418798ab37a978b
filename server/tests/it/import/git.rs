//! Imports of Git repositories: what a commit holds becomes documents, again and again, whatever happens to the repository.

use std::{path::Path, sync::Arc};

use domain::DocumentId;
use server::{
    git::{BranchName, GitAddress, GitError, GitSettings, Mirror, Repository, RepositoryPath, Running},
    import::{ImportReport, Pruning},
};
use store::DocumentRow;

use super::problems;
use crate::{
    documents::shelf::{Shelf, options},
    support::{Program, Run, TestRepository, git_settings, snapshot},
};

/// Imports what a repository holds now, as `portico import --git` does.
async fn pull(shelf: &Shelf, repository: Repository, is_dry_run: bool) -> ImportReport {
    let snapshot = Arc::new(snapshot(repository, shelf.folder.path()));
    let mut options = options(snapshot.folder().to_owned());
    options.prune = true;
    options.is_dry_run = is_dry_run;
    options.snapshot = Some(Arc::clone(&snapshot));
    let report = shelf.run(options).await;
    if !is_dry_run {
        snapshot.imported().unwrap();
    }
    report
}

async fn row(shelf: &Shelf, number: i64) -> DocumentRow {
    let found = shelf.store.find(DocumentId::new(number).unwrap()).await.unwrap();
    found.expect("the document is there").row
}

async fn titles(shelf: &Shelf) -> Vec<String> {
    shelf.titles().await.into_iter().map(|(title, _)| title).collect()
}

fn counts(report: &ImportReport) -> (usize, usize, usize) {
    assert_eq!(problems(report), [""; 0], "{report:?}");
    (report.added, report.updated, report.unchanged)
}

#[tokio::test]
async fn im_7_a_repository_becomes_documents_and_only_what_changed_changes() {
    for shelf in Shelf::both().await {
        let repository = TestRepository::with(&[("README.md", "text"), ("docs/a.md", "# A"), ("docs/b.md", "# B")]);
        let report = pull(&shelf, repository.repository(), false).await;
        assert_eq!(counts(&report), (3, 0, 0));
        assert!(
            report.source.starts_with("git:/") && report.source.ends_with("/handbook"),
            "{}",
            report.source
        );
        assert_eq!(
            titles(&shelf).await,
            ["A", "B", "handbook"],
            "a README has the title of its folder"
        );
        assert_eq!(counts(&pull(&shelf, repository.repository(), false).await), (0, 0, 3));
        repository.commit(1_000_000_100, "Bob", &[("docs/b.md", "# B2"), ("docs/c.md", "# C")]);
        repository.remove("docs/a.md");
        repository.commit(1_000_000_200, "Bob", &[]);
        let report = pull(&shelf, repository.repository(), false).await;
        assert_eq!((counts(&report), report.pruned()), ((1, 1, 1), 1));
        assert_eq!(titles(&shelf).await, ["B2", "C", "handbook"]);
        let left: Vec<_> = std::fs::read_dir(shelf.folder.path().join("git")).unwrap().collect();
        let left = left[0].as_ref().unwrap().path();
        assert!(
            left.join("repository").exists() && !left.join("tree").exists(),
            "files of a commit are removed"
        );
    }
}

#[tokio::test]
async fn im_7_dates_are_those_of_the_commits() {
    for shelf in Shelf::both().await {
        let repository = TestRepository::with(&[("a.md", "# A\n\nmany\nlines\nof\ntext\n")]);
        repository.rename("a.md", "sub/b.md");
        repository.commit(1_100_000_000, "Bob", &[]);
        repository.commit(
            1_200_000_000,
            "Carol",
            &[("sub/b.md", "# A\n\nmany\nlines\nof\ntexts\n"), ("other.md", "# O")],
        );
        pull(&shelf, repository.repository(), false).await;
        let rows = shelf.documents().await;
        let dates: Vec<_> = rows
            .iter()
            .map(|row| (&*row.title, row.created_at, row.updated_at))
            .collect();
        assert!(dates.contains(&("A", 1_000_000_000, 1_200_000_000)), "{dates:?}");
        assert!(dates.contains(&("O", 1_200_000_000, 1_200_000_000)), "{dates:?}");
    }
}

#[tokio::test]
async fn im_7_a_renamed_file_keeps_its_document() {
    for shelf in Shelf::both().await {
        let text = "# Plan\n\nThe first line.\nThe second line.\nThe third line.\n";
        let repository = TestRepository::with(&[
            ("plan.md", text),
            ("numbered.md", "---\nid: 77\n---\n# Numbered\n"),
            ("z.md", "# Z"),
        ]);
        pull(&shelf, repository.repository(), false).await;
        let plan = rows_titled(&shelf, "Plan").await;
        // Two steps before the next import, and a folder; the text changes on the way.
        repository.rename("plan.md", "draft2.md");
        repository.commit(1_000_000_100, "Bob", &[]);
        repository.rename("draft2.md", "people/plan-2.md");
        repository.rename("numbered.md", "people/numbered.md");
        repository.commit(
            1_000_000_200,
            "Bob",
            &[("people/plan-2.md", &format!("{text}The fourth line.\n"))],
        );
        let dry = pull(&shelf, repository.repository(), true).await;
        assert_eq!((counts(&dry), dry.gone.len()), ((0, 2, 1), 0), "{dry:?}");
        let report = pull(&shelf, repository.repository(), false).await;
        assert_eq!(
            (counts(&report), report.gone.len(), report.pruning.clone()),
            ((0, 2, 1), 0, Pruning::Nothing),
            "{report:?}"
        );
        let moved = row(&shelf, plan[0]).await;
        assert_eq!((&*moved.title, &*moved.folder), ("Plan", "people"));
        assert_eq!(row(&shelf, 77).await.folder, "people");
        assert_eq!(shelf.store.count().await.unwrap(), 3);
        assert_eq!(counts(&pull(&shelf, repository.repository(), false).await), (0, 0, 3));
    }
}

async fn rows_titled(shelf: &Shelf, title: &str) -> Vec<i64> {
    let rows = shelf.documents().await;
    rows.iter()
        .filter(|row| row.title == title)
        .map(|row| row.id.number())
        .collect()
}

#[tokio::test]
async fn im_7_a_name_that_is_used_again_takes_no_document_away() {
    for shelf in Shelf::both().await {
        let text = "# First\n\nOne line.\nAnother line.\n";
        let repository = TestRepository::with(&[("a.md", text)]);
        pull(&shelf, repository.repository(), false).await;
        repository.rename("a.md", "b.md");
        repository.commit(
            1_000_000_100,
            "Bob",
            &[("a.md", "# Something else, and longer than before\n")],
        );
        let report = pull(&shelf, repository.repository(), false).await;
        assert_eq!(counts(&report), (1, 1, 0), "{report:?}");
        assert_eq!(
            row(&shelf, 1).await.title,
            "Something else, and longer than before",
            "a path that is there is its document"
        );
    }
}

#[tokio::test]
async fn im_7_history_that_was_rewritten_is_followed_and_keeps_renamed_documents() {
    for shelf in Shelf::both().await {
        let text = "# Plan\n\nThe first line.\nThe second line.\n";
        let repository = TestRepository::with(&[("plan.md", text), ("gone.md", "# Gone")]);
        pull(&shelf, repository.repository(), false).await;
        let plan = rows_titled(&shelf, "Plan").await;
        // One commit without a parent, in which nothing was ever renamed.
        repository.rename("plan.md", "new/plan.md");
        repository.remove("gone.md");
        repository.git(&["checkout", "--quiet", "--orphan", "other"]);
        repository.commit(1_000_000_300, "Bob", &[]);
        repository.git(&["branch", "--move", "--force", "other", "main"]);
        let report = pull(&shelf, repository.repository(), false).await;
        assert_eq!((counts(&report), report.pruned()), ((0, 1, 0), 1), "{report:?}");
        assert_eq!(rows_titled(&shelf, "Plan").await, plan);
    }
}

#[tokio::test]
async fn im_7_a_branch_and_a_folder_are_what_is_taken() {
    let shelf = Shelf::sqlite().await;
    let repository = TestRepository::with(&[("docs/a.md", "# A"), ("docs2/x.md", "# X"), ("top.md", "# Top")]);
    repository.git(&["checkout", "--quiet", "-b", "release/1"]);
    repository.commit(1_000_000_100, "Bob", &[("docs/sub/b.md", "# B")]);
    repository.git(&["checkout", "--quiet", "main"]);
    let of = |branch: &str, path: &str| Repository {
        branch: Some(BranchName::parse(branch).unwrap()),
        path: RepositoryPath::parse(path).unwrap(),
        ..repository.repository()
    };
    let report = pull(&shelf, of("release/1", "docs"), false).await;
    assert_eq!(counts(&report), (2, 0, 0));
    assert!(report.source.ends_with("/handbook, folder docs"), "{}", report.source);
    let row = row(&shelf, rows_titled(&shelf, "B").await[0]).await;
    assert_eq!(
        (&*row.folder, row.created_at),
        ("sub", 1_000_000_100),
        "folders are below the one that was named"
    );
    // A checkout of the same repository is the same source.
    let clone = TestRepository::new();
    clone.git(&["remote", "add", "origin", repository.path().to_str().unwrap()]);
    clone.git(&["pull", "--quiet", "origin", "release/1"]);
    let report = shelf.run(options(clone.path().join("docs"))).await;
    assert_eq!((report.added, report.unchanged), (0, 2), "{report:?}");
}

#[tokio::test]
async fn im_7_what_cannot_be_fetched_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let repository = TestRepository::with(&[("a.md", "# A")]);
    let refused = |repository: Repository| {
        let mirror = Mirror::open(repository, &git_settings(folder.path()), Running::default());
        mirror
            .and_then(|mirror| mirror.snapshot("test", 100))
            .unwrap_err()
            .to_string()
    };
    let mut other = repository.repository();
    other.branch = Some(BranchName::parse("gone").unwrap());
    assert_eq!(refused(other), "the repository has no branch `gone`");
    let mut other = repository.repository();
    other.path = RepositoryPath::parse("docs/gone").unwrap();
    assert_eq!(refused(other), "the repository has no folder `docs/gone`");
    let mut other = repository.repository();
    other.path = RepositoryPath::parse("a.md").unwrap();
    assert_eq!(refused(other), "the repository has no folder `a.md`");
    assert_eq!(
        refused(TestRepository::new().repository()),
        "the repository is empty: push a commit first"
    );
    let mut other = repository.repository();
    other.address = GitAddress::Local(folder.path().join("nothing"));
    assert!(refused(other).contains("No such file or directory"));
    let mut other = repository.repository();
    other.address = GitAddress::Local(folder.path().to_owned());
    assert!(refused(other).starts_with("git failed: "));
    let mut other = repository.repository();
    other.address = GitAddress::parse("http://127.0.0.1:9/a.git").unwrap();
    assert!(refused(other).contains("127.0.0.1"));
}

#[tokio::test]
async fn im_7_nothing_of_a_repository_is_run_or_followed() {
    let shelf = Shelf::sqlite().await;
    let secret = shelf.folder.path().join("secret.md");
    std::fs::write(&secret, "# Secret").unwrap();
    let repository = TestRepository::with(&[
        ("a.md", "# A $Id$\n"),
        (".gitattributes", "* text eol=crlf ident filter=evil export-ignore\n"),
    ]);
    let marker = shelf.folder.path().join("ran");
    let touch = format!("touch {}", marker.display());
    for key in [
        "filter.evil.smudge",
        "filter.evil.clean",
        "core.fsmonitor",
        "uploadpack.packObjectsHook",
        "core.sshCommand",
    ] {
        repository.git(&["config", key, &touch]);
    }
    for hook in ["post-checkout", "post-update", "pre-receive", "reference-transaction"] {
        let hook = repository.path().join(".git/hooks").join(hook);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
        std::os::unix::fs::PermissionsExt::set_mode(&mut std::fs::metadata(&hook).unwrap().permissions(), 0o755);
    }
    std::os::unix::fs::symlink(&secret, repository.path().join("link.md")).unwrap();
    std::os::unix::fs::symlink("/etc", repository.path().join("folder")).unwrap();
    repository.git(&["-c", "filter.evil.clean=cat", "add", "--all"]);
    let submodule = format!("160000,{},module", "1".repeat(40));
    repository.git(&["update-index", "--add", "--cacheinfo", &submodule]);
    repository.git(&[
        "-c",
        "user.name=E",
        "-c",
        "user.email=e@example.com",
        "commit",
        "--quiet",
        "-m",
        "evil",
    ]);
    let _ = std::fs::remove_file(&marker);
    let snapshot = snapshot(repository.repository(), shelf.folder.path());
    assert_eq!(
        std::fs::read_to_string(snapshot.folder().join("a.md")).unwrap(),
        "# A $Id$\n"
    );
    assert_eq!(
        std::fs::read_link(snapshot.folder().join("link.md")).unwrap(),
        Path::new("nowhere")
    );
    assert!(!snapshot.folder().join("module").exists() && !marker.exists());
    let report = shelf.run(options(snapshot.folder().to_owned())).await;
    assert_eq!(
        (report.added, problems(&report)),
        (
            1,
            vec!["link.md:1: is a symbolic link, which is not followed".to_owned()]
        )
    );
}

#[tokio::test]
async fn im_7_large_files_and_pointers_are_reported_and_take_no_room() {
    let shelf = Shelf::sqlite().await;
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n",
        "0".repeat(64)
    );
    let large = "x".repeat(3 << 20);
    let repository = TestRepository::with(&[
        ("a.md", "![A](a.png) [B](b.bin)"),
        ("a.png", &pointer),
        ("b.bin", &large),
        ("large.md", &large),
    ]);
    let snapshot = Arc::new(snapshot(repository.repository(), shelf.folder.path()));
    let hole = std::fs::metadata(snapshot.folder().join("b.bin")).unwrap();
    assert_eq!(
        (hole.len(), std::os::unix::fs::MetadataExt::blocks(&hole)),
        (3 << 20, 0)
    );
    let mut options = options(snapshot.folder().to_owned());
    options.files.max_size = 1 << 20;
    options.snapshot = Some(snapshot);
    let report = shelf.run(options).await;
    let warnings: Vec<_> = report.warnings.iter().map(ToString::to_string).collect();
    assert!(
        warnings
            .iter()
            .any(|line| line.starts_with("a.md:1: ") && line.contains("a.png")),
        "{warnings:?}"
    );
    assert!(
        warnings
            .iter()
            .any(|line| line.contains("b.bin") && line.contains("files.max_size")),
        "{warnings:?}"
    );
    assert!(
        problems(&report)[0].starts_with("large.md:1: has 3145728 bytes"),
        "{report:?}"
    );
}

#[test]
fn im_7_a_repository_is_bounded_in_size_and_fetched_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    // Does not compress.
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + u8::try_from(state >> 58).unwrap())
    });
    let noise: String = noise.take(300_000).collect();
    let repository = TestRepository::with(&[("a.md", &noise)]);
    let settings = git_settings(folder.path());
    let small = GitSettings {
        max_size: 100_000,
        ..settings.clone()
    };
    let open = |settings: &GitSettings| Mirror::open(repository.repository(), settings, Running::default());
    let error = open(&small).unwrap().snapshot("test", 1 << 20).unwrap_err();
    assert!(matches!(error, GitError::TooLarge(100_000)), "{error}");
    let first = open(&settings).unwrap();
    assert!(matches!(open(&settings), Err(GitError::Busy)));
    assert_eq!(
        first
            .snapshot("test", 1 << 20)
            .unwrap()
            .folder()
            .read_dir()
            .unwrap()
            .count(),
        1
    );
    let running = Running::default();
    running.stop();
    let stopped = Mirror::open(repository.repository(), &settings, running);
    assert!(matches!(stopped, Err(GitError::Stopped)), "{stopped:?}");
}

/// A folder with a configuration, and how `portico import --git` runs in it.
struct Command {
    program: Program,
    path: String,
}

impl Command {
    fn new() -> Self {
        let program = Program::new();
        program.write(
            "portico.toml",
            "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n",
        );
        let path = std::env::var("PATH").unwrap();
        Self { program, path }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let arguments = [&["import", "--owner", "alice"], arguments].concat();
        self.program.run_with(&arguments, &[("PATH", &self.path)])
    }
}

#[test]
fn im_7_the_command_brings_a_repository_in() {
    let command = Command::new();
    let repository = TestRepository::with(&[("docs/a.md", "---\nprivate: true\n---\n# A"), ("b.md", "# B")]);
    let address = repository.path().display().to_string();
    let first = command.run(&["--git", &address, "--branch", "main", "--path", "docs"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(
        first
            .stdout
            .contains("1 added, 0 changed, 0 as before\n0 public, 1 private"),
        "{}",
        first.stdout
    );
    assert!(
        first
            .stderr
            .contains(&format!("commit {}", repository.git(&["rev-parse", "HEAD"]))),
        "{}",
        first.stderr
    );
    assert!(command.program.exists("data/portico.git"));
    let again = command.run(&["--git", &format!("file://{address}"), "--path", "docs", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(
        (&report["unchanged"], &report["added"]),
        (&1.into(), &0.into()),
        "{report}"
    );
}

#[test]
fn im_7_the_command_refuses_what_is_no_address_or_name() {
    let command = Command::new();
    let repository = TestRepository::with(&[("a.md", "# A")]);
    let address = repository.path().display().to_string();
    let good = format!("--git={address}");
    for (arguments, code, what) in [
        (vec!["--git=--upload-pack=touch ran"], 2, "begins with `-`"),
        (vec!["--git", "--upload-pack=touch ran"], 2, "unexpected argument"),
        (vec!["--git=ext::sh -c 'touch ran'"], 2, "is not an address"),
        (vec!["--git=https://alice:hunter2@example.com/a"], 2, "holds a password"),
        (vec![&*good, "--branch=-x"], 2, "is no name of a branch"),
        (vec![&*good, "--path", "../.."], 2, "is no folder"),
        (
            vec![&*good, "--branch", "gone"],
            1,
            "--git: the repository has no branch `gone`",
        ),
        (vec![&*good, "some/folder"], 2, "cannot be used with"),
    ] {
        let refused = command.run(&arguments);
        assert!(
            refused.code == code && refused.stderr.contains(what),
            "{arguments:?}: {} {}",
            refused.code,
            refused.stderr
        );
    }
    assert!(!command.program.exists("ran"));
}
