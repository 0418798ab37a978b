//! Where the links of a document lead, before and after: as the pages of the portal follow them, and as an import of the exported folder will. A target stays as it
//! is written where both are the same; else it becomes the path of the file.

use std::collections::BTreeMap;

use markdown::{Reference, ReferenceKind};
use store::{ContentHash, StoredFile, StoredLink};

use super::{
    files::PlacedFiles,
    index::{Entry, Index},
    rewrite::Replacement,
};
use crate::{
    files::{Place, find_file},
    link_paths::{candidates, is_page, is_wiki},
    relative_path::{percent_decoded, resolve},
};

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    File(ContentHash),
    Document(i64),
    Nothing,
}

/// What the database has of the links and files of one document.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) files: Vec<StoredFile>,
    /// Where its links lead, as its import found them.
    pub(super) links: Vec<StoredLink>,
}

/// Which targets of a text change, and what does not come back.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) replacements: Vec<Replacement>,
    pub(super) problems: Vec<String>,
}

/// The links of one document.
pub(super) struct Links<'a> {
    index: &'a Index,
    placed: &'a PlacedFiles,
    entry: &'a Entry,
    /// Path of its file below the exported folder.
    path: &'a str,
    stored: &'a Stored,
}

impl<'a> Links<'a> {
    pub(super) fn new(
        (index, placed): (&'a Index, &'a PlacedFiles),
        entry: &'a Entry,
        path: &'a str,
        stored: &'a Stored,
    ) -> Self {
        Self {
            index,
            placed,
            entry,
            path,
            stored,
        }
    }

    /// What becomes of `references`.
    pub(super) fn plan(&self, references: &[Reference]) -> Plan {
        let mut plan = Plan::default();
        let distinct: BTreeMap<_, _> = references
            .iter()
            .filter(|reference| !reference.is_within())
            .map(|reference| ((reference.kind, &*reference.target), reference))
            .collect();
        for reference in distinct.into_values() {
            let (before, after) = (self.before(reference), self.after(reference, &reference.target));
            if before == after {
                continue;
            }
            match self.new_path(reference, &before) {
                Ok(Some(path)) => plan.replacements.push(Replacement {
                    kind: reference.kind,
                    target: reference.target.clone(),
                    path,
                }),
                Ok(None) => {}
                Err(why) => plan.problems.push(format!("links to `{}`, {why}", reference.target)),
            }
        }
        plan
    }

    /// Where a link leads in the portal: a file of its document, what its import found, or what lies there now.
    fn before(&self, reference: &Reference) -> Target {
        let Reference { kind, target, .. } = reference;
        if let Some(file) = self.file(reference) {
            return Target::File(file.file.hash.clone());
        }
        let Some((source, from)) = &self.entry.source else {
            return Target::Nothing;
        };
        if reference.is_picture() {
            return Target::Nothing;
        }
        let is_it = |link: &&StoredLink| link.is_wiki == is_wiki(*kind) && link.target == *target;
        let known = self.stored.links.iter().find(is_it);
        if let Some(id) = known.and_then(|link| self.index.at_source(*source, link.path.clone())) {
            return Target::Document(id);
        }
        if is_page(target) {
            return Target::Nothing;
        }
        let there = candidates(from, *kind, target).into_iter();
        let mut there = there.filter_map(|path| self.index.at_source(*source, path));
        there.next().map_or(Target::Nothing, Target::Document)
    }

    fn file(&self, reference: &Reference) -> Option<&StoredFile> {
        let is_it = |file: &&StoredFile| file.is_wiki == is_wiki(reference.kind) && file.target == reference.target;
        self.stored.files.iter().find(is_it)
    }

    /// Where a link with this target leads after an import of the exported folder.
    fn after(&self, reference: &Reference, target: &str) -> Target {
        let place = Place {
            document: self.path,
            is_wiki: is_wiki(reference.kind),
            is_picture: reference.is_picture(),
        };
        if let Some(file) = find_file(self.placed.catalogue(), place, target) {
            return self
                .placed
                .hash(&file.name)
                .cloned()
                .map_or(Target::Nothing, Target::File);
        }
        if reference.is_picture() {
            return Target::Nothing;
        }
        let found = self.index.paths().find(self.path, reference.kind, target);
        let found = found.and_then(|path| self.index.at_path(path));
        found.map_or(Target::Nothing, Target::Document)
    }

