//! The files of a commit, written out one by one: regular files alone, by their contents as they are in the repository. No attribute, filter or
//! submodule takes part, and no link leads anywhere.

use std::{
    fs::{self, File},
    io::{self, BufRead, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    commit_id::CommitId,
    error::GitError,
    names::RepositoryPath,
    program::{Git, Output},
};

/// Most files of a commit.
const MAX_FILES: usize = 200_000;

/// How the file begins that stands for another, which `git lfs` would fetch.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Longest such file.
const MAX_POINTER: u64 = 1024;

/// What is written at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of one file; a larger one is written as a hole of its size, for the report.
    pub(super) max_file: u64,
    /// Bytes of all of them.
    pub(super) max_size: u64,
}

/// The files, removed when this is dropped.
#[derive(Debug)]
pub(super) struct Tree {
    /// Where the files are.
    pub(super) root: PathBuf,
    /// What is removed.
    parent: PathBuf,
}

impl Drop for Tree {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.parent) {
            tracing::warn!(%error, "files of a repository are left behind; the next import removes them");
        }
    }
}

/// An entry of the commit.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    size: u64,
    path: String,
    is_link: bool,
}

/// A commit of a bare repository.
#[derive(Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) git: &'a Git,
    pub(super) git_dir: &'a Path,
    pub(super) commit: &'a CommitId,
}

/// Writes the files below `path` of a commit into a folder and a name in it.
pub(super) fn write(
    origin: Origin<'_>,
    path: &RepositoryPath,
    into: (PathBuf, String),
    limits: Limits,
) -> Result<Tree, GitError> {
    let Origin { git, git_dir, .. } = origin;
    let id = tree_id(origin, path)?;
    let entries = git.read(git_dir, &["ls-tree", "-r", "-z", "-l", "--full-tree", &id], entries)?;
    if entries.len() > MAX_FILES {
        return Err(GitError::Failed(format!(
            "the folder has more than {MAX_FILES} files: name a smaller one"
        )));
    }
    let tree = Tree {
        root: into.0.join(into.1),
        parent: into.0,
    };
    fs::create_dir_all(&tree.root).map_err(GitError::Io)?;
    let (written, others): (Vec<_>, Vec<_>) = entries
        .into_iter()
        .partition(|entry| !entry.is_link && entry.size <= limits.max_file);
    if written.iter().map(|entry| entry.size).sum::<u64>() > limits.max_size {
        return Err(GitError::TooLarge(limits.max_size));
    }
    let ids = written.iter().flat_map(|entry| [&*entry.id, "\n"]).collect::<String>();
    let (root, time) = (tree.root.clone(), commit_time(origin)?);
    if !ids.is_empty() {
        git.read_of(
            git_dir,
            &["cat-file", "--batch", "--buffer"],
            ids.into_bytes(),
            move |mut output| {
                written
                    .iter()
                    .try_for_each(|entry| write_file(&root, entry, time, &mut output))
            },
        )?;
    }
    for entry in others {
        write_other(&tree.root, &entry).map_err(GitError::Io)?;
    }
    Ok(tree)
}

