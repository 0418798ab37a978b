//! Which documents are exported, and where they lie: the only thing of which memory grows with their number.

use std::collections::HashMap;

use store::{DocumentPlace, Snapshot, StoreError};

use super::layout::Layout;
use crate::link_paths::DocumentPaths;

/// Most places that are read at once.
const PAGE: u32 = 1_000;

/// A document of the database.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// Path of its file below the exported folder; `None` if it is not exported.
    pub(super) path: Option<String>,
    /// Its source, by number, and its path below that.
    pub(super) source: Option<(usize, String)>,
}

/// The documents of the database.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By number.
    documents: Vec<Entry>,
    sources: HashMap<String, usize>,
    by_source: HashMap<(usize, String), i64>,
    by_path: HashMap<String, i64>,
    paths: DocumentPaths,
}

impl Index {
    /// Reads where all documents are; those outside of `folder` are not exported.
    pub(super) async fn read(snapshot: &mut Snapshot, folder: Option<&str>) -> Result<(Self, Layout), StoreError> {
        let (mut index, mut layout) = (Self::default(), Layout::default());
        let mut after = 0;
        loop {
            let places = snapshot.places(after, PAGE).await?;
            let Some(last) = places.last() else { break };
            after = last.id.number();
            for place in places {
                let path = layout.document(&place);
                let is_exported = folder.is_none_or(|folder| is_below(folder, &place.folder));
                index.add(place, is_exported.then_some(path));
            }
        }
        index.paths = DocumentPaths::new(index.by_path.keys().cloned());
        Ok((index, layout))
    }

    fn add(&mut self, place: DocumentPlace, path: Option<String>) {
        let id = place.id.number();
        let source = place.source.map(|(name, below)| {
            let next = self.sources.len();
            (*self.sources.entry(name).or_insert(next), below)
        });
        if let Some(source) = &source {
            self.by_source.insert(source.clone(), id);
        }
        if let Some(path) = &path {
            self.by_path.insert(path.clone(), id);
        }
        self.documents.push(Entry { id, path, source });
    }

    /// Whether nothing is exported.
    pub(super) fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// All documents, by number.
    pub(super) fn documents(&self) -> &[Entry] {
        &self.documents
    }

    /// A document by its number.
    pub(super) fn get(&self, id: i64) -> Option<&Entry> {
        let at = self.documents.binary_search_by_key(&id, |entry| entry.id).ok()?;
        self.documents.get(at)
    }

    /// The document of a source at a path below it.
    pub(super) fn at_source(&self, source: usize, path: String) -> Option<i64> {
        self.by_source.get(&(source, path)).copied()
    }

    /// The exported document at a path.
    pub(super) fn at_path(&self, path: &str) -> Option<i64> {
        self.by_path.get(path).copied()
    }

    /// The paths of the exported documents.
    pub(super) fn paths(&self) -> &DocumentPaths {
        &self.paths
    }
}

/// Whether `folder` is `above`, or below it.
fn is_below(above: &str, folder: &str) -> bool {
    let above = above.trim_matches('/');
    let rest = folder.strip_prefix(above);
    above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_8_a_folder_is_exported_with_what_is_below_it() {
        for (above, folder, expected) in [
            ("a/b", "a/b", true),
            ("/a/b/", "a/b/c", true),
            ("a/b", "a/bc", false),
            ("a/b", "a", false),
            ("", "a", true),
        ] {
            assert_eq!(is_below(above, folder), expected, "{folder} below {above}");
        }
    }
}
