//! Escapes text from files for terminals: file names may contain any character but `/`.

use std::{borrow::Cow, fmt::Write as _};

/// Whether a terminal would act on the character instead of displaying it: controls, changes of direction, line separators.
pub(crate) fn is_active(letter: char) -> bool {
    let changes_direction =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || changes_direction || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// The text with such characters escaped, as `\u{1b}`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_active(letter) {
            plain.extend(letter.escape_default());
        } else {
            plain.push(letter);
        }
    }
    Cow::Owned(plain)
}

/// Escapes characters in strings of JSON that a terminal would act on.
pub(crate) fn escape_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter != '\n' && is_active(letter) {
            // All of them have at most four hexadecimal digits.
            let _ = write!(plain, "\\u{:04x}", u32::from(letter));
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_are_escaped_and_nothing_else() {
        for plain in ["", "a b.md", "Grüße/日本語.md", "it's \\ \"here\".md", "e\u{301}.md"] {
            assert!(matches!(escape(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
        for (raw, written) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{7f}\u{9b}31m", "\\u{7f}\\u{9b}31m"),
            ("a\u{202e}dm.b", "a\\u{202e}dm.b"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(escape(raw), written);
        }
    }
}
