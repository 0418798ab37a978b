//! The elements and attributes of formulas, and MathML of nothing else.

use std::fmt::Write as _;

pub(crate) const TAGS: [&str; 20] = [
    "math",
    "mfrac",
    "mi",
    "mn",
    "mo",
    "mover",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "mstyle",
];

pub(crate) const ATTRIBUTES: [&str; 15] = [
    "class",
    "depth",
    "display",
    "displaystyle",
    "height",
    "largeop",
    "linethickness",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "width",
];

/// MathML of nothing but listed elements and attributes, each closed; signs that are no tag escaped. The library writes `<mo><</mo>`.
pub(super) fn listed(mathml: &str) -> Option<String> {
    let mut out = String::with_capacity(mathml.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = mathml;
    while let Some(at) = rest.find(['<', '>', '&']) {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at..)?;
        if let Some((tag, after)) = tag(rest) {
            tag.write(&mut out, &mut open)?;
            rest = after;
            continue;
        }
        let entity = ["&amp;", "&lt;", "&gt;", "&nbsp;"]
            .into_iter()
            .find(|entity| rest.starts_with(entity));
        let (written, length) = entity.map_or_else(
            || {
                let escaped = match rest.as_bytes().first() {
                    Some(b'<') => "&lt;",
                    Some(b'>') => "&gt;",
                    _ => "&amp;",
                };
                (escaped, 1)
            },
            |entity| (entity, entity.len()),
        );
        out.push_str(written);
        rest = rest.get(length..)?;
    }
    out.push_str(rest);
    open.is_empty().then_some(out)
}

struct Tag<'t> {
    name: &'t str,
    attributes: Vec<(&'t str, &'t str)>,
    closes: bool,
    is_single: bool,
}

impl<'t> Tag<'t> {
    /// Writes it; `None` if it ends another element than the last one opened.
    fn write(&self, out: &mut String, open: &mut Vec<&'t str>) -> Option<()> {
        if self.closes {
            out.push_str("</");
            out.push_str(self.name);
            out.push('>');
            return (open.pop()? == self.name).then_some(());
        }
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            // Cannot fail: a `String` takes everything.
            let _ = write!(out, " {name}=\"{value}\"");
        }
        out.push('>');
        if self.is_single {
            let _ = write!(out, "</{}>", self.name);
        } else {
            open.push(self.name);
        }
        Some(())
    }
}

/// The listed tag that a text begins with, and what follows it.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inside = text.strip_prefix('<')?;
    let (closes, inside) = inside
        .strip_prefix('/')
        .map_or((false, inside), |inside| (true, inside));
    let length = inside.bytes().take_while(u8::is_ascii_lowercase).count();
    let (name, mut rest) = inside.split_at_checked(length)?;
    if !TAGS.contains(&name) {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            let tag = Tag {
                name,
                attributes,
                closes,
                is_single: rest.starts_with('/'),
            };
            return Some((tag, after));
        }
        let (attribute, value) = rest.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        // Inline styles hold spaces that TeX makes negative; without them the formula is only wider.
        if (attribute, value) == ("display", "inline") {
            // As it is without it.
        } else if ATTRIBUTES.contains(&attribute) && is_value(value) {
            attributes.push((attribute, value));
        } else if attribute != "style" {
            return None;
        }
        rest = after;
    }
}

fn is_value(value: &str) -> bool {
    value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'%' | b' ' | b'+'))
}
