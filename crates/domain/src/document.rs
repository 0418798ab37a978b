//! Documents, as they are stored, listed and opened. The port to them is [`crate::library`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{decision::Reason, group::Group, visitor::PersonId};

/// The number of a document, from 1; part of its address `/docs/{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(i64);

/// The text is not a document number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a document number")]
pub struct NotADocumentId(String);

impl DocumentId {
    /// The id for a number; `None` below 1.
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

/// The audience its owner chose; the policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// For its owner, its groups, and whom a rule permits.
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
    /// Its owner.
    pub owner: PersonId,
    /// The owner's name, if known.
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

/// The attributes of a document that rules can read, borrowed from where they are stored.
#[derive(Debug, Clone, Copy)]
pub struct DocumentFacts<'a> {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: &'a str,
    /// Folder path; empty at the top.
    pub folder: &'a str,
    /// Its owner.
    pub owner: &'a PersonId,
    /// The owner's name, if known; not for rules, but for the sentences of a refusal.
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

/// A row of a list, with the reasons why the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Name of its owner.
    pub owner: String,
    /// Names of its groups as this visitor knows them ([`crate::visitor::Person::name_of`]), sorted.
    pub groups: Vec<String>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// When it last changed: seconds since 1970 (UTC).
    pub updated_at: i64,
    /// When it was made: seconds since 1970 (UTC).
    pub created_at: i64,
    /// The rules that permit it; never empty.
    pub reasons: Vec<Reason>,
}

/// A document opened for a visitor, who may know everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDocument {
    /// Its row in a list, reasons included.
    pub summary: Summary,
    /// Sanitised HTML of the content: written into pages unescaped.
    pub html: String,
    /// The headings in order, with their anchors in `html`.
    pub headings: Vec<Heading>,
    /// What comes before it in the reading order of its folder, of what the visitor may read.
    pub previous: Option<DocumentLink>,
    /// What comes after it.
    pub next: Option<DocumentLink>,
    /// Documents that link to it and that the reader may read, by title.
    pub linked_from: Vec<DocumentLink>,
}

/// A document that the visitor may read, as the target of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLink {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
}

/// A document's rendered Markdown, as the crate `markdown` makes it and the database stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedHtml {
    /// Sanitised HTML.
    pub html: String,
    /// The headings in order, with their anchors in `html`.
    pub headings: Vec<Heading>,
    /// Names of places whose anchors do not follow from the names. Stored in a table of their own, and empty in a document that was read from
    /// there.
    pub anchors: Vec<AnchorName>,
}

/// A name by which links from other documents find a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorName {
    /// The name, in the form that the crate `markdown` compares.
    pub key: String,
    /// The `id` of the place.
    pub anchor: String,
}

/// Versions of the renderer, by which the database knows which stored HTML is out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RendererVersions {
    /// The version of this program. Older HTML is rendered again when its document is opened.
    pub current: i64,
    /// The oldest version whose HTML may still be shown.
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
