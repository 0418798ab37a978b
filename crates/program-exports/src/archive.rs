//! Unpacks a ZIP archive into files with numbers for names, within limits that count what is really unpacked.

use std::{
    fs,
    io::{self, Read, Seek},
    path::Path,
};

use zip::{ZipArchive, read::ZipFile, result::ZipError};

use crate::{
    ExportError, Folder, Limits, RemarkKind, central_directory, entry_name,
    tree::{Tree, TreeFile},
    workspace::CopyError,
};

/// Bits of a Unix mode that state the kind of a file, and the kind of regular ones.
const KIND: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Unpacks archives into one tree.
pub(crate) struct Unpacking<'a> {
    folder: &'a Folder,
    limits: &'a Limits,
    pub(crate) tree: Tree,
    entries: u64,
    total: u64,
    /// Names on the disk.
    written: u64,
}

impl<'a> Unpacking<'a> {
    pub(crate) fn new(folder: &'a Folder, limits: &'a Limits) -> Self {
        Self {
            folder,
            limits,
            tree: Tree::default(),
            entries: 0,
            total: 0,
            written: 0,
        }
    }

    /// Unpacks an archive. Entries that are refused are remarks; an archive that is made to do harm is an error.
    pub(crate) fn unpack(&mut self, path: &Path, name: &str) -> Result<(), ExportError> {
        let read = |source| ExportError::Read {
            path: path.to_owned(),
            source,
        };
        let mut file = io::BufReader::new(fs::File::open(path).map_err(read)?);
        let unreadable = |why: String| ExportError::NotAnArchive {
            name: name.to_owned(),
            why,
        };
        let stated = central_directory::entries(&mut file).map_err(read)?;
        let stated = stated.ok_or_else(|| unreadable("its end is missing; was it downloaded whole?".to_owned()))?;
        self.entries += stated;
        if self.entries > self.limits.entries {
            return Err(ExportError::TooManyEntries {
                name: name.to_owned(),
                found: self.entries,
                limit: self.limits.entries,
            });
        }
        let failed = |error: ZipError| unreadable(error.to_string());
        let mut archive = ZipArchive::new(file).map_err(failed)?;
        if archive.has_duplicate_names() {
            return Err(unreadable("two of its files have the same name".to_owned()));
        }
        if archive.has_overlapping_entries().map_err(failed)? {
            return Err(ExportError::Overlapping { name: name.to_owned() });
        }
        for index in 0..archive.len() {
            self.folder.check()?;
            self.entry(&mut archive, index)?;
        }
        Ok(())
    }

    fn entry<R: Read + Seek>(&mut self, archive: &mut ZipArchive<R>, index: usize) -> Result<(), ExportError> {
        // Without the password that would be needed: what the entry states can be read in any case.
        let stated = archive
            .by_index_raw(index)
            .map(|entry| (label(&entry), problem(&entry)));
        let (label, problem) = match stated {
            Ok(stated) => stated,
            Err(error) => {
                self.tree
                    .refuse(&format!("entry {}", index + 1), &format!("cannot be read: {error}"));
                return Ok(());
            }
        };
        let name = match (entry_name::path(&label), problem) {
            (Ok(name), _) if entry_name::is_junk(&name) => return Ok(()),
            (Err(why), _) | (Ok(_), Some(why)) => {
                self.tree.refuse(&label, why);
                return Ok(());
            }
            (Ok(name), None) => name,
        };
        match archive.by_index(index) {
            Ok(entry) if entry.is_dir() => Ok(()),
            Ok(entry) => self.file(name, entry),
            Err(error) => {
                self.tree.refuse(&name, &format!("cannot be unpacked: {error}"));
                Ok(())
            }
        }
    }

    fn file<R: Read>(&mut self, name: String, mut entry: ZipFile<'_, R>) -> Result<(), ExportError> {
        let limit = if is_archive(&name) {
            self.limits.total
        } else {
            self.limits.file
        };
        let too_large = format!("has more than {limit} bytes and is left out");
        if entry.size() > limit {
            self.tree.remark(RemarkKind::File, &name, too_large);
            return Ok(());
        }
        let packed = entry.compressed_size().max(1);
        // The sizes that an entry states need not be true: one byte more than is allowed shows it.
        let allowed = limit.min(self.limits.total - self.total);
        let bomb = packed.saturating_mul(self.limits.ratio).max(Limits::RATIO_FROM);
        self.written += 1;
        let number = self.written.to_string();
        let copied = self.folder.copy(&number, &mut (&mut entry).take(allowed.min(bomb) + 1));
        match copied {
            Ok((_, size)) if size > bomb => Err(ExportError::Bomb {
                name,
                ratio: self.limits.ratio,
            }),
            Ok((_, size)) if size > self.limits.total - self.total => Err(ExportError::TooLarge {
                limit: self.limits.total,
            }),
            Ok((path, size)) if size > limit => {
                // It goes with the folder in any case.
                let _ = std::fs::remove_file(&path);
                self.tree.remark(RemarkKind::File, &name, too_large);
                Ok(())
            }
            Ok((path, size)) => {
                self.total += size;
                let modified = entry.last_modified().and_then(seconds);
                self.tree.add(name, TreeFile { path, size, modified });
                Ok(())
            }
            Err(CopyError::Read(error)) => {
                // It goes with the folder in any case.
                let _ = std::fs::remove_file(self.folder.path().join(number));
                self.tree.refuse(&name, &format!("cannot be unpacked: {error}"));
                Ok(())
            }
            Err(CopyError::Export(error)) => Err(error),
        }
    }
}

/// Whether a file is an archive by its name.
pub(crate) fn is_archive(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// The name of an entry: UTF-8 if it is that, whatever its flag states, else in the code page of the format's first years.
fn label<R: Read>(entry: &ZipFile<'_, R>) -> String {
    match std::str::from_utf8(entry.name_raw()) {
        Ok(name) => name.to_owned(),
        Err(_) => entry.name().map_or_else(
            |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
            std::borrow::Cow::into_owned,
        ),
    }
}

/// Why an entry is not unpacked, by what it states.
fn problem<R: Read>(entry: &ZipFile<'_, R>) -> Option<&'static str> {
    let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
    if entry.is_symlink() {
        Some("is a symbolic link, which is not followed")
    } else if entry.encrypted() {
        Some("is encrypted: export without a password")
    } else if !entry.is_dir() && kind != 0 && kind != REGULAR {
        Some("is a named pipe, a socket or a device; only regular files are read")
    } else {
        None
    }
}

/// The time of an entry, taken as UTC since its zone is not stated, in seconds since 1970. An entry without one has the first moment of 1980.
fn seconds(time: zip::DateTime) -> Option<i64> {
    let month = time::Month::try_from(time.month()).ok()?;
    let date = time::Date::from_calendar_date(i32::from(time.year()), month, time.day()).ok()?;
    let moment = date.with_hms(time.hour(), time.minute(), time.second().min(59)).ok()?;
    (date.year() > 1980).then(|| moment.assume_utc().unix_timestamp())
}
