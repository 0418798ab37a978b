//! The sanitiser. A short list of elements, attributes and addresses; everything else is taken out, by a real HTML parser,
//! after everything else was done.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use ammonia::{Builder, UrlRelative};

use super::{anchors::Targets, callouts::LOOKS, code, references::ReferenceKind, tokens};

/// What GitHub shows of authors' HTML, but for `h1`, which is the page's title, and `source`, whose addresses are not looked up.
pub(super) const TAGS: [&str; 62] = [
    "a",
    "abbr",
    "b",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
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
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Removed with everything inside: what they hold is not text for a reader.
const GONE: [&str; 17] = [
    "script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript", "noembed", "noframes",
    "form", "select", "textarea", "title", "xmp", "head",
];

/// Whether an element is taken out with everything inside; `name` is in lower case.
pub(super) fn is_gone(name: &str) -> bool {
    GONE.contains(&name)
}

pub(super) const ATTRIBUTES: [(&str, &[&str]); 24] = [
    ("a", &["href", "name", "aria-label"]),
    ("img", &["src", "alt", "width", "height", "align"]),
    ("ol", &["start", "type", "reversed"]),
    ("li", &["value"]),
    ("td", &["colspan", "rowspan", "class", "align", "valign", "width"]),
    (
        "th",
        &["colspan", "rowspan", "class", "scope", "align", "valign", "width"],
    ),
    ("tr", &["align", "valign"]),
    ("table", &["align", "width"]),
    ("time", &["datetime"]),
    ("ins", &["datetime"]),
    ("del", &["datetime"]),
    ("code", &["class"]),
    ("i", &["class"]),
    ("span", &["class"]),
    ("div", &["class", "tabindex", "role", "aria-label", "align"]),
    ("p", &["class", "align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("hr", &["align"]),
    ("details", &["class", "open"]),
    ("summary", &["class"]),
];

/// On every element; [`attribute`] looks at their values.
pub(super) const EVERYWHERE: [&str; 4] = ["dir", "id", "lang", "title"];

/// Classes that are ours besides `language-…` and those of colours.
const CLASSES: [&str; 20] = [
    "table",
    "right",
    "center",
    "footnote",
    "back",
    "task",
    "task-done",
    "task-dropped",
    "task-begun",
    "names",
    "callout",
    "callout-title",
    "callout-kind",
    "tab",
    "tab-title",
    code::LINE,
    code::MARKED,
    code::ADDED,
    code::REMOVED,
    code::NUMBERED,
];

/// On every link: whoever is linked to learns nothing of the reader and gets no hold on the page. (Inside the site it does no harm.)
const REL: &str = "noopener noreferrer nofollow";

/// Cleans HTML. Ids remain only if `targets` knows them or they begin with `marker`, and each only once.
///
/// Every local address becomes the draft of a token ([`super::tokens`]).
pub(super) fn clean(html: &str, targets: Targets, marker: &str) -> String {
    let attributes: HashMap<&str, HashSet<&str>> = ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect();
    let ids = Ids {
        targets: Mutex::new(targets),
        marker: marker.to_owned(),
    };
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(GONE))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(EVERYWHERE))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(REL))
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .strip_comments(true)
        .attribute_filter(move |tag, name, value| attribute(&ids, tag, name, value));
    builder.clean(html).to_string()
}

/// Which ids there are.
struct Ids {
    targets: Mutex<Targets>,
    /// Before what the renderer wrote itself.
    marker: String,
}

impl Ids {
    /// An id of ours without its marker; one of an author's as it is known in the page.
    fn id<'v>(&self, value: &'v str) -> Option<Cow<'v, str>> {
        if let Some(ours) = value.strip_prefix(&*self.marker) {
            return Some(ours.into());
        }
        self.targets.lock().ok()?.take_html(value).map(Cow::Owned)
    }

    /// A token as the renderer wrote it, an author's local address as a token, any other address as it is.
    fn token<'v>(&self, kind: ReferenceKind, value: &'v str) -> Cow<'v, str> {
        if value.starts_with(&*self.marker) {
            return value.into();
        }
        tokens::of_html(&self.marker, kind, value).map_or(value.into(), Cow::Owned)
    }

    /// Where `#name` leads.
    fn address<'v>(&self, value: &'v str) -> Option<Cow<'v, str>> {
        let Some(fragment) = value.strip_prefix('#') else {
            return Some(self.token(ReferenceKind::Link, value));
        };
        if let Some(ours) = fragment.strip_prefix(&*self.marker) {
            return Some(format!("#{ours}").into());
        }
        let targets = self.targets.lock().ok()?;
        Some(
            targets
                .find(fragment)
                .map_or(value.into(), |id| format!("#{id}").into()),
        )
    }
}

fn attribute<'v>(ids: &Ids, tag: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    match (tag, name) {
        // The one element whose id may become a property of the document.
        ("img", "id") => None,
        (_, "id") | ("a", "name") => ids.id(value),
        ("a", "href") => ids.address(value),
        (_, "class") => classes(value),
        (_, "dir") => matches!(value, "auto" | "ltr" | "rtl").then_some(value.into()),
        (_, "open" | "reversed") => Some("".into()),
        // As the box around a table and the way back from a footnote have them, and no other: nobody's HTML passes itself off as a part
        // of the page.
        (_, "tabindex") => (value == "0").then_some(value.into()),
        (_, "role") => (value == "group").then_some(value.into()),
        ("a", "aria-label") => (value == "Back to the text").then_some(value.into()),
        (_, "aria-label") => (value == "Table").then_some(value.into()),
        ("img", "src") if value.trim_start().to_ascii_lowercase().starts_with("mailto:") => None,
        ("img", "src") => Some(ids.token(ReferenceKind::Image, value)),
        (_, "width" | "height") => length(value),
        (_, "start" | "value" | "colspan" | "rowspan") => is_number(value).then_some(value.into()),
        (_, "align") => is_one_of(
            value,
            &["left", "center", "right", "justify", "top", "middle", "bottom"],
        ),
        (_, "valign") => is_one_of(value, &["top", "middle", "bottom", "baseline"]),
        ("ol", "type") => matches!(value, "1" | "a" | "A" | "i" | "I").then_some(value.into()),
        (_, "datetime") => (value.len() <= 40).then_some(value.into()),
        _ => Some(value.into()),
    }
}

fn is_number(value: &str) -> bool {
    (1..=4).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

/// Pixels, as a number or with their unit, or percent.
fn length(value: &str) -> Option<Cow<'_, str>> {
    let value = value.trim();
    let bare = value.strip_suffix("px").unwrap_or(value);
    let percent = value
        .strip_suffix('%')
        .is_some_and(|number| is_number(number) && number.len() <= 3);
    if percent {
        return Some(value.into());
    }
    is_number(bare).then_some(bare.into())
}

fn is_one_of<'v>(value: &'v str, values: &[&str]) -> Option<Cow<'v, str>> {
    let is_known = values.iter().any(|known| known.eq_ignore_ascii_case(value));
    is_known.then_some(value.into())
}

fn classes(value: &str) -> Option<Cow<'_, str>> {
    let ours = |class: &&str| {
        class.starts_with("language-")
            || [&CLASSES[..], &LOOKS, &code::CLASSES]
                .iter()
                .any(|classes| classes.contains(class))
    };
    let stored = value
        .split_ascii_whitespace()
        .filter(ours)
        .collect::<Vec<_>>()
        .join(" ");
    (!stored.is_empty()).then_some(Cow::Owned(stored))
}
