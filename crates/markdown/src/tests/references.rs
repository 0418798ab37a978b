//! References: which a text has, and what stands in their place in the page.

use proptest::prelude::*;

use super::*;
use ReferenceKind::{Image, Link, WikiEmbed, WikiLink};

fn found(text: &str) -> Vec<(ReferenceKind, String, usize)> {
    let references = survey(text).unwrap().references;
    references
        .into_iter()
        .map(|found| (found.kind, found.target, found.line))
        .collect()
}

/// The HTML with `/to/` before every address, or with nothing found.
fn filled(text: &str, is_found: bool) -> String {
    let html = render(text, "T").unwrap().html;
    let find = |token: &Token<'_>| {
        if is_found {
            Filled::Address(format!("/to/{}", token.target))
        } else {
            Filled::Missing
        }
    };
    let mut shown = fill(&html, &find).into_owned();
    for added in [
        " rel=\"noopener noreferrer nofollow\"",
        " loading=\"lazy\"",
        " referrerpolicy=\"no-referrer\"",
    ] {
        shown = shown.replace(added, "");
    }
    shown
}

#[test]
fn im_2_every_spelling_of_a_local_reference_is_found_with_its_line() {
    for (text, kind, target) in [
        ("[x](b.md)", Link, "b.md"),
        ("[x](../people/b.md#on-call)", Link, "../people/b.md#on-call"),
        ("[x](<a b.md>)", Link, "a b.md"),
        ("[x](a%20b.md)", Link, "a%20b.md"),
        ("[x](/docs/b)", Link, "/docs/b"),
        ("[x](@/b.md)", Link, "@/b.md"),
        ("[x][y]\n\n[y]: b/", Link, "b/"),
        ("[x]\n\n[x]: b.html 'title'", Link, "b.html"),
        ("<a href=\"b.md\">x</a>", Link, "b.md"),
        ("<a class=x\n href='b.md?a=1&amp;b'>x</a>", Link, "b.md?a=1&b"),
        ("[x](#part)", Link, "#part"),
        ("[[b]]", WikiLink, "b"),
        ("[[b|words]]", WikiLink, "b"),
        ("[[b#On call]]", WikiLink, "b#On call"),
        ("[[Decision: colours]]", WikiLink, "Decision: colours"),
        ("[[#On call]]", WikiLink, "#On call"),
        ("| [[b\\|w]] |\n|---|", WikiLink, "b"),
        ("![[note]]", WikiEmbed, "note"),
        ("![[a.png|200]]", WikiEmbed, "a.png"),
        ("![x](a.png)", Image, "a.png"),
        ("<img alt=x src=\"a.png\">", Image, "a.png"),
    ] {
        assert_eq!(found(text), [(kind, target.to_owned(), 1)], "{text:?}");
        let below = format!("First.\n\n{text}");
        let line = found(&below).first().unwrap().2;
        assert_eq!(line, 3, "{below:?}");
    }
}

#[test]
fn im_2_what_leads_elsewhere_is_no_local_reference() {
    for text in [
        "[x](https://example.com/b.md)",
        "[x](//example.com/b.md)",
        "[x](mailto:a@example.com)",
        "[x](javascript:alert(1))",
        "<https://example.com>",
        "`[x](b.md)`",
        "```\n[[b]]\n```",
        "<!-- [x](b.md) -->",
        "[[https://example.com]]",
        "[x]()",
    ] {
        assert_eq!(found(text), [], "{text:?}");
        assert!(!render(text, "T").unwrap().html.contains(SEPARATOR), "{text:?}");
    }
}

