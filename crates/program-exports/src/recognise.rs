//! Which program an export is of, by what only its exports have.

use crate::{ExportError, Limits, bookstack, confluence, notion, outline, tree::Tree};

/// A program whose exports are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Confluence: HTML.
    Confluence,
    /// Notion: Markdown and CSV.
    Notion,
    /// Outline: Markdown.
    Outline,
    /// `BookStack`: portable ZIP.
    BookStack,
    /// None of these: Markdown files as they are.
    Markdown,
}

impl Program {
    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confluence => "Confluence",
            Self::Notion => "Notion",
            Self::Outline => "Outline",
            Self::BookStack => "BookStack",
            Self::Markdown => "Markdown files",
        }
    }

    /// The program of an export, if that is certain.
    pub(crate) fn of(tree: &Tree, limits: &Limits) -> Option<Self> {
        if bookstack::is_export(tree, limits) {
            Some(Self::BookStack)
        } else if confluence::is_export(tree, limits) {
            Some(Self::Confluence)
        } else if notion::is_export(tree) {
            Some(Self::Notion)
        } else if outline::is_export(tree, limits) {
            Some(Self::Outline)
        } else {
            None
        }
    }

    /// An error if an export cannot be of the program somebody named.
    pub(crate) fn check(self, tree: &Tree, limits: &Limits, name: &str) -> Result<(), ExportError> {
        let has = |endings: &[&str]| {
            tree.names()
                .any(|name| endings.iter().any(|ending| name.to_lowercase().ends_with(ending)))
        };
        let (is_possible, missing) = match self {
            Self::Confluence => (has(&[".html"]), "it has no HTML pages; export the space as HTML"),
            Self::Notion => (has(&[".md", ".csv"]), "it has no Markdown; export as `Markdown & CSV`"),
            Self::Outline => (has(&[".md", ".html"]), "it has no Markdown; export as Markdown"),
            Self::BookStack => (
                bookstack::is_export(tree, limits) || has(&[".html", ".md"]),
                "it has neither `data.json` nor pages; export as portable ZIP",
            ),
            Self::Markdown => (has(&[".md", ".markdown"]), "it has no Markdown files"),
        };
        let (name, program) = (name.to_owned(), self.name());
        if is_possible {
            Ok(())
        } else {
            Err(ExportError::NotOf { name, program, missing })
        }
    }
}
