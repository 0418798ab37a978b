//! What never comes through, and which texts are not slow, whoever wrote them.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::html;
use crate::markdown::{render, sanitise};

/// Nothing in the HTML can run, load or ask for anything it may not. Read by an HTML parser of its own kind: tag by tag.
fn assert_harmless(html: &str, from: &str) {
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag
            .split_once('>')
            .unwrap_or_else(|| panic!("an open tag in {html:?}, from {from:?}"));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        assert!(
            sanitise::TAGS.contains(&name),
            "<{name}> came through in {html:?}, from {from:?}"
        );
        for (attribute, value) in attributes(tag) {
            let known = sanitise::ATTRIBUTES
                .iter()
                .any(|(of, names)| *of == name && names.contains(&attribute));
            let added = matches!(attribute, "rel" | "loading" | "referrerpolicy" | "title" | "lang");
            assert!(
                known || added,
                "{attribute} on <{name}> came through in {html:?}, from {from:?}"
            );
            if matches!(attribute, "href" | "src") {
                let address = value.replace("&amp;", "&");
                match url::Url::parse(&address) {
                    Ok(url) => assert!(
                        matches!(url.scheme(), "http" | "https" | "mailto"),
                        "{address:?} from {from:?}"
                    ),
                    Err(error) => assert_eq!(
                        error,
                        url::ParseError::RelativeUrlWithoutBase,
                        "{address:?} from {from:?}"
                    ),
                }
            }
        }
    }
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
    "<portal src=x></portal><frameset><frame src=javascript:alert(1)></frameset>",
];

#[test]
fn do_2_hostile_markdown_never_comes_through() {
    for hostile in HOSTILE {
        let alone = html(hostile);
        assert_harmless(&alone, hostile);
        assert!(
            !alone.contains("onerror=\"") && !alone.contains("id=\"main\"") && !alone.contains("id=\"login\""),
            "{alone}"
        );
        // The same again through what the first rendering made of it: nothing comes to life at the second reading.
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
    fn do_2_no_mixture_of_hostile_pieces_comes_through(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(HOSTILE).prop_map(str::to_owned),
                "[<>\"'`=/!&;:#\\[\\]()a-z \n-]{0,12}",
                prop::sample::select(&["<", ">", "</", "<!--", "-->", "\"", "'", "```\n", "\n\n", "| a |\n|---|\n", "&lt;", "\\"][..])
                    .prop_map(str::to_owned),
            ],
            0..12,
        )
    ) {
        let text = pieces.concat();
        assert_harmless(&html(&text), &text);
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
