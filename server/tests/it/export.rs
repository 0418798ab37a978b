//! Exports, and the way back: what an import of the exported folder makes is what was exported (IM-8), on both databases.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use bff::Clock;
use domain::{Library as _, Person, PersonId};
use server::{
    export::{self, ExportOptions, ExportReport},
    files::FileSettings,
    import::ImportReport,
};
use store::{ContentHash, Snapshot, StoredDocument, StoredFile};

use crate::documents::shelf::{Shelf, options, person, visitor};

mod property;

/// The moment of the tests: exports of documents that were written now must come back with that date.
fn now() -> i64 {
    Clock::system().now().unix_timestamp() + 1
}

fn export_options(shelf: &Shelf, name: &str) -> ExportOptions {
    ExportOptions {
        dir: shelf.folder.path().join(name),
        folder: None,
        has_ids: true,
        files: FileSettings::default(),
        now: now(),
    }
}

/// Exports everything into a new folder.
async fn export_to(shelf: &Shelf, name: &str) -> ExportReport {
    export::run(&shelf.store, export_options(shelf, name), &mut |_| {})
        .await
        .unwrap()
}

/// Imports a folder that was exported.
async fn import_from(shelf: &Shelf, dir: &Path) -> ImportReport {
    let mut options = options(dir.to_owned());
    (options.owner, options.private, options.now) = (None, true, now());
    options.resolve_person = Box::new(|who| PersonId::parse(who).ok_or_else(|| format!("`{who}` is nobody")));
    shelf.run(options).await
}

/// Everything that the round trip preserves, by number.
struct Contents {
    documents: Vec<StoredDocument>,
    files: Vec<(i64, String, ContentHash)>,
    /// What their owners see: links by the numbers of the documents they lead to, files by their names.
    pages: Vec<String>,
}

async fn contents(shelf: &Shelf) -> Contents {
    let (mut snapshot, _): (Snapshot, u64) = shelf.store.snapshot().await.unwrap();
    let documents = snapshot.documents(0, 10_000).await.unwrap();
    let files = snapshot.files(0, i64::MAX).await.unwrap();
    drop(snapshot);
    let mut pages = Vec::new();
    for StoredDocument { row, .. } in &documents {
        let owner = Person {
            id: row.owner.clone(),
            ..person("x", &[], None)
        };
        let open = shelf.library.open(&visitor(owner), row.id).await.unwrap();
        // The sanitiser adds these to every picture, in any order.
        let html = open.html.replace(" loading=\"lazy\"", "");
        pages.push(html.replace(" referrerpolicy=\"no-referrer\"", ""));
    }
    let file = |file: StoredFile| (file.document.number(), file.name, file.file.hash);
    let files: BTreeSet<_> = files.into_iter().map(file).collect();
    Contents {
        documents,
        files: files.into_iter().collect(),
        pages,
    }
}

/// Shows the first difference alone. Texts may differ in targets of links: their pages are the same.
fn assert_same(found: &Contents, expected: &Contents) {
    assert_eq!(found.documents.len(), expected.documents.len());
    for (found, expected) in found.documents.iter().zip(&expected.documents) {
        assert_eq!((&found.row, found.position), (&expected.row, expected.position));
    }
    assert_eq!(found.files, expected.files);
    for (found, expected) in found.pages.iter().zip(&expected.pages) {
        assert_eq!(found, expected);
    }
}

/// Exports `shelf`, imports that into an empty database, and exports it from there.
async fn round_trip(shelf: &Shelf, other: &Shelf) -> ExportReport {
    let report = export_to(shelf, "out").await;
    assert_eq!(report.problems, []);
    round_trip_of(shelf, other, &report).await;
    report
}

/// The same for an export that was made already, in which links may not have come along.
async fn round_trip_of(shelf: &Shelf, other: &Shelf, report: &ExportReport) {
    let dir = shelf.folder.path().join("out");
    let imported = import_from(other, &dir).await;
    assert_eq!(
        (imported.added as u64, imported.problems.len()),
        (report.documents, 0),
        "{imported:?}"
    );
    let (mut found, mut expected) = (contents(other).await, contents(shelf).await);
    if !report.problems.is_empty() {
        found.pages.clear();
        expected.pages.clear();
    }
    assert_same(&found, &expected);
    if !report.problems.is_empty() {
        return;
    }
    let again = export_to(other, "again").await;
    assert_eq!(
        (again.links, again.problems.len()),
        (0, 0),
        "what was exported leads where it should"
    );
    assert_eq!(tree(&other.folder.path().join("again")), tree(&dir));
}

