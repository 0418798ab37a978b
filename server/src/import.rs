//! How does a folder of Markdown become documents? Every file on its own: what is wrong with one is reported with its line and stops no other.
//! The same file twice changes nothing; a changed file changes its document, which keeps its number.
//!
//! | question | where |
//! |---|---|
//! | Which files? | [`walk`] |
//! | What do the lines between `---` say? | [`front_matter`] |
//! | Which document does a file make? | [`file`](mod@file) |
//! | What is told of it? | [`report`] |
//! | How does a name reach a terminal? | `shown.rs` |

use std::{
    fs,
    io::{self, Read as _},
    path::PathBuf,
};

use domain::{DocumentId, PersonId};

use crate::{
    markdown,
    store::{Change, Draft, Store, WriteError},
};

pub mod file;
pub mod front_matter;
pub mod report;
pub(crate) mod shown;
pub mod walk;

pub use report::{ImportError, ImportEvent, ImportProblem, ImportReport};

use file::{Defaults, Parsed, Wrong};

/// Who is meant by `provider:subject` (`subject` alone where there is one provider) or `issuer|subject`; the error says why nobody is.
pub type ResolvePerson = Box<dyn Fn(&str) -> Result<PersonId, String> + Send + Sync>;

/// What to bring in, and what holds for files that do not say otherwise.
pub struct ImportOptions {
    /// The folder whose `*.md` files are brought in, with everything below it.
    pub dir: PathBuf,
    /// Put in front of every file's folder.
    pub folder: Option<String>,
    /// Owner of files that name none, as `resolve_person` understands it.
    pub owner: Option<String>,
    /// Groups of files that name none.
    pub groups: Vec<String>,
    /// Whether files that do not say are private.
    pub private: bool,
    /// Finds the person an owner's name stands for.
    pub resolve_person: ResolvePerson,
}

/// Brings in every Markdown file of a folder.
///
/// # Errors
/// [`ImportError`]; what is wrong with single files is in the report.
pub async fn run(
    store: &Store,
    options: ImportOptions,
    progress: &mut (dyn FnMut(ImportEvent) + Send),
) -> Result<ImportReport, ImportError> {
    let walked = walk::markdown_files(&options.dir)?;
    let mut import = Import {
        store,
        progress,
        report: ImportReport::default(),
    };
    (import.progress)(ImportEvent::Started {
        files: walked.files.len(),
    });
    for problem in walked.problems {
        import.problem(problem);
    }
    for found in walked.files {
        let defaults = Defaults {
            folder: join(options.folder.as_deref().unwrap_or_default(), &found.folder),
            prefix: options.folder.as_deref().unwrap_or_default(),
            owner: options.owner.as_deref(),
            groups: &options.groups,
            private: options.private,
            resolve: &*options.resolve_person,
        };
        let parsed = read(&found).and_then(|text| file::parse(&found.name, &text, &defaults));
        let source = format!("file:{}", found.path.display());
        import.file(&found.name, source, parsed).await?;
    }
    Ok(import.report)
}

/// Puts the demonstration's documents, `(file name, Markdown)`, into a database the way a folder of them would get there.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn seed_demo(
    store: &Store,
    documents: &[(&str, &str)],
    resolve: &(dyn Fn(&str) -> Result<PersonId, String> + Send + Sync),
) -> Result<ImportReport, ImportError> {
    let mut import = Import {
        store,
        progress: &mut |_| (),
        report: ImportReport::default(),
    };
    for (name, text) in documents {
        let defaults = Defaults {
            folder: String::new(),
            prefix: "",
            owner: None,
            groups: &[],
            private: false,
            resolve,
        };
        import
            .file(name, format!("demo:{name}"), file::parse(name, text, &defaults))
            .await?;
    }
    Ok(import.report)
}

struct Import<'a> {
    store: &'a Store,
    progress: &'a mut (dyn FnMut(ImportEvent) + Send),
    report: ImportReport,
}

