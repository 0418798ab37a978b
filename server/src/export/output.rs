//! The folder that an export writes. Everything is written below a temporary folder of its own, which nobody else can enter, and gets its place at the end: whoever
//! looks at the folder sees all of an export or nothing, and no symbolic link leads out of it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// Names of the temporary folders begin like this; an import passes them by.
const PREFIX: &str = ".portico-export-";

/// A folder that is being written.
#[derive(Debug)]
pub(super) struct Output {
    temporary: TempDir,
    target: PathBuf,
    /// Whether the target is there already, and empty.
    is_there: bool,
}

impl Output {
    /// Begins to write `target`, which may be there if it is empty.
    pub(super) fn begin(target: &Path) -> io::Result<Self> {
        let is_there = match fs::read_dir(target) {
            Ok(mut entries) => match entries.next() {
                None => true,
                Some(Ok(_)) => return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, "it is not empty")),
                Some(Err(error)) => return Err(error),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        // In a folder that is there, which may be another file system than what is above it.
        let (target, temporary) = if is_there {
            let target = fs::canonicalize(target)?;
            let temporary = builder.tempdir_in(&target)?;
            (target, temporary)
        } else {
            let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            let above = match target.parent() {
                Some(above) if !above.as_os_str().is_empty() => fs::canonicalize(above)?,
                _ => fs::canonicalize(".")?,
            };
            let temporary = builder.tempdir_in(&above)?;
            (above.join(name), temporary)
        };
        Ok(Self {
            temporary,
            target,
            is_there,
        })
    }

    /// Creates a file at a path of portable names, and the folders above it.
    pub(super) fn create(&self, path: &str) -> io::Result<File> {
        let path = self.temporary.path().join(path);
        if let Some(folder) = path.parent() {
            private_folders(folder)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    }

    /// Gives what was written its place.
    pub(super) fn finish(self) -> io::Result<()> {
        if self.is_there {
            for entry in fs::read_dir(self.temporary.path())? {
                let entry = entry?;
                let place = self.target.join(entry.file_name());
                // Renaming would replace what somebody else put there meanwhile.
                if fs::symlink_metadata(&place).is_ok() {
                    return Err(io::ErrorKind::AlreadyExists.into());
                }
                fs::rename(entry.path(), place)?;
            }
            return self.temporary.close();
        }
        // A folder takes the place of an empty one alone.
        fs::rename(self.temporary.path(), &self.target)?;
        let _ = self.temporary.keep();
        Ok(())
    }
}

/// Folders for their owner alone, as the documents in them may be private.
fn private_folders(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn im_8_nothing_is_at_its_place_before_everything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for target in ["new", "there"] {
            fs::create_dir_all(folder.path().join("there")).unwrap();
            let target = folder.path().join(target);
            let output = Output::begin(&target).unwrap();
            output.create("a/b.md").unwrap().write_all(b"x").unwrap();
            assert!(!target.join("a").exists());
            drop(output);
            assert_eq!(
                names(folder.path()),
                ["there"],
                "an export that is broken off leaves nothing"
            );
            let output = Output::begin(&target).unwrap();
            output.create("a/b.md").unwrap().write_all(b"x").unwrap();
            output.finish().unwrap();
            assert_eq!(
                (names(&target), fs::read(target.join("a/b.md")).unwrap()),
                (vec!["a".to_owned()], b"x".to_vec())
            );
            assert!(Output::begin(&target).is_err(), "a folder with something in it");
            fs::remove_dir_all(&target).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn im_8_what_is_exported_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new");
        let output = Output::begin(&target).unwrap();
        output.create("a/b.md").unwrap();
        output.finish().unwrap();
        let mode = |path: &str| fs::metadata(target.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(""), mode("a"), mode("a/b.md")), (0o700, 0o700, 0o600));
    }

    #[cfg(unix)]
    #[test]
    fn im_8_what_somebody_puts_there_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("there");
        fs::create_dir(&target).unwrap();
        let output = Output::begin(&target).unwrap();
        output.create("a.md").unwrap();
        std::os::unix::fs::symlink("/etc/hostname", target.join("a.md")).unwrap();
        assert!(output.finish().is_err());
        assert!(fs::symlink_metadata(target.join("a.md")).unwrap().is_symlink());
    }
}
