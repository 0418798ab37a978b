//! Hostile documents: what is always removed, and that no text is slow.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::html;
use crate::{anchors, formulas::listed as formulas, render, sanitise};

/// Nothing in the HTML can run, load or request anything it may not. Read tag by tag, and again by a whole HTML parser: a browser reads it as
/// it was meant.
pub(super) fn assert_harmless(html: &str, from: &str) {
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag
            .split_once('>')
            .unwrap_or_else(|| panic!("an open tag in {html:?}, from {from:?}"));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        assert!(
            sanitise::TAGS.contains(&name) || formulas::TAGS.contains(&name),
            "<{name}> came through in {html:?}, from {from:?}"
        );
        for (attribute, value) in attributes(tag) {
            let value = value.replace("&amp;", "&");
            assert_attribute(name, attribute, &value, &format!("{html:?}, from {from:?}"));
        }
    }
    assert_eq!(
        parsed_again(html),
        html,
        "a browser reads it differently, from {from:?}"
    );
}

/// The sanitiser writes every attribute as `name="value"`.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(' ').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, next) = after.split_once('"').unwrap();
        found.push((name.trim(), value));
        rest = next;
    }
    found
}

fn assert_attribute(tag: &str, attribute: &str, value: &str, position: &str) {
    let is_formula = formulas::TAGS.contains(&tag) && formulas::ATTRIBUTES.contains(&attribute);
    let known = is_formula
        || sanitise::ATTRIBUTES
            .iter()
            .any(|(of, names)| *of == tag && names.contains(&attribute));
    let added = matches!(attribute, "rel" | "loading" | "referrerpolicy") || sanitise::EVERYWHERE.contains(&attribute);
    assert!(known || added, "{attribute} on <{tag}> came through in {position}");
    match attribute {
        "href" | "src" => match url::Url::parse(value) {
            Ok(url) => assert!(
                matches!(url.scheme(), "http" | "https" | "mailto"),
                "{value:?} in {position}"
            ),
            Err(error) => assert_eq!(
                error,
                url::ParseError::RelativeUrlWithoutBase,
                "{value:?} in {position}"
            ),
        },
        "id" | "name" => {
            let is_ours = ["h-", "fn-", "fnref-"].iter().any(|prefix| value.starts_with(prefix));
            assert!(
                is_ours || anchors::is_free(value),
                "{attribute} {value:?} in {position}"
            );
        }
        "role" => assert_eq!(value, "group", "{position}"),
        "dir" => assert!(["auto", "ltr", "rtl"].contains(&value), "{position}"),
        _ => {}
    }
}

/// What a whole HTML parser (html5ever, inside ammonia) makes of the text, without an element or attribute that is not on the list.
fn parsed_again(html: &str) -> String {
    let of = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut attributes: HashMap<_, _> = sanitise::ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, of(names)))
        .collect();
    for (tag, more) in [("a", &["rel"][..]), ("img", &["loading", "referrerpolicy"])] {
        attributes.entry(tag).or_default().extend(more);
    }
    for tag in formulas::TAGS {
        attributes.entry(tag).or_default().extend(formulas::ATTRIBUTES);
    }
    ammonia::Builder::empty()
        .tags(of(&[&sanitise::TAGS[..], &formulas::TAGS].concat()))
        .tag_attributes(attributes)
        .generic_attributes(of(&sanitise::EVERYWHERE))
        .url_schemes(of(&["http", "https", "mailto"]))
        .link_rel(None)
        .clean(html)
        .to_string()
}

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt\n>alert(1)</sCrIpT\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\"\tonerror\n=\n'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"\u{1}javascript:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "![x](javascript:alert(1))",
    "![x](\"onerror=\"alert(1))",
    "<javascript:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<select><template><style><!--</style><a rel=\"--></style></template></select><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<style>@import 'https://evil.example/x.css'; body { display: none }</style>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<iframe src=\"https://evil.example\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"data:text/html,x\"></object><embed src=x><applet code=x></applet>",
    "<form action=\"/auth/logout\" method=post><button>Click</button></form>",
    "<input autofocus onfocus=alert(1)><button formaction=javascript:alert(1)>x</button>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<body onload=alert(1)><html manifest=x><head><title>x</title>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<div id=main class=\"site-header\" data-x=1 tabindex=1 autofocus>x</div>",
    "<a href=\"https://evil.example\" target=_blank ping=https://evil.example rel=opener>x</a>",
    "<h2 id=\"login\" onclick=alert(1)>x</h2>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- x --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href=\"javascript:alert(1)\"?>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```rust\n</code></pre><script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "[^\"onmouseover=alert(1)]\n\n[^\"onmouseover=alert(1)]: x",
    "# <img src=x onerror=alert(1)>",
    "# x {#main .evil onclick=alert(1)}",
    "[a]: javascript:alert(1)\n[a]",
    "\u{0}<scr\u{0}ipt>alert(1)</script>",
    "<a href=\"//evil.example/x\">x</a>",
    "<a href='x' href='javascript:alert(1)'>x</a>",
    "<a id=main name=main></a><span id=keys></span><p id=session-ended>x</p>",
    "# main {#main}\n\n# x {#__proto__}\n\n# x {#\"><script>alert(1)</script>}",
    "[x](#\"onmouseover=alert(1))\n\n<a href=\"#javascript:alert(1)\">x</a>",
    "> [!\"><script>alert(1)</script>] <img src=x onerror=alert(1)>\n> x",
    "> [!note]- <details open ontoggle=alert(1)>\n> <summary onclick=alert(1)>x",
    "^[<script>alert(1)</script>] ==<img src=x onerror=alert(1)>== H~<script>~",
    "Term <script>\n\n: <img src=x onerror=alert(1)>",
    "```{.\"><script>alert(1)</script>}\nx\n```\n\n```{.a onclick=alert(1)}\nx\n```",
    "https://example.com/\"onmouseover=alert(1) www.a.b/<script> javascript://x",
    "<!-- --!><img src=x onerror=alert(1)>-->{% comment %}{% endcomment %}<scr{# #}ipt>alert(1)</scr{# #}ipt>",
    "<img src=x onerror{/* */}=alert(1)> [x](java%%a%%script:alert(1))",
    "<portal src=x></portal><frameset><frame src=javascript:alert(1)></frameset>",
];

