//! A file is the same document wherever its folder lies, and never another's.

use std::path::Path;

use server::import::{Pruning, run};

use super::problems;
use crate::{
    documents::shelf::{Shelf, options},
    support::Program,
};

fn checkout(folder: &Path, origin: &str) {
    std::fs::create_dir_all(folder.join(".git")).unwrap();
    std::fs::write(
        folder.join(".git/config"),
        format!("[remote \"origin\"]\n\turl = {origin}\n"),
    )
    .unwrap();
}

#[tokio::test]
async fn a_file_name_is_the_same_however_unicode_writes_it() {
    for shelf in Shelf::both().await {
        let text: &[u8] = b"# A";
        let (decomposed, composed) = ("u\u{308}/a\u{308}.md", "\u{fc}/\u{e4}.md");
        let one = shelf.write("mac", &[(decomposed, text)]);
        let other = shelf.write("linux", &[(composed, text)]);
        for dir in [one, other] {
            checkout(&dir, "git@example.com:team/handbook.git");
            let mut options = options(dir);
            options.prune = true;
            let report = shelf.run(options).await;
            assert!(report.gone.is_empty() && report.problems.is_empty(), "{report:?}");
        }
        assert_eq!(shelf.store.count().await.unwrap(), 1);
        let both = shelf.write(
            "both",
            &[("a\u{308}.md", b"# A"), ("\u{e4}.md", b"# B"), ("c.md", b"# C")],
        );
        let report = shelf.run(options(both)).await;
        assert_eq!(
            (report.added, report.refused()),
            (1, 2),
            "neither overwrites the other: {report:?}"
        );
    }
}

#[tokio::test]
async fn every_clone_of_a_repository_is_the_same_source() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 2] = [("docs/a.md", b"# A"), ("docs/b/c.md", b"# C")];
        let (one, other) = (
            shelf.write("build-1/site", &files),
            shelf.write("build-2/handbook", &files),
        );
        checkout(&one, "git@example.com:team/handbook.git");
        checkout(&other, "https://ci:hunter2@example.com/team/handbook");
        let report = shelf.run(options(one.join("docs"))).await;
        assert_eq!(
            (report.added, report.source.as_str()),
            (2, "git:example.com/team/handbook, folder docs")
        );
        std::fs::write(other.join("docs/a.md"), "# A2").unwrap();
        let report = shelf.run(options(other.join("docs"))).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 1, 1),
            "{report:?}"
        );
        assert!(!format!("{report:?}").contains("hunter2"));
        assert_eq!(
            shelf.titles().await,
            [("A2".to_owned(), false), ("C".to_owned(), false)]
        );
        let report = shelf.run(options(other.join("docs/b"))).await;
        assert_eq!(
            (report.added, report.updated),
            (0, 1),
            "the same file, through a folder further in: only its folder differs"
        );
        assert!(
            report.gone.is_empty(),
            "what lies outside of the imported folder is not gone: {report:?}"
        );
        assert_eq!(shelf.store.count().await.unwrap(), 2);
    }
}

#[tokio::test]
async fn two_folders_of_one_name_never_overwrite_each_other() {
    for shelf in Shelf::both().await {
        let one = shelf.write("one/docs", &[("a.md", b"# From one")]);
        let other = shelf.write("other/docs", &[("a.md", b"# From the other")]);
        for dir in [one, other] {
            let report = shelf.run(options(dir)).await;
            assert_eq!((report.added, report.updated), (1, 0), "{report:?}");
        }
        let (fork, original) = (
            shelf.write("fork", &[("a.md", b"# Fork")]),
            shelf.write("original", &[("a.md", b"# Original")]),
        );
        checkout(&fork, "https://example.com/bob/handbook");
        checkout(&original, "https://example.com/team/handbook");
        for dir in [fork, original] {
            assert_eq!(shelf.run(options(dir)).await.added, 1);
        }
        assert_eq!(shelf.store.count().await.unwrap(), 4);
    }
}