#[test]
fn im_2_a_reference_gets_its_address_or_shows_its_words() {
    for (text, there, missing) in [
        (
            "See [the *b*](b.md \"Title\").",
            "<p>See <a href=\"/to/b.md\" title=\"Title\">the <em>b</em></a>.</p>\n",
            "<p>See <a class=\"missing\" title=\"Title\">the <em>b</em></a>.</p>\n",
        ),
        (
            "![A \"chart\"](a.png)",
            "<p><img src=\"/to/a.png\" alt=\"A &quot;chart&quot;\"></p>\n",
            "<p><span class=\"missing-picture\">A &quot;chart&quot;</span></p>\n",
        ),
        (
            "[[b]] [[b#On call]] [[b|w]] ![[b]]",
            "<p><a href=\"/to/b\">b</a> <a href=\"/to/b#On call\">b &gt; On call</a> <a href=\"/to/b\">w</a> <a href=\"/to/b\">b</a></p>\n",
            "<p><a class=\"missing\">[[b]]</a> <a class=\"missing\">[[b#On call]]</a> <a class=\"missing\">w</a> <a class=\"missing\">b</a></p>\n",
        ),
        (
            "![[x/a.png|200]] ![A chart|30x20](a.png) ![c|50](c.png)",
            "<p><img src=\"/to/x/a.png\" alt=\"a.png\" width=\"200\"> <img src=\"/to/a.png\" alt=\"A chart\" width=\"30\"> \
             <img src=\"/to/c.png\" alt=\"c\" width=\"50\"></p>\n",
            "<p><span class=\"missing-picture\">a.png</span> <span class=\"missing-picture\">A chart</span> \
             <span class=\"missing-picture\">c</span></p>\n",
        ),
        (
            "![[x/a.png|A chart|200]] `![[a|b|1]]`\n\n![[a.png|A chart|200]] ![[b.png|c\\|30]]\n\n    ![[a|b|1]]",
            "<p>![[x/a.png|A chart|200]] <code>![[a|b|1]]</code></p>\n<p><img src=\"/to/a.png\" alt=\"A chart\" width=\"200\"> <img src=\"/to/b.png\" alt=\"c\" width=\"30\"></p>\n\
             <pre><code>![[a|b|1]]</code></pre>\n",
            "<p>![[x/a.png|A chart|200]] <code>![[a|b|1]]</code></p>\n<p><span class=\"missing-picture\">A chart</span> <span class=\"missing-picture\">c</span></p>\n\
             <pre><code>![[a|b|1]]</code></pre>\n",
        ),
        (
            "<a title=\"<a href=\" href=\"b?x&y\">w</a>",
            "<p><a title=\"&lt;a href=\" href=\"/to/b?x&amp;y\">w</a></p>\n",
            "<p><a title=\"&lt;a href=\" class=\"missing\">w</a></p>\n",
        ),
    ] {
        assert_eq!(filled(text, true), there, "{text}");
        assert_eq!(filled(text, false), missing, "{text}");
    }
    assert!(filled("[[#On call]]\n\n## On call", true).contains("<a href=\"#h-on-call\">On call</a>"));
}

#[test]
fn the_size_of_a_picture_is_written_where_its_author_gives_none() {
    let size = |text: &str| {
        let picture = |_: &Token<'_>| Filled::Picture {
            address: "/p".to_owned(),
            width: 640,
            height: 480,
        };
        fill(&render(text, "T").unwrap().html, &picture).into_owned()
    };
    assert!(size("![x](a.png)").contains(" width=\"640\" height=\"480\">"));
    assert!(!size("![x|50](a.png)").contains("640"));
}