impl Import<'_> {
    async fn file(&mut self, name: &str, source: String, parsed: Result<Parsed, Wrong>) -> Result<(), ImportError> {
        let written = match parsed {
            Ok(parsed) => self.write(source, parsed).await?,
            Err(wrong) => Err(wrong),
        };
        match written {
            Ok((id, change)) => {
                match change {
                    Change::Added => self.report.added += 1,
                    Change::Updated => self.report.updated += 1,
                    Change::Unchanged => self.report.unchanged += 1,
                }
                (self.progress)(ImportEvent::Done {
                    file: name.to_owned(),
                    id,
                    change,
                });
            }
            Err(Wrong { line, message }) => self.problem(ImportProblem {
                file: name.to_owned(),
                line,
                message,
            }),
        }
        Ok(())
    }

    /// The outer error ends the import, the inner one leaves out this file.
    async fn write(&self, source: String, parsed: Parsed) -> Result<Result<(DocumentId, Change), Wrong>, ImportError> {
        let source_hash = parsed.hash();
        let owner_name = parsed
            .owner_name
            .as_ref()
            .map(|name| (parsed.owner.clone(), name.clone()));
        let (id_line, body_line) = (parsed.id_line, parsed.body_line);
        let written = match self.store.imported(&source, &source_hash).await? {
            Some(id) => Ok((id, Change::Unchanged)),
            None => match draft(source, source_hash, parsed).await {
                Ok(draft) => self.store.write(&draft).await,
                Err(wrong) => return Ok(Err(wrong.below(body_line))),
            },
        };
        if let (Ok(_), Some((owner, name))) = (&written, owner_name) {
            self.store.introduce_person(&owner, &name).await?;
        }
        match written {
            Ok(done) => Ok(Ok(done)),
            Err(WriteError::Store(error)) => Err(error.into()),
            Err(error) => Ok(Err(Wrong {
                line: id_line,
                message: error.to_string(),
            })),
        }
    }

    fn problem(&mut self, problem: ImportProblem) {
        self.report.problems.push(problem.clone());
        (self.progress)(ImportEvent::Problem(problem));
    }
}

/// Rendering takes milliseconds: not where others wait.
async fn draft(source: String, source_hash: String, parsed: Parsed) -> Result<Draft, Wrong> {
    let rendering = tokio::task::spawn_blocking(move || {
        let rendered = markdown::render(&parsed.content, &parsed.title);
        rendered.map(|rendered| parsed.into_draft(rendered, source, source_hash))
    });
    match rendering.await {
        Ok(Ok(draft)) => Ok(draft),
        Ok(Err(error)) => Err(Wrong {
            line: error.line(),
            message: error.to_string(),
        }),
        Err(error) => Err(Wrong {
            line: 1,
            message: error.to_string(),
        }),
    }
}

fn read(found: &walk::FoundFile) -> Result<String, Wrong> {
    let wrong = |message: String| Wrong { line: 1, message };
    let unreadable = |error: io::Error| wrong(format!("cannot be read: {error}"));
    let is_file = |found: fs::Metadata| found.is_file();
    // Looked at again: opening a named pipe that came meanwhile would wait for whoever writes to it.
    if !fs::symlink_metadata(&found.path).map(is_file).map_err(unreadable)? {
        return Err(wrong(walk::NO_FILE.to_owned()));
    }
    let file = fs::File::open(&found.path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let limit = markdown::MAX_BYTES as u64;
    let mut bytes = Vec::new();
    // What a file says of its size may be older than what is in it.
    if size <= limit {
        file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    let size = size.max(bytes.len() as u64);
    if size > limit {
        return Err(wrong(format!(
            "has {size} bytes, more than the {limit} that are allowed"
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error
            .as_bytes()
            .iter()
            .take(good)
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Wrong {
            line,
            message: "is not valid UTF-8".to_owned(),
        }
    })
}

fn join(above: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}/{below}")
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_took_the_place_of_a_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.md");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let (name, folder) = ("a.md".to_owned(), String::new());
        let found = walk::FoundFile { path, name, folder };
        assert_eq!(read(&found).unwrap_err().message, walk::NO_FILE);
    }
}
