//! What only another program understands: tags of templates, attributes of kramdown, includes, tables of contents. Here is decided what becomes of
//! each; lines that are nothing else are found here too, what stands inside a text in [`super::super::comments`]. Comments are not decided
//! about here: what they hide must stay hidden.

use super::{arguments::Arguments, jsx, openings::Output};

/// Includes of mdBook.
const INCLUDES: [&str; 6] = [
    "include ",
    "rustdoc_include ",
    "playground ",
    "playpen ",
    "title ",
    "template ",
];

/// Variables for the beginning of an address, which has no meaning here: addresses begin at the folder.
const ROOTS: [&str; 12] = [
    "site.baseurl",
    "site.url",
    "site.baseURL",
    "site.github.url",
    "page.root",
    "base_url",
    "base_path",
    "baseurl",
    "baseUrl",
    "root",
    "relroot",
    "site_url",
];

/// Shortcodes that show a picture.
const PICTURES: [&str; 6] = ["figure", "img", "image", "imgproc", "picture", "screenshot"];

/// Attributes that authors give a link or picture.
const ATTRIBUTES: [&str; 13] = [
    "target", "rel", "width", "height", "align", "style", "loading", "title", "id", "class", "lang", "download", "alt",
];

/// What becomes of a construct inside a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Replacement {
    /// Nothing; it is reported.
    Removed,
    /// Another text; there is nothing to report.
    Text(String),
    /// Its own source, as code; it is reported.
    Source,
}

/// A quick look: without any of these no line is one.
pub(super) fn may_occur(source: &str) -> bool {
    let signs = [
        "{{<", "{{%", "{{#", "{%", "{:", "{.", "{ .", "import ", "export ", "--8<--", "/>", "\n^", "[TOC]", "[toc]",
        "_TOC_",
    ];
    signs.iter().any(|sign| source.contains(sign))
}

/// What becomes of a line that is nothing but such a construct; `text` is without the spaces around it.
pub(super) fn line(text: &str) -> Option<Output> {
    if is_contents(text) || is_block_id(text) {
        return Some(Output::Text(String::new()));
    }
    if is_attributes(text) || is_include(text) {
        return Some(Output::Removed);
    }
    let replacement = line_tag(text).or_else(|| {
        let tag = jsx::tag(text).filter(|tag| tag.length == text.len())?;
        tag.is_component().then(|| tag.replacement())
    })?;
    match replacement {
        Replacement::Text(text) => Some(Output::Text(text)),
        Replacement::Removed => Some(Output::Removed),
        Replacement::Source => None,
    }
}

/// One tag of Hugo or Liquid.
fn line_tag(text: &str) -> Option<Replacement> {
    let pairs = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}")];
    pairs.into_iter().find_map(|(opens, closes)| {
        let inside = text.strip_prefix(opens)?.strip_suffix(closes)?;
        if inside.contains(closes) {
            return None;
        }
        tag(inside)
    })
}

/// What becomes of a tag, by what stands between its signs; `None` if it is no tag.
pub(crate) fn tag(inside: &str) -> Option<Replacement> {
    let inside = inside.trim_start_matches(['-', '/', ' ', '\t', '\n']);
    let inside = inside.trim_end_matches(['-', '/', ' ', '\t', '\n']);
    let name = inside.strip_prefix("end").unwrap_or(inside);
    let after = name.strip_prefix("comment");
    let is_comment = after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || is_comment || is_raw(name) {
        return None;
    }
    let Some(arguments) = Arguments::of_tag(inside) else {
        return Some(Replacement::Removed);
    };
    let first = arguments.plain.first().copied();
    let text = match arguments.name {
        "ref" | "relref" => first.or(arguments.named(&["path"])).map(address),
        // From the root of the source.
        "link" => first.map(|path| format!("/{}", address(path.trim_start_matches('/')))),
        "post_url" => first.map(|name| format!("{}.md", address(name))),
        "br" => Some("<br>".to_owned()),
        name if PICTURES.contains(&name) => {
            let source = arguments.named(&["src", "link", "file", "path"]).or(first);
            let words = arguments.named(&["alt", "caption", "title"]);
            source.map(|source| picture(words.unwrap_or_default(), source))
        }
        _ => None,
    };
    Some(text.map_or(Replacement::Removed, Replacement::Text))
}

/// A picture in Markdown.
pub(super) fn picture(words: &str, source: &str) -> String {
    let words = words.replace(['[', ']', '\\', '\n'], " ");
    let source = source.replace(['<', '>', '\\', '\n'], "");
    format!("![{words}](<{source}>)")
}

fn address(path: &str) -> String {
    path.replace(' ', "%20").replace(['(', ')', '<', '>'], "")
}

