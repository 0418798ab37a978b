//! Renders Markdown. Markdown in, HTML out that is safe to write into a page as it is.
//!
//! | part | where ||
//! |---|---|
//! | The text as it is parsed, and which line is which | `source.rs` |
//! | Boxes, tabs and blocks of other programs | `dialects.rs` |
//! | Which parts of the text are comments? | `comments.rs` |
//! | Which constructs are parsed, within which limits? | `parse.rs` |
//! | Headings: levels, titles, anchors | `headings.rs` |
//! | Which anchor does `#name` mean? | `anchors.rs`; in another document: `anchor_names.rs`: [`Fragment`]; names of other programs: `slugs.rs` |
//! | HTML of each construct | `write.rs`: `blocks.rs`, `inlines.rs`, `callouts.rs`, `code.rs` |
//! | Formulas | `formulas.rs` |
//! | Links and pictures: which does a text have? | `references.rs`, `wiki.rs`: [`survey`] |
//! | Where do they lead? | `tokens.rs`: [`fill`] |
//! | Which way does a block of text run? | `direction.rs` |
//! | How much HTML may an author write? | `raw_html.rs` |
//! | Sanitising: elements and attributes that are allowed | `sanitise.rs` ||
//! | Pictures of other sites | `elsewhere.rs`: [`without_pictures`] |
//! | Which texts are not rendered? | [`MarkdownError`] |
//! | The text without markup, for search | `plain.rs`: [`plain_text`] |
//!
//! Rendering happens when a document is written, so its cost (milliseconds for a long one) is not paid by readers. The crate depends on
//! `domain` alone, for [`RenderedHtml`], and does no input or output: pure functions of a text.

use comrak::Arena;
use domain::{RenderedHtml, RendererVersions};

mod anchor_names;
mod anchors;
mod blocks;
mod callouts;
mod code;
mod comments;
mod dialects;
mod direction;
mod elsewhere;
mod error;
mod formulas;
mod headings;
mod inlines;
mod parse;
mod plain;
mod raw_html;
mod references;
mod sanitise;
mod slugs;
mod source;
mod tokens;
mod wiki;
mod write;

pub use anchor_names::Fragment;
pub use elsewhere::without_pictures;
pub use error::MarkdownError;
pub use references::{MAX_REFERENCES, Reference, ReferenceKind, is_local};
use source::Source;
pub use tokens::{Filled, SEPARATOR, Token, fill};

/// The version of the renderer that wrote a piece of HTML. Raised whenever the same Markdown is written differently, so that
/// documents are rendered again when they are next opened. A change of the Markdown crate's version is such a change.
pub const VERSION: i64 = 7;

/// The oldest [`VERSION`] whose HTML may still be shown when rendering again fails. Raised to [`VERSION`] with every change of what is
/// taken out, a fault of `sanitise.rs` that is mended included: HTML of versions before 3 contains the comments of Obsidian, MDX, Liquid and Jinja as readable text.
pub const OLDEST_SAFE: i64 = 3;

/// Both, for the store of documents.
pub const VERSIONS: RendererVersions = RendererVersions {
    current: VERSION,
    oldest_safe: OLDEST_SAFE,
};

/// Longest Markdown that is rendered, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Longest HTML of one document, in bytes.
pub const MAX_HTML: usize = 4 * 1024 * 1024;

/// Most headings of one document.
pub const MAX_HEADINGS: usize = 500;

/// Deepest nesting of quotes, lists and emphasis: more is an attack on whoever reads the HTML, not a text.
pub const MAX_DEPTH: usize = 100;

/// A construct of another program that is not shown, or as its source alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedConstruct {
    /// Its line in the text, from 1.
    pub line: usize,
    /// The beginning of it.
    pub text: String,
    /// Whether readers see its source, as code.
    pub is_shown: bool,
}

