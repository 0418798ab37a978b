//! How are errors written to a log? With their causes on one line, and what came from elsewhere bounded.

use std::error::Error;
use std::fmt::Write as _;

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

/// Text from elsewhere, cut to `max` characters, without control characters.
#[must_use]
pub fn plain(text: &str, max: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(max).collect()
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
    fn each_cause_is_printed_once() {
        for (text, printed) in [
            ("no connection", "no connection: timed out"),
            ("no connection: timed out", "no connection: timed out"),
        ] {
            let source = std::io::Error::other("timed out");
            assert_eq!(error_chain(&Outer { text, source }), printed);
        }
    }

    #[test]
    fn text_from_elsewhere_is_bounded_and_cannot_forge_a_log_line() {
        assert_eq!(plain("a\r\nb\u{1b}[31mcdef", 6), "ab[31m");
    }
}