/// What becomes of an expression, by what stands between its braces.
pub(crate) fn expression(inside: &str) -> Replacement {
    let inside = inside.trim_matches(['-', '{', '}', ' ', '\t', '\n']);
    let (value, filters) = inside.split_once('|').unwrap_or((inside, ""));
    let value = value.trim();
    let is_url = filters.contains("url") || filters.trim().is_empty();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let text = value.strip_prefix(quote)?.strip_suffix(quote)?;
        (!text.contains(quote)).then_some(text)
    });
    match quoted {
        Some(text) if is_url && !text.is_empty() => Replacement::Text(text.to_owned()),
        None if ROOTS.contains(&value.trim_start_matches(['.', '$'])) => Replacement::Text(String::new()),
        _ => Replacement::Source,
    }
}

/// Whether a tag begins or ends what its program shows as it stands.
fn is_raw(name: &str) -> bool {
    matches!(name.trim(), "raw" | "verbatim")
}

/// The tag that ends what a tag begins whose program shows all between as it stands, by what stands between the signs of the tag.
pub(crate) fn raw_end(inside: &str) -> Option<&'static str> {
    match inside.trim_matches(['-', ' ', '\t', '\n']) {
        "raw" => Some("endraw"),
        "verbatim" => Some("endverbatim"),
        _ => None,
    }
}

/// Whether it is such an end.
pub(crate) fn is_raw_end(inside: &str) -> bool {
    matches!(inside.trim_matches(['-', ' ', '\t', '\n']), "endraw" | "endverbatim")
}

/// Whether a line holds the beginning of what is shown as it stands.
pub(super) fn begins_raw(line: &str) -> bool {
    tags_of(line).any(|inside| raw_end(inside).is_some())
}

/// Whether a line holds the end of it, behind the last beginning.
pub(super) fn ends_raw(line: &str) -> bool {
    let tags = tags_of(line).filter(|inside| inside.contains("raw") || inside.contains("verbatim"));
    let last = tags.last();
    last.is_some_and(|inside| inside.trim_matches(['-', ' ', '\t']).starts_with("end"))
}

fn tags_of(line: &str) -> impl Iterator<Item = &str> {
    line.split("{%").skip(1).filter_map(|tag| Some(tag.split_once("%}")?.0))
}

/// Whether `{…}` behind a word, link or picture gives it attributes, by what stands between the braces.
pub(crate) fn is_inline_attributes(inside: &str) -> bool {
    let (is_kramdown, inside) = inside
        .strip_prefix(':')
        .map_or((false, inside), |inside| (true, inside));
    let mut words = inside.split_ascii_whitespace().peekable();
    if words.peek().is_none() {
        return false;
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
    };
    words.all(|word| {
        let named =
            word.strip_prefix('.').is_some_and(is_name) || is_kramdown && word.strip_prefix('#').is_some_and(is_name);
        let pair = word.split_once('=').is_some_and(|(name, _)| {
            is_kramdown && is_name(name) || ATTRIBUTES.contains(&name) || name.starts_with("data-")
        });
        named || pair || is_kramdown && is_name(word) || word.ends_with(['"', '\'']) || word.starts_with("data-")
    })
}

/// `{: .class #id }` of kramdown, `{ .class }` of `MkDocs`.
fn is_attributes(text: &str) -> bool {
    let inside = text.strip_prefix("{:").and_then(|inside| inside.strip_suffix('}'));
    let is_kramdown = inside.is_some_and(|inside| !inside.starts_with([':', '/']) && !inside.contains(['{', '}']));
    let inside = text.strip_prefix('{').and_then(|inside| inside.strip_suffix('}'));
    is_kramdown || inside.is_some_and(|inside| inside.trim_start().starts_with('.') && is_inline_attributes(inside))
}

/// The name that a line `{: #name .class }` gives to the block above it.
pub(super) fn name_above(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("{:")?.strip_suffix('}')?;
    let name = inside.split_whitespace().find_map(|word| word.strip_prefix('#'))?;
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// `{{#include file}}` of mdBook, `--8<-- "file"` of `MkDocs`.
fn is_include(text: &str) -> bool {
    let inside = text.strip_prefix("{{#").and_then(|inside| inside.strip_suffix("}}"));
    inside.is_some_and(|inside| is_book_include(inside) && !inside.contains("}}"))
        || text
            .strip_prefix("--8<--")
            .is_some_and(|rest| rest.trim().is_empty() || rest.starts_with([' ', '"', '\'']))
}

/// Whether what stands between `{{#` and `}}` is one of mdBook's.
pub(crate) fn is_book_include(inside: &str) -> bool {
    INCLUDES.iter().any(|name| inside.starts_with(name))
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

/// Names of icons of `MkDocs`, `:material-check:`, that mean something by themselves; others are taken out.
pub(crate) fn icon(name: &str) -> Option<Replacement> {
    let sets = ["material-", "fontawesome-", "octicons-", "simple-"];
    let rest = sets.into_iter().find_map(|set| name.strip_prefix(set))?;
    if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return None;
    }
    let has = |words: &[&str]| rest.split('-').any(|part| words.contains(&part));
    Some(if has(&["check"]) {
        Replacement::Text("✓".to_owned())
    } else if has(&["close", "x"]) {
        Replacement::Text("✗".to_owned())
    } else if has(&["arrow"]) && has(&["right"]) {
        Replacement::Text("→".to_owned())
    } else {
        Replacement::Removed
    })
}