#[test]
fn im_2_no_author_writes_a_token() {
    let token = format!("{SEPARATOR}Lb.md{SEPARATOR}");
    for text in [
        format!("a {token} b"),
        format!("<a href=\"{token}\">x</a>"),
        "<a href=\"&#xFDD0;Lb.md&#xFDD0;\">x</a>".to_owned(),
        "href=\"&#xFDD0;Lb.md&#xFDD0;\"".to_owned(),
        format!("[x](</{token}>)"),
        format!("`{token}`\n\n```\n{token}\n```"),
        format!("## {token}"),
        format!("![{token}](https://example.com/{token})"),
    ] {
        let html = render(&text, "T").unwrap().html;
        let shown = fill(&html, &|token| {
            Filled::Address(format!("/to/{}", token.target.replace(SEPARATOR, "?")))
        });
        assert!(!shown.contains(SEPARATOR), "{shown} of {text:?}");
        let _ = fill(&html, &|token| {
            let target = token.target.clone().into_owned();
            assert!(!target.contains(SEPARATOR), "{target} of {text:?}");
            Filled::Missing
        });
    }
    for address in ["javascript:alert(1)", "data:text/html,x", "vbscript:x"] {
        let html = html(&format!(
            "<a href=\"&#xFDD0;{address}\">x</a> [x](&#xFDD0;{address}) <img src=\"\u{FDD0}{address}\">"
        ));
        assert!(!html.contains(&format!("\"{address}")), "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is written: every token is one of the references, nothing of a token is left, and tags stay tags.
    #[test]
    fn im_2_every_token_is_a_reference(parts in prop::collection::vec(
        prop::sample::select(vec![
            "[x](", "b.md", ")", "[[", "]]", "![[", "a.png", "|200", "<a href=\"", "\">", "</a>", "<img src='", "'>", "&#xFDD0;", "\u{FDD0}",
            "#x", "\n", " ", "`", "> ", "&quot;", "&amp;", "title=\"", "<", "\"", "*",
        ]), 1..24)) {
        let text = parts.concat();
        let html = render(&text, "T").unwrap().html;
        let known: Vec<String> = survey(&text).unwrap().references.into_iter().map(|found| found.target).collect();
        let shown = fill(&html, &|token| {
            // An HTML parser and the list may differ where a tag is broken; both are local.
            assert!(is_local(token.kind, &token.target) || known.contains(&token.target.clone().into_owned()));
            Filled::Missing
        });
        prop_assert!(!shown.contains(SEPARATOR), "{}", shown);
        prop_assert_eq!(shown.matches('<').count(), shown.matches('>').count(), "{}", shown);
    }
}

#[test]
fn im_4_double_brackets_that_are_no_link_stay() {
    let missing = |markdown: &str| crate::fill(&render(markdown, "T").unwrap().html, &|_| Filled::Missing).into_owned();
    assert_eq!(
        missing("[[nodiscard]] int f"),
        "<p><a class=\"missing\">[[nodiscard]]</a> int f</p>\n"
    );
    assert_eq!(
        missing("a [[b & c]]"),
        "<p>a <a class=\"missing\">[[b &amp; c]]</a></p>\n"
    );
    assert_eq!(missing("[[b|words]]"), "<p><a class=\"missing\">words</a></p>\n");
    assert_eq!(
        missing("`[[b]]` and [words](b.md)"),
        "<p><code>[[b]]</code> and <a class=\"missing\">words</a></p>\n"
    );
    assert!(
        !html("[[nodiscard]]").contains("[["),
        "a link that leads somewhere has none"
    );
}

#[test]
fn im_2_an_address_in_angle_brackets_is_no_element() {
    let text = "[a](<On call.md#On call>) ![b]( <Pasted image 1.png> ) [c][d]\n\n[d]: <Team plan.md>\n";
    let targets: Vec<String> = survey(text)
        .unwrap()
        .references
        .into_iter()
        .map(|found| found.target)
        .collect();
    assert_eq!(targets, ["On call.md#On call", "Pasted image 1.png", "Team plan.md"]);
}

#[test]
fn im_2_an_address_that_begins_with_what_only_a_template_knows_is_no_local_one() {
    let text = "[#1]({{ site.repository }}/issues/1) [a]({{ site.baseurl }}/b.md) ![c]({{ page.pictures }}/c.png)";
    let targets: Vec<String> = survey(text)
        .unwrap()
        .references
        .into_iter()
        .map(|found| found.target)
        .collect();
    assert_eq!(targets, ["/b.md", "/c.png"]);
    assert!(!html(text).contains("template"), "{}", html(text));
    assert_eq!(removed_constructs(text).unwrap().len(), 2);
}
