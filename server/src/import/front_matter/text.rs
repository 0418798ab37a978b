//! Lines of a file as front matter sees them: which end where, which are blank, and which look like `key: value` in any notation.
//! What the keys mean is in [`super::words`].

use std::borrow::Cow;

/// Longest key that is looked at.
const MAX_KEY: usize = 48;

/// The text with `\n` at the end of every line: a lone carriage return ends one as well.
pub(super) fn with_line_feeds(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_lone = |at: usize| bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) != Some(&b'\n');
    if (0..bytes.len()).any(is_lone) {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

/// Whether a character is seen by nobody: white space of any kind, zero-width and control characters.
pub(super) fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Without what nobody sees at both ends.
pub(super) fn trimmed(line: &str) -> &str {
    line.trim_matches(is_invisible)
}

/// Whether nobody sees anything on a line.
pub(super) fn is_blank(line: &str) -> bool {
    line.chars().all(is_invisible)
}

/// What kind of fence a line could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fence {
    /// Hyphens, pluses or semicolons, or what an editor makes of hyphens, perhaps with a word behind them: programs take such lines for
    /// the edge of front matter.
    Edge,
    /// Other punctuation, or the beginning of a code block.
    Other,
}

/// The fence that a line is, if it is one.
pub(super) fn fence(line: &str) -> Option<Fence> {
    let line = trimmed(line);
    let first = line.chars().next()?;
    let run = line.chars().take_while(|letter| is_like(*letter, first)).count();
    let rest: String = line.chars().skip(run).collect();
    let rest = trimmed(&rest);
    let is_word = rest.len() <= 20
        && rest
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.{}".contains(letter));
    let is_edge = matches!(
        first,
        '-' | '+' | ';' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    );
    // An editor makes one dash of two or three hyphens.
    let is_dash = is_edge && !first.is_ascii();
    if is_edge && (run >= 3 || is_dash) && (is_word || rest.starts_with('#')) {
        Some(Fence::Edge)
    } else if run >= 2 && !first.is_alphanumeric() && is_word {
        Some(Fence::Other)
    } else {
        None
    }
}

fn is_like(letter: char, first: char) -> bool {
    let is_dash = |letter| {
        matches!(
            letter,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
        )
    };
    letter == first || is_dash(letter) && is_dash(first)
}

/// Whether a line begins with a key as front matter writes it: one word, then `:` or `=`; or the head of a TOML table.
pub(super) fn begins_with_key(line: &str) -> bool {
    let line = trimmed(line);
    if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !table.is_empty()
            && table
                .chars()
                .all(|letter| letter.is_alphanumeric() || "-_.[]\"'".contains(letter));
    }
    let Some(end) = line.find([':', '=']) else { return false };
    let (key, value) = line.split_at(end);
    let key = key.trim_end().trim_matches(['"', '\'']);
    let is_word = !key.is_empty()
        && key.chars().count() <= MAX_KEY
        && key.chars().all(|letter| {
            letter.is_alphanumeric() || is_invisible(letter) && !letter.is_whitespace() || "-_.@$".contains(letter)
        });
    let value = value.get(1..).unwrap_or_default();
    is_word && (line.get(end..=end) == Some("=") || value.is_empty() || value.starts_with(is_invisible))
}

/// Whether a line continues the line above: it is indented, or an entry of a list.
pub(super) fn continues(line: &str) -> bool {
    line.starts_with([' ', '\t']) || line.starts_with("- ") || matches!(trimmed(line), "-" | "]" | "}" | "],")
}

/// Everything on a line that could be a key and its value, whatever stands around them: `key: value`, `"key" = value`,
/// `[//]: # (key: value)`, `| key | value |`.
pub(super) fn pairs(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_separator = |letter| matches!(letter, ':' | '=' | '|' | '\u{ff1a}' | '\u{ff1d}');
    let cuts = line.match_indices(is_separator).take(6);
    cuts.filter_map(move |(at, separator)| {
        let before = line.get(..at)?;
        let begin = before.rfind(is_separator).map_or(0, |last| {
            last + before
                .get(last..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8)
        });
        let key = before.get(begin..)?;
        // The rest of an address.
        if begin > 0 && key.starts_with("//") {
            return None;
        }
        let key = bare(key);
        let value = bare(line.get(at + separator.len()..)?);
        let is_key = !key.is_empty() && key.chars().count() <= MAX_KEY && key.split_whitespace().count() <= 3;
        is_key.then_some((key, value))
    })
}

/// Without punctuation and what nobody sees at both ends.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|letter: char| !letter.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        assert_eq!(with_line_feeds("a\rb\r\nc\r"), "a\nb\nc\n");
        assert!(matches!(with_line_feeds("a\r\nb\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn edges_of_front_matter_are_distinguished_from_prose_and_lists() {
        for edge in [
            "---",
            "----",
            " --- ",
            "+++",
            ";;;",
            "--- yaml",
            "---json",
            "\u{2014}",
            "\u{2014}-",
            "--- # meta",
            "\u{a0}---",
        ] {
            assert_eq!(fence(edge), Some(Fence::Edge), "{edge}");
        }
        for other in ["```yaml", "~~~", "***", "%%", "```", "===", "::: meta"] {
            assert_eq!(fence(other), Some(Fence::Other), "{other}");
        }
        for none in ["- a", "-", "# A", "a", "--- a letter to you all", "", "1. b"] {
            assert_eq!(fence(none), None, "{none}");
        }
    }

    #[test]
    fn a_key_is_one_word_before_a_colon_or_an_equals_sign() {
        for key in [
            "title: x",
            "a_b-c: 1",
            "\"x\": 1",
            "x:",
            "x = 1",
            "x=1",
            "[params]",
            "[[menu.main]]",
        ] {
            assert!(begins_with_key(key), "{key}");
        }
        for none in [
            "Dear Bob: hello",
            "https://a.example",
            "12:30 was late",
            "text",
            "[link](x)",
            ": x",
        ] {
            assert!(!begins_with_key(none), "{none}");
        }
    }

    #[test]
    fn pairs_are_found_in_every_notation() {
        for line in [
            "private: true",
            "\"private\": true,",
            "[//]: # (private: true)",
            "<!-- private = true -->",
            "| private | true |",
            ":private: true",
            "[_metadata_:private]:- \"true\"",
            "> **private**: `true`",
        ] {
            assert!(
                pairs(line).any(|pair| pair == ("private", "true")),
                "{line}: {:?}",
                pairs(line).collect::<Vec<_>>()
            );
        }
    }
}
