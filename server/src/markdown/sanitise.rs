//! What may come through at all? A short list of elements, attributes and addresses; everything else is taken out, by a real HTML parser,
//! after everything else was done.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use ammonia::{Builder, UrlRelative};

pub(super) const TAGS: [&str; 49] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Gone with everything inside: what they hold is not text for a reader.
const GONE: [&str; 17] = [
    "script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript", "noembed", "noframes",
    "form", "select", "textarea", "title", "xmp", "head",
];

pub(super) const ATTRIBUTES: [(&str, &[&str]); 13] = [
    ("a", &["href"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ol", &["start"]),
    ("td", &["colspan", "rowspan", "class"]),
    ("th", &["colspan", "rowspan", "class", "scope"]),
    ("code", &["class"]),
    ("span", &["class"]),
    ("div", &["class", "id", "tabindex", "role", "aria-label"]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
];

/// Classes that are ours besides `hl-…` and `language-…`.
const CLASSES: [&str; 6] = ["table", "right", "center", "footnote", "task", "task-done"];

/// On every link: whoever is linked to learns nothing of the reader and gets no hold on the page. (Inside the site it does no harm.)
const REL: &str = "noopener noreferrer nofollow";

/// Cleans HTML. Ids come through only if listed, and each only once.
pub(super) fn clean(html: &str, anchors: Vec<String>, footnotes: Vec<String>) -> String {
    let ids = Mutex::new(anchors.into_iter().chain(footnotes).collect::<HashSet<String>>());
    let attributes: HashMap<&str, HashSet<&str>> = ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect();
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(GONE))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["lang", "title"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(REL))
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .strip_comments(true)
        .attribute_filter(move |tag, name, value| attribute(&ids, tag, name, value));
    builder.clean(html).to_string()
}

fn attribute<'v>(ids: &Mutex<HashSet<String>>, tag: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (tag, name) {
        (_, "id") => ids
            .lock()
            .is_ok_and(|mut ids| ids.remove(value))
            .then_some(value.into()),
        (_, "class") => classes(value),
        // As the box around a table has them, and no other: nobody's HTML passes itself off as a part of the page.
        (_, "tabindex") => (value == "0").then_some(value.into()),
        (_, "role") => (value == "group").then_some(value.into()),
        (_, "aria-label") => (value == "Table").then_some(value.into()),
        ("img", "src") => (!value.trim_start().to_ascii_lowercase().starts_with("mailto:")).then_some(value.into()),
        ("img", "width" | "height") | (_, "start" | "colspan" | "rowspan") => {
            (value.len() <= 4 && value.bytes().all(|b| b.is_ascii_digit())).then_some(value.into())
        }
        _ => Some(value.into()),
    }
}

fn classes(value: &str) -> Option<Cow<'_, str>> {
    let ours = |class: &&str| class.starts_with("hl-") || class.starts_with("language-") || CLASSES.contains(class);
    let kept = value
        .split_ascii_whitespace()
        .filter(ours)
        .collect::<Vec<_>>()
        .join(" ");
    (!kept.is_empty()).then_some(Cow::Owned(kept))
}
