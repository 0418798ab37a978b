//! The files of an export by their names. Those of an archive lie unpacked under numbers: no name of an entry becomes a name on the disk.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use crate::{
    ExportError, Limits, Remark, RemarkKind,
    entry_name::{self, is_junk},
};

/// Deepest folder that is read of an export that was unpacked already.
const MAX_DEPTH: usize = 40;

/// The files of an export.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, TreeFile>,
    /// What is not read, and why.
    pub(crate) remarks: Vec<Remark>,
}

/// A file of an export.
#[derive(Debug, Clone)]
pub(crate) struct TreeFile {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was changed, in seconds since 1970.
    pub(crate) modified: Option<i64>,
}

impl Tree {
    /// Adds a file. A second one of the same name is refused: which of them is meant nobody knows.
    pub(crate) fn add(&mut self, name: String, file: TreeFile) {
        match self.files.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(file);
            }
            Entry::Occupied(entry) => {
                let name = entry.key().clone();
                self.refuse(&name, "is there twice; only the first one is read");
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<TreeFile> {
        self.files.remove(name)
    }

    pub(crate) fn refuse(&mut self, name: &str, why: &str) {
        self.remark(RemarkKind::Refused, name, why.to_owned());
    }

    pub(crate) fn remark(&mut self, kind: RemarkKind, name: &str, message: String) {
        let file = name.to_owned();
        let line = 1;
        self.remarks.push(Remark {
            kind,
            file,
            line,
            message,
        });
    }

    pub(crate) fn find(&self, name: &str) -> Option<&TreeFile> {
        self.files.get(name)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &TreeFile)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text of a file of at most `limit` bytes; the error states why it cannot be read.
    pub(crate) fn text(&self, name: &str, limit: u64) -> Result<String, String> {
        let file = self.find(name).ok_or("is not there")?;
        let too_large = || format!("has more than the {limit} bytes that a page may have");
        if file.size > limit {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let opened = fs::File::open(&file.path).map_err(|error| format!("cannot be read: {error}"))?;
        let read = opened.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("cannot be read: {error}"))?;
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
        let text = String::from_utf8(bytes).map_err(|_| "is not valid UTF-8".to_owned())?;
        if text.contains('\0') {
            return Err("holds a NUL character, which no text of a document has".to_owned());
        }
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// The files of a folder. Symbolic links, pipes and devices are refused.
    pub(crate) fn of_folder(dir: &Path, limits: &Limits) -> Result<Self, ExportError> {
        let mut tree = Self::default();
        let mut folders = vec![(dir.to_owned(), String::new(), 0)];
        let mut entries = 0;
        while let Some((path, folder, depth)) = folders.pop() {
            let failed = |source| ExportError::Read {
                path: path.clone(),
                source,
            };
            for entry in fs::read_dir(&path).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                entries += 1;
                if entries > limits.entries {
                    return Err(ExportError::TooManyEntries {
                        name: dir.display().to_string(),
                        found: entries,
                        limit: limits.entries,
                    });
                }
                let file_name = entry.file_name().to_string_lossy().into_owned();
                let name = if folder.is_empty() {
                    file_name
                } else {
                    format!("{folder}/{file_name}")
                };
                // Neither call follows links.
                let (kind, metadata) = (entry.file_type().map_err(failed)?, entry.metadata().map_err(failed)?);
                let path = entry.path();
                if is_junk(&name) {
                } else if kind.is_dir() && depth < MAX_DEPTH {
                    folders.push((path, name, depth + 1));
                } else if kind.is_file() && entry.file_name().to_str().is_some() {
                    match entry_name::path(&name) {
                        Ok(name) => tree.add(name, TreeFile::of(path, &metadata)),
                        Err(why) => tree.refuse(&name, why),
                    }
                } else {
                    tree.refuse(
                        &name,
                        "is a symbolic link, a device, too deep, or has a name that is not valid UTF-8",
                    );
                }
            }
        }
        Ok(tree)
    }
}

impl TreeFile {
    fn of(path: PathBuf, metadata: &fs::Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            path,
            size: metadata.len(),
            modified: modified.and_then(|since| i64::try_from(since.as_secs()).ok()),
        }
    }
}
