//! Confluence, Notion and `BookStack`, from the archive to the page.

use domain::{DocumentId, Library as _};

use super::{File, PNG};
use crate::documents::shelf::{Shelf, alice, visitor};

const DIGITS: &str = "0123456789abcdef0123456789abcdef";

/// A made-up space of two pages.
const CONFLUENCE: [File<'static>; 4] = [
    (
        "DS/index.html",
        b"<table><tr><th>Key</th><td>DS</td></tr></table><ul><li><a href=\"Home_1.html\">Home</a><ul><li><a href=\"2.html\">Who</a></li></ul></li></ul>",
    ),
    (
        "DS/Home_1.html",
        b"<h1><span id=\"title-text\">Home</span></h1><div id=\"main-content\" class=\"wiki-content\"><p><a href=\"2.html#Who-Rules\">rules</a>\
          <img alt=\"A plan\" src=\"attachments/1/7.png\"> {{ x }} %%y%% ==z==</p><div class=\"confluence-information-macro confluence-information-macro-tip\">\
          <div class=\"confluence-information-macro-body\"><p>Take a torch</p></div></div><script>alert(1)</script></div>",
    ),
    (
        "DS/2.html",
        b"<h1><span id=\"title-text\">Who</span></h1><div id=\"main-content\" class=\"wiki-content\"><h2 id=\"Who-Rules\">Rules</h2></div>",
    ),
    ("DS/attachments/1/7.png", PNG),
];

#[tokio::test]
async fn im_9_a_space_of_confluence_is_read_as_it_was() {
    for shelf in Shelf::both().await {
        let report = shelf.import_export(&CONFLUENCE).await;
        assert_eq!(
            (
                report.added,
                report.private,
                report.problems.len(),
                report.warnings.len()
            ),
            (2, 2, 0, 0),
            "{report:?}"
        );
        assert_eq!(report.source, "name:confluence/DS");
        let pair = |folder: &str, title: &str| (folder.to_owned(), title.to_owned());
        assert_eq!(shelf.shelved().await, [pair("", "Home"), pair("Home", "Who")]);
        let open = shelf
            .library
            .open(&visitor(alice()), DocumentId::new(1).unwrap())
            .await
            .unwrap();
        for part in [
            "href=\"/docs/2#",
            "/docs/1/files/7.png",
            "Take a torch",
            "{{ x }} %%y%% ==z==",
        ] {
            assert!(open.html.contains(part), "{part} in {}", open.html);
        }
        assert!(!open.html.contains("alert("), "{}", open.html);
        let report = shelf.import_export(&CONFLUENCE).await;
        assert_eq!(
            (report.added, report.updated, report.unchanged),
            (0, 0, 2),
            "{report:?}"
        );
    }
}

#[tokio::test]
async fn im_9_a_renamed_page_of_notion_stays_its_document() {
    for shelf in Shelf::both().await {
        let name = format!("Tasks/On call {DIGITS}.md");
        let report = shelf.import_export(&[(&name, b"# On call\n\n[gone](Gone.md)\n")]).await;
        assert_eq!((report.added, report.problems.len()), (1, 0), "{report:?}");
        let problem = &report
            .warnings
            .iter()
            .find(|warning| warning.kind == server::import::WarningKind::Link)
            .unwrap()
            .problem;
        assert_eq!((problem.file.as_str(), problem.line), (name.as_str(), 3), "{problem}");
        let name = format!("Elsewhere/Who is called {DIGITS}.md");
        let report = shelf.import_export(&[(&name, b"# Who is called\n\nus\n")]).await;
        assert_eq!((report.added, report.updated), (0, 1), "{report:?}");
        assert_eq!(
            shelf.shelved().await,
            [("Elsewhere".to_owned(), "Who is called".to_owned())]
        );
    }
}

#[tokio::test]
async fn im_9_properties_of_notion_that_keep_readers_out_count_where_pages_become_public() {
    for shelf in Shelf::both().await {
        let (table, page) = (
            format!("Tasks {DIGITS}.csv"),
            format!("Tasks {DIGITS}/Fix it {}.md", DIGITS.replace('0', "9")),
        );
        let other = format!("Tasks {DIGITS}/Plan {}.md", DIGITS.replace('0', "8"));
        let files: [File<'_>; 3] = [
            (&table, b"Name,Status,Visibility\nFix it,Draft,\nPlan,,private\n"),
            (&page, b"# Fix it\n\nStatus: Draft\n\nText\n"),
            (&other, b"# Plan\n\nVisibility: private\n\nText\n"),
        ];
        let report = shelf.run(super::public(shelf.export("export.zip", &files))).await;
        assert_eq!(
            (report.added, report.left_out.len(), report.problems.len()),
            (1, 1, 1),
            "{report:?}"
        );
        assert_eq!(report.problems[0].file, other, "{report:?}");
        let report = shelf.import_export(&files).await;
        assert_eq!((report.private, report.problems.len()), (3, 0), "{report:?}");
    }
}

#[tokio::test]
async fn im_9_a_book_of_bookstack_is_read_with_its_pictures() {
    for shelf in Shelf::both().await {
        let data = br#"{"instance": {"id": "x"}, "book": {"id": 1, "name": "Book", "pages": [{"id": 2, "name": "Page", "html": "<p><img alt=\"p\" src=\"[[bsexport:image:3]]\"></p>",
            "images": [{"id": 3, "name": "p.png", "file": "abc.png"}]}]}}"#;
        let report = shelf
            .import_export(&[("data.json", data), ("files/abc.png", PNG)])
            .await;
        assert_eq!((report.added, report.problems.len()), (2, 0), "{report:?}");
        let open = shelf
            .library
            .open(&visitor(alice()), DocumentId::new(2).unwrap())
            .await
            .unwrap();
        assert!(open.html.contains("/docs/2/files/abc.png"), "{}", open.html);
    }
}
