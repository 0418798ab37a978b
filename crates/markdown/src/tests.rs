//! Tests of rendering. What is always removed is tested in [`hostile`].

use super::*;

mod anchors;
mod comments;
mod constructs;
mod hostile;
mod limits;
mod plain;
mod references;

fn html(markdown: &str) -> String {
    as_written(&render(markdown, "A title").unwrap().html)
}

/// HTML with every local address as its author wrote it.
fn as_written(html: &str) -> String {
    fill(html, &|token| Filled::Address(token.target.clone().into_owned())).into_owned()
}

#[test]
fn links_lead_out_without_a_trace() {
    let html = html("[a](https://example.com) [b](/docs/2) [c](mailto:a@example.com) <https://example.com>");
    assert_eq!(html.matches("rel=\"noopener noreferrer nofollow\"").count(), 4);
    assert!(html.contains("href=\"/docs/2\"") && html.contains("href=\"mailto:a@example.com\""));
}

#[test]
fn images_are_lazy_and_send_no_referrer() {
    let html = html("![A chart](https://example.com/a.png)");
    for part in [
        "src=\"https://example.com/a.png\"",
        "alt=\"A chart\"",
        "loading=\"lazy\"",
        "referrerpolicy=\"no-referrer\"",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!self::html("![x](mailto:a@example.com)").contains("src"));
}

#[test]
fn headings_start_below_the_title_and_leave_no_level_out() {
    let rendered = render("### A\n\n###### B\n\n#### C\n\n### D", "T").unwrap();
    let levels: Vec<_> = rendered.headings.iter().map(|h| (h.level, h.text.as_str())).collect();
    assert_eq!(levels, [(2, "A"), (3, "B"), (3, "C"), (2, "D")]);
    assert!(rendered.html.contains("<h3 id=\"h-b\">B</h3>"), "{}", rendered.html);
}

#[test]
fn anchors_are_unique_and_stable() {
    let text = "# A & B\n\n# A b\n\n# A-B\n\n# A b 2\n\n# ???\n\n# Über `uns`";
    let rendered = render(text, "T").unwrap();
    let anchors: Vec<_> = rendered.headings.iter().map(|h| h.anchor.as_str()).collect();
    assert_eq!(
        anchors,
        ["h-a-b", "h-a-b-2", "h-a-b-3", "h-a-b-2-2", "h-section", "h-über-uns"]
    );
    for anchor in anchors {
        assert_eq!(
            rendered.html.matches(&format!("id=\"{anchor}\"")).count(),
            1,
            "{anchor}"
        );
    }
    assert_eq!(render(text, "T").unwrap(), rendered);
}

#[test]
fn a_heading_that_repeats_the_title_is_left_out() {
    let rendered = render("# The *title*\n\n## Part", "The title").unwrap();
    assert_eq!(rendered.headings.len(), 1);
    assert!(!rendered.html.contains("title"));
    assert_eq!(render("# Another", "The title").unwrap().headings.len(), 1);
}

#[test]
fn code_is_coloured_with_classes_and_never_with_styles() {
    let html = html("```rust\nfn main() {}\n```");
    assert!(html.starts_with("<pre><code class=\"language-rust\">"), "{html}");
    assert!(
        html.contains("<i class=\"k\">fn</i> <i class=\"f\">main</i>") && !html.contains("style="),
        "{html}"
    );
}

#[test]
fn code_in_a_language_nobody_knows_stays_plain() {
    assert_eq!(
        html("```nosuch\na < b\n```"),
        "<pre><code class=\"language-nosuch\">a &lt; b\n</code></pre>\n"
    );
    assert_eq!(html("    a & b"), "<pre><code>a &amp; b</code></pre>\n");
}

#[test]
fn tables_preserve_their_alignment_and_can_be_reached_by_keyboard_under_a_name() {
    let html = html("| a | b |\n|---|--:|\n| 1 | 2 |\n\nafter");
    assert!(
        html.contains(
            "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\"><table><thead><tr><th scope=\"col\">a</th>"
        ),
        "{html}"
    );
    assert!(
        html.contains("<td class=\"right\">2</td></tr>\n</tbody></table></div>\n<p>after</p>"),
        "{html}"
    );
}

#[test]
fn html_of_an_author_takes_no_other_role_or_name() {
    assert_eq!(
        html("<div role=\"alert\" aria-label=\"Sign in\" tabindex=\"1\">x</div>\n"),
        "<div>x</div>\n"
    );
    assert_eq!(
        html("<pre role=\"group\" aria-label=\"Table\" tabindex=\"0\">x</pre>"),
        "<pre>x</pre>"
    );
}

#[test]
fn footnotes_lead_to_their_text_and_task_lists_need_no_form() {
    let html = html("See[^x].\n\n[^x]: There.\n\n- [x] done\n- [ ] open");
    assert!(
        html.contains("<sup><a href=\"#fn-1\"") && html.contains("<div class=\"footnote\" id=\"fn-1\">"),
        "{html}"
    );
    assert!(
        html.contains("<span class=\"task task-done\">☑</span> done")
            && html.contains("<span class=\"task\">☐</span> open"),
        "{html}"
    );
}

#[test]
fn too_long_and_too_deep_texts_are_refused() {
    assert_eq!(
        render(&"a".repeat(MAX_BYTES + 1), "T"),
        Err(MarkdownError::TooLarge(MAX_BYTES + 1))
    );
    assert_eq!(
        render(&format!("a\n{}", ">".repeat(MAX_DEPTH + 1)), "T"),
        Err(MarkdownError::TooDeep(2))
    );
}

#[test]
fn long_texts_come_through_whole() {
    let text = "a &amp; b < c ✓ ".repeat(5_000);
    let plain = "a & b < c ✓ ".repeat(5_000);
    let rendered = html(&format!(
        "{text}\n\n`{plain}`\n\n```\n{plain}\n```\n\n![{text}](/x.png)"
    ));
    let escaped = plain.trim_end().replace('&', "&amp;").replace('<', "&lt;");
    assert!(!rendered.contains("--"), "a seam came through");
    assert_eq!(rendered.matches(&escaped).count(), 4);
}
