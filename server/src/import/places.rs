//! Links to places in other documents: whether their targets have those places is known when all documents of an import were read. A repeated
//! import reads all of them, so a place that a target loses later is reported as well.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use super::{ImportProblem, ImportWarning, WarningKind, prepare::PreparedFile};
use crate::files::PlaceLink;

/// The places of the documents of an import, each as a hash: an import of a hundred thousand documents has a million of them.
#[derive(Default)]
pub(super) struct Places {
    hasher: RandomState,
    documents: HashSet<u64>,
    found: HashSet<u64>,
    /// Links that no place was found for yet, by file.
    links: Vec<(String, PlaceLink)>,
}

impl Places {
    /// A document by its path below the source, the keys of its places, and its links to places elsewhere.
    fn add(&mut self, file: &str, path: &str, keys: &[String], links: Vec<PlaceLink>) {
        self.documents.insert(self.hasher.hash_one(path));
        self.found
            .extend(keys.iter().map(|key| self.hasher.hash_one((path, key))));
        for link in links {
            if !self.has(&link) {
                self.links.push((file.to_owned(), link));
            }
        }
    }

    /// The documents of a chunk.
    pub(super) fn add_files(&mut self, files: &mut [PreparedFile]) {
        for PreparedFile {
            file, anchors, places, ..
        } in files
        {
            self.add(&file.name, &file.source.path, anchors, std::mem::take(places));
        }
    }

    fn has(&self, link: &PlaceLink) -> bool {
        let is_there = |key: &String| self.found.contains(&self.hasher.hash_one((&*link.path, key)));
        link.keys.iter().any(is_there)
    }

    /// The links to places that their targets do not have. Targets that this import did not read are not judged.
    pub(super) fn missing(&mut self) -> Vec<ImportWarning> {
        let links = std::mem::take(&mut self.links);
        let is_read = |link: &PlaceLink| self.documents.contains(&self.hasher.hash_one(&*link.path));
        let missing = links.into_iter().filter(|(_, link)| is_read(link) && !self.has(link));
        let warning = |(file, link): (String, PlaceLink)| ImportWarning {
            kind: WarningKind::Link,
            problem: ImportProblem {
                file,
                line: link.line,
                message: format!(
                    "links to `{}`, and no place of `{}` has that name",
                    link.target, link.path
                ),
            },
        };
        missing.map(warning).collect()
    }
}