/// The tree of a folder.
fn tree_id(Origin { git, git_dir, commit }: Origin<'_>, path: &RepositoryPath) -> Result<String, GitError> {
    if path.as_str().is_empty() {
        return Ok(commit.as_str().to_owned());
    }
    let listed = git.text(
        git_dir,
        &["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path.as_str()],
    )?;
    let found = listed.split('\0').find_map(|record| {
        let (about, name) = record.split_once('\t')?;
        let id = about.split(' ').nth(2).filter(|_| about.starts_with("040000 tree"))?;
        (name == path.as_str()).then(|| id.to_owned())
    });
    found.ok_or_else(|| GitError::NoFolder(path.clone()))
}

fn commit_time(Origin { git, git_dir, commit }: Origin<'_>) -> Result<Option<SystemTime>, GitError> {
    let seconds = git.text(git_dir, &["log", "-1", "--format=%ct", commit.as_str(), "--"])?;
    Ok(seconds
        .trim()
        .parse()
        .ok()
        .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
}

/// Reads `MODE blob ID SIZE\tPATH`, each ended by NUL. Submodules are passed by, and so is what would lie elsewhere.
fn entries(output: Output) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for record in output.split(0) {
        let record = String::from_utf8_lossy(&record?).into_owned();
        let Some((about, path)) = record.split_once('\t') else {
            continue;
        };
        let mut about = about.split_ascii_whitespace();
        let (Some(mode), Some("blob"), Some(id), Some(size)) = (about.next(), about.next(), about.next(), about.next())
        else {
            continue;
        };
        let is_inside = path.split('/').all(is_name);
        if let (Some(id), Ok(size), true) = (CommitId::parse(id), size.parse(), is_inside) {
            entries.push(Entry {
                id: id.as_str().to_owned(),
                size,
                path: path.to_owned(),
                is_link: mode == "120000",
            });
        }
        if entries.len() > MAX_FILES {
            break;
        }
    }
    Ok(entries)
}

/// Removes a folder, if it is there.
pub(super) fn remove(folder: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a part of a path is the name of a file in a folder, on every system.
fn is_name(part: &str) -> bool {
    !matches!(part, "" | "." | "..")
        && part.len() <= 255
        && !part.contains(['\\', '\0'])
        && !part.eq_ignore_ascii_case(".git")
}

/// Writes a file, whose content is next in the output: `ID blob SIZE`, the content, and a line break.
fn write_file(root: &Path, entry: &Entry, time: Option<SystemTime>, output: &mut Output) -> io::Result<()> {
    let unexpected = || io::Error::new(io::ErrorKind::InvalidData, "git wrote another file");
    let mut head = String::new();
    output.by_ref().take(200).read_line(&mut head)?;
    if head.trim_end() != format!("{} blob {}", entry.id, entry.size) {
        return Err(unexpected());
    }
    let mut content = output.by_ref().take(entry.size);
    let mut beginning = Vec::new();
    if entry.size <= MAX_POINTER {
        content.read_to_end(&mut beginning)?;
    }
    // A picture that is not there is reported, which one of three lines of text would not be.
    if !beginning.starts_with(POINTER)
        && let Some(mut file) = create(root, &entry.path)?
    {
        file.write_all(&beginning)?;
        io::copy(&mut content, &mut file)?;
        if let Some(time) = time {
            file.set_modified(time)?;
        }
    }
    io::copy(&mut content, &mut io::sink())?;
    let mut end = [0];
    output.read_exact(&mut end)?;
    if end == *b"\n" { Ok(()) } else { Err(unexpected()) }
}

/// A link stays one, to nowhere, and a large file has its size alone: both are reported where files are read.
fn write_other(root: &Path, entry: &Entry) -> io::Result<()> {
    if !entry.is_link {
        return create(root, &entry.path)?.map_or(Ok(()), |file| file.set_len(entry.size));
    }
    let path = root.join(&entry.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", path)?;
    Ok(())
}

/// Creates a file. `None` where there is one, on a disk that does not tell two names from each other.
fn create(root: &Path, path: &str) -> io::Result<Option<File>> {
    let path = root.join(path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
        created => created.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_no_entry_lies_outside_of_the_folder() {
        let id = "a".repeat(40);
        let list: String = [
            ("100644 blob", "12", "docs/a.md"),
            ("120000 blob", "7", "link.md"),
            ("160000 commit", "-", "submodule"),
            ("100644 blob", "1", "../out.md"),
            ("100644 blob", "1", "a/../../out.md"),
            ("100644 blob", "1", "/etc/passwd"),
            ("100644 blob", "1", ".GIT/config"),
            ("100644 blob", "1", "a\\b"),
            ("100644 blob", "1", "a//b"),
            ("100644 blob", "-1", "c.md"),
        ]
        .iter()
        .flat_map(|(kind, size, path)| [kind, " ", &id, "    ", size, "\t", path, "\0"])
        .collect();
        let found = entries(Box::new(io::Cursor::new(list))).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|entry| (&*entry.path, entry.size, entry.is_link))
            .collect();
        assert_eq!(found, [("docs/a.md", 12, false), ("link.md", 7, true)]);
    }
}
