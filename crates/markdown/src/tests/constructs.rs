//! Each construct with the HTML it becomes.

use super::html;

/// What a construct becomes; `rel` of links is left out.
fn fixture(markdown: &str) -> String {
    html(markdown).replace(" rel=\"noopener noreferrer nofollow\"", "")
}

#[test]
fn bare_addresses_are_links() {
    for (text, address) in [
        ("https://example.com/a?b=c&d", "https://example.com/a?b=c&amp;d"),
        ("http://example.com", "http://example.com"),
        ("www.example.com/a", "http://www.example.com/a"),
        ("someone@example.com", "mailto:someone@example.com"),
        ("https://example.com/ä", "https://example.com/%C3%A4"),
    ] {
        let shown = text.replace('&', "&amp;");
        let link = format!("<a href=\"{address}\">{shown}</a>");
        assert_eq!(fixture(text), format!("<p>{link}</p>\n"));
        assert_eq!(fixture(&format!("See {text}.")), format!("<p>See {link}.</p>\n"));
        assert_eq!(fixture(&format!("({text})")), format!("<p>({link})</p>\n"));
        assert!(fixture(&format!("- **{text}**")).contains(&link));
        assert!(fixture(&format!("| a |\n|---|\n| {text} |")).contains(&link));
        for plain in [format!("`{text}`"), format!("```\n{text}\n```")] {
            assert!(!html(&plain).contains("<a "), "{plain}");
        }
        assert_eq!(
            html(&format!("[{text}](https://example.org)")).matches("<a ").count(),
            1
        );
        assert_eq!(
            html(&format!("<a href=\"https://example.org\">{text}</a>"))
                .matches("<a ")
                .count(),
            1
        );
    }
    assert!(!html("javascript://example.com/%0Aalert(1) ftp.example.com a.b@c").contains("<a "));
}

#[test]
fn details_open_with_their_summary() {
    assert_eq!(
        fixture("<details>\n<summary>More</summary>\n\nText with **marks**.\n\n</details>\n\nafter"),
        "<details>\n<summary>More</summary>\n<p>Text with <strong>marks</strong>.</p>\n</details>\n<p>after</p>\n"
    );
    assert_eq!(
        fixture("<details open><summary>More</summary>x</details>"),
        "<details open=\"\"><summary>More</summary>x</details>"
    );
}

