//! `import` and `export` of MDX, on one line or several: the module a document is, of which nothing is shown.

use super::lines::Line;

/// Most lines and bytes of one statement.
const MAX_LINES: usize = 300;
const MAX_BYTES: usize = 30_000;

/// The line after the statement of a module that begins at a line; `budget` is how many lines may yet be read.
pub(super) fn end(lines: &[Line<'_>], at: usize, budget: &mut usize) -> Option<usize> {
    let first = &*lines.get(at)?.text;
    if !begins(first) {
        return None;
    }
    let mut reader = Reader::default();
    let mut statement = String::new();
    for (index, line) in lines.iter().enumerate().skip(at).take(MAX_LINES) {
        *budget = budget.checked_sub(1)?;
        if statement.len() + line.text.len() > MAX_BYTES || index > at && reader.is_balanced() && line.is_blank() {
            return None;
        }
        reader.read(&line.text);
        statement.push_str(&line.text);
        statement.push('\n');
        let next = lines.get(index + 1);
        let ends = line.text.trim_end().ends_with(';')
            || next.is_none_or(|next| next.is_blank() || begins(&next.text) || is_text(first, &next.text));
        if reader.is_balanced() && ends {
            return is_statement(statement.trim()).then_some(index + 1);
        }
    }
    None
}

fn begins(text: &str) -> bool {
    text.strip_prefix("import")
        .is_some_and(|rest| rest.starts_with([' ', '{', '"', '\'']))
        || text
            .strip_prefix("export")
            .is_some_and(|rest| rest.starts_with([' ', '{']))
}

/// A whole `import` on its line is followed by text.
fn is_text(first: &str, next: &str) -> bool {
    is_import(first.trim_end()) && !next.starts_with(char::is_whitespace)
}

fn is_import(text: &str) -> bool {
    let end = text.trim_end_matches(';').trim_end();
    text.strip_prefix("import").is_some_and(|what| {
        let names_module = what.trim_start().starts_with(['\'', '"'])
            || ["from '", "from \"", "from'", "from\""]
                .iter()
                .any(|from| what.contains(from));
        names_module && end.ends_with(['\'', '"'])
    })
}

fn is_statement(text: &str) -> bool {
    let Some(what) = text.strip_prefix("export") else {
        return is_import(text);
    };
    let what = what.trim_start();
    let is_value = ["const ", "let ", "var "].iter().any(|begin| what.starts_with(begin)) && what.contains('=');
    let is_named = [
        "function",
        "async function",
        "class ",
        "default function",
        "default class ",
    ]
    .iter()
    .any(|begin| what.starts_with(begin))
        && what.contains('{');
    let default = what.strip_prefix("default ");
    let is_default =
        default.is_some_and(|what| what.ends_with(';') || what.contains(['(', '{', '<']) || !what.contains(' '));
    let is_list = what.starts_with(['{', '*']) && (what.contains(" from ") || what.contains('}'));
    is_value || is_named || is_default || is_list
}

/// Reads code, as far as it needs to be read to know whether a statement is over.
#[derive(Default)]
struct Reader {
    open: usize,
    /// A text that may go on in the next line.
    is_template: bool,
    is_comment: bool,
}

impl Reader {
    fn is_balanced(&self) -> bool {
        self.open == 0 && !self.is_template && !self.is_comment
    }

    fn read(&mut self, line: &str) {
        let mut quote: Option<char> = None;
        // An apostrophe inside a word ends no text.
        let are_quotes = |sign: char| line.matches(sign).count().is_multiple_of(2);
        let (single, double) = (are_quotes('\''), are_quotes('"'));
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if self.is_comment {
                if c == '*' && chars.next_if_eq(&'/').is_some() {
                    self.is_comment = false;
                }
                continue;
            }
            if let Some(open) = quote.or(self.is_template.then_some('`')) {
                if c == '\\' {
                    chars.next();
                } else if c == open {
                    quote = None;
                    self.is_template = false;
                }
                continue;
            }
            match c {
                '`' => self.is_template = true,
                '"' if double => quote = Some(c),
                '\'' if single => quote = Some(c),
                '/' if chars.peek() == Some(&'/') => return,
                '/' if chars.next_if_eq(&'*').is_some() => self.is_comment = true,
                '{' | '(' | '[' => self.open += 1,
                '}' | ')' | ']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
    }
}
