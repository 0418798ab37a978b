//! What authors hide is never shown, in whatever notation; what is code stays.

use proptest::prelude::*;

use super::html;
use crate::{MarkdownError, leading_heading, render};

/// Every notation around a text, closed.
const NOTATIONS: &[(&str, &str)] = &[
    ("%%", "%%"),
    ("%% ", " %%"),
    ("%%\n", "\n%%"),
    ("{/*", "*/}"),
    ("{/* ", " */}"),
    ("{ /* ", " */ }"),
    ("{/**\n * ", "\n */}"),
    ("{% comment %}", "{% endcomment %}"),
    ("{%comment%}\n", "\n{%endcomment%}"),
    ("{%- comment -%}", "{%- endcomment -%}"),
    ("{% comment \"why\" %}", "{% endcomment %}"),
    ("{% comment %}a{% comment %}b{% endcomment %}", "{% endcomment %}"),
    ("{% # ", " %}"),
    ("{# ", " #}"),
    ("{#- ", " -#}"),
    ("{#", "#}"),
    ("<!--", "-->"),
    ("<!-- ", " -->"),
    ("<!--- ", " --->"),
    ("<!--\n", "\n-->"),
    ("<!-- ", " --!>"),
    ("{{!-- ", " --}}"),
    ("{{! ", " }}"),
    ("{{/* ", " */}}"),
    ("{{- /* ", " */ -}}"),
    ("{{< comment >}}", "{{< /comment >}}"),
    ("{{% comment %}}", "{{% /comment %}}"),
    ("<%-- ", " --%>"),
    ("<%# ", " %>"),
    ("{>> ", " <<}"),
    ("{::comment}\n", "\n{:/comment}"),
];

/// Where a comment may stand; `@` is its position.
const PLACES: &[&str] = &[
    "@",
    "before @ after",
    "before\n\n@\n\nafter",
    "before\n@\nafter",
    "before @",
    "@ after",
    "*before @ after*",
    "# Heading @\n\nafter",
    "- item @\n- next",
    "- item\n\n  @\n\n- next",
    "> quote @\n> more",
    "> [!NOTE]\n> @\n> more",
    "| a | b |\n|---|---|\n| @ | x |",
    "[link @](https://example.com)",
    "`code` @ `code`",
    "`` ` `` @ ``",
    "```\ncode\n```\n@\n```\ncode\n```",
    "    code\n\n@\n\n    code",
    "<div>\n@\n</div>",
    "<details><summary>Sum</summary>\n\n@\n\n</details>",
    "Term\n\n: Details @",
    "[^1] and\n\n[^1]: note @",
    "\\` @ \\`",
    "a ` b\n\n@ ` c",
];

/// What is hidden; each has the word in it.
const HIDDEN: &[&str] = &[
    "hidden",
    "a hidden text with *marks*, `ticks` and [links](x)",
    "first\n\nhidden\n\nlast",
    "```\nhidden",
    "hidden\n```\n",
    "# hidden",
    "- hidden\n- list\n\n      hidden",
    "<div>hidden",
    "> hidden\n> quote",
    "<b>hidden",
    "~~~~\nhidden\n",
];

#[test]
fn do_2_comments_of_any_notation_are_never_readable_anywhere() {
    for (open, close) in NOTATIONS {
        for position in PLACES {
            // A row of a table ends with its line.
            for hidden in HIDDEN
                .iter()
                .filter(|hidden| !position.starts_with('|') || !hidden.contains(['\n', '`']))
            {
                let breaks_row = position.starts_with('|') && (open.contains('\n') || close.contains('\n'));
                // `<!-->` is a whole comment.
                if breaks_row || (*open == "<!--" && hidden.starts_with('>')) {
                    continue;
                }
                let text = position.replace('@', &format!("{open}{hidden}{close}"));
                let rendered = render(&text, "T").unwrap_or_else(|error| panic!("{error} in {text:?}"));
                let heading = rendered.headings.iter().any(|heading| heading.text.contains("hidden"));
                assert!(
                    !rendered.html.contains("hidden") && !heading,
                    "{} from {text:?}",
                    rendered.html
                );
                for word in ["after", "next", "more"].iter().filter(|word| position.contains(*word)) {
                    assert!(
                        rendered.html.contains(word),
                        "{word} was lost: {} from {text:?}",
                        rendered.html
                    );
                }
            }
        }
    }
}

#[test]
fn in_code_comments_stay_as_they_are() {
    for (open, close) in NOTATIONS.iter().filter(|(open, _)| !open.contains('\n')) {
        let comment = format!("{open}shown{close}");
        let escaped = comment.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let positions = [
            format!("`{comment}`"),
            format!("a ``{comment}`` b {{# gone #}}"),
            format!("```\n{comment}\n```"),
            format!("~~~liquid\n{comment}\n~~~"),
            format!("- a\n\n  ```\n  {comment}\n  ```"),
            format!("> ```\n> {comment}\n> ```"),
            format!("a\n\n    {comment}"),
            format!("{{# gone #}}\n\n```\n{comment}\n```\n\n{{# gone #}}"),
            format!("{{/*\n```\ngone\n*/}}\n\n```\n{comment}\n```"),
        ];
        for text in positions {
            let html = html(&text);
            let plain = crate::code::CLASSES
                .iter()
                .fold(html.replace("</i>", ""), |html, class| {
                    html.replace(&format!("<i class=\"{class}\">"), "")
                });
            assert!(plain.contains(&escaped), "{html} from {text:?}");
            assert!(!html.contains("gone"), "{html}");
        }
    }
    assert!(html("<code>{# shown #}</code> {# gone #}").contains("<code>{# shown #}</code>"));
    assert!(html("<pre>\n{% comment %}shown{% endcomment %}\n</pre>").contains("shown"));
}