#[test]
fn blocks_of_a_text_in_another_direction_follow_their_own_letters() {
    let html = html(
        "שלום\n\n# כותרת\n\n- פריט\n\n  more\n\n1. אחד\n\n> ציטוט\n\n| א | b |\n|---|--:|\n| 1 | ב |\n\nמונח\n\n: פירוש\n\n> [!NOTE]\n> שלום",
    );
    for part in [
        "<p dir=\"auto\">שלום</p>",
        "<h2 id=\"h-כותרת\" dir=\"auto\">",
        "<ul dir=\"auto\">\n<li>\n<p>פריט</p>",
        "<ol dir=\"auto\">",
        "<blockquote dir=\"auto\">\n<p>ציטוט</p>",
        "<th scope=\"col\" dir=\"auto\">א</th>",
        "<td class=\"right\" dir=\"auto\">ב</td>",
        "<dt dir=\"auto\">מונח</dt>",
        "<dd dir=\"auto\">",
        "<div class=\"callout note\" dir=\"auto\">",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    for text in ["مرحبا", "Persian: سلام", "&#x5E9;&#x5DC;", "ދިވެހި", "𞤀𞤁𞤂"] {
        assert!(self::html(text).contains("<p dir=\"auto\">"), "{text}");
    }
    assert!(!self::html("Grüße, 日本語, Ελληνικά").contains("dir="));
    assert_eq!(self::html("<div dir=\"rtl\">x</div>\n"), "<div dir=\"rtl\">x</div>\n");
    assert_eq!(self::html("<div dir=\"evil\">x</div>\n"), "<div>x</div>\n");
}

#[test]
fn footnotes_lead_there_and_back() {
    let html = fixture(
        "A[^b] and B[^a] and A[^b], ^[in place].\n\n[^a]: Second.\n\n[^b]: First.\n\n    More.\n\n[^c]: Unused.",
    );
    for part in [
        "A<sup><a href=\"#fn-1\" id=\"fnref-1\">1</a></sup> and B<sup><a href=\"#fn-2\" id=\"fnref-2\">2</a></sup>",
        "<a href=\"#fn-1\" id=\"fnref-1-2\">1</a>",
        "<div class=\"footnote\" id=\"fn-1\"><sup>1</sup>\n<div>\n<p>First.</p>\n<p>More.</p>\n<p class=\"back\">",
        "<a href=\"#fnref-1\" aria-label=\"Back to the text\">↩</a> <a href=\"#fnref-1-2\" aria-label=\"Back to the text\">↩</a>",
        "<p>in place</p>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    for id in ["fn-1", "fn-2", "fn-3", "fnref-1", "fnref-2", "fnref-3"] {
        assert_eq!(html.matches(&format!("id=\"{id}\"")).count(), 1, "{id} in {html}");
        assert!(html.contains(&format!("href=\"#{id}\"")), "{id} in {html}");
    }
    assert!(!html.contains("Unused"));
}

#[test]
fn callouts_are_boxes_with_a_word() {
    for (kind, look, word) in [
        ("NOTE", "note", "Note"),
        ("TIP", "tip", "Tip"),
        ("IMPORTANT", "important", "Important"),
        ("WARNING", "caution", "Warning"),
        ("CAUTION", "danger", "Caution"),
        ("faq", "important", "Faq"),
        ("bug", "danger", "Bug"),
        ("quote", "quote", "Quote"),
        ("my-own", "note", "My own"),
    ] {
        assert_eq!(
            fixture(&format!("> [!{kind}]\n> Mind *this*.")),
            format!(
                "<div class=\"callout {look}\">\n<p class=\"callout-title\">{word}</p>\n<p>Mind <em>this</em>.</p>\n</div>\n"
            )
        );
    }
    assert_eq!(
        fixture("> [!tip] Own *title*\n> text"),
        "<div class=\"callout tip\">\n<p class=\"callout-title\"><span class=\"callout-kind\">Tip</span> Own <em>title</em></p>\n\
         <p>text</p>\n</div>\n"
    );
    assert!(
        fixture("> [!faq]- Folded\n> text")
            .starts_with("<details class=\"callout important\">\n<summary class=\"callout-title\">")
    );
    assert!(fixture("> [!faq]+ Unfolded\n> text").starts_with("<details class=\"callout important\" open=\"\">"));
    assert!(!html("> [!\"onclick=x class=site-header]\n> text").contains("onclick=x class=s\""));
    assert_eq!(fixture("> plain"), "<blockquote>\n<p>plain</p>\n</blockquote>\n");
}

#[test]
fn definition_lists_have_terms() {
    assert_eq!(
        fixture("Term\n\n: Details *x*"),
        "<dl>\n<dt>Term</dt>\n<dd>\n<p>Details <em>x</em></p>\n</dd>\n</dl>\n"
    );
}

#[test]
fn tasks_have_signs_and_no_form() {
    let html = fixture("- [x] done\n- [ ] open\n- [-] dropped\n- [/] begun\n- [1] a source\n\n| a |\n|---|\n| [x] |\n");
    for part in [
        "<li><span class=\"task task-done\">☑</span> done</li>",
        "<li><span class=\"task\">☐</span> open</li>",
        "<li><span class=\"task task-dropped\">☒</span> dropped</li>",
        "<li><span class=\"task task-begun\">◪</span> begun</li>",
        "<li>[1] a source</li>",
        "<td><span class=\"task task-done\">☑</span>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(fixture("- [x] a\n\n  b").contains("<li>\n<p><span class=\"task task-done\">☑</span> a</p>"));
}

#[test]
fn marks_within_a_line() {
    for (text, shown) in [
        ("==marked==", "<mark>marked</mark>"),
        ("x^2^", "x<sup>2</sup>"),
        ("H~2~O", "H<sub>2</sub>O"),
        ("~~gone~~", "<del>gone</del>"),
        ("~gone too~", "<del>gone too</del>"),
        ("~gone~", "<del>gone</del>"),
        ("2^10 and 3^5", "2^10 and 3^5"),
        ("a == b and c == d", "a == b and c == d"),
        ("C++ and G++", "C++ and G++"),
        ("**「強調」**の", "<strong>「強調」</strong>の"),
        (":smile: :+1: :nosuch:", "😄 👍 :nosuch:"),
        ("10:30:45 user:id:name 1:100:5", "10:30:45 user:id:name 1:100:5"),
        ("a  \nb", "a<br>\nb"),
        ("$5 and $6", "$5 and $6"),
    ] {
        assert_eq!(fixture(text), format!("<p>{shown}</p>\n"), "{text}");
    }
}

#[test]
fn code_states_its_language_in_every_notation() {
    for info in [
        "python",
        "{.python}",
        "{ .python #id title=\"a.py\" }",
        "python {1,3}",
        "python title=\"a.py\"",
        "python,ignore",
        "Python",
    ] {
        let html = html(&format!("```{info}\nx = 1\n```"));
        assert!(
            html.contains("<pre><code class=\"language-python\">"),
            "{html} of {info}"
        );
    }
}

#[test]
fn lists_are_tight_or_loose_and_begin_where_they_state() {
    assert_eq!(
        fixture("3. a\n4. b\n   - c"),
        "<ol start=\"3\">\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n"
    );
    assert_eq!(
        fixture("- a\n\n- b"),
        "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>\n"
    );
}
