//! Where each document lies in the exported folder: its folder as a folder, below it the name its file had. No two paths differ only in case, and none has
//! a name that an import passes by. The same documents get the same paths every time, also after an import.

use std::collections::{HashMap, HashSet};

use domain::text::fold_case;
use store::DocumentPlace;

use super::names::portable;
use crate::{
    file_name::numbered,
    import::{DRAFT_FOLDERS, walk::MAX_DEPTH},
    relative_path::join,
};

/// The file whose links an import reads as the order of a book.
const SUMMARY: &str = "summary.md";

/// The paths that are taken, and the folders so far.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Without regard to case.
    taken: HashSet<String>,
    /// The highest number that was given for a path.
    numbers: HashMap<String, usize>,
    /// By the folder of documents.
    folders: HashMap<String, String>,
    /// All folders, without regard to case and as they are.
    written: HashMap<String, String>,
}

impl Layout {
    /// The path of a document.
    pub(super) fn document(&mut self, place: &DocumentPlace) -> String {
        let folder = self.folder(&place.folder);
        let name = document_name(place);
        self.free(&folder, &name)
    }

    /// Takes `path` for a file as it is, with the folders above it; `false` if something else has one of these paths.
    pub(super) fn take(&mut self, path: &str) -> bool {
        let ends: Vec<_> = path.match_indices('/').map(|(at, _)| at).collect();
        let folders: Vec<_> = ends.iter().filter_map(|at| path.get(..*at)).collect();
        let is_other = |folder: &&str| {
            let key = fold_case(folder);
            match self.written.get(&key) {
                Some(written) => written != folder,
                None => self.taken.contains(&key),
            }
        };
        if folders.len() > MAX_DEPTH || folders.iter().any(is_other) || !self.taken.insert(fold_case(path)) {
            return false;
        }
        for folder in folders {
            self.add_folder(folder);
        }
        true
    }

    fn add_folder(&mut self, path: &str) {
        let key = fold_case(path);
        self.taken.insert(key.clone());
        self.written.entry(key).or_insert_with(|| path.to_owned());
    }

    /// The path of a folder of documents.
    pub(super) fn folder(&mut self, folder: &str) -> String {
        if folder.is_empty() {
            return String::new();
        }
        if let Some(path) = self.folders.get(folder) {
            return path.clone();
        }
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        let above = self.folder(above);
        let depth = if above.is_empty() { 0 } else { above.split('/').count() };
        let path = if depth < MAX_DEPTH {
            let path = self.free(&above, &folder_name(name));
            self.add_folder(&path);
            path
        } else {
            above
        };
        self.folders.insert(folder.to_owned(), path.clone());
        path
    }

    /// A path of its own for `name` in `folder`.
    pub(super) fn free(&mut self, folder: &str, name: &str) -> String {
        let path = join(folder, name);
        let key = key_of(&path);
        if self.taken.insert(key.clone()) {
            return path;
        }
        let number = self.numbers.entry(key).or_insert(1);
        loop {
            *number += 1;
            let path = join(folder, &numbered(name, *number));
            if self.taken.insert(key_of(&path)) {
                return path;
            }
        }
    }
}

/// What no two paths have in common. A link does not say which of `a.md` and `a.markdown` it means.
fn key_of(path: &str) -> String {
    let key = fold_case(path);
    match key.strip_suffix(".markdown") {
        Some(stem) => format!("{stem}.md"),
        None => key,
    }
}

/// The name of a folder; one that an import would take for drafts gets another.
fn folder_name(name: &str) -> String {
    let name = portable(name);
    if DRAFT_FOLDERS.contains(&name.to_lowercase().as_str()) {
        format!("{name}-folder")
    } else {
        name
    }
}

/// The name of the file it came from, else one made of its title.
fn document_name(place: &DocumentPlace) -> String {
    let path = place.source.as_ref().map(|(_, path)| path.as_str());
    let name = match path
        .and_then(|path| path.rsplit('/').next())
        .filter(|name| !name.is_empty())
    {
        Some(name) => portable(name),
        None => portable(&from_title(&place.title)),
    };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("md" | "markdown") if name.to_lowercase() != SUMMARY => name,
        Some("md" | "markdown") => numbered(&name, 2),
        _ => portable(&format!("{name}.md")),
    }
}

/// A title as the name of a file: words with hyphens between them.
fn from_title(title: &str) -> String {
    let letters = title
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' });
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    let words: Vec<_> = letters.split_whitespace().collect();
    match words.as_slice() {
        [] => "document.md".to_owned(),
        words => format!("{}.md", words.join("-")),
    }
}

#[cfg(test)]
mod tests {
    use domain::DocumentId;

    use super::*;

    fn place(folder: &str, title: &str, path: Option<&str>) -> DocumentPlace {
        DocumentPlace {
            id: DocumentId::new(1).unwrap(),
            title: title.to_owned(),
            folder: folder.to_owned(),
            source: path.map(|path| ("name:x".to_owned(), path.to_owned())),
        }
    }

    #[test]
    fn im_8_a_document_lies_in_its_folder_under_the_name_of_its_file() {
        for (folder, title, path, expected) in [
            (
                "handbook/people",
                "On call",
                Some("elsewhere/on-call.md"),
                "handbook/people/on-call.md",
            ),
            ("", "On call: who, when?", None, "on-call-who-when.md"),
            ("", "…", None, "document.md"),
            ("Drafts", "A", Some("a.MD"), "Drafts-folder/a.MD"),
            ("CON/...", "A", Some("a.markdown"), "_CON/_/a.markdown"),
            ("", "A", Some("Summary.md"), "Summary-2.md"),
            ("", "A", Some("x/a.txt"), "a.txt.md"),
            ("", "A", Some("x/"), "a.md"),
        ] {
            assert_eq!(Layout::default().document(&place(folder, title, path)), expected);
        }
    }

    #[test]
    fn im_8_no_two_paths_are_equal_without_regard_to_case() {
        let mut layout = Layout::default();
        let places = [
            place("a", "x", Some("n.md")),
            place("A", "x", Some("n.md")),
            place("a", "x", Some("N.md")),
            place("a", "x", Some("n-2.md")),
            place("a/n.md", "x", Some("n.md")),
            place("a", "x", Some("N.markdown")),
            place("stra\u{df}e", "x", Some("n.md")),
            place("STRASSE", "x", Some("n.md")),
        ];
        let paths: Vec<_> = places.iter().map(|place| layout.document(place)).collect();
        assert_eq!(
            paths,
            [
                "a/n.md",
                "A-2/n.md",
                "a/N-2.md",
                "a/n-2-2.md",
                "a/n-3.md/n.md",
                "a/N-4.markdown",
                "straße/n.md",
                "STRASSE-2/n.md"
            ]
        );
    }

    #[test]
    fn im_8_folders_are_no_deeper_than_an_import_searches() {
        let deep = vec!["d"; 30].join("/");
        let path = Layout::default().document(&place(&deep, "x", Some("n.md")));
        assert_eq!(path.matches('/').count(), MAX_DEPTH);
    }
}
