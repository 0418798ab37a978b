//! Words of PowerShell, which is in no set of grammars that may come along: comments, texts, variables, numbers, keywords, names of commands.

/// Sorted.
const KEYWORDS: [&str; 32] = [
    "begin",
    "break",
    "catch",
    "class",
    "continue",
    "data",
    "do",
    "dynamicparam",
    "else",
    "elseif",
    "end",
    "enum",
    "exit",
    "filter",
    "finally",
    "for",
    "foreach",
    "from",
    "function",
    "if",
    "in",
    "param",
    "process",
    "return",
    "static",
    "switch",
    "throw",
    "trap",
    "try",
    "until",
    "using",
    "while",
];

/// What goes on from one line to the next.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Open {
    #[default]
    Nothing,
    Comment,
    /// A text between `@"` and `"@`, by its quote.
    Text(char),
}

/// What is known from the lines before.
#[derive(Default)]
pub(super) struct State {
    open: Open,
}

impl State {
    /// The pieces of a line, each with its class.
    pub(super) fn pieces<'t>(&mut self, line: &'t str) -> Vec<(&'t str, &'static str)> {
        let mut pieces = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            let (length, class) = self.piece(rest, rest.len() == line.len());
            let length = rest.ceil_char_boundary(length.max(1));
            let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            pieces.push((piece, class));
            rest = after;
        }
        pieces
    }

    /// The length and class of what a text begins with.
    fn piece(&mut self, text: &str, begins_line: bool) -> (usize, &'static str) {
        match self.open {
            Open::Comment => return self.until(text, "#>", "c"),
            Open::Text(quote) => {
                let closes = begins_line && text.trim_start().starts_with(&format!("{quote}@"));
                if closes {
                    self.open = Open::Nothing;
                }
                return (
                    if closes {
                        text.len() - text.trim_start().len() + 2
                    } else {
                        text.len()
                    },
                    "s",
                );
            }
            Open::Nothing => {}
        }
        let mut chars = text.chars();
        match chars.next().unwrap_or_default() {
            '#' => (text.trim_end().len(), "c"),
            '<' if text.starts_with("<#") => self.until(text, "#>", "c"),
            '@' if text.trim_end() == "@\"" || text.trim_end() == "@'" => {
                self.open = Open::Text(chars.next().unwrap_or('"'));
                (text.len(), "s")
            }
            quote @ ('"' | '\'') => (quoted(text, quote), "s"),
            '$' => (1 + word(chars.as_str(), "_:"), ""),
            '-' => (1 + word(chars.as_str(), "_"), "k"),
            c if c.is_ascii_digit() => (word(text, "."), "n"),
            c if c.is_alphabetic() || c == '_' => {
                let length = word(text, "_-");
                let name = text.get(..length).unwrap_or_default();
                (length, class(name))
            }
            c => (c.len_utf8(), ""),
        }
    }

    fn until(&mut self, text: &str, end: &str, class: &'static str) -> (usize, &'static str) {
        let found = text.find(end);
        self.open = if found.is_some() { Open::Nothing } else { Open::Comment };
        (found.map_or(text.len(), |at| at + end.len()), class)
    }
}

fn class(name: &str) -> &'static str {
    if KEYWORDS.binary_search(&&*name.to_ascii_lowercase()).is_ok() {
        "k"
    } else if name.contains('-') {
        "f"
    } else {
        ""
    }
}

fn word(text: &str, more: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || more.contains(c)))
        .unwrap_or(text.len())
}

/// The length of a text in quotes; a backtick escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '`' && quote == '"' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}
