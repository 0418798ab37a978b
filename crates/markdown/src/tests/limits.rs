//! What is too much is refused with its line, and what is made to be slow is not: sizes are counted here, not seconds.

use crate::{MAX_BYTES, MAX_DEPTH, MAX_HEADINGS, MAX_HTML, MarkdownError, OLDEST_SAFE, VERSION, render};

/// Renders with the stack that a worker has.
fn render_small(text: String) -> Result<usize, MarkdownError> {
    let rendering = move || render(&text, "T").map(|rendered| rendered.html.len());
    let thread = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(rendering)
        .unwrap();
    thread.join().expect("the stack holds")
}

#[test]
fn more_headings_than_anybody_reads_are_refused_with_the_line_of_the_first_too_many() {
    assert!(render(&"# a\n".repeat(MAX_HEADINGS), "T").is_ok());
    let error = render(&format!("\n{}", "# a\n".repeat(MAX_HEADINGS + 1)), "T").unwrap_err();
    assert_eq!(error, MarkdownError::TooManyHeadings(MAX_HEADINGS + 2));
    assert!(error.to_string().contains("500"));
    // However they are written.
    for (heading, lines) in [
        ("a\n===\n\n", 3),
        ("<h2>a</h2>\n\n", 2),
        ("<h3>\na\n</h3>\n", 3),
        ("> # a\n\n", 2),
        ("- # a\n", 1),
        ("text <h4>a</h4>\n\n", 2),
    ] {
        let error = render(&heading.repeat(MAX_HEADINGS + 1), "T").unwrap_err();
        assert_eq!(
            error,
            MarkdownError::TooManyHeadings(MAX_HEADINGS * lines + 1),
            "{heading:?}"
        );
    }
    assert_eq!(
        render_small("#\n".repeat(262_144)),
        Err(MarkdownError::TooManyHeadings(MAX_HEADINGS + 1))
    );
}

#[test]
fn more_html_than_anybody_reads_is_refused_with_its_line() {
    let row = "|a".repeat(1_000);
    let text = format!("{row}\n{}\n{}", "|-".repeat(1_000), "|\n".repeat(5_000));
    match render(&text, "T") {
        Err(MarkdownError::TooMuchHtml(line)) => assert!(line > 2, "{line}"),
        Ok(rendered) => assert!(rendered.html.len() <= MAX_HTML),
        Err(error) => panic!("{error}"),
    }
    let links = "[a](b) ".repeat(149_000);
    assert!(matches!(render(&links, "T"), Err(MarkdownError::TooMuchHtml(1))));
    // What the sanitiser adds counts, and is reported with its line.
    for piece in ["[a](b)\n\n", "![a](b)\n", "https://a.b\n"] {
        let error = render(&piece.repeat(70_000), "T").unwrap_err();
        assert!(
            matches!(error, MarkdownError::TooMuchHtml(line) if line > 30_000),
            "{piece:?}: {} {error}",
            error.line()
        );
    }
    let error = render(&format!("a\n\n{}", "*a* `b`\n\n".repeat(110_000)), "T").map(|rendered| rendered.html.len());
    assert!(error.as_ref().is_ok_and(|length| *length <= MAX_HTML) || error.is_err_and(|error| error.line() > 100_000));
}

#[test]
fn deep_nesting_of_any_kind_is_refused_with_its_line_or_shown_flat() {
    for piece in [
        ">",
        "> ",
        "- ",
        "1. ",
        "* > ",
        "*a ",
        "**a ",
        "[",
        "![",
        "~~a ",
        "==a ",
        "<div>",
        "<b>",
        "(",
        "^[",
        "{",
        "> [!note] ",
        ":::a\n",
        "~a^",
    ] {
        for count in [MAX_DEPTH + 50, 5_000] {
            let text = format!("a\n\n{}", piece.repeat(count));
            match render_small(text) {
                Ok(length) => assert!(
                    length <= 40 * piece.len() * count + 1_000,
                    "{piece:?} became {length} bytes"
                ),
                Err(error) => assert!(error.line() >= 3, "{piece:?}: {error}"),
            }
        }
    }
    assert_eq!(
        render_small(format!("a\n\n{}", ">".repeat(500_000))),
        Err(MarkdownError::TooDeep(3))
    );
    let closed = format!("{}a{}", "*".repeat(300), "*".repeat(300));
    assert!(render_small(closed).is_err());
}

