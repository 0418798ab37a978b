//! A few documents in an index.

use std::{collections::BTreeSet, path::Path};

use domain::{DocumentId, IndexedDocument, PersonId, Right, Rights, SearchHits, SearchQuery};
use search::{Language, SearchIndex, SearchRequest, Settings};
use tempfile::TempDir;

/// 2026-11-30 12:00 UTC.
pub(super) const NOW: i64 = 1_796_040_000;

/// A document with defaults that match nothing in particular.
#[derive(Debug, Clone)]
pub(super) struct Paper {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) headings: Vec<String>,
    pub(super) text: String,
    pub(super) rights: BTreeSet<Right>,
    pub(super) updated_at: i64,
}

pub(super) fn paper(id: i64, title: &str, text: &str) -> Paper {
    Paper {
        id,
        title: title.to_owned(),
        headings: Vec::new(),
        text: text.to_owned(),
        rights: BTreeSet::from([Right::Public]),
        updated_at: NOW,
    }
}

impl Paper {
    pub(super) fn with_rights(mut self, rights: impl IntoIterator<Item = Right>) -> Self {
        self.rights = rights.into_iter().collect();
        self
    }

    pub(super) fn indexed(&self) -> IndexedDocument<'_> {
        IndexedDocument {
            id: number(self.id),
            title: &self.title,
            headings: self.headings.iter().map(String::as_str).collect(),
            text: &self.text,
            rights: self.rights.clone(),
            updated_at: self.updated_at,
        }
    }
}

pub(super) fn number(id: i64) -> DocumentId {
    DocumentId::new(id).unwrap()
}

pub(super) fn owner(name: &str) -> Right {
    Right::Owner(PersonId::new("https://login.example", name))
}

pub(super) fn settings() -> Settings {
    Settings {
        languages: vec![Language::English, Language::German, Language::French],
        ..Settings::default()
    }
}

pub(super) fn open(folder: &Path) -> SearchIndex {
    SearchIndex::open(folder, settings()).unwrap()
}

/// An index of these documents, complete as of change 1.
pub(super) struct Shelf {
    pub(super) index: SearchIndex,
    pub(super) folder: TempDir,
}

impl Shelf {
    pub(super) fn new(papers: &[Paper]) -> Self {
        let folder = TempDir::new().unwrap();
        let index = open(folder.path());
        let mut writer = index.writer().unwrap();
        writer.begin_rebuild().unwrap();
        for paper in papers {
            writer.put(&paper.indexed()).unwrap();
        }
        writer.finish_rebuild(1).unwrap();
        Self { index, folder }
    }

    /// The numbers of what is found by somebody who may see everything.
    pub(super) fn find(&self, typed: &str) -> Vec<i64> {
        ids(&find(&self.index, typed, &Rights::All))
    }

    pub(super) fn find_within(&self, typed: &str, rights: &[Right]) -> Vec<i64> {
        ids(&find(
            &self.index,
            typed,
            &Rights::AnyOf(rights.iter().cloned().collect()),
        ))
    }
}

pub(super) fn find(index: &SearchIndex, typed: &str, rights: &Rights) -> SearchHits {
    let query = SearchQuery::parse(typed, NOW);
    let owners = query
        .owners
        .iter()
        .map(|name| PersonId::new("https://login.example", name));
    let groups = query.groups.iter().cloned().map(Right::GroupId);
    let request = SearchRequest {
        query: &query,
        rights,
        owners: &owners.collect(),
        groups: &groups.collect(),
        now: NOW,
        limit: 50,
        skip: 0,
    };
    index.search(&request).unwrap()
}

pub(super) fn ids(found: &SearchHits) -> Vec<i64> {
    found.hits.iter().map(|hit| hit.id.number()).collect()
}

/// The same, in order of their numbers.
pub(super) fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}
