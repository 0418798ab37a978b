//! The notations of comments. One row or one arm each; the first that fits counts.

use std::borrow::Cow;

use super::ends::{Ends, MDX_END};

/// Longest tag of a template, and most signs before what begins a line, in bytes.
const MAX_TAG: usize = 300;
const MAX_MARKS: usize = 200;

/// A comment in a text.
pub(super) struct Comment {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What replaces it.
    pub(super) leaves: Cow<'static, str>,
    pub(super) report: Report,
}

/// Whether authors are informed that a part of their text is not shown as it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    /// As they meant it.
    Nothing,
    /// It is not shown.
    Removed,
    /// Its source is shown.
    Source,
}

/// What begins at a position.
pub(super) enum Closed {
    /// A comment with an end.
    Here(Comment),
    /// A comment without an end, in a notation that is certain.
    Nowhere { opener: &'static str, closer: &'static str },
    /// No comment.
    NoComment,
}

/// A comment between two fixed signs.
struct Signs {
    open: &'static str,
    close: &'static [&'static str],
    leaves: &'static str,
}

/// An empty comment stays of HTML's: it separates two lists, as the author's did.
const SIGNS: [Signs; 10] = [
    // Handlebars, Go templates and Hugo, before the single braces.
    signs("{{!--", &["--}}"]),
    signs("{{!", &["}}"]),
    signs("{{/*", &["*/}}", "*/ }}", "*/-}}", "*/ -}}"]),
    signs("{{- /*", &["*/}}", "*/ }}", "*/-}}", "*/ -}}"]),
    // JSP and ERB.
    signs("<%--", &["--%>"]),
    signs("<%#", &["%>"]),
    // CriticMarkup.
    signs("{>>", &["<<}"]),
    // Liquid's comment of one tag.
    signs("{% #", &["%}"]),
    signs("{%- #", &["%}"]),
    Signs {
        open: "<!--",
        close: &["-->", "--!>"],
        leaves: "<!---->",
    },
];

const fn signs(open: &'static str, close: &'static [&'static str]) -> Signs {
    Signs {
        open,
        close,
        leaves: "",
    }
}

/// A quick look: without any of these there is no comment.
pub(super) fn may_occur(source: &str) -> bool {
    let openers = [
        "<!--", "<%", "{{", "{%", "{#", "{>>", "{::", "%%", "]: #", "]: <>", "/*",
    ];
    openers.iter().any(|opener| source.contains(opener))
}

/// The comment that begins at a position; `line` is where its line begins.
pub(super) fn comment(ends: &mut Ends<'_>, start: usize, line: usize) -> Closed {
    let source = ends.source;
    let rest = source.get(start..).unwrap_or_default();
    match rest.as_bytes().first() {
        Some(b'<' | b'{') => braces(ends, rest, start),
        Some(b'%') => percents(ends, rest, start, line),
        Some(b'[') => reference(source, start, line),
        _ => Closed::NoComment,
    }
}

fn braces(ends: &mut Ends<'_>, rest: &str, start: usize) -> Closed {
    if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
        return Closed::NoComment;
    }
    if let Some(signs) = SIGNS.iter().find(|signs| rest.starts_with(signs.open)) {
        let inside = start + signs.open.len();
        let found = signs.close.iter().filter_map(|close| ends.after(close, inside));
        return found
            .min()
            .map_or(Closed::NoComment, |end| here(start, end, signs.leaves));
    }
    if let Some(found) = tags(rest, start) {
        return found;
    }
    if let Some(opened) = mdx_opener(rest) {
        return match ends.after(MDX_END, start + opened) {
            Some(end) => here(start, end, ""),
            // `{/*path}` is an address; a comment has its text apart.
            None if rest
                .get(opened..)
                .is_some_and(|inside| inside.starts_with(char::is_whitespace)) =>
            {
                Closed::Nowhere {
                    opener: "{/*",
                    closer: MDX_END,
                }
            }
            None => Closed::NoComment,
        };
    }
    if rest.starts_with("{#") && !is_attribute(rest) {
        return ends
            .after("#}", start + 2)
            .map_or(Closed::NoComment, |end| here(start, end, ""));
    }
    Closed::NoComment
}

