//! Lines of a text: their indentation, and which of them are code.

use std::borrow::Cow;

/// A line of a text, and which line of the source it is.
#[derive(Clone)]
pub(super) struct Line<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) number: usize,
}

impl<'s> Line<'s> {
    pub(super) fn new(text: &'s str, number: usize) -> Self {
        Self {
            text: Cow::Borrowed(text),
            number,
        }
    }

    pub(super) fn owned(text: String, number: usize) -> Self {
        Self {
            text: Cow::Owned(text),
            number,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// How far a line is indented, in columns.
pub(super) fn columns(text: &str) -> usize {
    let mut columns = 0;
    for byte in text.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns
}

/// A line without its first so many columns of indentation.
pub(super) fn cut(text: &str, strip: usize) -> String {
    let rest = text.trim_start_matches([' ', '\t']);
    format!("{}{rest}", " ".repeat(columns(text).saturating_sub(strip)))
}

/// The longest run of a character.
pub(super) fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The column at which the item begins that a line opens.
pub(super) fn list_content(text: &str) -> Option<usize> {
    let marker = text.trim_start_matches([' ', '\t']);
    let digits = marker.len() - marker.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = match marker.as_bytes().get(digits) {
        Some(b'-' | b'*' | b'+') if digits == 0 => marker.get(1..)?,
        Some(b'.' | b')') if (1..=9).contains(&digits) => marker.get(digits + 1..)?,
        _ => return None,
    };
    let width = columns(text) + digits + 1;
    let space = columns(after);
    match space {
        0 => after.trim().is_empty().then_some(width + 1),
        1..=4 => Some(width + space),
        _ => Some(width + 1),
    }
}

/// An open fence of code.
pub(super) struct Fence {
    sign: char,
    length: usize,
    /// The column of the list item it stands in: a line further left ends both.
    pub(super) item: usize,
}

impl Fence {
    /// The fence that a line opens, behind the marks of quotes and lists.
    pub(super) fn opened_by(text: &str, item: usize) -> Option<Self> {
        let inside = text.trim_start_matches([' ', '\t', '>']);
        let inside =
            list_content(inside).map_or(inside, |content| inside.get(content..).unwrap_or_default().trim_start());
        let sign = inside.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = inside.trim_start_matches(sign);
        let length = inside.len() - info.len();
        let opens = length >= 3 && (sign == '~' || !info.contains('`'));
        opens.then_some(Self { sign, length, item })
    }

    pub(super) fn is_closed_by(&self, text: &str) -> bool {
        let inside = text.trim_start_matches([' ', '\t', '>']);
        let rest = inside.trim_start_matches(self.sign);
        inside.len() - rest.len() >= self.length && rest.trim().is_empty()
    }
}
