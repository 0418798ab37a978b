//! Writes the front matter of a document in the keys that [`crate::import`] reads. Every text is quoted, since a bare `yes`, `null` or `1:30` is none in YAML.

use std::fmt::Write as _;

use store::StoredDocument;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// What the front matter holds beside the document itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extra {
    /// Whether the number is written, so that addresses stay.
    pub(super) has_id: bool,
    /// Whether the folder is not the one that the file lies in.
    pub(super) has_folder: bool,
}

/// The front matter of a document, with its fences.
pub(super) fn write(document: &StoredDocument, extra: Extra) -> String {
    let row = &document.row;
    let mut lines = String::from("---\n");
    let mut line = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{key}: {value}");
    };
    if extra.has_id {
        line("id", &row.id.to_string());
    }
    line("title", &quoted(&row.title));
    line("owner", &quoted(row.owner.as_str()));
    if let Some(name) = &row.owner_name {
        line("owner_name", &quoted(name));
    }
    let groups: Vec<_> = row.groups.iter().map(|group| quoted(group.as_str())).collect();
    line("groups", &format!("[{}]", groups.join(", ")));
    line("private", if row.visibility.is_private() { "true" } else { "false" });
    if extra.has_folder {
        line("folder", &quoted(&row.folder));
    }
    if let Some(position) = document.position {
        line("weight", &thousandths(position));
    }
    for (key, seconds) in [("created", row.created_at), ("updated", row.updated_at)] {
        if let Some(moment) = moment(seconds) {
            line(key, &moment);
        }
    }
    lines.push_str("---\n");
    lines
}

/// A text between double quotes (YAML 1.2 §7.3.1): on one line, and without a character that a reader could change.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        let code = u32::from(letter);
        let is_bare = matches!(letter, ' '..='~') || letter.is_alphanumeric();
        // Each of these writes to a string, which cannot fail.
        let _ = match letter {
            '"' | '\\' => write!(quoted, "\\{letter}"),
            _ if is_bare => write!(quoted, "{letter}"),
            _ if code > 0xffff && !is_noncharacter(code) => write!(quoted, "{letter}"),
            _ if code > 0xffff => write!(quoted, "\\U{code:08x}"),
            _ if needs_escape(letter) => write!(quoted, "\\u{code:04x}"),
            _ => write!(quoted, "{letter}"),
        };
    }
    quoted.push('"');
    quoted
}

fn is_noncharacter(code: u32) -> bool {
    code & 0xfffe == 0xfffe
}

/// Whether nobody sees the character, or it ends a line or changes the direction.
fn needs_escape(letter: char) -> bool {
    crate::import::terminal::is_active(letter)
        || letter.is_whitespace()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

/// A position, which is stored in thousandths, as a number.
fn thousandths(position: i64) -> String {
    let (sign, number) = (if position < 0 { "-" } else { "" }, position.unsigned_abs());
    let (whole, part) = (number / 1_000, number % 1_000);
    if part == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{}", format!("{part:03}").trim_end_matches('0'))
    }
}

fn moment(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_8_positions_are_written_as_numbers() {
        for (position, expected) in [
            (0, "0"),
            (10_000, "10"),
            (1_500, "1.5"),
            (-1, "-0.001"),
            (-2_020, "-2.02"),
        ] {
            assert_eq!(thousandths(position), expected);
        }
    }

    #[test]
    fn im_8_texts_are_quoted_whatever_is_in_them() {
        for (text, expected) in [
            ("yes", "\"yes\""),
            ("a \"b\" \\ 'c': #d", "\"a \\\"b\\\" \\\\ 'c': #d\""),
            (
                "\u{85}\u{2028}\u{feff}\u{202e}\u{a0}\t",
                "\"\\u0085\\u2028\\ufeff\\u202e\\u00a0\\u0009\"",
            ),
            ("Grüße 😀 日本", "\"Grüße 😀 日本\""),
            ("\u{fffe}\u{1fffe}", "\"\\ufffe\\U0001fffe\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
