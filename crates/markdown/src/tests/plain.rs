//! The text without markup is what a reader of the page reads.

use super::*;

/// Where words stand apart does not matter to who looks for them.
fn plain(markdown: &str) -> String {
    let text = plain_text(markdown, "A title").unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn fi_3_plain_text_is_the_text_without_marks() {
    let text = "# A title\n\nSome *words* of `code`\nand a [link](https://example.com/hidden) :tada:\n\n## Part {#part}\n\n- one\n- two\n\n\
                | a | b |\n|---|---|\n| c | d |\n\n```rust\nlet x = 1;\n```\n\n![A picture](x.png)";
    assert_eq!(
        plain(text),
        "Some words of code and a link 🎉 Part one two a b c d let x = 1; A picture"
    );
    assert_eq!(plain("# Another title\n\ntext"), "Another title text");
    assert_eq!(plain(""), "");
}

#[test]
fn fi_5_what_a_page_does_not_show_is_no_text() {
    for hidden in [
        "before <!-- secret --> after",
        "before\n\n%% secret %%\n\nafter",
        "before <script>secret()</script> after",
        "before\n\n<style>\n.secret { }\n</style>\n\nafter",
        "before\n\n<template>\n\nsecret\n\n</template>\n\nafter",
        "before <a title=\"secret\" href=\"/secret\">after</a>",
        "before [after](secret.md \"secret\")",
    ] {
        let text = plain(hidden);
        assert!(!text.contains("secret"), "{hidden:?}: {text:?}");
        assert!(
            text.contains("before") && text.contains("after"),
            "{hidden:?}: {text:?}"
        );
        assert!(
            !render(hidden, "")
                .unwrap()
                .html
                .replace("/secret", "")
                .replace("secret.md", "")
                .replace("title=\"secret\"", "")
                .contains("secret")
        );
    }
    let rest = plain("before\n\n<template>\n\nsecret");
    assert_eq!(rest, "before");
}

#[test]
fn fi_3_text_in_raw_html_is_text() {
    assert_eq!(
        plain("<details><summary>More</summary>\n\ninside &amp; out\n\n</details>"),
        "More inside & out"
    );
    assert_eq!(plain("<td>a &lt;b&gt;</td>"), "a <b>");
    assert!(plain_text(&"x".repeat(MAX_BYTES + 1), "").is_err());
}
