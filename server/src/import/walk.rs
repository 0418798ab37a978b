//! Which files does an import read? `*.md` and `*.markdown`, in the order of their names; hidden folders are passed by, and no symbolic link
//! leads out of the folder, since none is followed. Pipes, sockets and devices are no files. What is in them is read by [`super::file`].

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use domain::text::nfc;

use super::{ImportError, ImportProblem};

/// Deepest folder that is looked into, below the one that was named.
pub const MAX_DEPTH: usize = 16;

/// Said of what has a file's name and would be waited for.
pub(super) const NO_FILE: &str = "is a named pipe, a socket or a device; only regular files are read";

/// A Markdown file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Absolute, without symbolic links: the same file has the same path however the folder was named.
    pub path: PathBuf,
    /// Relative to the folder, with `/`.
    pub name: String,
    /// The folder part of `name`; empty at the top.
    pub folder: String,
    /// Bytes, as the folder says.
    pub size: u64,
}

/// What stands where a file or a folder could, and is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedBy {
    /// Relative to the folder that was named.
    pub name: String,
    /// Why, on one line.
    pub message: String,
}

impl From<&PassedBy> for ImportProblem {
    fn from(found: &PassedBy) -> Self {
        Self {
            file: found.name.clone(),
            line: 1,
            message: found.message.clone(),
        }
    }
}

/// The files of a folder, and what was passed by.
#[derive(Debug, Default)]
pub struct Walked {
    /// Sorted by name.
    pub files: Vec<FoundFile>,
    /// Links, pipes and what is too deep. Sorted by name.
    pub refused: Vec<PassedBy>,
    /// What could not be looked at: nobody knows what is there. Sorted by name.
    pub unreadable: Vec<PassedBy>,
    /// The folder itself, without symbolic links.
    pub root: PathBuf,
}

/// Finds the Markdown files below a folder.
///
/// # Errors
/// [`ImportError::Folder`] if the folder itself cannot be read.
pub fn markdown_files(dir: &Path) -> Result<Walked, ImportError> {
    let failed = |source| ImportError::Folder {
        path: dir.to_owned(),
        source,
    };
    let root = fs::canonicalize(dir).map_err(failed)?;
    let mut walked = Walked {
        root: root.clone(),
        ..Walked::default()
    };
    let mut folders = vec![(root.clone(), String::new(), 0)];
    while let Some((path, folder, depth)) = folders.pop() {
        match entries(&path) {
            Ok(entries) => {
                for entry in entries {
                    if let Some(below) = walked.meet(&entry, &folder, depth) {
                        folders.push(below);
                    }
                }
            }
            Err(source) if depth == 0 => return Err(failed(source)),
            Err(error) => walked.cannot_read(&folder, &error),
        }
    }
    walked.files.sort_by(|a, b| a.name.cmp(&b.name));
    walked.refuse_same_names();
    walked.refused.sort_by(|a, b| a.name.cmp(&b.name));
    walked.unreadable.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walked)
}

fn entries(path: &Path) -> io::Result<Vec<fs::DirEntry>> {
    fs::read_dir(path)?.collect()
}

impl Walked {
    /// Keeps a file, or returns a folder to look into.
    fn meet(&mut self, entry: &fs::DirEntry, folder: &str, depth: usize) -> Option<(PathBuf, String, usize)> {
        let path = entry.path();
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let name = super::join(folder, &file_name);
        if file_name.starts_with('.') {
            return None;
        }
        // Neither follows links.
        let (kind, size) = match (entry.file_type(), entry.metadata()) {
            (Ok(kind), Ok(metadata)) => (kind, metadata.len()),
            (Err(error), _) | (_, Err(error)) => {
                self.cannot_read(&name, &error);
                return None;
            }
        };
        if kind.is_symlink() {
            if is_markdown(&path) || path.is_dir() {
                self.pass_by(&name, "is a symbolic link, which is not followed".to_owned());
            }
            return None;
        }
        if kind.is_dir() {
            if depth < MAX_DEPTH {
                return Some((path, name, depth + 1));
            }
            self.pass_by(&name, format!("is more than {MAX_DEPTH} folders deep"));
        } else if is_markdown(&path) {
            if !kind.is_file() {
                self.pass_by(&name, NO_FILE.to_owned());
            } else if entry.file_name().to_str().is_none() {
                self.pass_by(&name, "has a name that is not valid UTF-8".to_owned());
            } else {
                self.files.push(FoundFile {
                    path,
                    name,
                    folder: folder.to_owned(),
                    size,
                });
            }
        }
        None
    }

    /// Two names that differ only in how Unicode writes them would be one document.
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
            self.pass_by(&file.name, message.to_owned());
        }
    }

    fn pass_by(&mut self, name: &str, message: String) {
        let name = name.to_owned();
        self.refused.push(PassedBy { name, message });
    }

    fn cannot_read(&mut self, name: &str, error: &io::Error) {
        self.unreadable.push(PassedBy {
            name: name.to_owned(),
            message: format!("cannot be read: {error}"),
        });
    }
}

fn is_markdown(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown")
}
