//! Addresses of local references in stored HTML. Where a link leads is known only when all documents are there, and changes when one
//! moves; so stored HTML has a token in place of the address, and [`fill`] puts the address in when the document is shown.
//!
//! A token is the value of `href` or `src`: [`SEPARATOR`], a letter for the [`ReferenceKind`], the target, [`SEPARATOR`]. No text
//! contains that character: it is replaced in the HTML before the tokens are written ([`finish`]).

use std::{borrow::Cow, fmt::Write as _};

use super::references::{ReferenceKind, default_words, is_local};

/// Before and after each token: a code point that Unicode reserves for such use (a noncharacter), valid in UTF-8 and in both databases.
pub const SEPARATOR: char = '\u{FDD0}';

/// What the sanitiser adds to a link, for taking it out of one that leads nowhere.
const REL: &str = " rel=\"noopener noreferrer nofollow\"";

/// A local reference in stored HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'h> {
    /// How the author refers.
    pub kind: ReferenceKind,
    /// The same text as in [`Reference::target`](super::Reference::target).
    pub target: Cow<'h, str>,
    /// Whether it is the address of a picture (`<img src>`), else of a link (`<a href>`).
    pub is_picture: bool,
}

/// What stands in place of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// An address; escaped by [`fill`].
    Address(String),
    /// The address of a picture whose size in pixels is known, so that the page does not move while it loads.
    Picture {
        /// The address; escaped by [`fill`].
        address: String,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// Nothing is there: the words of the link, or of the picture in a frame.
    Missing,
}

fn letter(kind: ReferenceKind) -> char {
    match kind {
        ReferenceKind::Link => 'L',
        ReferenceKind::Image => 'F',
        ReferenceKind::WikiLink => 'W',
        ReferenceKind::WikiEmbed => 'E',
    }
}

fn kind(letter: char) -> Option<ReferenceKind> {
    match letter {
        'L' => Some(ReferenceKind::Link),
        'F' => Some(ReferenceKind::Image),
        'W' => Some(ReferenceKind::WikiLink),
        'E' => Some(ReferenceKind::WikiEmbed),
        _ => None,
    }
}

/// The token of a local reference before sanitising. `marker` cannot be guessed and begins with a digit, so the value is no address of
/// another site to the sanitiser.
pub(super) fn draft(marker: &str, kind: ReferenceKind, target: &str) -> String {
    format!("{marker}{}{target}{marker}", letter(kind))
}

/// The value of an author's own `href` or `src` as a token, if it is local.
pub(super) fn of_html(marker: &str, kind: ReferenceKind, value: &str) -> Option<String> {
    let value = value.trim();
    is_local(kind, value).then(|| draft(marker, kind, value))
}

/// Puts [`SEPARATOR`] in place of the marker, after replacing it in everything an author wrote.
pub(super) fn finish(html: String, marker: &str) -> String {
    let html = if html.contains(SEPARATOR) {
        // Replaced, not taken out: what stood before and after it was sanitised as two.
        html.replace(SEPARATOR, "\u{FFFD}")
    } else {
        html
    };
    html.replace(marker, SEPARATOR.encode_utf8(&mut [0; 4]))
}

