//! `BookStack`: books, chapters and pages of a portable ZIP, and pages that were exported one by one.

use program_exports::{Program, RemarkKind};

use crate::{archive, assert_text, convert, convert_bytes, with_program};

const DATA: &str = r#"{"instance": {"id": "made-up", "version": "v25.02"}, "exported_at": "2025-02-01T10:00:00.000000Z", "book": {
 "id": 3, "name": "Handbook", "description_html": "<p>What we do, <a href=\"[[bsexport:page:12]]\">first</a></p>",
 "pages": [{"id": 13, "name": "Last", "priority": 5, "markdown": "See [the first]([[bsexport:page:12]]) and ![p]([[bsexport:image:7]])\n\n`[[bsexport:page:99]]`",
   "images": [{"id": 7, "name": "plan.png", "file": "f-1", "type": "gallery"}],
   "attachments": [{"id": 8, "name": "A [list].pdf", "file": "f-2"}, {"id": 9, "name": "Site", "link": "https://a.example/x"}, {"id": 10, "name": "Gone", "file": "f-9"}]}],
 "chapters": [{"id": 4, "name": "People", "priority": 1, "pages": [
   {"id": 12, "name": "On call", "priority": 2, "created_at": "2024-01-05T00:00:00Z", "html": "<h2 id=\"bkmrk-who\">Who</h2><p class=\"callout info\">We <script>alert(1)</script></p><img alt=\"q\" src=\"data:image/png;base64,aGVsbG8=\"><img src=\"data:text/html;base64,aGVsbG8=\" alt=\"bad\">"},
   {"id": 11, "name": "Before", "priority": 1, "html": ""}]}]}}"#;

#[test]
fn im_9_a_book_comes_in_with_chapters_order_links_and_files() {
    let converted = convert(&[
        ("data.json", DATA.as_bytes()),
        ("files/f-1", b"a picture"),
        ("files/f-2", b"a file"),
    ]);
    assert_eq!(converted.conversion.program, Program::BookStack);
    assert_eq!(converted.conversion.source, "bookstack/made-up");
    assert_eq!(
        converted.documents(),
        ["book-3.md", "chapter-4.md", "page-11.md", "page-12.md", "page-13.md"]
    );
    assert_text(&converted.document("book-3.md").1, &["[first](page-12.md)"], &[]);
    let (page, text) = converted.document("page-12.md");
    assert_eq!(
        (&page["title"], &page["folder"]),
        (&"On call".into(), &"Handbook/People".into())
    );
    assert_eq!(page["date"], "2024-01-05T00:00:00Z");
    assert_text(&text, &["## Who {#bkmrk-who}", "![q](files/"], &["alert", "data:"]);
    let (_, text) = converted.document("page-13.md");
    assert_text(
        &text,
        &[
            "[the first](page-12.md)",
            "![p](files/",
            "`[[bsexport:page:99]]`",
            "- [A -list-.pdf](files/",
            "- [Site](https://a.example/x)",
        ],
        &["Gone"],
    );
    let weight = |name: &str| converted.document(name).0["weight"].as_u64().unwrap();
    assert!(weight("page-11.md") < weight("page-12.md") && weight("chapter-4.md") < weight("page-13.md"));
    assert!(converted.remarks(RemarkKind::File)[0].contains("Gone"));
    assert_eq!(converted.files.values().filter(|bytes| *bytes == b"hello").count(), 1);
}

#[test]
fn im_9_pages_of_bookstack_that_were_exported_one_by_one_come_in_too() {
    let page = b"<html><head><title>On call</title><style>p {}</style></head><body><main class=\"page-content\"><h1>On call</h1><p>See <a href=\"b.md\">b</a></p></main></body></html>";
    let bytes = archive(&[("Book/a.html", page), ("Book/b.md", b"# Second\n\n[a](a.html)\n")]);
    let converted = convert_bytes(&bytes, &with_program(Program::BookStack)).unwrap();
    let (front, text) = converted.document("Book/a.md");
    assert_eq!((&front["title"], &front["folder"]), (&"On call".into(), &"Book".into()));
    assert_text(&text, &["[b](b.md)"], &["p {}"]);
    assert_text(&converted.document("Book/b.md").1, &["[a](a.md)"], &[]);
}
