//! Texts of any mixture of constructs: what comes out is harmless, whole, and the same each time. `.ci/check-long` tries a hundred times as
//! many, and lets a fuzzer look for worse ones.

mod invariants;

use proptest::prelude::*;

/// The beginnings, middles and ends of constructs.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "1. ",
    "# ",
    "| a | b |\n|---|---|\n| ",
    " | ",
    "[^1]",
    "[^1]: ",
    "^[",
    "]",
    "[a](",
    ")",
    "![",
    "[[",
    "]]",
    "|",
    ":::note\n",
    ":::\n",
    "::: details x\n",
    ":::a.b\n",
    "!!! note\n    ",
    "??? \"x\"\n    ",
    "=== \"a\"\n    ",
    "> [!note]- x\n> ",
    "<Tabs>\n",
    "</Tabs>\n",
    "<TabItem label=\"a\">\n",
    "</TabItem>\n",
    "<Note>",
    "</Note>",
    "<A b={",
    "}/>",
    "<A/>",
    "<div style={{",
    "}}>",
    "import a from 'b'\n",
    "export const a = {\n",
    "};\n",
    "{{ ",
    " }}",
    "{{< x >}}",
    "{{< tab \"a\" >}}\n",
    "{{< /tab >}}\n",
    "{{< highlight js >}}\n",
    "{% raw %}",
    "{% endraw %}",
    "{% x %}",
    "{% hint %}\n",
    "{% endhint %}\n",
    "{{< ref \"a\" >}}",
    "{: .a #b }",
    "{.a}",
    "{#a}",
    "--8<-- \"a\"\n",
    "[TOC]\n",
    "$",
    "$$",
    "\\frac{",
    "\\text{",
    "\\operatorname{",
    "}",
    "```js {1} title=\"<a>\" showLineNumbers\n",
    "```\n",
    "```math\n",
    "```powershell\n",
    "// highlight-next-line\n",
    "// [!code ++]\n",
    "const a = `<b>`;\n",
    "<# ",
    "<details>\n",
    "<summary>",
    "</details>\n",
    "<img src=",
    "<a href=\"",
    "<a id=x>",
    "<h1 align=center>",
    "<table><tr><td align=\"x\">",
    "<picture><source srcset=x>",
    "<ol type=x reversed>",
    "<math><mi>",
    "<svg>",
    "<script>",
    "</script>",
    "<style>",
    "javascript:alert(1)",
    " onerror=alert(1) ",
    "\"",
    "'",
    ">",
    "<",
    "&lt;",
    "&#0;",
    "==",
    "~",
    "^",
    "*",
    "_",
    "`",
    ":smile:",
    ":material-check:",
    "%%",
    "{# ",
    " #}",
    "<!--",
    "-->",
    "\u{5d0}",
    "\u{fdd0}",
    "\0",
    "https://a.example/",
    "Term\n: ",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => "[a-z0-9 ]{0,6}",
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn im_4_no_mixture_of_constructs_brings_an_element_or_attribute_that_is_not_listed(text in text()) {
        invariants::rendered(&text);
    }
}

#[test]
#[should_panic(expected = "<script>")]
fn the_check_sees_an_element() {
    invariants::assert_listed("<p><script></script></p>");
}

#[test]
#[should_panic(expected = "onclick")]
fn the_check_sees_an_attribute() {
    invariants::assert_listed("<p onclick=\"x\">a</p>");
}

#[test]
#[should_panic(expected = "javascript")]
fn the_check_sees_an_address() {
    invariants::assert_listed("<a href=\"javascript:alert(1)\">a</a>");
}

#[test]
#[should_panic(expected = "reads")]
fn the_check_sees_what_a_browser_reads_differently() {
    invariants::assert_listed("<p><div>a</div></p>");
}