/// Puts addresses in place of the tokens of rendered HTML. One pass; HTML without tokens costs a search for one character.
#[must_use]
pub fn fill<'h>(html: &'h str, find: &dyn Fn(&Token<'_>) -> Filled) -> Cow<'h, str> {
    let Some(first) = html.find(SEPARATOR) else {
        return Cow::Borrowed(html);
    };
    let mut out = String::with_capacity(html.len() + 64);
    let mut at = 0;
    let mut next = Some(first);
    while let Some(found) = next {
        let (begin, end) = tag_around(html, at, found);
        out.push_str(html.get(at..begin).unwrap_or_default());
        let tag = html.get(begin..end).unwrap_or_default();
        let after = html.get(end..).unwrap_or_default();
        let passed = write_tag(&mut out, tag, after, find);
        at = end.max(found + SEPARATOR.len_utf8()) + passed;
        next = html
            .get(at..)
            .and_then(|rest| rest.find(SEPARATOR))
            .map(|next| at + next);
    }
    out.push_str(html.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// Where the tag begins and ends in which a token stands. The serialiser writes values between `"`, without `"` inside.
fn tag_around(html: &str, from: usize, token: usize) -> (usize, usize) {
    let before = html.get(from..token).unwrap_or_default();
    // Values may contain `<`: between the beginning of the tag and the token is an odd number of `"`.
    let mut quotes = 0_usize;
    let begin = before.bytes().rposition(|b| {
        quotes += usize::from(b == b'"');
        b == b'<' && quotes % 2 == 1
    });
    let begin = begin.map_or(token, |at| from + at);
    let mut is_quoted = false;
    for (at, c) in html.get(begin..).unwrap_or_default().char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return (begin, begin + at + 1),
            _ => {}
        }
    }
    (begin, html.len())
}

/// Writes a tag with its address, and returns how many bytes `after` it are written too.
fn write_tag(out: &mut String, tag: &str, after: &str, find: &dyn Fn(&Token<'_>) -> Filled) -> usize {
    let Some(parts) = Parts::of(tag) else { return 0 };
    match find(&parts.token) {
        Filled::Address(address) => parts.write(out, &address),
        Filled::Picture { address, width, height } => {
            parts.write(out, &address);
            if parts.token.is_picture && !tag.contains(" width=\"") && !tag.contains(" height=\"") && out.ends_with('>')
            {
                out.pop();
                // Cannot fail, here and below: a `String` takes everything.
                let _ = write!(out, " width=\"{width}\" height=\"{height}\">");
            }
        }
        Filled::Missing if parts.token.is_picture => {
            let words = attribute(tag, " alt=\"").filter(|words| !words.trim().is_empty());
            let name = parts.token.target.rsplit('/').next().unwrap_or_default();
            let words = words.map_or_else(|| super::write::escaped(name), escape_angles);
            let _ = write!(out, "<span class=\"missing-picture\">{words}</span>");
        }
        Filled::Missing => {
            out.push_str(parts.before.trim_end_matches("href=\""));
            out.push_str("class=\"missing\"");
            out.push_str(&parts.after.get(1..).unwrap_or_default().replace(REL, ""));
            if let Some(words) = parts.bare_words(after) {
                let _ = write!(out, "[[{}]]", super::write::escaped(&parts.token.target));
                return words.len();
            }
        }
    }
    0
}

/// A tag with a token.
struct Parts<'h> {
    /// Up to the `"` before the token.
    before: &'h str,
    token: Token<'h>,
    /// From the `"` after it.
    after: &'h str,
}

impl<'h> Parts<'h> {
    fn of(tag: &'h str) -> Option<Self> {
        let (before, rest) = tag.split_once(SEPARATOR)?;
        let (value, after) = rest.split_once(SEPARATOR)?;
        let mut letters = value.chars();
        let kind = kind(letters.next()?)?;
        let target = unescaped(letters.as_str());
        let is_picture = tag.starts_with("<img ");
        let is_attribute = before.ends_with(if is_picture { " src=\"" } else { " href=\"" });
        is_attribute.then_some(Self {
            before,
            token: Token {
                kind,
                target,
                is_picture,
            },
            after,
        })
    }

    /// The words of a link in double brackets that only repeat its target: what leads nowhere may be no link, as `[[nodiscard]]` of C++.
    fn bare_words<'a>(&self, after: &'a str) -> Option<&'a str> {
        let (words, _) = after
            .split_once("</a>")
            .filter(|_| self.token.kind == ReferenceKind::WikiLink)?;
        (!words.contains('<') && unescaped(words) == default_words(&self.token.target)).then_some(words)
    }

    fn write(&self, out: &mut String, address: &str) {
        out.push_str(self.before);
        out.push_str(&super::write::escaped_attribute(address));
        out.push_str(self.after);
    }
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = tag.split_once(name)?;
    value.split('"').next()
}

/// The value of an attribute as text between tags.
fn escape_angles(value: &str) -> String {
    value.replace('<', "&lt;").replace('>', "&gt;")
}

/// What the serialiser escapes in values.
fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let value = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    Cow::Owned(value.replace("&nbsp;", "\u{a0}").replace("&amp;", "&"))
}
