//! Documents whose files are refused or drafts now are withdrawn.

use std::os::unix::fs::symlink;

use domain::{DocumentId, Library, LibraryError};
use server::import::{ImportReport, Pruning};

use super::problems;
use crate::documents::shelf::{Shelf, alice, bob, options, visitor};

fn one() -> DocumentId {
    DocumentId::new(1).unwrap()
}

fn withdrawn(report: &ImportReport) -> Vec<(&str, i64)> {
    report
        .withdrawn
        .iter()
        .map(|document| (document.file.as_str(), document.id.number()))
        .collect()
}

async fn is_found_by_nobody(shelf: &Shelf) {
    assert!(shelf.store.find(one()).await.unwrap().is_none());
    assert_eq!(shelf.store.count().await.unwrap(), 0);
    assert_eq!(shelf.documents().await, []);
    assert_eq!(shelf.documents_with("a").await, []);
    for person in [alice(), bob()] {
        let opened = shelf.library.open(&visitor(person), one()).await;
        assert!(matches!(opened, Err(LibraryError::NotFound)), "{opened:?}");
    }
}

#[tokio::test]
async fn a_file_that_turned_draft_or_refused_is_withdrawn_named_and_returns() {
    for shelf in Shelf::both().await {
        for (turn, text) in [
            "---\ndraft: true\n---\n# A",
            "---\npublishDate: 2999-01-01\n---\n# A",
            "---\nconfidential: true\n---\n# A",
            "---\nprivate:\n---\n# A",
            "---\nprivate: true\n# A",
            "---\nid: 7\n---\n# A",
            "---\nowner: nobody\n---\n# A",
            "# A\n\0",
        ]
        .into_iter()
        .enumerate()
        {
            let report = shelf.import(&[("a.md", b"# A")]).await;
            assert_eq!(report.added + report.updated, 1, "{turn}: {report:?}");
            let open = shelf.library.open(&visitor(bob()), one()).await.unwrap();
            assert_eq!(open.summary.title, "A");
            let report = shelf.import(&[("a.md", text.as_bytes())]).await;
            assert_eq!(withdrawn(&report), [("a.md", 1)], "{text:?}");
            assert_eq!(report.refused() + report.left_out.len(), 1, "{text:?}");
            is_found_by_nobody(&shelf).await;
            let report = shelf.import(&[("a.md", text.as_bytes())]).await;
            assert_eq!(withdrawn(&report), [], "once is enough: {text:?}");
        }
    }
}

#[tokio::test]
async fn a_file_that_turned_private_changes_its_document() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# A")]).await;
        let report = shelf.import(&[("a.md", b"---\nprivate: true\n---\n# A")]).await;
        assert_eq!((report.updated, report.private, report.withdrawn.len()), (1, 1, 0));
        let opened = shelf.library.open(&visitor(bob()), one()).await;
        assert!(opened.is_err(), "{opened:?}");
    }
}

#[tokio::test]
async fn a_trashed_document_preserves_its_number_from_others() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# A")]).await;
        shelf.import(&[("a.md", b"---\ndraft: true\n---\n")]).await;
        let report = shelf
            .import(&[("b.md", b"# B"), ("c.md", b"---\nid: 1\n---\n# C")])
            .await;
        assert_eq!((report.added, report.refused()), (1, 1), "{report:?}");
        assert!(problems(&report)[0].contains("belongs to another document, `A`"));
        assert_eq!(shelf.documents().await[0].id.number(), 2);
    }
}

#[tokio::test]
async fn what_a_link_or_a_folder_that_is_not_followed_stands_for_now_is_withdrawn() {
    for shelf in Shelf::both().await {
        let dir = shelf.write(
            "files",
            &[("a.md", b"# A"), ("sub/b.md", b"# B"), ("subway.md", b"# C")],
        );
        shelf.run(options(dir.clone())).await;
        std::fs::remove_file(dir.join("a.md")).unwrap();
        std::fs::remove_dir_all(dir.join("sub")).unwrap();
        symlink("subway.md", dir.join("a.md")).unwrap();
        symlink("/", dir.join("sub")).unwrap();
        let report = shelf.run(options(dir)).await;
        assert_eq!(withdrawn(&report), [("a.md", 1), ("sub/b.md", 2)], "{report:?}");
        assert_eq!(shelf.titles().await, [("C".to_owned(), false)]);
    }
}

/// A path of about this many bytes, in names that any file system takes.
fn long(length: usize) -> String {
    let names: Vec<_> = (0..length / 200).map(|_| "d".repeat(199)).collect();
    names.join("/")
}

/// Nobody can open what has too long a path, not even root: as with a disk that fails, nobody knows what is in it.
#[tokio::test]
async fn what_cannot_be_read_leaves_its_document_and_is_named() {
    for shelf in Shelf::both().await {
        let (folder, file) = (long(2_800), "f".repeat(150) + ".md");
        let names = [
            format!("{folder}/{file}"),
            format!("{folder}/{}/below.md", "e".repeat(120)),
            "gone.md".to_owned(),
            "stays.md".to_owned(),
        ];
        let files: Vec<_> = names
            .iter()
            .map(|name| (name.as_str(), &b"---\nfolder: x\n---\n# A"[..]))
            .collect();
        let dir = shelf.write("files", &files);
        let read = |dir: std::path::PathBuf| {
            let mut options = options(dir);
            (options.source, options.prune) = (Some("long".to_owned()), true);
            options
        };
        assert_eq!(shelf.run(read(dir.clone())).await.added, 4);
        std::fs::remove_file(dir.join("gone.md")).unwrap();
        let root = shelf.folder.path().canonicalize().unwrap();
        // The folder of the first file has a path that can be opened, the file has none, and neither has the folder below.
        let above = 4_020 - folder.len() - root.as_os_str().len() - "/files/".len();
        let deep = root.join(long(above)).join("x".repeat(above % 200 + 1));
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::rename(&dir, deep.join("files")).unwrap();
        let report = shelf.run(read(deep.join("files"))).await;
        assert_eq!(
            (report.unreadable, report.refused(), report.withdrawn.len()),
            (2, 0, 0),
            "{report:?}"
        );
        assert!(
            problems(&report)
                .iter()
                .all(|problem| problem.contains("cannot be read")),
            "{:?}",
            problems(&report)
        );
        assert!(
            matches!(report.pruning, Pruning::Refused(why) if why.contains("could be read")),
            "{report:?}"
        );
        assert_eq!(
            (report.gone.len(), shelf.store.count().await.unwrap()),
            (2, 4),
            "what lies in the folder cannot be told from what is gone"
        );
    }
}
