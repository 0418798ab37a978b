//! Formulas as MathML. The library reads TeX and writes MathML; what it writes is read again here, tag by tag, and written anew from a list of
//! elements and attributes. It is put into the page after sanitising, so authors' own `<math>` stays out. What the library does not know, or
//! draws by inline styles, is shown as its source.

use pulldown_latex::{
    Event, Parser, RenderConfig, Storage,
    config::DisplayMode,
    event::{StateChange, Visual},
};

use super::write::escaped;
use listed::listed;

pub(super) mod listed;

/// Longest formula that is read, in bytes.
const MAX_FORMULA: usize = 4 * 1024;

/// Deepest nesting of braces in a formula.
const MAX_BRACES: usize = 50;

/// Most formulas of a document; those after them are shown as their source.
const MAX_FORMULAS: usize = 500;

/// Most steps of the reader, and longest MathML of one formula, in bytes.
const MAX_EVENTS: usize = 10_000;
const MAX_MATHML: usize = 64 * 1024;

/// Definitions of commands, and what leads out of the page or into its styles. The library knows few of them; none is for a document.
const REFUSED: [&str; 8] = [
    "\\def",
    "\\gdef",
    "\\let",
    "\\futurelet",
    "\\newcommand",
    "\\href",
    "\\url",
    "\\html",
];

/// The formulas of one document, until they are put into its HTML.
#[derive(Default)]
pub(super) struct Formulas {
    mathml: Vec<String>,
    count: usize,
    bytes: usize,
}

impl Formulas {
    /// What stands for a formula in the HTML that is sanitised: a token, or the source as code.
    pub(super) fn html(&mut self, tex: &str, is_block: bool, marker: &str) -> String {
        self.count += 1;
        let tex = tex.trim();
        match mathml(tex, is_block).filter(|_| self.count <= MAX_FORMULAS) {
            Some(mathml) => {
                self.bytes += mathml.len();
                self.mathml.push(mathml);
                token(marker, self.mathml.len() - 1)
            }
            None => format!("<code class=\"language-tex\">{}</code>", escaped(tex)),
        }
    }

    /// How many bytes they add to the HTML.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Puts the formulas in the place of their tokens.
    pub(super) fn fill(&self, html: String, marker: &str) -> String {
        if self.mathml.is_empty() {
            return html;
        }
        let begin = format!("{marker}m");
        let mut pieces = html.split(&*begin);
        let mut out = String::with_capacity(html.len() + self.bytes);
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (number, rest) = piece.split_once(';').unwrap_or((piece, ""));
            let formula = number.parse().ok().and_then(|number: usize| self.mathml.get(number));
            out.push_str(formula.map_or("", |formula| formula));
            out.push_str(rest);
        }
        out
    }
}

/// Nobody can guess the marker, so no author writes a token.
fn token(marker: &str, number: usize) -> String {
    format!("{marker}m{number};")
}

/// A formula as MathML, if all of it is understood.
fn mathml(tex: &str, is_block: bool) -> Option<String> {
    let is_refused = tex.is_empty()
        || tex.len() > MAX_FORMULA
        || is_deep(tex)
        || has_comment(tex)
        // Browsers leave them out, or read them as other signs.
        || tex.contains(|c: char| c.is_control() && !c.is_ascii_whitespace())
        || REFUSED.iter().any(|command| tex.contains(command));
    if is_refused {
        return None;
    }
    let storage = Storage::new();
    let mut events = Vec::new();
    for event in Parser::new(tex, &storage) {
        let event = event.ok().filter(|event| is_drawn(event))?;
        if events.len() >= MAX_EVENTS {
            return None;
        }
        events.push(Ok::<_, std::fmt::Error>(event));
    }
    let config = RenderConfig {
        display_mode: if is_block {
            DisplayMode::Block
        } else {
            DisplayMode::Inline
        },
        ..RenderConfig::default()
    };
    let mut written = Vec::new();
    pulldown_latex::write_mathml(&mut written, events.into_iter(), config).ok()?;
    let written = String::from_utf8(written)
        .ok()
        .filter(|html| html.len() <= MAX_MATHML)?;
    listed(&written)
}

/// Whether an event is written without inline styles.
fn is_drawn(event: &Event<'_>) -> bool {
    !matches!(
        event,
        Event::StateChange(StateChange::Color(_)) | Event::Visual(Visual::Negation)
    )
}

/// Whether TeX passes over a part of a text, which readers would miss: prices and percents between two dollars.
fn has_comment(tex: &str) -> bool {
    tex.replace("\\%", "").contains('%')
}

fn is_deep(tex: &str) -> bool {
    let mut depth = 0_usize;
    tex.bytes().any(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_BRACES
    }) || tex.matches("\\left").count() > MAX_BRACES
        || tex.matches("\\begin").count() > MAX_BRACES
}

#[cfg(test)]
mod tests;
