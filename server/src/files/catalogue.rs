//! The files beside the documents of an imported folder, by their paths. Targets are only ever looked up here: what is not below the folder,
//! hidden, or reached through a symbolic link is not in it.

use std::{collections::HashMap, path::PathBuf};

use domain::text::{fold_case, nfc};

/// Most files that are remembered of one folder.
const MAX_FILES: usize = 500_000;

/// A regular file that is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OtherFile {
    /// Relative to the imported folder, with `/`, as the file system has it.
    pub(crate) name: String,
    /// Absolute, without symbolic links.
    pub(crate) path: PathBuf,
    /// Size in bytes, as the directory entry states.
    pub(crate) size: u64,
}

/// Finds files by path, and by name alone.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    files: Vec<OtherFile>,
    by_path: HashMap<String, usize>,
    /// By path without regard to case; the first of several.
    by_folded_path: HashMap<String, usize>,
    /// By the last part of the path, without regard to case.
    by_name: HashMap<String, Vec<usize>>,
}

impl Catalogue {
    /// A catalogue of files, at most [`MAX_FILES`] of them.
    pub(crate) fn new(mut files: Vec<OtherFile>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.truncate(MAX_FILES);
        let mut catalogue = Self::default();
        for (at, file) in files.iter().enumerate() {
            let path = nfc(&*file.name);
            let folded = fold_case(&path);
            let name = folded.rsplit('/').next().unwrap_or_default().to_owned();
            catalogue.by_name.entry(name).or_default().push(at);
            catalogue.by_folded_path.entry(folded).or_insert(at);
            catalogue.by_path.entry(path).or_insert(at);
        }
        catalogue.files = files;
        catalogue
    }

    /// The file with exactly this path, which is in NFC.
    pub(super) fn at(&self, path: &str) -> Option<&OtherFile> {
        self.files.get(*self.by_path.get(path)?)
    }

    /// The file with this path, without regard to case.
    pub(super) fn at_any_case(&self, path: &str) -> Option<&OtherFile> {
        self.files.get(*self.by_folded_path.get(&*fold_case(path))?)
    }

    /// The files whose path ends with `path`, without regard to case, in the order of their paths.
    pub(super) fn ending_with(&self, path: &str) -> Vec<&OtherFile> {
        let folded = fold_case(path);
        let name = folded.rsplit('/').next().unwrap_or_default();
        let files = self.by_name.get(name).into_iter().flatten();
        let files = files.filter_map(|at| self.files.get(*at));
        let is_match = |file: &&OtherFile| {
            let path = fold_case(&nfc(&*file.name));
            path.strip_suffix(&*folded)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        files.filter(is_match).collect()
    }
}
