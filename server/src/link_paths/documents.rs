//! The paths of the documents of a source by their names: `[[name]]` means a document wherever it lies.

use std::collections::{HashMap, HashSet};

use markdown::ReferenceKind;

use super::{all_candidates, is_wiki, path_of};

/// The paths of the documents of a source, for finding where links lead before the documents are stored.
#[derive(Debug, Default)]
pub(crate) struct DocumentPaths {
    paths: HashSet<String>,
    /// Each by itself in lower case: addresses of pages are, and file names need not be.
    by_lower: HashMap<String, String>,
    /// Those whose last part without ending is the key, in lower case.
    by_name: HashMap<String, Vec<String>>,
    /// By paths that they would have by other addresses of theirs, in lower case.
    by_alias: HashMap<String, String>,
    /// By the last part of such a path without ending, in lower case.
    by_alias_name: HashMap<String, String>,
}

impl DocumentPaths {
    pub(crate) fn new(paths: impl Iterator<Item = String>) -> Self {
        let mut found = Self::default();
        for path in paths {
            let name = last_part(&path).to_lowercase();
            found.by_name.entry(name).or_default().push(path.clone());
            found
                .by_lower
                .entry(path.to_lowercase())
                .or_insert_with(|| path.clone());
            found.paths.insert(path);
        }
        found
    }

    /// The same with other addresses of documents, `(path of the address, path of the document)`; the first that has an address has it alone.
    pub(crate) fn with_aliases(mut self, aliases: impl Iterator<Item = (String, String)>) -> Self {
        for (alias, path) in aliases {
            let alias = alias.to_lowercase();
            let name = last_part(&alias).to_owned();
            self.by_alias_name.entry(name).or_insert_with(|| path.clone());
            self.by_alias.entry(alias).or_insert(path);
        }
        self
    }

    /// The document that a link of the document `from` leads to. Of several with the name that a wiki link has, the one with the shortest path.
    pub(crate) fn find(&self, from: &str, kind: ReferenceKind, target: &str) -> Option<&str> {
        let candidates = all_candidates(from, kind, target);
        let found = candidates.iter().find_map(|path| self.paths.get(path));
        let found = found.or_else(|| {
            candidates
                .iter()
                .find_map(|path| self.by_lower.get(&path.to_lowercase()))
        });
        let found = found.or_else(|| {
            let mut aliases = candidates.iter().map(|path| path.to_lowercase());
            aliases.find_map(|path| self.by_alias.get(&path))
        });
        if found.is_some() || !is_wiki(kind) {
            return found.map(String::as_str);
        }
        self.named(kind, target)
    }

    /// The document of a name, wherever it lies.
    fn named(&self, kind: ReferenceKind, target: &str) -> Option<&str> {
        let wanted = path_of(kind, target)?.to_lowercase();
        let of_name = self.by_name.get(last_part(&format!("{wanted}.md")));
        let ends = [format!("/{wanted}.md"), format!("/{wanted}.markdown")];
        let is_named = |path: &&String| {
            let path = format!("/{}", path.to_lowercase());
            ends.iter().any(|end| path.ends_with(end))
        };
        let named = of_name.into_iter().flatten().filter(is_named);
        let nearest = named.min_by_key(|path| (path.matches('/').count(), path.as_str()));
        nearest.or_else(|| self.by_alias_name.get(&wanted)).map(String::as_str)
    }
}

/// The last part of a path, without its ending.
fn last_part(path: &str) -> &str {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_2_a_link_by_another_address_leads_to_the_document_unless_a_file_has_it() {
        let paths = ["docs/a.md", "docs/b.md", "notes/c.md"].map(str::to_owned);
        let aliases = [
            ("docs/start.md", "docs/a.md"),
            ("start.md", "docs/a.md"),
            ("docs/b.md", "docs/a.md"),
            ("notes/On Call.md", "notes/c.md"),
        ];
        let aliases = aliases.map(|(alias, path)| (alias.to_owned(), path.to_owned()));
        let paths = DocumentPaths::new(paths.into_iter()).with_aliases(aliases.into_iter());
        for (from, kind, target, expected) in [
            ("docs/b.md", ReferenceKind::Link, "start", Some("docs/a.md")),
            ("docs/b.md", ReferenceKind::Link, "/Start/#x", Some("docs/a.md")),
            (
                "notes/c.md",
                ReferenceKind::Link,
                "../docs/start.html",
                Some("docs/a.md"),
            ),
            ("notes/c.md", ReferenceKind::Link, "../docs/b.md", Some("docs/b.md")),
            ("docs/b.md", ReferenceKind::WikiLink, "On call", Some("notes/c.md")),
            ("docs/b.md", ReferenceKind::Link, "On call", None),
        ] {
            assert_eq!(paths.find(from, kind, target), expected, "{target} in {from}");
        }
    }

    #[test]
    fn im_2_a_link_leads_to_the_document_that_its_program_means() {
        let paths = [
            "README.md",
            "a/b.md",
            "a/index.md",
            "a/c/b.md",
            "x/deep/Note one.md",
            "x/note two.markdown",
            "100%25.md",
        ];
        let paths = DocumentPaths::new(paths.map(str::to_owned).into_iter());
        for (from, kind, target, expected) in [
            ("a/b.md", ReferenceKind::Link, "c/b.md#x", Some("a/c/b.md")),
            ("a/b.md", ReferenceKind::Link, "./", Some("a/index.md")),
            ("a/c/b.md", ReferenceKind::Link, "../../README.md", Some("README.md")),
            ("a/c/b.md", ReferenceKind::Link, "/a/b/", Some("a/b.md")),
            (
                "a/c/b.md",
                ReferenceKind::WikiLink,
                "note one",
                Some("x/deep/Note one.md"),
            ),
            (
                "a/c/b.md",
                ReferenceKind::WikiLink,
                "Deep/Note One#Part",
                Some("x/deep/Note one.md"),
            ),
            (
                "a/c/b.md",
                ReferenceKind::WikiLink,
                "note two",
                Some("x/note two.markdown"),
            ),
            ("a/c/b.md", ReferenceKind::WikiLink, "b", Some("a/c/b.md")),
            ("README.md", ReferenceKind::WikiLink, "b", Some("a/b.md")),
            ("README.md", ReferenceKind::Link, "gone.md", None),
            ("README.md", ReferenceKind::Link, "100%25.md", Some("100%25.md")),
            ("README.md", ReferenceKind::Link, "a/b/index.html", Some("a/b.md")),
            (
                "README.md",
                ReferenceKind::Link,
                "x/Deep/note%20one/",
                Some("x/deep/Note one.md"),
            ),
            ("README.md", ReferenceKind::Link, "a/b.md/#x", Some("a/b.md")),
        ] {
            assert_eq!(paths.find(from, kind, target), expected, "{target} in {from}");
        }
    }
}