/// `{% comment %}…{% endcomment %}` of Liquid, Django and Twig, Hugo's shortcode, kramdown's extension.
fn tags(rest: &str, start: usize) -> Option<Closed> {
    let families = [
        ("{% comment %}", "{% endcomment %}", "{%", "%}", "comment", "endcomment"),
        (
            "{{< comment >}}",
            "{{< /comment >}}",
            "{{<",
            ">}}",
            "comment",
            "/comment",
        ),
        (
            "{{% comment %}}",
            "{{% /comment %}}",
            "{{%",
            "%}}",
            "comment",
            "/comment",
        ),
        ("{::comment}", "{:/comment}", "{:", "}", ":comment", "/comment"),
    ];
    families
        .into_iter()
        .find_map(|(opener, closer, left, right, open, close)| {
            let mut at = tag(rest, left, right, open)?;
            let mut depth = 1;
            while depth > 0 {
                let inside = rest.get(at..).unwrap_or_default();
                let Some(next) = inside.find(left) else {
                    return Some(Closed::Nowhere { opener, closer });
                };
                let inside = inside.get(next..).unwrap_or_default();
                let (length, step) = match (tag(inside, left, right, close), tag(inside, left, right, open)) {
                    (Some(length), _) => (length, -1),
                    (None, Some(length)) => (length, 1),
                    (None, None) => (left.len(), 0),
                };
                at += next + length;
                depth += step;
            }
            Some(here(start, start + at, ""))
        })
}

/// The length of the tag at the beginning of a text, if it has the name.
fn tag(text: &str, left: &str, right: &str, name: &str) -> Option<usize> {
    let inside = text.strip_prefix(left)?.trim_start_matches('-').trim_start();
    let after = inside.strip_prefix(name)?;
    if after.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let near = after.get(..after.floor_char_boundary(MAX_TAG))?;
    Some(text.len() - after.len() + near.find(right)? + right.len())
}

/// The length of `{/*`, spaces allowed between.
fn mdx_opener(text: &str) -> Option<usize> {
    let after = text.strip_prefix('{')?.trim_start();
    Some(text.len() - after.strip_prefix("/*")?.len())
}

/// `{#name}` behind a heading is no comment; `{# text #}` and `{#text#}` are.
fn is_attribute(text: &str) -> bool {
    let inside = text.get(2..).unwrap_or_default();
    let inside = inside.get(..inside.floor_char_boundary(MAX_TAG)).unwrap_or_default();
    let end = inside.find(['}', '\n']).unwrap_or(inside.len());
    let (name, after) = inside.split_at(end);
    after.starts_with('}') && !name.ends_with('#') && !name.starts_with(|c: char| c.is_whitespace() || c == '-')
}

/// Obsidian's `%%…%%`; alone on a line it hides all that follows.
fn percents(ends: &mut Ends<'_>, rest: &str, start: usize, line: usize) -> Closed {
    let Some(inside) = rest.strip_prefix("%%") else {
        return Closed::NoComment;
    };
    if let Some(end) = ends.after("%%", start + 2) {
        return here(start, end, "");
    }
    let is_alone =
        is_marks(ends.source, line, start) && inside.split('\n').next().unwrap_or_default().trim().is_empty();
    if is_alone {
        Closed::Nowhere {
            opener: "%%",
            closer: "%%",
        }
    } else {
        Closed::NoComment
    }
}

/// `[//]: # (text)` on a line of its own: a definition that nobody uses, and text where it stands right below a paragraph.
fn reference(source: &str, start: usize, line: usize) -> Closed {
    if !is_marks(source, line, start) {
        return Closed::NoComment;
    }
    let text = source
        .get(start..)
        .and_then(|rest| rest.split('\n').next())
        .unwrap_or_default();
    let Some((label, after)) = text.split_once("]: ") else {
        return Closed::NoComment;
    };
    let is_label = ["[//", "[comment", "[#", "[^_^", "[_"].contains(&label.to_lowercase().as_str());
    let after = after.trim_start();
    let words = after
        .strip_prefix('#')
        .or_else(|| after.strip_prefix("<>"))
        .map(str::trim);
    let is_title = words.is_some_and(|words| words.is_empty() || words.starts_with(['(', '"', '\'']));
    if is_label && is_title {
        here(start, start + text.len(), "")
    } else {
        Closed::NoComment
    }
}

/// Whether nothing but indentation and the marks of quotes stands before a position in its line.
fn is_marks(source: &str, line: usize, place: usize) -> bool {
    let before = source.get(line..place).unwrap_or_default();
    before.len() <= MAX_MARKS && before.trim_start_matches([' ', '\t', '>']).is_empty()
}

fn here(start: usize, end: usize, leaves: &'static str) -> Closed {
    Closed::Here(Comment {
        start,
        end,
        leaves: leaves.into(),
        report: Report::Nothing,
    })
}
