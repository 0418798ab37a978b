//! What a hostile text of boxes may cost: bytes and lines, not seconds.

/// Openings that nothing closes, and nesting without end: read once, and shown or left as they are.
#[test]
fn im_4_a_text_of_nothing_but_openings_does_not_grow() {
    for piece in [
        ":::a\n",
        ":::note\n",
        "!!! note\n",
        "{{< hint >}}\n",
        "<Tabs>\n",
        ":::::note\n:::\n",
        "=== \"a\"\n\n    x\n",
        "{{ ",
        "{{ a }} ",
        "{% raw %}",
        "{% raw %}\n",
        "{% a ",
        "<A x={",
        "<A b={`",
        "<Aa> ",
        "<Aa x={1} />\n",
        "import {\n",
        "export const a = {\n\n",
        "$a {{ ",
        ":material-",
        "[a](b){ .a",
    ] {
        let text = piece.repeat(50_000 / piece.len());
        let small = markdown::render(&text, "T").map(|rendered| rendered.html.len());
        let large = markdown::render(&text.repeat(4), "T").map(|rendered| rendered.html.len());
        match (small, large) {
            (Ok(small), Ok(large)) => assert!(large <= small * 5 + 1_000, "{piece:?}: {small} and {large}"),
            (_, large) => assert!(large.is_err_and(|error| error.line() > 0), "{piece:?}"),
        }
    }
}

#[test]
fn im_4_messages_have_the_line_of_the_file_after_boxes_were_rewritten() {
    let text = "!!! note\n    a\n!!! tip\n    b\nc\n\n[x](y.md)\n";
    let references = markdown::survey(text).unwrap().references;
    assert_eq!(references.first().map(|reference| reference.line), Some(7));
    let error = markdown::render(&format!("{text}{}", "# a\n".repeat(501)), "T").unwrap_err();
    assert_eq!(error.line(), 508);
}

/// Nested far deeper than any text, closed or not: refused with a line, or shown within bounds, and read in a time that a test waits for.
#[test]
fn im_4_constructs_nested_ten_thousand_deep_are_refused_or_bounded() {
    const DEEP: usize = 10_000;
    for (open, close) in [
        (":::note\n", ":::\n"),
        ("::: details x\n", ""),
        ("> [!note]\n> ", ""),
        (">", ""),
        ("{{< tabs >}}\n", "{{< /tabs >}}\n"),
        ("{% hint %}\n", "{% endhint %}\n"),
        ("<Tabs>\n", "</Tabs>\n"),
        ("<Note>", "</Note>"),
        ("<details><summary>", "</summary></details>"),
        ("<A b={", "}/>"),
        ("{{ ", " }}"),
        ("{% raw %}", "{% endraw %}"),
        ("- ", ""),
        ("**a ", "**"),
        ("^[", "]"),
        ("[", "](x)"),
        ("$$\\frac{", "}$$"),
        ("```math\n{", "}\n```\n"),
        ("<div style={{", "}}>"),
        ("export const a = {\n", "}\n"),
    ] {
        let text = format!("{}x{}", open.repeat(DEEP), close.repeat(DEEP));
        match markdown::render(&text, "T") {
            Ok(rendered) => assert!(
                rendered.html.len() < text.len() * 30,
                "{open:?}: {}",
                rendered.html.len()
            ),
            Err(error) => assert!(error.line() > 0, "{open:?}"),
        }
    }
    let lines: Vec<String> = (0..1_000)
        .map(|level| format!("{}!!! note", "    ".repeat(level)))
        .collect();
    let indented = lines.join("\n");
    let rendered = markdown::render(&indented[..500_000], "T").map(|rendered| rendered.html.len());
    assert!(rendered.is_ok_and(|length| length < 3_000_000));
}

#[test]
fn im_4_a_quarter_of_a_million_headings_are_refused_with_the_line_of_the_first_too_many() {
    let error = markdown::render(&"# a\n".repeat(262_144), "T").unwrap_err();
    assert_eq!(error.line(), 501);
    let error = markdown::render(&"<h3>a</h3>\n".repeat(90_000), "T").unwrap_err();
    assert_eq!(error.line(), 501);
}
