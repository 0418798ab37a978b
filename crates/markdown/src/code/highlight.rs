//! Colours of code. Scopes of the grammar become one of a few classes (`<i class="k">`), neighbours of one class one element;
//! `style/code.css` gives them colours.

use std::{fmt::Write as _, sync::LazyLock};

use syntect::parsing::{ParseState, Scope, ScopeStack};

use super::{
    super::write::escaped,
    budget::Budget,
    languages::{Grammar, grammar},
    lines::CodeLine,
    powershell,
};

/// A block with a longer line (bytes) stays plain: it is minified or data, and slow to match.
const MAX_LINE: usize = 1_000;

/// Keyword, string, comment, name, value, tag, attribute, inserted, deleted, heading, bold, emphasis.
pub(crate) const CLASSES: [&str; 12] = ["k", "s", "c", "f", "n", "t", "a", "i", "d", "h", "b", "m"];

/// Classes of scopes; the first row that fits the innermost scope decides, an empty class ends the search without a colour.
const SCOPES: [(&str, &str); 34] = [
    ("comment", "c"),
    ("meta.interpolation", ""),
    ("meta.template.expression", ""),
    ("meta.embedded", ""),
    ("source", ""),
    ("text", ""),
    ("string.unquoted", ""),
    ("string", "s"),
    ("constant", "n"),
    ("keyword.operator.word", "k"),
    ("keyword.operator.logical.python", "k"),
    ("keyword.operator", ""),
    ("keyword", "k"),
    ("storage", "k"),
    ("variable.function", "f"),
    ("variable.language", "k"),
    ("variable.other.readwrite.assignment", ""),
    ("variable", ""),
    ("entity.name.tag", "t"),
    ("entity.other.attribute-name", ""),
    ("entity.other.inherited-class", "f"),
    ("entity.name", "f"),
    ("support.type.property-name", "a"),
    ("support", "f"),
    ("markup.inserted", "i"),
    ("markup.deleted", "d"),
    ("markup.heading", "h"),
    ("markup.bold", "b"),
    ("markup.italic", "m"),
    ("markup.raw", "s"),
    ("meta.diff.header", "c"),
    ("meta.diff.range", "f"),
    ("punctuation.separator.annotation", ""),
    ("invalid", ""),
];

/// The same as the library compares them.
static RULES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    let rules = SCOPES
        .iter()
        .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class)));
    rules.collect()
});

/// Colours the blocks of one document.
#[derive(Default)]
pub(super) struct Highlighter {
    budget: Budget,
}

impl Highlighter {
    /// The HTML of each line, coloured as long as the budget of the document lasts.
    pub(super) fn lines(&mut self, language: &str, lines: &[CodeLine<'_>]) -> Vec<String> {
        let fits = lines.iter().all(|line| line.text.len() <= MAX_LINE);
        match grammar(language).filter(|_| fits) {
            Some(Grammar::Library(language)) => {
                let mut state = Some((ParseState::new(language.syntax), ScopeStack::new()));
                let coloured = lines.iter().map(|line| {
                    let html = state
                        .as_mut()
                        .filter(|_| self.budget.take(&language.syntax.name, line.text.len()))
                        .and_then(|(parser, scopes)| {
                            let ops = parser.parse_line(&line.text, language.set).ok()?;
                            coloured(&line.text, &ops, scopes)
                        });
                    if html.is_none() {
                        state = None;
                    }
                    html.unwrap_or_else(|| escaped(&line.text))
                });
                coloured.collect()
            }
            Some(Grammar::PowerShell) => {
                let mut state = powershell::State::default();
                lines.iter().map(|line| pieces(state.pieces(&line.text))).collect()
            }
            None => lines.iter().map(|line| escaped(&line.text)).collect(),
        }
    }
}

fn coloured(line: &str, ops: &[(usize, syntect::parsing::ScopeStackOp)], scopes: &mut ScopeStack) -> Option<String> {
    let mut found = Vec::new();
    let mut at = 0;
    for (next, op) in ops {
        if *next > at {
            found.push((line.get(at..*next)?, class(scopes)));
            at = *next;
        }
        scopes.apply(op).ok()?;
    }
    found.push((line.get(at..)?, class(scopes)));
    Some(pieces(found))
}

fn class(scopes: &ScopeStack) -> &'static str {
    let rules = scopes
        .scopes
        .iter()
        .rev()
        .find_map(|scope| RULES.iter().find(|(rule, _)| rule.is_prefix_of(*scope)));
    rules.map_or("", |(_, class)| *class)
}

/// Pieces of a line with their classes as HTML; spaces belong to what stands before them, the end of a line to nothing.
fn pieces<'t>(pieces: impl IntoIterator<Item = (&'t str, &'static str)>) -> String {
    let mut merged: Vec<(String, &str)> = Vec::new();
    for (text, class) in pieces {
        match merged.last_mut() {
            Some((before, of)) if *of == class || text.trim().is_empty() => before.push_str(text),
            _ => merged.push((text.to_owned(), if text.trim().is_empty() { "" } else { class })),
        }
    }
    let mut html = String::new();
    for (text, class) in merged {
        if class.is_empty() {
            html.push_str(&escaped(&text));
            continue;
        }
        let inside = text.trim_end();
        let after = text.get(inside.len()..).unwrap_or_default();
        // Cannot fail: a `String` takes everything.
        let _ = write!(html, "<i class=\"{class}\">{}</i>{after}", escaped(inside));
    }
    html
}