/// All files below a folder, by path.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

#[tokio::test]
async fn im_8_the_documents_of_the_demo_come_back_as_they_were() {
    for (shelf, other) in Shelf::both_with_demo().await.iter().zip(Shelf::both().await) {
        let report = round_trip(shelf, &other).await;
        assert_eq!(report.documents, demo::DOCUMENTS.len() as u64);
        assert!(tree(&shelf.folder.path().join("out")).contains_key("engineering/01-build-and-release.md"));
    }
}

#[tokio::test]
async fn im_8_links_and_files_come_back_from_other_folders() {
    let png = |shade: u8| {
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0".as_slice(),
            &[shade],
        ]
        .concat()
    };
    let (one, two) = (png(1), png(2));
    let text = "---\ntitle: A\nfolder: moved/far\n---\n[x](../people/b.md#on-call) [[b]] [[c#Part|words]] `(../people/b.md)` <a href='b'>x</a>\n\n\
        ![](img/a.png) ![[b.png|20]] [plan](/plan.pdf?x=1) ![](https://other.example/a.png) [gone](gone.md) [page](/docs/2)\n";
    for (shelf, other) in Shelf::both().await.iter().zip(Shelf::both().await) {
        let files: [(&str, &[u8]); 8] = [
            ("guide/a.md", text.as_bytes()),
            (
                "people/b.md",
                b"---\ntitle: B\n---\n## On call\n[a](../guide/a) ![](../guide/img/a.png)\n",
            ),
            ("guide/b.md", b"---\ntitle: B too\nfolder: people\n---\ntext\n"),
            (
                "deep/er/c.md",
                b"---\ntitle: C\n---\n## Part\n![](../../guide/img/b.png)",
            ),
            ("guide/img/a.png", &one),
            ("guide/img/b.png", &two),
            ("moved/far/img/a.png", &two),
            ("plan.pdf", b"%PDF-1.7"),
        ];
        shelf.import(&files).await;
        let report = round_trip(shelf, &other).await;
        assert_eq!((report.documents, report.files), (4, 4));
        let tree = tree(&shelf.folder.path().join("out"));
        let a = String::from_utf8(tree["moved/far/a.md"].clone()).unwrap();
        assert!(a.contains("`(../people/b.md)`") && a.contains("[gone](gone.md)"), "{a}");
    }
}

#[tokio::test]
async fn im_8_what_is_in_the_trash_stays_there_and_a_folder_may_be_chosen() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[
                ("a/x.md", b"# X"),
                ("a/b/y.md", b"# Y [z](../../z.md)"),
                ("ab/z.md", b"# Z"),
                ("z.md", b"# Top"),
            ])
            .await;
        shelf.import(&[("a/x.md", b"---\ndraft: true\n---\n# X")]).await;
        let report = export_to(&shelf, "all").await;
        assert_eq!(report.documents, 3);
        let mut options = export_options(&shelf, "some");
        (options.folder, options.has_ids) = (Some("a".to_owned()), false);
        let report = export::run(&shelf.store, options.clone(), &mut |_| {}).await.unwrap();
        assert_eq!(report.documents, 1);
        let problems: Vec<_> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            ["a/b/y.md: links to `../../z.md`, a document that is not exported"]
        );
        let tree = tree(&shelf.folder.path().join("some"));
        let text = String::from_utf8(tree["a/b/y.md"].clone()).unwrap();
        assert!(tree.len() == 1 && !text.contains("\nid:"), "{text}");
        options.folder = Some("nowhere".to_owned());
        options.dir = shelf.folder.path().join("none");
        export::run(&shelf.store, options, &mut |_| {}).await.unwrap_err();
        assert!(!shelf.folder.path().join("none").exists());
    }
}
