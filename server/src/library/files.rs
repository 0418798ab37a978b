//! The addresses of pictures and other files in a document that is shown.

use std::collections::HashMap;

use bff::error_chain;
use domain::DocumentId;
use markdown::{Filled, ReferenceKind, Token};
use store::{Dimensions, FileLink};

use super::LocalLibrary;
use crate::{
    config::ExternalImages,
    files::{MediaType, file_path},
};

/// The files of one document, by what its text calls them.
pub(super) struct ShownFiles {
    id: DocumentId,
    links: HashMap<(bool, String), FileLink>,
}

impl ShownFiles {
    /// Where a reference leads, if it leads to a file that came along.
    pub(super) fn find(&self, token: &Token<'_>) -> Option<Filled> {
        let is_wiki = matches!(token.kind, ReferenceKind::WikiLink | ReferenceKind::WikiEmbed);
        let link = self.links.get(&(is_wiki, token.target.clone().into_owned()))?;
        if token.is_picture && !MediaType::parse(&link.media_type).is_picture() {
            return None;
        }
        let path = file_path(self.id, &link.name);
        Some(match link.dimensions {
            Some(Dimensions { width, height }) if token.is_picture => Filled::Picture {
                address: path,
                width,
                height,
            },
            _ => Filled::Address(with_fragment(path, &token.target)),
        })
    }
}

/// `plan.pdf#page=3` leads to the page.
fn with_fragment(path: String, target: &str) -> String {
    match target.split_once('#') {
        Some((_, fragment)) => format!("{path}#{fragment}"),
        None => path,
    }
}

impl LocalLibrary {
    /// The files of a document whose HTML refers to anything. Where the database does not answer there are none, and the text is shown.
    pub(super) async fn shown_files(&self, id: DocumentId, html: &str) -> ShownFiles {
        let links = if html.contains(markdown::SEPARATOR) {
            self.store.document_files(id).await.unwrap_or_else(|error| {
                tracing::warn!(document = %id, error = error_chain(&error), "the files of a document could not be found");
                Vec::new()
            })
        } else {
            Vec::new()
        };
        let links = links
            .into_iter()
            .map(|link| ((link.is_wiki, link.target.clone()), link));
        ShownFiles {
            id,
            links: links.collect(),
        }
    }

    /// HTML without those pictures of other sites that are not shown here.
    pub(super) fn without_refused_pictures(&self, html: String) -> String {
        if self.images == ExternalImages::Allowed {
            return html;
        }
        markdown::without_pictures(&html, &|address| self.images.allows(address)).into_owned()
    }

    /// HTML with addresses in place of tokens.
    pub(super) async fn with_addresses(&self, id: DocumentId, html: String) -> String {
        let (files, links) = tokio::join!(self.shown_files(id, &html), self.linked_documents(id, &html));
        let html = markdown::fill(&html, &|token| files.find(token).unwrap_or_else(|| links.find(token))).into_owned();
        self.without_refused_pictures(html)
    }
}
