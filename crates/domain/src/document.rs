//! What is there to read? How it is reached is in [`crate::library`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{decision::Reason, group::Group, visitor::PersonId};

/// The number of a document, from 1; part of its address `/docs/{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(i64);

/// The text is no document number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a document number")]
pub struct NotADocumentId(String);

impl DocumentId {
    /// A number from the database; `None` below 1.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number, always above 0.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl FromStr for DocumentId {
    type Err = NotADocumentId;

    /// Digits only, no sign, no leading zero: one address per document.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotADocumentId(text.chars().take(40).collect());
        let plain = text.starts_with(|c: char| ('1'..='9').contains(&c)) && text.bytes().all(|b| b.is_ascii_digit());
        if !plain {
            return Err(refused());
        }
        text.parse().ok().and_then(Self::new).ok_or_else(refused)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who is meant to find a document, before any rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// For its owner, its groups, and whom a rule names.
    Private,
    /// For everybody who is signed in.
    Public,
}

impl Visibility {
    /// From the column `is_private`.
    #[must_use]
    pub fn from_private(is_private: bool) -> Self {
        if is_private { Self::Private } else { Self::Public }
    }

    /// Whether the document is private.
    #[must_use]
    pub fn is_private(self) -> bool {
        self == Self::Private
    }
}

/// A document as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its number.
    pub id: DocumentId,
    /// One line, never empty.
    pub title: String,
    /// Whose it is.
    pub owner: PersonId,
    /// The owner's name where known, for "ask bob".
    pub owner_name: Option<String>,
    /// The groups it belongs to, sorted.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path such as `handbook/people`; empty at the top.
    pub folder: String,
    /// Markdown.
    pub content: String,
    /// When it last changed: seconds since 1970 (UTC).
    pub updated_at: i64,
}

/// What a rule can ask about a document, borrowed from wherever it was found.
#[derive(Debug, Clone, Copy)]
pub struct DocumentFacts<'a> {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: &'a str,
    /// Folder path; empty at the top.
    pub folder: &'a str,
    /// Whose it is.
    pub owner: &'a PersonId,
    /// The owner's name where known; rules cannot read it, sentences can.
    pub owner_name: Option<&'a str>,
    /// The groups it belongs to.
    pub groups: &'a [Group],
    /// Whether it is private.
    pub is_private: bool,
    /// When it last changed: seconds since 1970 (UTC).
    pub updated_at: i64,
}

impl<'a> From<&'a Document> for DocumentFacts<'a> {
    fn from(document: &'a Document) -> Self {
        Self {
            id: document.id,
            title: &document.title,
            folder: &document.folder,
            owner: &document.owner,
            owner_name: document.owner_name.as_deref(),
            groups: &document.groups,
            is_private: document.visibility.is_private(),
            updated_at: document.updated_at,
        }
    }
}

/// A row of a listing: enough to choose by, and why it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Name of its owner.
    pub owner: String,
    /// What the groups it belongs to are called in front of this visitor ([`crate::visitor::Person::name_of`]), sorted.
    pub groups: Vec<String>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Seconds since 1970 (UTC).
    pub updated_at: i64,
    /// The rules that let this visitor see it; never empty.
    pub reasons: Vec<Reason>,
}

/// A document opened for reading. Everything here is public to the visitor it was opened for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDocument {
    /// The row it has in a listing, reasons included.
    pub summary: Summary,
    /// Sanitised HTML of the content: safe to write into a page as it is.
    pub html: String,
    /// The headings of the content in order, with the anchors that stand in `html`.
    pub headings: Vec<Heading>,
}

/// What a document's Markdown looks like in a page, as the crate `markdown` makes it and the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedHtml {
    /// Sanitised HTML.
    pub html: String,
    /// Its headings in order, with the anchors that stand in `html`.
    pub headings: Vec<Heading>,
}

/// Versions of the renderer that makes [`RenderedHtml`]: the database needs them to tell which HTML is to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RendererVersions {
    /// Of the renderer in this program. HTML of an older one is rendered again when its document is opened.
    pub current: i64,
    /// The oldest whose HTML may still be shown.
    pub oldest_safe: i64,
}

/// A heading inside a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Plain text.
    pub text: String,
    /// The `id` to link to, unique within the document.
    pub anchor: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_positive_numbers_are_document_ids() {
        assert_eq!("7".parse::<DocumentId>().unwrap().number(), 7);
        for bad in [
            "",
            "0",
            "-1",
            "+1",
            "07",
            "1.0",
            " 1",
            "1 ",
            "१",
            "9223372036854775808",
            "1;drop",
        ] {
            assert!(bad.parse::<DocumentId>().is_err(), "{bad:?} was accepted");
        }
    }
}
