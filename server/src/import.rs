//! Importing a folder of Markdown files as documents. Each file by itself: an error in one is reported with its line and stops no other. An
//! unchanged file changes nothing; a changed file updates its document, whose id stays. A document whose file is refused, or a draft, is
//! withdrawn.
//!
//! | what | where |
//! |---|---|
//! | Finding the files | [`walk`] |
//! | The identity of a file: source and path | [`source`] |
//! | Reading a file, within limits | `read_file.rs` |
//! | Front matter: keys, access, drafts | [`front_matter`] |
//! | When a document was written and changed | `dates.rs`, `history.rs` |
//! | Files that were renamed | `renames.rs` |
//! | The title, where the front matter gives none | `title.rs` |
//! | The order that a `SUMMARY.md` gives | `summary.rs` |
//! | From a file to a document | [`file`](mod@file), with warnings of `plausibility.rs` |
//! | Preparing files in parallel, ahead of the database | `prepare.rs` |
//! | Writing them, chunk by chunk | `write.rs` |
//! | Documents whose files are gone; folders imported under another name | `prune.rs` |
//! | Progress and report | [`report`] |
//! | Links to places in other documents | `places.rs` |
//! | Exports of Confluence, Notion, Outline and `BookStack` | [`programs`], with the crate `program-exports`; before the import: `convert_export.rs`, in reports: `restore_origin.rs` |
//! | Contents of pictures and other files | `files.rs`; which there are: `crate::files` |
//! | Which texts are allowed | `values.rs` |
//! | Reading a file that is exported | `read_back.rs`, for `crate::export` |
//! | The error of a file | `file_error.rs` |
//! | Escaping file names for terminals | `terminal.rs` |

use std::{path::PathBuf, sync::Arc};

use domain::PersonId;
use futures::{StreamExt as _, stream};

use store::Store;
use url::Url;

use crate::{
    files::{Attached, Attachments, Catalogue, FileSettings},
    git::Snapshot,
    link_paths::{DocumentPaths, alias_paths},
};

mod convert_export;
pub mod dates;
pub mod file;
mod file_error;
mod files;
pub mod front_matter;
mod history;
mod places;
mod plausibility;
mod prepare;
pub mod programs;
mod prune;
mod read_back;
mod read_file;
mod renames;
pub mod report;
mod restore_origin;
pub mod source;
mod summary;
pub(crate) mod terminal;
mod title;
mod values;
pub mod walk;
mod write;

pub(crate) use file::DRAFT_FOLDERS;
pub use file::Drafts;
pub use file_error::WarningKind;
pub use programs::ExportOptions;
pub(crate) use read_back::{ReadBack, read_back};
pub use report::{
    FolderCounts, ImportError, ImportEvent, ImportProblem, ImportReport, ImportWarning, LeftOut, Pruning, Withdrawn,
};

use file::{Content, Defaults};
use files::ImportFiles;
use history::History;
use prepare::ImportContext;
use read_file::{ReadFile, ReadOutcome};
use source::Source;
use walk::FoundFile;
use write::Import;

/// Chunks of files that are prepared while one is written.
const CHUNKS_AHEAD: usize = 2;

/// Resolves `provider:subject` (`subject` alone if there is one provider) or `issuer|subject` to a person; the error states why that fails.
pub type ResolvePerson = Box<dyn Fn(&str) -> Result<PersonId, String> + Send + Sync>;

/// What to import, and the defaults for files that state nothing else.
pub struct ImportOptions {
    /// The folder whose `*.md` files are imported, subfolders included; or an export of another program, as an archive or unpacked.
    pub dir: PathBuf,
    /// The commit whose files these are, if Portico fetched them.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What applies to exports of other programs.
    pub export: ExportOptions,
    /// Prefix of every file's folder.
    pub folder: Option<String>,
    /// Owner of files that name none, in a form that `resolve_person` accepts.
    pub owner: Option<String>,
    /// Groups of files that name none.
    pub groups: Vec<String>,
    /// Whether files that do not state it are private.
    pub private: bool,
    /// What happens to drafts.
    pub drafts: Drafts,
    /// Name of the source; `None` takes the repository, or the folder.
    pub source: Option<String>,
    /// Whether documents of the source whose files are gone are moved to the trash.
    pub prune: bool,
    /// Whether nothing is written, and the report says what would be.
    pub is_dry_run: bool,
    /// Seconds since 1970 (UTC): files dated later are drafts.
    pub now: i64,
    /// Where pictures and other files are stored.
    pub files: FileSettings,
    /// Address of this site: links to its documents that are written out in full count among what links to them.
    pub site: Option<Url>,
    /// Resolves owners.
    pub resolve_person: ResolvePerson,
}