/// Renders Markdown. Local addresses are tokens in the HTML, which [`fill`] replaces when it is shown.
///
/// Understood are `CommonMark` and GitHub's extensions, with footnotes, callouts, definition lists, `{#id}`, emoji names, marks and
/// small raised or lowered text, and the blocks of other programs. Comments are taken out.
///
/// A first heading that only repeats `title` is left out, since the page shows the title. The remaining headings are moved to levels 2 to
/// 6 without gaps, below the page's own.
///
/// # Errors
/// [`MarkdownError`] for texts beyond the limits; whatever else is in the text, the result is safe.
pub fn render(content: &str, title: &str) -> Result<RenderedHtml, MarkdownError> {
    parse::check_size(content)?;
    let source = Source::prepare(content)?;
    render_source(&source.text, title, direction::is_mixed(content)).map_err(|error| source.place(error))
}

/// The constructs of other programs that [`render`] takes out of a text, in its order. Comments do not count.
///
/// # Errors
/// [`MarkdownError`] for texts that are too long, and for comments that are not closed.
pub fn removed_constructs(content: &str) -> Result<Vec<RemovedConstruct>, MarkdownError> {
    parse::check_size(content)?;
    Ok(Source::prepare(content)?.removed)
}

fn render_source(text: &str, title: &str, is_mixed: bool) -> Result<RenderedHtml, MarkdownError> {
    let arena = Arena::new();
    let root = parse::parse(&arena, text)?;
    parse::check_headings(root)?;
    let outline = headings::outline(root, title);
    let written = write::html(root, &outline, is_mixed)?;
    let anchors = anchor_names::stored(&outline.targets);
    let html = sanitise::clean(&written.html, outline.targets, &written.marker);
    let html = tokens::finish(written.formulas.fill(html, &written.marker), &written.marker);
    if html.len() > MAX_HTML {
        return Err(MarkdownError::TooMuchHtml(raw_html::first_line(root)));
    }
    let headings = outline.sections.into_iter().map(|section| section.heading).collect();
    Ok(RenderedHtml {
        html,
        headings,
        anchors,
    })
}

/// What [`survey`] finds in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// What the text refers to, in its order. At most [`MAX_REFERENCES`].
    pub references: Vec<Reference>,
    /// The addresses of other sites that it links to, each once.
    pub addresses: Vec<String>,
    /// The keys of the places in it, which a [`Fragment`] may have.
    pub anchors: Vec<String>,
}

/// What a text refers to (documents, pictures and files that came with it, places in itself), and the places in it that links may lead to.
/// Comments do not count.
///
/// # Errors
/// [`MarkdownError`] for texts that [`render`] refuses, but for the length of their HTML.
pub fn survey(content: &str) -> Result<Survey, MarkdownError> {
    parse::check_size(content)?;
    let source = Source::prepare(content)?;
    let arena = Arena::new();
    let root = parse::parse(&arena, &source.text).map_err(|error| source.place(error))?;
    parse::check_headings(root).map_err(|error| source.place(error))?;
    let mut references = references::collect(root);
    for reference in &mut references {
        reference.line = source.line(reference.line);
    }
    let addresses = references::addresses(root);
    // Last: it takes names out of the text of headings.
    let anchors = anchor_names::all(&headings::outline(root, "").targets);
    Ok(Survey {
        references,
        addresses,
        anchors,
    })
}

/// The text without markup, a line for each block: what a reader of the page reads, headings included, without a first heading that only
/// repeats `title`.
///
/// # Errors
/// [`MarkdownError`] for texts that [`render`] refuses, but for the length of their HTML.
pub fn plain_text(content: &str, title: &str) -> Result<String, MarkdownError> {
    parse::check_size(content)?;
    let source = Source::prepare(content)?;
    let arena = Arena::new();
    let root = parse::parse(&arena, &source.text).map_err(|error| source.place(error))?;
    parse::check_headings(root).map_err(|error| source.place(error))?;
    Ok(plain::text(root, title))
}

/// The text of the heading that a text begins with, for documents whose title nobody gave: nothing but comments stands before it, and it is of
/// the first level, or no other heading is of its level or above. Without marks; `None` if there is none, or it is empty.
#[must_use]
pub fn leading_heading(content: &str) -> Option<String> {
    parse::check_size(content).ok()?;
    let source = Source::prepare(content).ok()?;
    let arena = Arena::new();
    headings::leading(parse::parse(&arena, &source.text).ok()?)
}

#[cfg(test)]
mod tests;