#[tokio::test]
async fn a_named_source_is_the_same_from_anywhere() {
    for shelf in Shelf::both().await {
        for (position, updated) in [("here", 0), ("there", 1)] {
            let dir = shelf.write(position, &[("a.md", format!("# From {position}").as_bytes())]);
            let mut options = options(dir);
            options.source = Some("handbook".to_owned());
            let report = shelf.run(options).await;
            assert_eq!(
                (report.added, report.updated, report.source.as_str()),
                (1 - updated, updated, "name:handbook")
            );
        }
        assert_eq!(shelf.titles().await, [("From there".to_owned(), false)]);
        let mut options = options(shelf.folder.path().join("here"));
        options.source = Some("a\nb".to_owned());
        assert!(run(&shelf.store, options, &mut |_| {}).await.is_err());
    }
}

#[tokio::test]
async fn documents_of_older_versions_are_taken_over_by_the_first_import_from_their_folder() {
    for shelf in Shelf::both().await {
        let dir = shelf.write("files", &[("a.md", b"# A"), ("b.md", b"# B"), ("c.md", b"# C")]);
        shelf.run(options(dir.clone())).await;
        let root = dir.canonicalize().unwrap();
        // As the older versions wrote them.
        shelf
            .database
            .execute(&format!(
                "UPDATE document SET source = 'file:{}/' || source_path, source_name = NULL, source_path = NULL",
                root.display()
            ))
            .await;
        std::fs::write(dir.join("b.md"), "# B2").unwrap();
        std::fs::write(dir.join("c.md"), "---\ndraft: true\n---\n# C").unwrap();
        checkout(&dir, "https://example.com/team/handbook");
        let report = shelf.run(options(dir.clone())).await;
        assert_eq!(
            (report.added, report.updated, report.withdrawn.len()),
            (0, 2, 1),
            "{report:?}"
        );
        assert_eq!(
            shelf.titles().await,
            [("A".to_owned(), false), ("B2".to_owned(), false)]
        );
        let report = shelf.run(options(dir)).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 0, 2),
            "they are known by their source now"
        );
    }
}

#[tokio::test]
async fn a_folder_that_seems_to_be_from_elsewhere_is_reported() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 3] = [("a.md", b"# A"), ("b.md", b"# B"), ("c.md", b"# C")];
        let report = shelf.run(options(shelf.write("old", &files))).await;
        assert_eq!(report.similar, None);
        let report = shelf.run(options(shelf.write("new", &files))).await;
        let similar = report.similar.clone().unwrap_or_default();
        assert!(
            similar.starts_with("3 of the first 3 files came from `folder:/") && similar.contains("/old`"),
            "{report:?}"
        );
        let unlike = shelf
            .run(options(shelf.write(
                "unlike",
                &[("x.md", b"# X"), ("y.md", b"# Y"), ("a.md", b"# Z")],
            )))
            .await;
        assert_eq!(unlike.similar, None);
        // The same names with other texts: to continue with the documents of the other folder would write over them.
        let names: [(&str, &[u8]); 3] = [("a.md", b"# K"), ("b.md", b"# L"), ("c.md", b"# M")];
        assert_eq!(shelf.run(options(shelf.write("names", &names))).await.similar, None);
        // What the remark proposes works.
        let name = similar
            .split('`')
            .nth(3)
            .unwrap()
            .trim_start_matches("--source ")
            .trim_matches('\'')
            .to_owned();
        let mut options = options(shelf.folder.path().join("new"));
        options.source = Some(name);
        let report = shelf.run(options).await;
        assert_eq!((report.added, report.unchanged), (0, 3), "{report:?}");
    }
}

