//! Pictures and other files come along with documents (IM-3): on both databases, in both storages.

use std::path::Path;

use axum::body::Body;
use domain::{DocumentId, Library as _};
use http::{Method, StatusCode};
use server::{
    files::{FileSettings, StorageKind},
    import::{self, ImportReport},
};
use tempfile::TempDir;

use crate::{
    documents::shelf::{self, Shelf, alice, visitor},
    support::{Database, TestResponse, TestSite, Visitor},
};

mod bucket;
mod changes;
mod hostile;
mod served;

/// The header of a PNG, which is enough for whoever does not draw it; `salt` makes another content.
fn png(width: u32, height: u32, salt: &str) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x06\0\0\0");
    bytes.extend(salt.as_bytes());
    bytes
}

fn id(number: i64) -> DocumentId {
    DocumentId::new(number).unwrap()
}

/// A shelf with a folder for files, or none of its own.
fn settings(shelf: &Shelf, kind: StorageKind) -> FileSettings {
    FileSettings {
        kind,
        folder: shelf.folder.path().join("stored"),
        ..FileSettings::default()
    }
}

/// Writes files and imports them into a shelf.
async fn import_with(shelf: &Shelf, files: &[(&str, &[u8])], settings: FileSettings) -> ImportReport {
    let dir = shelf.write("files", files);
    let mut options = shelf::options(dir);
    options.files = settings;
    shelf.run(options).await
}

async fn html(shelf: &Shelf, number: i64) -> String {
    shelf.library.open(&visitor(alice()), id(number)).await.unwrap().html
}

fn warnings(report: &ImportReport) -> Vec<String> {
    let warning = |warning: &import::ImportWarning| format!("{} {warning}", warning.kind.name());
    report.warnings.iter().map(warning).collect()
}

#[tokio::test]
async fn im_3_a_picture_beside_a_document_is_shown_with_its_size() {
    for shelf in Shelf::both().await {
        for kind in [StorageKind::Database, StorageKind::Folder] {
            let picture = png(40, 30, "one");
            let files: [(&str, &[u8]); 3] = [
                (
                    "guide/a.md",
                    b"# A\n\n![A picture](img/one.png) and [a plan](plan.pdf#page=2)\n",
                ),
                ("guide/img/one.png", &picture),
                ("guide/plan.pdf", b"%PDF-1.7 plan"),
            ];
            let report = import_with(&shelf, &files, settings(&shelf, kind)).await;
            assert_eq!(warnings(&report), [""; 0]);
            let html = html(&shelf, 1).await;
            assert!(html.contains("src=\"/docs/1/files/one.png\""), "{html}");
            assert!(html.contains("width=\"40\" height=\"30\""), "{html}");
            assert!(html.contains("href=\"/docs/1/files/plan.pdf#page=2\""), "{html}");
            let parts = shelf.database.number("SELECT count(*) FROM file_part").await;
            assert_eq!(
                parts, 2,
                "stored in the database, and there still: the second import moves nothing"
            );
        }
    }
}

#[tokio::test]
async fn im_3_what_is_not_there_shows_its_words_and_is_reported_with_its_line() {
    for shelf in Shelf::both().await {
        let text =
            b"---\ntitle: A\n---\ntext\n\n![The map](img/map.png)\n\n![[gone.png]] ![](img/map.png) ![no](a.txt)\n";
        let report = import_with(&shelf, &[("a.md", text), ("a.txt", b"text")], FileSettings::default()).await;
        assert_eq!(
            warnings(&report),
            [
                "picture a.md:6: shows the picture `img/map.png`, which is not here",
                "picture a.md:8: shows the picture `gone.png`, which is not here",
                "picture a.md:8: shows the picture `a.txt`, which is no picture",
            ]
        );
        let html = html(&shelf, 1).await;
        assert!(
            html.contains("<span class=\"missing-picture\">The map</span>"),
            "{html}"
        );
        assert!(!html.contains("<img"), "{html}");
    }
}

#[tokio::test]
async fn im_3_names_are_unique_within_a_document() {
    for shelf in Shelf::both().await {
        let (one, two) = (png(1, 1, "one"), png(2, 2, "two"));
        let text = b"![a](x/p.png) ![b](y/p.png) ![c](./x/p.png) ![d](y/p.png)";
        let files: [(&str, &[u8]); 3] = [("a.md", text), ("x/p.png", &one), ("y/p.png", &two)];
        import_with(&shelf, &files, FileSettings::default()).await;
        let html = html(&shelf, 1).await;
        let shown: Vec<_> = html
            .split("/docs/1/files/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(shown, ["p.png", "p-2.png", "p.png", "p-2.png"]);
    }
}

#[tokio::test]
async fn im_3_hidden_folders_of_generators_have_pictures_and_no_documents() {
    let shelf = Shelf::sqlite().await;
    let (one, two) = (png(1, 1, "one"), png(2, 2, "two"));
    let text = b"![a](<../.gitbook/assets/image (1).png>) ![b](/hero.png) ![c](../.git/c.png)";
    let files: [(&str, &[u8]); 6] = [
        ("guide/a.md", text),
        (".gitbook/assets/image (1).png", &one),
        (".gitbook/includes/part.md", b"# Part"),
        (".vuepress/public/hero.png", &two),
        (".vuepress/secret.md", b"# Secret"),
        (".git/c.png", &two),
    ];
    let report = import_with(&shelf, &files, FileSettings::default()).await;
    assert_eq!((report.added, report.problems.len()), (1, 0));
    assert_eq!(
        warnings(&report),
        ["picture guide/a.md:1: shows the picture `../.git/c.png`, which is not here"]
    );
    assert_eq!(html(&shelf, 1).await.matches("/docs/1/files/").count(), 2);
}

#[tokio::test]
async fn im_3_a_vault_finds_its_pictures_by_name() {
    let shelf = Shelf::sqlite().await;
    let picture = png(5, 5, "vault");
    let files: [(&str, &[u8]); 3] = [
        (
            "notes/deep/n.md",
            b"![[Pasted image 1.png|200]] ![x](<Pasted image 1.png>)",
        ),
        ("attachments/Pasted image 1.png", &picture),
        (".obsidian/app.json", b"{}"),
    ];
    let report = import_with(&shelf, &files, FileSettings::default()).await;
    assert_eq!(warnings(&report), [""; 0]);
    let html = html(&shelf, 1).await;
    assert_eq!(
        html.matches("/docs/1/files/Pasted%20image%201.png").count(),
        2,
        "{html}"
    );
    assert!(html.contains("width=\"200\""), "{html}");
}
