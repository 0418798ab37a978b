//! Outline: collections as folders, documents below documents, uploads.

use domain::{DocumentId, Library as _};
use server::import::WarningKind;

use super::{File, PNG, public};
use crate::documents::shelf::{Shelf, alice, bob, visitor};

/// A made-up export: two collections, a document below another, a picture, a file and what has no file.
const EXPORT: [File<'static>; 5] = [
    (
        "Handbook/On call.md",
        b"# On call\n\nWho is called: [the list](./On%20call/The%20list.md#names), [elsewhere](../Office/Rooms.md).\n\n\\\n\n![A plan](uploads/1/2/plan%20b.png \" =640x480\") and [plan.pdf 12](uploads/1/2/plan.pdf).\n\n@[Bob Baker](mention://1/user/2)\n\n:::info\nBring a torch.\n:::\n",
    ),
    ("Handbook/On call/The list.md", b"# The list\n\n## Names\n\nAlice, [back](../On%20call.md), [gone](./Gone.md)\n"),
    ("Handbook/uploads/1/2/plan b.png", PNG),
    ("Handbook/uploads/1/2/plan.pdf", b"%PDF-1.4 made up"),
    ("Office/Rooms.md", b"# Rooms\n\nCONFIDENTIAL\n"),
];

#[tokio::test]
async fn im_9_an_outline_export_comes_in_whole() {
    for shelf in Shelf::both().await {
        let report = shelf.import_export(&EXPORT).await;
        assert_eq!(
            (report.added, report.private, report.problems.len()),
            (3, 3, 0),
            "{report:?}"
        );
        assert_eq!(report.source, "name:outline");
        let pair = |folder: &str, title: &str| (folder.to_owned(), title.to_owned());
        assert_eq!(
            shelf.shelved().await,
            [
                pair("Handbook", "On call"),
                pair("Handbook/On call", "The list"),
                pair("Office", "Rooms")
            ]
        );
        let open = shelf
            .library
            .open(&visitor(alice()), DocumentId::new(1).unwrap())
            .await
            .unwrap();
        assert_eq!(open.summary.title, "On call");
        for part in [
            "href=\"/docs/2#h-names\"",
            "href=\"/docs/3\"",
            "/docs/1/files/plan%20b.png",
            "/docs/1/files/plan.pdf",
            "Bob Baker",
            "Bring a torch.",
        ] {
            assert!(open.html.contains(part), "{part} in {}", open.html);
        }
        for part in ["mention:", "640x480", "\\", "<h2>On call", "%5C"] {
            assert!(!open.html.contains(part), "{part} in {}", open.html);
        }
        let missing: Vec<_> = report
            .warnings
            .iter()
            .filter(|warning| warning.kind == WarningKind::Link)
            .collect();
        let place = |warning: &server::import::ImportWarning| (warning.problem.file.clone(), warning.problem.line);
        assert_eq!(
            missing.iter().map(|warning| place(warning)).collect::<Vec<_>>(),
            [("Handbook/On call/The list.md".to_owned(), 5)],
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn im_9_what_an_export_brings_is_private_unless_the_operator_opens_it() {
    for shelf in Shelf::both().await {
        shelf.import_export(&EXPORT).await;
        let rooms = DocumentId::new(3).unwrap();
        assert!(shelf.library.open(&visitor(bob()), rooms).await.is_err());
        let report = shelf.run(public(shelf.export("export.zip", &EXPORT))).await;
        // What says by itself that it is confidential does not become public all the same.
        assert_eq!(
            (report.public, report.private, report.problems.len()),
            (2, 0, 1),
            "{report:?}"
        );
        let refused = &report.problems[0];
        assert_eq!(
            (refused.file.as_str(), refused.line),
            ("Office/Rooms.md", 3),
            "{refused}"
        );
        assert!(
            shelf
                .library
                .open(&visitor(bob()), DocumentId::new(1).unwrap())
                .await
                .is_ok()
        );
        assert!(shelf.library.open(&visitor(alice()), rooms).await.is_err());
    }
}

#[tokio::test]
async fn im_9_the_next_export_updates_the_documents() {
    for shelf in Shelf::both().await {
        shelf.import_export(&EXPORT).await;
        let report = shelf.run(shelf.export("another name.zip", &EXPORT)).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 0, 3),
            "{report:?}"
        );
        let mut next = EXPORT;
        next[1].1 = b"# The list\n\nNobody\n";
        let report = shelf.import_export(&next[..3]).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 2, 0),
            "{report:?}"
        );
        assert_eq!(report.gone.len(), 1, "{report:?}");
    }
}

#[tokio::test]
async fn im_9_an_unpacked_export_is_the_same_as_its_archive() {
    for shelf in Shelf::both().await {
        shelf.import_export(&EXPORT).await;
        let folder = shelf.write("unpacked", &EXPORT);
        let report = shelf.run(crate::documents::shelf::options(folder)).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 0, 3),
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn im_9_documents_of_a_part_are_pruned_only_where_the_source_is_named() {
    for shelf in Shelf::both().await {
        shelf.import_export(&EXPORT).await;
        let mut part = shelf.export("part.zip", &EXPORT[4..]);
        part.prune = true;
        let report = shelf.run(part).await;
        assert_eq!(
            (report.pruned(), shelf.store.count().await.unwrap()),
            (0, 3),
            "{report:?}"
        );
        let mut part = shelf.export("part.zip", &EXPORT[4..]);
        (part.prune, part.source) = (true, Some("outline".to_owned()));
        let report = shelf.run(part).await;
        assert_eq!((report.pruned(), shelf.titles().await.len()), (2, 1), "{report:?}");
    }
}