#[test]
fn what_only_looks_like_a_comment_stays() {
    for text in [
        "100%% sure",
        "5 % of 10 %",
        "a {#b} c",
        "{/*path}",
        "a <!- b",
        "a \\%% b \\%% c",
        "2 { 3 } 4",
    ] {
        let shown = text.replace('\\', "").replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(html(text).trim(), format!("<p>{shown}</p>"));
    }
    // Templates, of which each has its own way: `tests/constructs/templates-inside.md`.
    assert_eq!(html("{{ name }}").trim(), "<p><code>{{ name }}</code></p>");
    assert_eq!(
        html("{% if x %}shown{% endif %} {% commentary %}").trim(),
        "<p>shown</p>"
    );
    let rendered = render("## Set up {#setup}\n\n{#x} shown #}", "T").unwrap();
    assert_eq!(rendered.headings[0].text, "Set up");
    assert!(rendered.html.contains("shown"));
}

#[test]
fn an_open_comment_is_refused_with_its_line() {
    for (opener, text) in [
        ("{% comment %}", "a\n\n{% comment %} hidden"),
        (
            "{% comment %}",
            "a\n\n{%- comment -%}\nhidden\n{% comment %}\n{% endcomment %}",
        ),
        ("{/*", "a\n\n{/* hidden"),
        ("%%", "a\n\n%%\nhidden"),
        ("{{< comment >}}", "a\n\n{{< comment >}}hidden"),
        ("{::comment}", "a\n\n{::comment}\nhidden"),
    ] {
        let error = render(text, "T").unwrap_err();
        assert_eq!(error.line(), 3, "{error}");
        assert!(
            matches!(error, MarkdownError::UnclosedComment { opener: found, .. } if found == opener),
            "{error}"
        );
        assert!(error.to_string().contains(opener));
    }
}

#[test]
fn comments_below_a_paragraph_by_reference_are_not_readable() {
    for text in [
        "[//]: # (hidden)",
        "before\n[//]: # (hidden)\nafter",
        "[comment]: <> (hidden)",
        "> before\n> [//]: # \"hidden\"\n",
    ] {
        assert!(!html(text).contains("hidden"), "{text:?}");
    }
    assert!(html("[a]: https://example.com\n\n[a]").contains("href=\"https://example.com\""));
}

#[test]
fn a_comment_moves_no_line_of_a_message() {
    let text = format!("{{/*\none\ntwo\n*/}}\n\n{}", ">".repeat(crate::MAX_DEPTH + 1));
    assert_eq!(render(&text, "T"), Err(MarkdownError::TooDeep(6)));
}

#[test]
fn a_comment_separates_lists_and_leaves_a_quote_whole() {
    assert_eq!(html("- a\n\n<!-- x -->\n\n- b").matches("<ul>").count(), 2);
    assert_eq!(html("> a\n> <!-- x\n> y -->\n> b").matches("<blockquote>").count(), 1);
    assert_eq!(html("> a\n> {/* x\n> y */}\n> b").matches("<blockquote>").count(), 1);
    assert!(!html("{/* x\n      y */}      after").contains("<pre>"));
}

#[test]
fn no_title_comes_out_of_a_comment() {
    assert_eq!(
        leading_heading("<!--\n\n# hidden\n\n-->\n\n# Shown").as_deref(),
        Some("Shown")
    );
    assert_eq!(
        leading_heading("%%\n# hidden\n%%\n\n# Shown %% hidden %%").as_deref(),
        Some("Shown")
    );
    assert_eq!(leading_heading("{% comment %}\n# hidden\n{% endcomment %}"), None);
    assert!(
        render("<!-- hidden -->\n\n# Shown\n", "Shown")
            .unwrap()
            .headings
            .is_empty()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn do_2_comments_stay_hidden_in_any_surroundings(
        pieces in prop::collection::vec(
            prop::sample::select(&["a ", "*", "**", "[", "](x)", "\n", "\n\n", "- ", "> ", "# ", "| a | b |\n|---|---|\n| ", "1. ", "  ", "x\n"][..]),
            0..8,
        ),
        more in prop::collection::vec(prop::sample::select(&["\n", " a", "\n\n", "`b`", "*", "```\nc\n```\n"][..]), 0..4),
        notation in prop::sample::select(NOTATIONS),
        hidden in prop::sample::select(HIDDEN),
    ) {
        let (before, after) = (pieces.concat(), more.concat());
        // Four spaces make code of what follows.
        prop_assume!(!before.contains("    ") && !before.contains("  - ") && !before.contains("-   "));
        let text = format!("{before}{}{hidden}{}{after}", notation.0, notation.1);
        prop_assume!(!(notation.0 == "<!--" && hidden.starts_with('>')));
        prop_assume!(!html(&format!("{before}WORD")).contains("<pre>"));
        prop_assert!(!html(&text).contains("hidden"), "{} from {text:?}", html(&text));
    }

    #[test]
    fn any_mixture_of_comment_signs_ends_and_is_safe(
        pieces in prop::collection::vec(
            prop::sample::select(&["{%", "%}", "comment", "endcomment", "{#", "#}", "{/*", "*/}", "<!--", "-->", "%%", "`", "```\n", "\n", "\n\n", "    ", "> ", "a", "\\", "{{", "}}", "é"][..]),
            0..40,
        ),
    ) {
        let text = pieces.concat();
        if let Ok(rendered) = render(&text, "T") {
            super::hostile::assert_harmless(&rendered.html, &text);
        }
    }
}
