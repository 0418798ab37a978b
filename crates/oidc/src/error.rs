//! Errors in logs and metrics: each has a code for machines; the text for people has its causes on one line, and text from
//! outside is bounded in it.

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

/// An error with a name for machines: a word in `snake_case` that stays while texts change. There is a bounded number of them, so
/// that they can be the label of a metric.
pub trait ErrorCode: Error {
    /// The name of this error.
    fn code(&self) -> &'static str;
}

/// Implements [`ErrorCode`] for an enum, one code per variant, and lists its codes as `CODES`. Variants after `from` are called as the
/// error in them is.
#[macro_export]
macro_rules! error_codes {
    ($error:ty { $($variant:pat => $code:literal,)+ } $(from { $($outer:pat => $inner:expr,)+ })?) => {
        impl $error {
            /// The codes of these errors, those of others left out.
            pub const CODES: &'static [&'static str] = &[$($code),+];
        }

        impl $crate::error::ErrorCode for $error {
            fn code(&self) -> &'static str {
                match self {
                    $($variant => $code,)+
                    $($($outer => $crate::error::ErrorCode::code($inner),)+)?
                }
            }
        }
    };
}

pub use error_codes;

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
