//! Blocks of code: options in every notation, languages, and the budget.

use super::{CodeWriter, languages, options::Options};

#[test]
fn im_4_code_of_the_usual_languages_is_coloured() {
    for language in [
        "toml",
        "dockerfile",
        "hcl",
        "kotlin",
        "nginx",
        "ini",
        "typescript",
        "csharp",
        "graphql",
        "tsx",
        "rust",
        "python",
        "yaml",
        "json",
        "sh",
        "go",
        "java",
        "sql",
        "diff",
        "css",
        "html",
        "swift",
        "dart",
        "cmake",
        "scss",
        "protobuf",
        "terraform",
        "vue",
        "powershell",
        "c",
        "cpp",
        "ruby",
        "php",
        "lua",
        "xml",
        "makefile",
        "jinja2",
    ] {
        assert!(languages::grammar(language).is_some(), "{language}");
    }
    assert!(languages::grammar("nosuch").is_none());
}

#[test]
fn im_4_options_of_code_are_read_in_every_notation() {
    for info in [
        "js {1,3-5}",
        "js{1,3-5}",
        "js hl_lines=\"1 3-5\"",
        "go {linenos=false,hl_lines=[1,\"3-5\"]}",
        "js mark={1,3-5}",
    ] {
        assert_eq!(Options::read(info).marked, [(1, 1), (3, 5)], "{info}");
        assert!(!Options::read(info).is_numbered, "{info}");
    }
    for info in [
        "js linenums=\"1\"",
        "js showLineNumbers",
        "js {linenos=true}",
        "js:line-numbers",
        "js {numberLines: true}",
        "js numberLines",
        "js linenos=table",
    ] {
        assert!(Options::read(info).is_numbered, "{info}");
        assert_eq!(Options::read(info).language, "js", "{info}");
    }
    for info in [
        "js linenums=\"5\"",
        "js showLineNumbers=false",
        "js linenos=true,linenostart=9",
        "js:no-line-numbers",
        "js",
    ] {
        assert!(!Options::read(info).is_numbered, "{info}");
    }
    for info in [
        "js title=\"a b.js\"",
        "js [a b.js]",
        "js:title='a b.js'",
        "js {1} filename=\"a b.js\"",
    ] {
        assert_eq!(Options::read(info).title.as_deref(), Some("a b.js"), "{info}");
    }
    assert_eq!(Options::read("js title=\"\" {x}").title, None);
}

#[test]
fn im_4_the_same_code_is_coloured_on_every_machine() {
    let line = "const a = \"text\"; // why\n";
    let code = line.repeat(20_000);
    let block = |code: &str| CodeWriter::default().block("js", code);
    let (first, second) = (block(&code), block(&code));
    assert_eq!(first, second);
    let coloured = first.matches("<i class=\"k\">").count();
    assert!((100..10_000).contains(&coloured), "{coloured}");
    assert!(
        first.ends_with("const a = \"text\"; // why\n</code></pre>\n"),
        "the rest is plain and whole"
    );
}

#[test]
fn im_4_powershell_is_coloured() {
    let html = CodeWriter::default().block(
        "powershell",
        "<# a\nb #>\nforeach ($x in Get-ChildItem -Path \"a`\" b\") { 1 } # c\n@\"\ntext # <b>\n\"@\n",
    );
    assert_eq!(
        html,
        "<pre><code class=\"language-powershell\"><i class=\"c\">&lt;# a</i>\n<i class=\"c\">b #&gt;</i>\n<i class=\"k\">foreach</i> ($x \
         <i class=\"k\">in</i> <i class=\"f\">Get-ChildItem</i> <i class=\"k\">-Path</i> <i class=\"s\">\"a`\" b\"</i>) { \
         <i class=\"n\">1</i> } <i class=\"c\"># c</i>\n<i class=\"s\">@\"</i>\n<i class=\"s\">text # &lt;b&gt;</i>\n<i class=\"s\">\"@</i>\n</code></pre>\n"
    );
}
