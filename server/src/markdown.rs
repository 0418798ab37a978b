//! What does a document look like? Markdown in, HTML out that is safe to write into a page as it is.
//!
//! | question | where |
//! |---|---|
//! | Headings: levels, anchors | [`headings`] |
//! | Code: which word gets which class | [`code`] |
//! | Tables, footnotes, task lists | [`write`](mod@write) |
//! | What may come through at all | [`sanitise`] |
//!
//! Rendering happens when a document is written, so its cost (milliseconds for a long one) is not paid by readers.

use domain::Heading;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

pub mod code;
pub mod headings;
pub mod raw_html;
pub mod sanitise;
pub mod write;

/// Which version of this room wrote a piece of HTML. Raised whenever the same Markdown would be written differently, so that
/// documents are rendered again when they are next opened.
pub const VERSION: i64 = 2;

/// The oldest version whose HTML may still be shown where it cannot be written anew. Raised to [`VERSION`] whenever a fault of
/// [`sanitise`] is mended: what was written before is then rendered again before anybody sees it, or not shown.
pub const OLDEST_SAFE: i64 = 1;

/// Longest Markdown that is rendered, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Deepest nesting of quotes, lists and emphasis: more is an attack on whoever reads the HTML, not a text.
pub const MAX_DEPTH: usize = 100;

/// A rendered document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML.
    pub html: String,
    /// Its headings in order, with the anchors that stand in `html`.
    pub headings: Vec<Heading>,
}

/// Why a text is not rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkdownError {
    /// Longer than [`MAX_BYTES`].
    #[error("the text has {0} bytes, more than the {MAX_BYTES} that are allowed")]
    TooLarge(usize),
    /// The line begins more than [`MAX_DEPTH`] quotes, lists or emphases in each other.
    #[error("a line nests quotes, lists or emphasis too deeply")]
    TooDeep(usize),
}

impl MarkdownError {
    /// Where it is wrong: a line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::TooLarge(_) => 1,
            Self::TooDeep(line) => *line,
        }
    }
}

/// Renders Markdown (`CommonMark` with tables, strikethrough, task lists and footnotes).
///
/// A first heading that only repeats `title` is left out, since the page shows the title. The remaining headings are moved to levels 2 to
/// 6 without gaps, below the page's own.
///
/// # Errors
/// [`MarkdownError`] for texts that are too large or nested too deeply; whatever else is in the text, the result is safe.
pub fn render(content: &str, title: &str) -> Result<Rendered, MarkdownError> {
    let mut events = parse(content)?;
    raw_html::bound(&mut events);
    headings::drop_title(&mut events, title);
    let headings = headings::arrange(&mut events);
    let (unsafe_html, footnotes) = write::html(events);
    let html = sanitise::clean(
        &unsafe_html,
        headings.iter().map(|heading| heading.anchor.clone()).collect(),
        footnotes,
    );
    Ok(Rendered { html, headings })
}

/// The text of the first heading, for documents whose title nobody gave.
#[must_use]
pub fn first_heading(content: &str) -> Option<String> {
    if content.len() > MAX_BYTES {
        return None;
    }
    let mut text: Option<String> = None;
    for event in Parser::new_ext(content, options()) {
        match (event, &mut text) {
            (Event::Start(Tag::Heading { .. }), _) => text = Some(String::new()),
            (Event::End(TagEnd::Heading(_)), Some(text)) if !text.trim().is_empty() => {
                return Some(text.trim().to_owned());
            }
            (event, Some(text)) => headings::push_plain(text, &event),
            (_, None) => {}
        }
    }
    None
}

fn parse(content: &str) -> Result<Vec<Event<'_>>, MarkdownError> {
    if content.len() > MAX_BYTES {
        return Err(MarkdownError::TooLarge(content.len()));
    }
    let (mut events, mut depth) = (Vec::new(), 0_usize);
    for (event, range) in Parser::new_ext(content, options()).into_offset_iter() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let before = content.get(..range.start).unwrap_or_default();
            return Err(MarkdownError::TooDeep(before.matches('\n').count() + 1));
        }
        events.push(event);
    }
    Ok(events)
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES
}

#[cfg(test)]
mod tests;