#[test]
fn do_2_hostile_markdown_is_always_removed() {
    for hostile in HOSTILE {
        let alone = html(hostile);
        assert_harmless(&alone, hostile);
        assert!(
            !alone.contains("onerror=\"") && !alone.contains("id=\"main\"") && !alone.contains("id=\"login\""),
            "{alone}"
        );
        // The same again through what the first rendering made of it: nothing becomes active at the second reading.
        assert_harmless(&html(&alone), hostile);
    }
    assert_harmless(&html(&HOSTILE.concat()), "all at once");
}

#[test]
fn what_scripts_and_styles_hold_is_not_shown_as_text() {
    assert_eq!(html("a<script>alert(1)</script>b").trim(), "<p>ab</p>");
    assert_eq!(html("<style>p { color: red }</style>\n\nb").trim(), "<p>b</p>");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn do_2_no_mixture_of_hostile_pieces_passes(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(HOSTILE).prop_map(str::to_owned),
                "[<>\"'`=/!&;:#\\[\\]()a-z \n-]{0,12}",
                prop::sample::select(&["<", ">", "</", "<!--", "-->", "\"", "'", "```\n", "\n\n", "| a |\n|---|\n", "&lt;", "\\", "> [!note]- ", "{#a}\n", "<a id=a>", "{# ", " #}", "%%", "[^1]", "[^1]: ", "^[", "==", "~", "\u{5d0}", "- [x] ", ":+1:"][..])
                    .prop_map(str::to_owned),
            ],
            0..12,
        )
    ) {
        let text = pieces.concat();
        // Refused is harmless: `%%` alone on a line hides what follows from nobody knows whom.
        if let Ok(rendered) = render(&text, "T") {
            assert_harmless(&rendered.html, &text);
        }
    }

    #[test]
    fn any_text_is_rendered_without_a_panic(text in "\\PC{0,200}") {
        assert_harmless(&html(&text), &text);
    }
}

#[test]
fn html_left_open_is_shown_as_text_before_it_grows() {
    let open = (0..2_000)
        .map(|i| format!("<b title={i}>"))
        .collect::<Vec<_>>()
        .join("\n");
    let rendered = html(&format!("a {open}\n\n{}", "para\n\n".repeat(2_000)));
    assert!(rendered.contains("&lt;b title=7&gt;") && rendered.len() < 200_000);
    assert!(html(&"<b>x</b>\n\n".repeat(2_000)).contains("<b>x</b>"));
}

#[test]
fn texts_made_to_be_slow_are_not() {
    let pieces = [
        "*a **a ",
        "[a](",
        "![",
        "<b>",
        "<b title=1>",
        "<div>",
        "<table>",
        "`",
        "| a ",
        "> ",
        "- ",
        "[^a]",
        "&amp;",
        "# a\n",
        "<!--",
        "~~a ",
        "\\",
        "```rust\n",
        "[a]: b\n[a]\n",
        "1. ",
        "<a href=x>",
        "</b>",
    ];
    for piece in pieces {
        for separator in ["", "\n\n"] {
            let line = format!("{}\n{separator}", piece.repeat(100));
            let text = line.repeat(20_000 / line.len() + 1);
            let start = Instant::now();
            let _ = render(&text, "T");
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "{piece:?} {separator:?} took {:?}",
                start.elapsed()
            );
        }
    }
}

#[test]
#[should_panic(expected = "<script> came through")]
fn the_check_of_these_tests_sees_a_script() {
    assert_harmless("<p><script></script></p>", "itself");
}

#[test]
#[should_panic(expected = "onerror on <img> came through")]
fn the_check_of_these_tests_sees_a_handler() {
    assert_harmless("<img src=\"x\" onerror=\"alert(1)\">", "itself");
}
