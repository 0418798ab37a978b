//! What a log line and an error page share: the causes of an error on one line, and the reference by which the line is found.

use std::error::Error;
use std::fmt::Write as _;

use rand::Rng as _;

/// Letters and digits that are not mistaken for each other.
const ALPHABET: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// An error and its causes on one line, for the log. Errors from elsewhere that print their cause themselves print it once.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// A new reference: eight characters, to be logged with an error and shown on its page. Not secret.
#[must_use]
pub fn new_reference() -> String {
    let mut rng = rand::rng();
    (0..8)
        .map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error with a cause, which its own text may repeat.
    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Outer {
        text: &'static str,
        source: std::io::Error,
    }

    #[test]
    fn si_11_a_reference_has_eight_plain_characters() {
        let one = new_reference();
        assert!(one.len() == 8 && one.bytes().all(|b| ALPHABET.contains(&b)));
        assert_ne!(one, new_reference());
    }

    #[test]
    fn each_cause_is_printed_once() {
        for (text, printed) in [
            ("no connection", "no connection: timed out"),
            ("no connection: timed out", "no connection: timed out"),
        ] {
            let source = std::io::Error::other("timed out");
            assert_eq!(error_chain(&Outer { text, source }), printed);
        }
    }
}
