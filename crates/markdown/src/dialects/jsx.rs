//! Tags of JSX: elements whose attributes are expressions, and components.

use std::fmt::Write as _;

use super::templates::{Replacement, picture};

/// Longest tag, in bytes.
pub(crate) const MAX_TAG: usize = 4_000;

/// Longest name and most attributes of a tag.
const MAX_NAME: usize = 60;
const MAX_ATTRIBUTES: usize = 60;

/// Attributes that stay of an element whose others are expressions.
const STAY: [&str; 8] = ["href", "src", "alt", "title", "width", "height", "id", "name"];

/// An opening tag.
pub(crate) struct Tag<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, Value<'t>)>,
    is_self_closing: bool,
    has_expressions: bool,
    pub(crate) length: usize,
}

#[derive(Clone, Copy)]
enum Value<'t> {
    Text(&'t str),
    Expression(&'t str),
}

impl<'t> Value<'t> {
    /// The text; of an expression the one text in quotes in it, as in `{require('./a.png')}`.
    fn text(self) -> Option<&'t str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Expression(inside) => {
                let at = inside.find(['"', '\''])?;
                let quote = inside.get(at..at + 1)?;
                let (text, after) = inside.get(at + 1..)?.split_once(quote)?;
                (!after.contains(['"', '\'', '+'])).then_some(text)
            }
        }
    }
}

impl Tag<'_> {
    /// Whether it is a component and no element of HTML.
    pub(crate) fn is_component(&self) -> bool {
        let is_component = self.name.starts_with(|c: char| c.is_ascii_uppercase());
        // `<BR/>` and `<IMG …/>` are HTML.
        is_component && (self.has_expressions || self.name.bytes().any(|b| b.is_ascii_lowercase()))
    }

    /// Whether it is a component with a value, or closed in itself.
    pub(crate) fn is_certain(&self) -> bool {
        self.is_self_closing || self.has_expressions || !self.attributes.is_empty()
    }

    pub(crate) fn has_expressions(&self) -> bool {
        self.has_expressions
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    fn text(&self, names: &[&str]) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(name, _)| names.contains(name));
        found.find_map(|(_, value)| value.text())
    }

    /// What becomes of it: of an element what HTML understands, of the component of a picture the picture.
    pub(crate) fn replacement(&self) -> Replacement {
        if self.is_component() {
            let is_picture = ["Image", "Img", "Figure", "Picture", "Screenshot"]
                .iter()
                .any(|name| self.name.ends_with(name));
            return match self.text(&["src", "source"]).filter(|_| is_picture) {
                Some(source) => Replacement::Text(picture(self.text(&["alt", "caption"]).unwrap_or_default(), source)),
                None => Replacement::Removed,
            };
        }
        let mut html = format!("<{}", self.name);
        for (name, value) in &self.attributes {
            if let Some(text) = value.text().filter(|_| STAY.contains(name)) {
                let text = text
                    .replace('&', "&amp;")
                    .replace('"', "&quot;")
                    .replace(['<', '>'], "");
                // Cannot fail: a `String` takes everything.
                let _ = write!(html, " {name}=\"{text}\"");
            }
        }
        html.push('>');
        Replacement::Text(html)
    }
}

/// The tag at the beginning of a text.
pub(crate) fn tag(text: &str) -> Option<Tag<'_>> {
    let text = text.get(..text.floor_char_boundary(MAX_TAG))?;
    let inside = text.strip_prefix('<')?;
    let length = inside
        .bytes()
        .take(MAX_NAME)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
        .count();
    let (name, rest) = inside.split_at_checked(length)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = Tag {
        name,
        attributes: Vec::new(),
        is_self_closing: false,
        has_expressions: false,
        length: 0,
    };
    let mut rest = rest;
    for _ in 0..MAX_ATTRIBUTES {
        let next = rest.trim_start();
        if let Some(after) = next.strip_prefix("/>").or_else(|| next.strip_prefix('>')) {
            tag.is_self_closing = next.starts_with('/');
            tag.length = text.len() - after.len();
            return Some(tag);
        }
        rest = attribute(&mut tag, next, next.len() < rest.len())?;
    }
    None
}

/// Reads an attribute, and returns what follows it.
fn attribute<'t>(tag: &mut Tag<'t>, text: &'t str, is_apart: bool) -> Option<&'t str> {
    if text.starts_with('{') {
        let end = braces(text)?;
        tag.has_expressions = true;
        return text.get(end..);
    }
    let length = text
        .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '<' | '{' | '}' | '"' | '\'' | '`' | '/'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(length)?;
    if name.is_empty() || !is_apart {
        return None;
    }
    let Some(value) = rest.strip_prefix('=') else {
        tag.attributes.push((name, Value::Text("")));
        return Some(rest);
    };
    if value.starts_with('{') {
        let end = braces(value)?;
        tag.has_expressions = true;
        tag.attributes.push((name, Value::Expression(value.get(1..end - 1)?)));
        return value.get(end..);
    }
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (inside, after) = if let Some(quote) = quote {
        value.get(1..)?.split_once(quote)?
    } else {
        let end = value.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<' | '"' | '\'' | '`'))?;
        value.split_at_checked(end)?
    };
    tag.attributes.push((name, Value::Text(inside)));
    Some(after)
}

/// Behind the braces that a text begins with; those in texts in quotes do not count.
fn braces(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote: Option<u8> = None;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
