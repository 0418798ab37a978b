//! Where the links of a document lead when it is shown. What a target may mean is in [`crate::link_paths`]; the files that are there are looked up
//! in one query.

use std::collections::HashMap;

use bff::error_chain;
use domain::DocumentId;
use markdown::{Filled, ReferenceKind, Token};

use super::LocalLibrary;
use crate::link_paths::{DocumentPaths, candidates, fragment, is_page, is_wiki};

/// Most links of one document that are looked up; those after them show their words.
const MAX_LINKS: usize = 1_000;

/// The documents that the links of one document lead to, by kind and target.
#[derive(Default)]
pub(super) struct LinkedDocuments {
    found: HashMap<(bool, String), DocumentId>,
    /// Whether the document has no source: its links stay as they are.
    is_unknown: bool,
}

impl LinkedDocuments {
    /// Where a link leads.
    pub(super) fn find(&self, token: &Token<'_>) -> Filled {
        if token.is_picture {
            return Filled::Missing;
        }
        let key = (is_wiki(token.kind), token.target.clone().into_owned());
        match self.found.get(&key) {
            Some(id) => Filled::Address(match fragment(&token.target) {
                Some(fragment) => format!("/docs/{id}#{fragment}"),
                None => format!("/docs/{id}"),
            }),
            None if self.is_unknown || is_page(&token.target) => Filled::Address(token.target.clone().into_owned()),
            None => Filled::Missing,
        }
    }
}

impl LocalLibrary {
    /// The documents that the links of a document lead to. Where the database does not answer, links show their words.
    pub(super) async fn linked_documents(&self, id: DocumentId, html: &str) -> LinkedDocuments {
        let links = links_of(html);
        if links.is_empty() {
            return LinkedDocuments::default();
        }
        self.look_up(id, links).await.unwrap_or_else(|error| {
            tracing::warn!(document = %id, error = error_chain(&error), "the links of a document could not be looked up");
            LinkedDocuments::default()
        })
    }

    async fn look_up(
        &self,
        id: DocumentId,
        links: Vec<(ReferenceKind, String)>,
    ) -> Result<LinkedDocuments, store::StoreError> {
        let Some((source, from)) = self.store.source_of(id).await? else {
            return Ok(LinkedDocuments {
                is_unknown: true,
                ..LinkedDocuments::default()
            });
        };
        let (mut found, links) = self.linked_at_import(id, &from, links).await?;
        let tried: Vec<Vec<String>> = links
            .iter()
            .map(|(kind, target)| candidates(&from, *kind, target))
            .collect();
        if links.is_empty() {
            return Ok(LinkedDocuments {
                found,
                is_unknown: false,
            });
        }
        let there = self.store.documents_at(&source, &tried.concat()).await?;
        let there: HashMap<String, DocumentId> = there.into_iter().collect();
        for ((kind, target), paths) in links.into_iter().zip(tried) {
            if let Some(id) = paths.iter().find_map(|path| there.get(path)) {
                found.insert((is_wiki(kind), target), *id);
            }
        }
        Ok(LinkedDocuments {
            found,
            is_unknown: false,
        })
    }
}

/// Links by kind and target, and the documents that some of them lead to.
type Split = (HashMap<(bool, String), DocumentId>, Vec<(ReferenceKind, String)>);

impl LocalLibrary {
    /// The links whose documents their import found already, and those that are left: to what came later, or to nothing.
    async fn linked_at_import(
        &self,
        id: DocumentId,
        from: &str,
        links: Vec<(ReferenceKind, String)>,
    ) -> Result<Split, store::StoreError> {
        let known: HashMap<String, DocumentId> = self.store.linked_from(id).await?.into_iter().collect();
        let paths = DocumentPaths::new(known.keys().cloned());
        let (mut found, mut left) = (HashMap::new(), Vec::new());
        for (kind, target) in links {
            match paths.find(from, kind, &target).and_then(|path| known.get(path)) {
                Some(id) => drop(found.insert((is_wiki(kind), target), *id)),
                None if is_page(&target) => {}
                None => left.push((kind, target)),
            }
        }
        Ok((found, left))
    }
}

/// The links of rendered HTML, each once.
fn links_of(html: &str) -> Vec<(ReferenceKind, String)> {
    let links = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let _ = markdown::fill(html, &|token| {
        let mut links = links.borrow_mut();
        if !token.is_picture && links.len() < MAX_LINKS {
            links.insert((token.kind, token.target.clone().into_owned()));
        }
        Filled::Missing
    });
    links.into_inner().into_iter().collect()
}