    /// The path to write so that a link leads where it led; `None` where it may stay, else why there is none.
    fn new_path(&self, reference: &Reference, before: &Target) -> Result<Option<String>, &'static str> {
        let paths: Vec<String> = match before {
            Target::Nothing if self.entry.source.is_none() => return Ok(None),
            Target::Nothing => self.nowhere(reference).into_iter().collect(),
            Target::File(_) => {
                let paths = self.file(reference).map(|file| self.placed.with(file));
                paths.into_iter().flatten().map(str::to_owned).collect()
            }
            Target::Document(id) => {
                let path = self.index.get(*id).and_then(|entry| entry.path.clone());
                vec![path.ok_or("a document that is not exported")?]
            }
        };
        let spellings = paths.iter().flat_map(|path| spellings(reference.kind, self.path, path));
        let is_it = |spelling: &String| {
            self.after(
                reference,
                &(spelling.clone() + suffix_of(reference.kind, &reference.target)),
            ) == *before
        };
        spellings.into_iter().find(is_it).map(Some).ok_or(match before {
            Target::Nothing => "which is not here, and would lead to something in the exported folder",
            _ => "to which no path leads in the exported folder",
        })
    }

    /// Where the source had nothing: a link that leads nowhere must not lead to what lies there now.
    fn nowhere(&self, reference: &Reference) -> Option<String> {
        let (_, from) = self.entry.source.as_ref()?;
        let target = reference.target.split(['#', '?']).next().unwrap_or_default();
        let target = if is_wiki(reference.kind) {
            target.to_owned()
        } else {
            percent_decoded(target)
        };
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = match target.trim().strip_prefix('/') {
            Some(rooted) => resolve("", rooted),
            None => resolve(folder, target.trim()),
        };
        path.filter(|path| !path.is_empty())
    }
}

/// What stands behind the path of a target: `#on-call`, `?raw=true`.
pub(super) fn suffix_of(kind: ReferenceKind, target: &str) -> &str {
    let ends: &[char] = if is_wiki(kind) { &['#'] } else { &['#', '?'] };
    target.find(ends).and_then(|at| target.get(at..)).unwrap_or_default()
}

/// How a document at `from` may write the path `to`, the plainest first.
fn spellings(kind: ReferenceKind, from: &str, to: &str) -> Vec<String> {
    let relative = relative(from, to);
    if !is_wiki(kind) {
        return vec![encoded(&relative)];
    }
    let stem = |path: &str| path.strip_suffix(".md").map(str::to_owned);
    [stem(to), Some(to.to_owned()), stem(&relative), Some(relative)]
        .into_iter()
        .flatten()
        .collect()
}

/// The path `to` seen from the folder of the file `from`.
fn relative(from: &str, to: &str) -> String {
    let mut above: Vec<&str> = from.split('/').collect();
    above.pop();
    let parts: Vec<&str> = to.split('/').collect();
    let common = above
        .iter()
        .zip(parts.iter().take(parts.len() - 1))
        .take_while(|(a, b)| a == b)
        .count();
    let up = above.iter().skip(common).map(|_| "..");
    up.chain(parts.into_iter().skip(common)).collect::<Vec<_>>().join("/")
}

/// A path as a link in Markdown and HTML has it. Letters of other scripts stay readable.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter.is_alphanumeric() || "-._~/,+=@$;!".contains(letter) {
            encoded.push(letter);
        } else {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_8_links_are_relative_and_need_no_brackets() {
        for (from, to, expected) in [
            ("a/b.md", "a/c.md", "c.md"),
            ("a/b.md", "x/y z.md", "../x/y%20z.md"),
            ("b.md", "a/c (1).md", "a/c%20%281%29.md"),
            ("a/b/c.md", "a/ü&b.md", "../ü%26b.md"),
            ("a/b.md", "a/a/b.md", "a/b.md"),
            ("a/b/c.md", "a", "../../a"),
        ] {
            assert_eq!(encoded(&relative(from, to)), expected);
        }
    }
}
