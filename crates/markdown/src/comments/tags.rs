//! Tags of templates, components and attributes inside a text: where each ends. What becomes of it is decided in
//! [`super::super::dialects::templates`].

use std::fmt::Write as _;

use super::{
    super::dialects::templates::{self, Replacement},
    ends::Ends,
    kinds::{Comment, Report},
};

/// Longest tag, in bytes.
const MAX_TAG: usize = 2_000;

/// Longest tag that begins or ends what is shown as it stands, in bytes.
const MAX_RAW: usize = 40;

/// How far back is looked for what a tag stands in, in bytes.
const MAX_BACK: usize = 300;

/// A quick look: without any of these there is no tag.
pub(super) fn may_occur(source: &str) -> bool {
    let signs = [
        "{{",
        "{%",
        "={",
        "/>",
        "{:",
        "{.",
        "{ .",
        ":material-",
        ":fontawesome-",
        ":octicons-",
        ":simple-",
        "{' '}",
        "{\" \"}",
        ")]{",
        "){",
        "`{",
        "]{",
    ];
    signs.iter().any(|sign| source.contains(sign)) || has_component(source)
}

fn has_component(source: &str) -> bool {
    let mut tags = source.match_indices('<');
    tags.any(|(at, _)| source.as_bytes().get(at + 1).is_some_and(u8::is_ascii_uppercase))
}

/// The tag that begins at a position; `line` is where its line begins.
pub(super) fn tag(ends: &mut Ends<'_>, start: usize, line: usize) -> Option<Comment> {
    let source = ends.source;
    let rest = source.get(start..)?;
    let (length, replacement) = match rest.as_bytes().first()? {
        b'{' => braces(ends, rest, start)?,
        b'<' => element(ends, rest, start)?,
        b':' => {
            let name = rest.get(1..rest.floor_char_boundary(80))?.split(':').next()?;
            let is_word = before(source, start).is_some_and(|c| c.is_alphanumeric() || c == ':');
            if is_word || rest.as_bytes().get(name.len() + 1) != Some(&b':') {
                return None;
            }
            (name.len() + 2, templates::icon(name)?)
        }
        _ => return None,
    };
    let hidden = rest.get(..length)?;
    let (leaves, report) = match replacement {
        Replacement::Removed => (String::new(), Report::Removed),
        Replacement::Text(text) => (text, Report::Nothing),
        // What stands before the rest of an address is not known here: no document of this site is meant.
        Replacement::Source if begins_link(source, line, start) => ("template:".to_owned(), Report::Removed),
        // An address holds no code.
        Replacement::Source if is_address(source, line, start) => (String::new(), Report::Removed),
        Replacement::Source => (code(hidden), Report::Source),
    };
    let end = start + length;
    Some(Comment {
        start,
        end,
        leaves: leaves.into(),
        report,
    })
}

/// A tag that begins or ends what is shown as it stands.
pub(super) struct Raw {
    pub(super) tag: Comment,
    /// Where the tag begins that ends it.
    pub(super) end: Option<usize>,
}

/// `{% raw %}` or `{% endraw %}` at a position.
pub(super) fn raw(ends: &mut Ends<'_>, start: usize) -> Option<Raw> {
    let source = ends.source;
    let rest = source.get(start..)?.strip_prefix("{%")?;
    let inside = rest.get(..rest.floor_char_boundary(MAX_RAW))?.split_once("%}")?.0;
    let mut tag = Comment {
        start,
        end: start + inside.len() + "{%%}".len(),
        leaves: "".into(),
        report: Report::Nothing,
    };
    if templates::is_raw_end(inside) {
        return Some(Raw { tag, end: None });
    }
    let word = ends.after(templates::raw_end(inside)?, tag.end);
    let end = word.and_then(|word| source.get(tag.end..word)?.rfind("{%").map(|at| tag.end + at));
    if end.is_none() {
        tag.report = Report::Removed;
    }
    Some(Raw { tag, end })
}

/// Behind the formula that begins at a position, as the parser finds it.
pub(super) fn formula_end(ends: &mut Ends<'_>, start: usize) -> Option<usize> {
    let source = ends.source;
    let rest = source.get(start..)?;
    if rest.starts_with("$$") {
        return ends.after("$$", start + 2);
    }
    let end = ends.after("$", start + 1)?;
    let inside = source.get(start + 1..end - 1)?;
    let is_formula = !inside.is_empty()
        && !inside.contains("\n\n")
        && !inside.starts_with(char::is_whitespace)
        && !inside.ends_with(char::is_whitespace);
    is_formula.then_some(end)
}

