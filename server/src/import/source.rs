//! The identity of a file. Its source and the path below it: the source that was named; else the repository's origin, where the folder
//! lies in a Git checkout, so that every clone is the same source; else the folder itself. Two folders of one name are two sources.
//!
//! | part | where ||
//! |---|---|
//! | What is the origin of a checkout? | `git_config.rs` |
//! | Which addresses are one repository? | `origin.rs` |

use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Write as _},
    path::{Path, PathBuf},
};
use store::DocumentSource;

use domain::text::nfc;

use super::terminal::is_active;
use crate::{git::Repository, relative_path::join};

mod git_config;
mod origin;

/// Longest name of a source, in characters.
const MAX_NAME: usize = 200;

/// The source of the files of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What files of one source have in common: `name:handbook`, `git:example.com/team/handbook` or `folder:/srv/handbook`.
    pub name: String,
    /// Path of the imported folder below the source, with `/`; empty where it is the source itself.
    pub folder: String,
    /// The imported folder, without symbolic links.
    root: PathBuf,
    /// Paths of files that were renamed, with those of their documents so far.
    renames: HashMap<String, String>,
}

/// A name that no source can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name for a source: write up to {MAX_NAME} characters on one line, such as `handbook`")]
pub struct NotASourceName(String);

impl Source {
    /// The source of a folder.
    ///
    /// # Errors
    /// [`NotASourceName`] if it was given a name that is none.
    pub fn of(root: PathBuf, name: Option<&str>) -> Result<Self, NotASourceName> {
        let (name, folder) = match name {
            Some(name) => (named(name)?, String::new()),
            None => of_checkout(&root).unwrap_or_else(|| (format!("folder:{}", written(&root)), String::new())),
        };
        Ok(Self::new(name, folder, root))
    }

    /// The source of a folder of a repository: as of a checkout that was cloned from it.
    ///
    /// # Errors
    /// [`NotASourceName`] if it was given a name that is none.
    pub fn of_repository(repository: &Repository, root: PathBuf, name: Option<&str>) -> Result<Self, NotASourceName> {
        let address = repository.address.to_string();
        let (name, folder) = match name {
            Some(name) => (named(name)?, String::new()),
            None => (
                match origin::normalised(&address, Path::new("/")) {
                    Some(repository) => format!("git:{repository}"),
                    // Only somebody's home folder is none.
                    None => format!("git:{}", written(Path::new(&address))),
                },
                repository.path.as_str().to_owned(),
            ),
        };
        Ok(Self::new(name, folder, root))
    }

    fn new(name: String, folder: String, root: PathBuf) -> Self {
        Self {
            name,
            folder,
            root,
            renames: HashMap::new(),
        }
    }

    /// Whether a source can have this name.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        named(name).is_ok()
    }

    /// The documents of the demonstration.
    pub(super) fn demo() -> Self {
        Self::new("demo".to_owned(), String::new(), PathBuf::new())
    }

    /// With files that were renamed: paths below the source, each with that of its document so far.
    pub(super) fn with_renames(self, renames: HashMap<String, String>) -> Self {
        Self { renames, ..self }
    }

    /// Paths whose documents go on under another one.
    pub(super) fn former_paths(&self) -> HashSet<&str> {
        self.renames.values().map(String::as_str).collect()
    }

    /// The source of a file by its path below the imported folder. In NFC: macOS decomposes the letters of file names, and a clone elsewhere does not.
    pub(super) fn file(&self, name: &str) -> DocumentSource {
        let path = nfc(join(&self.folder, name));
        let former_key = if let Some(former) = self.renames.get(&path) {
            DocumentSource::key_of(&self.name, former)
        } else if self.root.as_os_str().is_empty() {
            format!("demo:{name}")
        } else {
            format!("file:{}", self.root.join(name).display())
        };
        DocumentSource {
            name: self.name.clone(),
            path,
            former_key,
        }
    }

    /// The path below the imported folder of a path below the source; `None` if it lies elsewhere.
    pub(super) fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        if self.folder.is_empty() {
            Some(path)
        } else {
            path.strip_prefix(&*nfc(&*self.folder))?.strip_prefix('/')
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.folder.is_empty() {
            Ok(())
        } else {
            write!(f, ", folder {}", self.folder)
        }
    }
}

/// A name somebody chose; what a report called a source stays what it is.
fn named(name: &str) -> Result<String, NotASourceName> {
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.contains(is_active);
    let has_value = ["name:", "git:", "folder:"].iter().any(|kind| name.starts_with(kind));
    match (is_name, has_value) {
        (true, true) => Ok(name.to_owned()),
        (true, false) => Ok(format!("name:{name}")),
        (false, _) => Err(NotASourceName(name.chars().take(MAX_NAME).collect())),
    }
}

