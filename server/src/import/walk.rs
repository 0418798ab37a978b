//! Finds the files of an import: `*.md` and `*.markdown`, ordered by name. Hidden folders are skipped, symbolic links are not followed, and pipes,
//! sockets and devices are refused. Their contents are parsed by [`super::file`].

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use domain::text::nfc;

use super::{ImportError, ImportProblem};
use crate::files::OtherFile;

/// Deepest folder that is searched, below the imported one.
pub const MAX_DEPTH: usize = 16;

/// Hidden folders in which `GitBook` and `VuePress` have the pictures of a site. They hold no documents.
const ASSETS: [&str; 2] = [".gitbook", ".vuepress"];

/// Why a pipe, socket or device is refused: reading it could block.
pub(super) const NOT_A_REGULAR_FILE: &str = "is a named pipe, a socket or a device; only regular files are read";

/// A Markdown file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Absolute, without symbolic links: the same file has the same path however the folder was named.
    pub path: PathBuf,
    /// Relative to the folder, with `/`.
    pub name: String,
    /// The folder part of `name`; empty at the top.
    pub folder: String,
    /// Size in bytes, as the directory entry states.
    pub size: u64,
    /// When it was changed, in seconds since 1970 (UTC), as the file system states.
    pub modified: Option<i64>,
    /// Its place in the order of a `SUMMARY.md`, in thousandths.
    pub position: Option<i64>,
}

/// A directory entry that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedEntry {
    /// Path relative to the imported folder.
    pub name: String,
    /// Why, on one line.
    pub message: String,
}

impl From<&SkippedEntry> for ImportProblem {
    fn from(found: &SkippedEntry) -> Self {
        Self {
            file: found.name.clone(),
            line: 1,
            message: found.message.clone(),
        }
    }
}

/// What a folder contains.
#[derive(Debug, Default)]
pub struct FolderContents {
    /// Sorted by name.
    pub files: Vec<FoundFile>,
    /// Regular files that are no Markdown.
    pub(crate) others: Vec<OtherFile>,
    /// Links, pipes, and folders that are too deep. Sorted by name.
    pub refused: Vec<SkippedEntry>,
    /// Entries that could not be read. Sorted by name.
    pub unreadable: Vec<SkippedEntry>,
    /// The folder itself, without symbolic links.
    pub root: PathBuf,
}

/// Finds the Markdown files below a folder.
///
/// # Errors
/// [`ImportError::Folder`] if the folder itself cannot be read.
pub fn markdown_files(dir: &Path) -> Result<FolderContents, ImportError> {
    let failed = |source| ImportError::Folder {
        path: dir.to_owned(),
        source,
    };
    let root = fs::canonicalize(dir).map_err(failed)?;
    let mut contents = FolderContents {
        root: root.clone(),
        ..FolderContents::default()
    };
    let mut folders = vec![(root.clone(), String::new(), 0)];
    while let Some((path, folder, depth)) = folders.pop() {
        match entries(&path) {
            Ok(entries) => {
                for entry in entries {
                    if let Some(below) = contents.visit(&entry, &folder, depth) {
                        folders.push(below);
                    }
                }
            }
            Err(source) if depth == 0 => return Err(failed(source)),
            Err(error) => contents.unreadable_entry(&folder, &error),
        }
    }
    contents.files.sort_by(|a, b| a.name.cmp(&b.name));
    contents.refuse_same_names();
    super::summary::apply(&mut contents.files);
    contents.refused.sort_by(|a, b| a.name.cmp(&b.name));
    contents.unreadable.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(contents)
}

fn entries(path: &Path) -> io::Result<Vec<fs::DirEntry>> {
    fs::read_dir(path)?.collect()
}

impl FolderContents {
    /// Adds a file, or returns a folder to search.
    fn visit(&mut self, entry: &fs::DirEntry, folder: &str, depth: usize) -> Option<(PathBuf, String, usize)> {
        let path = entry.path();
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let name = crate::relative_path::join(folder, &file_name);
        if file_name.starts_with('.') && !ASSETS.contains(&&*file_name) {
            return None;
        }
        // Neither call follows links.
        let (kind, metadata) = match (entry.file_type(), entry.metadata()) {
            (Ok(kind), Ok(metadata)) => (kind, metadata),
            (Err(error), _) | (_, Err(error)) => {
                self.unreadable_entry(&name, &error);
                return None;
            }
        };
        if kind.is_symlink() {
            if is_markdown(&path) || path.is_dir() {
                self.skip(&name, "is a symbolic link, which is not followed".to_owned());
            }
            return None;
        }
        if kind.is_dir() {
            if depth < MAX_DEPTH {
                return Some((path, name, depth + 1));
            }
            self.skip(&name, format!("is more than {MAX_DEPTH} folders deep"));
        } else if is_markdown(&path) {
            if folder.split('/').any(|part| ASSETS.contains(&part)) {
                return None;
            }
            if !kind.is_file() {
                self.skip(&name, NOT_A_REGULAR_FILE.to_owned());
            } else if entry.file_name().to_str().is_none() {
                self.skip(&name, "has a name that is not valid UTF-8".to_owned());
            } else {
                self.files.push(FoundFile {
                    path,
                    name,
                    folder: folder.to_owned(),
                    size: metadata.len(),
                    modified: modified(&metadata),
                    position: None,
                });
            }
        } else if kind.is_file() && entry.file_name().to_str().is_some() {
            let size = metadata.len();
            self.others.push(OtherFile { name, path, size });
        }
        None
    }

    /// Refuses names that are equal in NFC: they would be one document.
    fn refuse_same_names(&mut self) {
        let mut count: HashMap<String, usize> = HashMap::new();
        for file in &self.files {
            *count.entry(nfc(&*file.name)).or_default() += 1;
        }
        let files = std::mem::take(&mut self.files);
        let (single, same): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| count.get(&nfc(&*file.name)) == Some(&1));
        self.files = single;
        for file in same {
            let message = "has the name of another file, written with other letters of Unicode: rename one of them";
            self.skip(&file.name, message.to_owned());
        }
    }

    fn skip(&mut self, name: &str, message: String) {
        let name = name.to_owned();
        self.refused.push(SkippedEntry { name, message });
    }

    fn unreadable_entry(&mut self, name: &str, error: &io::Error) {
        self.unreadable.push(SkippedEntry {
            name: name.to_owned(),
            message: format!("cannot be read: {error}"),
        });
    }
}

fn modified(metadata: &fs::Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

fn is_markdown(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
}
