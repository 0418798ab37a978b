//! Lines that only another program understands: tags of templates, imports of MDX, attributes of kramdown, includes, tables of contents. They are
//! taken out where they are all of a line. Comments are not decided about here: what they hide must stay hidden ([`super::super::comments`]).

use super::openings::Output;

/// Includes of mdBook.
const INCLUDES: [&str; 6] = [
    "include ",
    "rustdoc_include ",
    "playground ",
    "playpen ",
    "title ",
    "template ",
];

/// A quick look: without any of these no line is one.
pub(super) fn may_occur(source: &str) -> bool {
    let signs = [
        "{{<", "{{%", "{{#", "{%", "{:", "import ", "export ", "--8<--", "/>", "\n^", "[TOC]", "[toc]", "_TOC_",
    ];
    signs.iter().any(|sign| source.contains(sign))
}

/// What becomes of a line that is nothing but such a construct; `text` is without the spaces around it.
pub(super) fn line(text: &str) -> Option<Output> {
    if is_contents(text) || is_block_id(text) {
        return Some(Output::Text(String::new()));
    }
    let is_removed =
        is_tag(text) || is_module_line(text) || is_attributes(text) || is_include(text) || is_component(text);
    is_removed.then_some(Output::Removed)
}

/// One tag of Hugo or Liquid.
fn is_tag(text: &str) -> bool {
    let pairs = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}")];
    let inside = pairs.into_iter().find_map(|(opens, closes)| {
        let inside = text.strip_prefix(opens)?.strip_suffix(closes)?;
        (!inside.contains(closes)).then_some(inside)
    });
    inside.is_some_and(|inside| {
        let inside = inside.trim_start_matches(['-', '/', ' ', '\t']);
        let name = inside.strip_prefix("end").unwrap_or(inside);
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.starts_with("comment")
    })
}

/// `import … from '…'` and `export … ;` of MDX.
fn is_module_line(text: &str) -> bool {
    let end = text.trim_end_matches(';');
    if let Some(what) = text.strip_prefix("import ") {
        let names_module = what.starts_with(['\'', '"']) || what.contains(" from '") || what.contains(" from \"");
        return names_module && end.ends_with(['\'', '"']);
    }
    ["export const ", "export default ", "export function "]
        .iter()
        .any(|begin| text.starts_with(begin))
        && text.ends_with(';')
}

/// `{: .class #id }` of kramdown.
fn is_attributes(text: &str) -> bool {
    let inside = text.strip_prefix("{:").and_then(|inside| inside.strip_suffix('}'));
    inside.is_some_and(|inside| !inside.starts_with([':', '/']) && !inside.contains(['{', '}']))
}

/// `{{#include file}}` of mdBook, `--8<-- "file"` of `MkDocs`.
fn is_include(text: &str) -> bool {
    let inside = text.strip_prefix("{{#").and_then(|inside| inside.strip_suffix("}}"));
    let is_book =
        inside.is_some_and(|inside| INCLUDES.iter().any(|name| inside.starts_with(name)) && !inside.contains("}}"));
    is_book
        || text
            .strip_prefix("--8<--")
            .is_some_and(|rest| rest.trim().is_empty() || rest.starts_with([' ', '"', '\'']))
}

/// `<Component prop={value} />` of MDX.
fn is_component(text: &str) -> bool {
    let inside = text.strip_prefix('<').and_then(|inside| inside.strip_suffix("/>"));
    inside.is_some_and(|inside| inside.starts_with(|c: char| c.is_ascii_uppercase()) && !inside.contains("/>"))
}

/// Where other programs put the headings of the page, which stand beside it here.
fn is_contents(text: &str) -> bool {
    matches!(
        text,
        "[TOC]" | "[[TOC]]" | "[toc]" | "[[toc]]" | "[[_TOC_]]" | "[[_toc_]]"
    )
}

/// The name of a paragraph in Obsidian, `^name`.
fn is_block_id(text: &str) -> bool {
    let name = text.strip_prefix('^');
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}