/// The repository and the folder inside it, if the folder lies in a checkout that has an origin.
fn of_checkout(root: &Path) -> Option<(String, String)> {
    let checkout = root
        .ancestors()
        .find(|folder| std::fs::symlink_metadata(folder.join(".git")).is_ok())?;
    let address = git_config::origin(&checkout.join(".git"))?;
    let repository = origin::normalised(&address, checkout)?;
    let folder = root.strip_prefix(checkout).ok()?;
    let names: Option<Vec<_>> = folder.iter().map(|name| name.to_str()).collect();
    Some((format!("git:{repository}"), names?.join("/")))
}

/// A path in characters that a database stores and a terminal shows; two paths are never written alike.
fn written(path: &Path) -> String {
    let mut written = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if is_active(letter) || letter == '%' {
                let mut bytes = [0; 4];
                letter
                    .encode_utf8(&mut bytes)
                    .bytes()
                    .for_each(|byte| push_byte(&mut written, byte));
            } else {
                written.push(letter);
            }
        }
        chunk.invalid().iter().for_each(|byte| push_byte(&mut written, *byte));
    }
    written
}

fn push_byte(written: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(written, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout(folder: &Path, config: &str) {
        std::fs::create_dir_all(folder.join(".git")).unwrap();
        std::fs::create_dir_all(folder.join("docs/a")).unwrap();
        std::fs::write(folder.join(".git/config"), config).unwrap();
    }

    fn of(folder: &Path) -> (String, String) {
        let source = Source::of(folder.canonicalize().unwrap(), None).unwrap();
        (source.name, source.folder)
    }

    #[test]
    fn a_checkout_is_known_by_its_origin_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let config = |url: &str| format!("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {url}\n");
        let (one, other) = (folder.path().join("one"), folder.path().join("deep/other"));
        checkout(&one, &config("git@example.com:team/handbook.git"));
        checkout(&other, &config("https://alice:hunter2@example.com/team/handbook"));
        let expected = ("git:example.com/team/handbook".to_owned(), "docs/a".to_owned());
        assert_eq!(of(&one.join("docs/a")), expected);
        assert_eq!(of(&other.join("docs/a")), expected);
        assert_eq!(of(&other).1, "");
    }

    #[test]
    fn worktrees_and_submodules_are_checkouts_too() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("main");
        checkout(&main, "[remote \"origin\"]\n\turl = https://example.com/a.git\n");
        let tree = folder.path().join("tree");
        std::fs::create_dir_all(&tree).unwrap();
        std::fs::create_dir_all(main.join(".git/worktrees/tree")).unwrap();
        std::fs::write(main.join(".git/worktrees/tree/commondir"), "../..\n").unwrap();
        std::fs::write(
            tree.join(".git"),
            format!("gitdir: {}/.git/worktrees/tree\n", main.display()),
        )
        .unwrap();
        assert_eq!(of(&tree).0, "git:example.com/a");
        let sub = main.join("sub");
        std::fs::create_dir_all(&sub).unwrap();
        std::fs::create_dir_all(main.join(".git/modules/sub")).unwrap();
        std::fs::write(
            main.join(".git/modules/sub/config"),
            "[remote \"origin\"]\nurl = https://example.com/b\n",
        )
        .unwrap();
        std::fs::write(sub.join(".git"), "gitdir: ../.git/modules/sub\n").unwrap();
        assert_eq!(of(&sub).0, "git:example.com/b");
    }

    #[test]
    fn a_folder_without_an_origin_is_known_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("a/docs"), folder.path().join("b/docs"));
        checkout(&one, "[core]\n");
        std::fs::create_dir_all(&other).unwrap();
        let (one, other) = (of(&one), of(&other));
        assert!(
            one.0.starts_with("folder:/") && one.0.ends_with("/a/docs") && other.0.ends_with("/b/docs"),
            "{one:?} {other:?}"
        );
    }

    #[test]
    fn a_name_is_a_source_by_itself() {
        let source = |name: &str| Source::of("/x".into(), Some(name)).map(|source| source.name);
        assert_eq!(source(" handbook ").unwrap(), "name:handbook");
        assert_eq!(source("folder:/srv/old").unwrap(), "folder:/srv/old");
        for none in ["", " ", "a\nb", "a\u{1f}b", "a\u{202e}b", &"a".repeat(201)] {
            assert!(source(none).is_err(), "{none:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_two_paths_are_written_alike() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
        let paths: [&[u8]; 5] = [b"/a%1F", b"/a\x1f", b"/a\xff", b"/a%FF", "/a\u{202e}".as_bytes()];
        let all: std::collections::BTreeSet<_> = paths
            .iter()
            .map(|path| written(Path::new(OsStr::from_bytes(path))))
            .collect();
        assert!(
            all.len() == paths.len() && all.iter().all(|path| !path.contains(is_active)),
            "{all:?}"
        );
    }
}