/// Imports every Markdown file of a folder, or an export of another program, in transactions of some hundred files. What `progress` was called with
/// is committed.
///
/// # Errors
/// [`ImportError`]; errors of single files are in the report.
pub async fn run(
    store: &Store,
    mut options: ImportOptions,
    progress: &mut (dyn FnMut(ImportEvent) + Send + Sync),
) -> Result<ImportReport, ImportError> {
    // Its temporary folder is removed when this function ends or is dropped.
    let (_workspace, export) = options.convert_export().await?;
    let mut contents = walk::markdown_files(&options.dir)?;
    let files = std::mem::take(&mut contents.files);
    let others = std::mem::take(&mut contents.others);
    let source = source(&options, contents.root.clone())?;
    let history = Arc::new(history(&options, contents.root.clone()).await?);
    let stored = store.documents_of(&source.name, |_| true).await?;
    let stored: Vec<_> = stored.into_iter().map(|(_, path)| path).collect();
    let found = files.iter().map(|file| source.file(&file.name).path).collect();
    let renames = renames::find(&source, &stored, &found, &history);
    let source = Arc::new(source.with_renames(renames));
    let names = files.iter().map(|file| domain::text::nfc(&*file.name)).collect();
    let mut import = Import::of(store, &source, progress);
    import.report.is_dry_run = options.is_dry_run;
    import.export = export;
    import.start(files.len(), &contents).await?;
    for problem in std::mem::take(&mut import.export.problems) {
        import.problem(problem);
    }
    for warning in std::mem::take(&mut import.export.warnings) {
        import.warn(warning);
    }
    let documents = document_paths(stored, &source, &files).await?;
    let beside = ImportFiles {
        attachments: Arc::new(
            Attachments::new(Catalogue::new(others), documents, options.files.max_size)
                .on_site(options.site.as_ref().map(Url::as_str)),
        ),
        storage: options.files.storage(store).map_err(ImportError::Files)?,
        now: options.now,
    };
    let options = Arc::new(options);
    let origins = Arc::clone(&import.export.origins);
    let chunks = stream::iter(prepare::chunks(files)).map(|chunk| {
        let context = ImportContext {
            store: store.clone(),
            options: Arc::clone(&options),
            source: Arc::clone(&source),
            history: Arc::clone(&history),
            beside: beside.clone(),
            origins: Arc::clone(&origins),
        };
        tokio::spawn(prepare::files(context, chunk))
    });
    let mut chunks = chunks.buffered(CHUNKS_AHEAD);
    while let Some(chunk) = chunks.next().await {
        import.write(chunk??).await?;
    }
    import.prune(names, &contents, options.prune).await?;
    let report = import.finish().await?;
    if !options.is_dry_run {
        tidy(store, &beside).await;
    }
    Ok(report)
}

/// What follows every import: files that no document has are removed, and the database learns what it holds.
async fn tidy(store: &Store, files: &ImportFiles) {
    if let Err(error) = store.sweep_files(&*files.storage, files.now).await {
        tracing::warn!(
            error = bff::error_chain(&error),
            "files that no document has any more are still stored"
        );
    }
    if let Err(error) = store.refresh_statistics().await {
        tracing::warn!(
            error = bff::error_chain(&error),
            "the statistics of the database are those from before the import"
        );
    }
}

/// The source of the files.
fn source(options: &ImportOptions, root: PathBuf) -> Result<Source, ImportError> {
    let name = options.source.as_deref();
    Ok(match &options.snapshot {
        Some(snapshot) => Source::of_repository(snapshot.repository(), root, name)?,
        None => Source::of(root, name)?,
    })
}

/// The history of the files.
async fn history(options: &ImportOptions, root: PathBuf) -> Result<History, ImportError> {
    let snapshot = options.snapshot.clone();
    let read = move || match snapshot {
        Some(snapshot) => History::of_snapshot(&snapshot),
        None => History::of(&root),
    };
    Ok(tokio::task::spawn_blocking(read).await?)
}

/// Where the links of the files may lead: to each other, and to what was imported from the same source before, at `stored`.
async fn document_paths(
    stored: Vec<String>,
    source: &Arc<Source>,
    files: &[FoundFile],
) -> Result<DocumentPaths, ImportError> {
    let named = Arc::clone(source);
    let found = prepare::in_parallel(files.to_vec(), move |file| {
        let path = named.file(&file.name).path;
        let aliases = alias_paths(&path, &read_file::addresses(&file));
        (path, aliases)
    });
    let found = found.await?;
    // What was imported from this folder counts as long as its file is there.
    let elsewhere = stored.into_iter().filter(|path| source.below(path).is_none());
    let paths = found.iter().map(|(path, _)| path.clone());
    let of = |(path, aliases): &(String, Vec<String>)| {
        let path = path.clone();
        let pairs = aliases.clone().into_iter().map(move |alias| (alias, path.clone()));
        pairs.collect::<Vec<_>>()
    };
    Ok(DocumentPaths::new(elsewhere.chain(paths)).with_aliases(found.iter().flat_map(of)))
}

/// Imports the documents of the demo, `(file name, Markdown)`, as if they were a folder.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn seed_demo(
    store: &Store,
    documents: &[(&str, &str)],
    resolve: &(dyn Fn(&str) -> Result<PersonId, String> + Send + Sync),
) -> Result<ImportReport, ImportError> {
    let source = Source::demo();
    let paths = documents.iter().map(|(name, _)| (*name).to_owned());
    let attachments = Attachments::new(Catalogue::default(), DocumentPaths::new(paths), 0);
    let read = documents.iter().map(|(name, text)| {
        let defaults = Defaults {
            folder: String::new(),
            root: "",
            dates: dates::FileDates::default(),
            position: None,
            prefix: "",
            owner: None,
            groups: &[],
            private: false,
            drafts: Drafts::LeftOut,
            now: i64::MAX,
            resolve,
        };
        let outcome = file::parse(name, text, &defaults).into();
        let attached = match &outcome {
            ReadOutcome::Content(Content::Document(parsed)) => attachments.of(name, name, &parsed.content),
            _ => Attached::default(),
        };
        ReadFile {
            source: source.file(name),
            outcome,
            name: (*name).to_owned(),
            attached,
        }
    });
    let files = prepare::texts(store, read.collect()).await?;
    let mut ignore = |_| ();
    let mut import = Import::of(store, &source, &mut ignore);
    import.write(files).await?;
    import.finish().await
}
