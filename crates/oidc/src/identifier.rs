//! Texts that may identify a person or a session at a provider. They become keys in databases, which do not all store every
//! character, and stand in logs and on administrators' pages: what cannot be written in one line identifies nobody.

/// Longest `sub`, in characters (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;

/// Whether `text` may be the `sub` of a person or of an application: 1 to 255 characters, no control character, no white space at
/// either end.
pub(crate) fn is_subject(text: &str) -> bool {
    // Bytes first: the text may have any length.
    let has_length = !text.is_empty() && text.len() <= MAX_SUBJECT * 4 && text.chars().count() <= MAX_SUBJECT;
    has_length && !holds_control(text) && text.trim().len() == text.len()
}

/// Whether `text` holds a character that is no part of any line: NUL, which PostgreSQL stores in no text, line ends, escape
/// sequences of terminals, separators of lines and paragraphs.
pub(crate) fn holds_control(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_12_a_subject_is_one_line_of_1_to_255_characters() {
        let longest = ["x".repeat(255), "\u{1f600}".repeat(255)];
        for good in ["a", "auth0|7", "CN=Ann Lee,OU=Sales", "Zo\u{eb}", "0"]
            .into_iter()
            .chain(longest.iter().map(String::as_str))
        {
            assert!(is_subject(good), "{good:?}");
        }
        let too_long = ["x".repeat(256), "\u{1f600}".repeat(256)];
        for bad in [
            "",
            " ",
            "\t",
            "\u{a0}",
            " a",
            "a ",
            "a\n",
            "\0",
            "a\0b",
            "\0a",
            "a\u{1}",
            "a\u{1b}[31m",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{2028}b",
        ]
        .into_iter()
        .chain(too_long.iter().map(String::as_str))
        {
            assert!(!is_subject(bad), "{bad:?}");
        }
    }
}