#[tokio::test]
async fn prune_trashes_what_has_no_file_any_more_and_states_what_it_would_do_without() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 3] = [("a.md", b"# A"), ("sub/b.md", b"# B"), ("sub/c.md", b"# C")];
        let dir = shelf.write("files", &files);
        let other = shelf.write("other", &[("b.md", b"# Other")]);
        shelf.run(options(dir.clone())).await;
        shelf.run(options(other)).await;
        std::fs::remove_file(dir.join("sub/b.md")).unwrap();
        let report = shelf.run(options(dir.clone())).await;
        assert_eq!(
            (&report.pruning, report.gone.len(), report.pruned()),
            (&Pruning::Possible, 1, 0)
        );
        assert_eq!(report.gone[0].file, "sub/b.md");
        assert_eq!(shelf.store.count().await.unwrap(), 4);
        let prune = |dir: &Path| {
            let mut options = options(dir.to_owned());
            options.prune = true;
            options
        };
        let report = shelf.run(prune(&dir)).await;
        assert_eq!((&report.pruning, report.pruned()), (&Pruning::Done, 1), "{report:?}");
        let titles: Vec<_> = shelf.titles().await.into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["A", "C", "Other"]);
        assert_eq!(shelf.run(prune(&dir)).await.pruned(), 0);
        // Back with its number.
        let before = shelf.import(&[("sub/b.md", b"# B")]).await;
        assert_eq!(
            (before.added, before.updated, before.unchanged),
            (0, 1, 2),
            "{before:?}"
        );
        assert_eq!(shelf.store.count().await.unwrap(), 4);
        for name in ["a.md", "sub/b.md", "sub/c.md"] {
            std::fs::remove_file(dir.join(name)).unwrap();
        }
        let report = shelf.run(prune(&dir)).await;
        assert!(
            matches!(report.pruning, Pruning::Refused(why) if why.contains("no file")),
            "{report:?}"
        );
        assert_eq!(
            shelf.store.count().await.unwrap(),
            4,
            "an empty folder is a mistake sooner than a wish"
        );
    }
}

#[test]
fn the_program_states_which_source_and_what_prune_would_do() {
    let program = Program::new();
    program.write(
        "portico.toml",
        "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n",
    );
    program.write(
        "site/.git/config",
        "[remote \"origin\"]\n\turl = https://token:hunter2@example.com/team/site.git\n",
    );
    program.write("site/docs/a.md", "# A");
    program.write("site/docs/b.md", "# B");
    let import = |more: &[&str]| program.run(&[&["import", "site/docs", "--owner", "alice"], more].concat());
    let reported = import(&[]);
    assert_eq!(
        reported.stdout.lines().next().unwrap(),
        "source: git:example.com/team/site, folder docs"
    );
    assert!(!(reported.stdout + &reported.stderr).contains("hunter2"));
    program.remove("site/docs/b.md");
    let reported = import(&[]);
    assert!(
        reported.code == 0
            && reported.stderr.contains("1 document has no file any more")
            && reported.stderr.contains("--prune"),
        "{}",
        reported.stderr
    );
    assert!(reported.stderr.contains("b.md (document 2)"), "{}", reported.stderr);
    let reported = import(&["--prune"]);
    assert!(
        reported.stdout.ends_with("0 withdrawn, 1 pruned\n"),
        "{}",
        reported.stdout
    );
    let reported = import(&["--source", "a\u{1b}b"]);
    assert!(
        reported.code == 2 && reported.stderr.starts_with("--source: ") && !reported.stderr.contains('\u{1b}'),
        "{}",
        reported.stderr
    );
}

#[tokio::test]
async fn a_source_that_was_named_twice_is_not_two() {
    let shelf = Shelf::sqlite().await;
    let dir = shelf.write("files", &[("a.md", b"# A")]);
    let link = shelf.folder.path().join("link");
    std::os::unix::fs::symlink(&dir, &link).unwrap();
    shelf.run(options(dir)).await;
    let report = shelf.run(options(link)).await;
    assert_eq!((report.unchanged, problems(&report).len()), (1, 0));
}
