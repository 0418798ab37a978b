//! Where the links of a document lead when it is shown. What a target may mean is in [`crate::link_paths`]; the files that are there are looked up
//! in one query.

use std::collections::HashMap;

use bff::error_chain;
use domain::DocumentId;
use markdown::{Filled, Fragment, ReferenceKind, Token};
use store::StoreError;

use super::LocalLibrary;
use crate::link_paths::{candidates, is_page, is_wiki};

/// Most links of one document that are looked up; those after them show their words.
const MAX_LINKS: usize = 1_000;

/// The documents that the links of one document lead to, by kind and target.
#[derive(Default)]
pub(super) struct LinkedDocuments {
    found: HashMap<(bool, String), DocumentId>,
    /// The places in them whose ids do not follow from their names.
    anchors: HashMap<DocumentId, HashMap<String, String>>,
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
            Some(id) => Filled::Address(match Fragment::of(&token.target) {
                Some(fragment) => {
                    let anchors = self.anchors.get(id);
                    let anchor = fragment.id(|key| anchors?.get(key).map(String::as_str));
                    format!("/docs/{id}#{anchor}")
                }
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

    async fn look_up(&self, id: DocumentId, links: Links) -> Result<LinkedDocuments, StoreError> {
        let (source, known) = tokio::try_join!(self.store.source_of(id), self.store.linked_from(id))?;
        let Some((source, from)) = source else {
            return Ok(LinkedDocuments {
                is_unknown: true,
                ..LinkedDocuments::default()
            });
        };
        let (mut found, mut left) = (HashMap::new(), Vec::new());
        for (kind, target) in links {
            match known.get(&(is_wiki(kind), target.clone())) {
                Some(id) => drop(found.insert((is_wiki(kind), target), *id)),
                None if is_page(&target) => {}
                None => left.push((kind, target)),
            }
        }
        found.extend(self.found_since(&source, &from, left).await?);
        let anchors = self.anchors(&found).await?;
        Ok(LinkedDocuments {
            found,
            anchors,
            is_unknown: false,
        })
    }

    /// The documents of links that led nowhere when their document was imported: those that came later.
    async fn found_since(
        &self,
        source: &str,
        from: &str,
        links: Links,
    ) -> Result<HashMap<(bool, String), DocumentId>, StoreError> {
        if links.is_empty() {
            return Ok(HashMap::new());
        }
        let tried: Vec<Vec<String>> = links
            .iter()
            .map(|(kind, target)| candidates(from, *kind, target))
            .collect();
        let mut there = HashMap::new();
        for (path, id) in self.store.documents_at(source, &tried.concat()).await? {
            there.entry(path).or_insert(id);
        }
        let find = |((kind, target), paths): ((ReferenceKind, String), Vec<String>)| {
            let id = paths.iter().find_map(|path| there.get(path))?;
            Some(((is_wiki(kind), target), *id))
        };
        Ok(links.into_iter().zip(tried).filter_map(find).collect())
    }

    /// The places that links lead to, where their ids do not follow from their names: one query, if any link leads to a place.
    async fn anchors(
        &self,
        found: &HashMap<(bool, String), DocumentId>,
    ) -> Result<HashMap<DocumentId, HashMap<String, String>>, StoreError> {
        let mut names = Vec::new();
        for ((_, target), id) in found {
            let keys = Fragment::of(target).map(|fragment| fragment.keys);
            names.extend(keys.into_iter().flatten().map(|key| (*id, key)));
        }
        let mut anchors: HashMap<DocumentId, HashMap<String, String>> = HashMap::new();
        if names.is_empty() {
            return Ok(anchors);
        }
        for ((id, name), anchor) in self.store.anchors(&names).await? {
            anchors.entry(id).or_default().insert(name, anchor);
        }
        Ok(anchors)
    }
}

/// Links by kind and target.
type Links = Vec<(ReferenceKind, String)>;

/// The links of rendered HTML, each once.
fn links_of(html: &str) -> Links {
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