fn braces(ends: &mut Ends<'_>, rest: &str, start: usize) -> Option<(usize, Replacement)> {
    let pairs: [(&str, &'static str); 4] = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{{", "}}")];
    let Some((opens, closes)) = pairs.into_iter().find(|(opens, _)| rest.starts_with(opens)) else {
        return attributes(ends.source, rest, start);
    };
    let end = ends.after(closes, start + opens.len())?;
    let mut length = end - start;
    let inside = rest.get(opens.len()..length - closes.len())?;
    if length > MAX_TAG || inside.trim().is_empty() || inside.contains("\n\n") {
        return None;
    }
    let replacement = match opens {
        "{{" if inside.strip_prefix('#').is_some_and(templates::is_book_include) => Replacement::Removed,
        "{{" => {
            while rest.as_bytes().get(length) == Some(&b'}') {
                length += 1;
            }
            templates::expression(inside)
        }
        _ => templates::tag(inside)?,
    };
    Some((length, replacement))
}

/// `{: .class }` and `{ .class }` behind a link or picture, and the space of MDX.
fn attributes(source: &str, rest: &str, start: usize) -> Option<(usize, Replacement)> {
    let near = rest.get(..rest.floor_char_boundary(MAX_BACK))?;
    let inside = near.strip_prefix('{')?.split_once('}')?.0;
    if matches!(inside, "' '" | "\" \"") {
        return Some((inside.len() + 2, Replacement::Text(" ".to_owned())));
    }
    let follows = before(source, start).is_some_and(|c| match c {
        ')' | ']' | '`' => true,
        // `x_{i=1}` is of a formula.
        '*' | '_' | '~' | '>' => inside.trim_start().starts_with([':', '.']),
        _ => false,
    });
    let is_attributes = follows && !inside.contains('\n') && templates::is_inline_attributes(inside);
    is_attributes.then(|| (inside.len() + 2, Replacement::Text(String::new())))
}

/// A component, or an element whose attributes are expressions. What only looks like one, as `Vec<String>`, stays as it is written.
fn element(ends: &mut Ends<'_>, rest: &str, start: usize) -> Option<(usize, Replacement)> {
    if is_bracketed_target(ends.source, start) {
        return None;
    }
    if let Some(name) = rest.strip_prefix("</") {
        let is_component = name.starts_with(|c: char| c.is_ascii_uppercase());
        let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_closed = name.as_bytes().get(length) == Some(&b'>');
        let has_small = name.get(..length)?.bytes().any(|b| b.is_ascii_lowercase());
        return (is_component && is_closed && has_small).then(|| (length + 3, Replacement::Text(String::new())));
    }
    let tag = ends.tag(start)?;
    if !tag.is_component() {
        return tag.has_expressions().then(|| (tag.length, tag.replacement()));
    }
    let is_generic = before(ends.source, start).is_some_and(|c| c.is_alphanumeric() || c == '<');
    if tag.is_certain() || !is_generic && ends.is_closed(tag.name(), start) {
        return Some((tag.length, tag.replacement()));
    }
    Some((tag.length, Replacement::Text(format!("&lt;{}&gt;", tag.name()))))
}

/// Whether `<` begins the address of a link or of a definition, as in `[words](<On call.md>)`.
fn is_bracketed_target(source: &str, at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.ends_with("](") || before.ends_with("]:")
}

fn before(source: &str, at: usize) -> Option<char> {
    source.get(..at)?.chars().next_back()
}

/// Whether a position is inside the address of a link, or inside a tag of HTML.
fn is_address(source: &str, line: usize, at: usize) -> bool {
    let from = source.floor_char_boundary(at.saturating_sub(MAX_BACK)).max(line);
    let near = source.get(from..at).unwrap_or_default();
    let is_target = near.rsplit_once("](").is_some_and(|(_, target)| !target.contains(')'));
    let is_definition = near.trim_start().starts_with('[') && near.contains("]: ");
    let is_tag = near
        .rsplit_once('<')
        .is_some_and(|(_, tag)| !tag.contains('>') && tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
    is_target || is_definition || is_tag
}

/// Whether the address of a link begins at a position; of a picture, the rest of the address may find it.
fn begins_link(source: &str, line: usize, at: usize) -> bool {
    let from = source.floor_char_boundary(at.saturating_sub(MAX_BACK)).max(line);
    let Some(words) = source.get(from..at).and_then(|near| near.strip_suffix("](")) else {
        return false;
    };
    let opening = words.rfind('[').and_then(|opening| words.get(..opening));
    opening.is_some_and(|before| !before.ends_with('!'))
}

/// A text as code that means nothing to the parser, in a line.
fn code(text: &str) -> String {
    let mut html = String::from("<code>");
    for c in text.chars() {
        match c {
            '\n' | '\r' => html.push(' '),
            c if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | ';') => {
                // Cannot fail: a `String` takes everything.
                let _ = write!(html, "&#{};", u32::from(c));
            }
            c => html.push(c),
        }
    }
    html.push_str("</code>");
    html
}