/// Known to be slow in some renderer.
const SLOW: &[&str] = &[
    "\\(",
    "\\[",
    "$",
    "$$",
    ":::a\n",
    ":::",
    "[^1]",
    "[^1]: a\n\n[^1]",
    "> > > > > > > > > > a\n",
    "[a]",
    "[a][b]",
    "[a]: b\n",
    "![a](b)",
    "<!--",
    "<!-- a",
    "{/*a",
    "{/* a */ ",
    "{# ",
    "{#a#}",
    "{% comment",
    "{{/* a */}} ",
    "{{! ",
    "<%# ",
    "{>> ",
    "%%%",
    "%% a ",
    "<code>",
    "<code>{#",
    "<pre>",
    "[//]: # (a)\n",
    "[",
    "]",
    "`",
    "`a``",
    "``a`",
    "<a href=",
    "<a id=x>",
    "<b title=\"",
    "&amp;",
    "&#x5D0;",
    "www.a.b ",
    "https://a.b/",
    "a@b.c ",
    "@",
    "://",
    ":smile:",
    ":",
    "==a",
    "^a^",
    "~a~",
    "|a",
    "|\n",
    "- a\n",
    "- [ ] a\n",
    "1. a\n",
    "Term\n\n: a\n\n",
    "> [!NOTE]\n\n",
    "> [!NOTE]- a\n\n",
    "```\n",
    "~~~a\n",
    "\t",
    "a\\\n",
    "a  \n",
    "*_a",
    "***a",
    "__a**",
    "「**a**」",
    "\u{5d0} ",
    "<details>",
    "<h2",
    "**a",
    "{.a",
    "{#a",
    "~~",
    "\u{0}",
];

/// Those that the parser or the scanner for comments could take for ever over.
const SLOWEST: &[&str] = &[
    "\\(",
    ":::a\n",
    "[^1]",
    "[a]: b\n",
    "<!--",
    "{/*a",
    "{{/* a */}} ",
    "`a``",
    "|a",
    "%% a ",
    "{#a",
    "<code>{#",
    "<div>\n",
    "<div>",
];

#[test]
fn inputs_made_to_be_slow_or_to_grow_stay_within_bounds() {
    let slow = SLOW.iter().map(|piece| (piece, 20_000));
    for (piece, bytes) in slow.chain(SLOWEST.iter().map(|piece| (piece, 200_000))) {
        let text = piece.repeat(bytes / piece.len());
        let length = text.len();
        match render_small(text) {
            Ok(html) => assert!(html <= 40 * length, "{piece:?}: {html} bytes of {length}"),
            Err(error) => assert!(!matches!(error, MarkdownError::TooLarge(_)), "{piece:?}: {error}"),
        }
    }
}

#[test]
fn footnotes_do_not_grow_beyond_what_mentions_them() {
    let text = format!("{}\n\n[^1]: Note", "[^1]".repeat(20_000));
    let html = render(&text, "T").unwrap().html;
    assert_eq!(html.matches("id=\"fnref-").count(), 20);
    assert_eq!(html.matches("↩").count(), 20);
    assert_eq!(html.matches("href=\"#fn-1\"").count(), 20_000);
}

#[test]
fn a_text_as_long_as_allowed_is_rendered_within_its_bounds() {
    let text = "A paragraph with *emphasis*, `code` and [a link](https://example.com).\n\n";
    assert!(render_small(text.repeat(MAX_BYTES / text.len())).is_ok());
    assert!(render_small("a ".repeat(MAX_BYTES / 2)).is_ok());
    assert!(render_small("&<>\"".repeat(MAX_BYTES / 4)).is_ok_and(|length| length <= MAX_HTML));
}

#[test]
fn every_refusal_names_a_line() {
    for text in [
        ">".repeat(101),
        "# a\n".repeat(501),
        "{% comment %}".to_owned(),
        "a".repeat(MAX_BYTES + 1),
    ] {
        let error = render(&text, "T").unwrap_err();
        assert!(error.line() >= 1 && !error.to_string().is_empty());
    }
}

/// HTML of version 2 has comments as text.
const _: () = assert!(OLDEST_SAFE > 2 && OLDEST_SAFE <= VERSION);
