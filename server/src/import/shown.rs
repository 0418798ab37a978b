//! How does text from files reach a terminal? In letters it does not act on: a file's name may hold any character but `/`.

use std::borrow::Cow;

/// Whether a terminal would do something else than show it: control characters, and those that turn the direction of a line or begin a new one.
pub(crate) fn acts(letter: char) -> bool {
    let turns =
        matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// The same text with such characters written out, as `\u{1b}`.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            plain.extend(letter.escape_default());
        } else {
            plain.push(letter);
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_written_out_and_nothing_else() {
        for plain in ["", "a b.md", "Grüße/日本語.md", "it's \\ \"here\".md", "e\u{301}.md"] {
            assert!(matches!(shown(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
        for (raw, written) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{7f}\u{9b}31m", "\\u{7f}\\u{9b}31m"),
            ("a\u{202e}dm.b", "a\\u{202e}dm.b"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(shown(raw), written);
        }
    }
}
