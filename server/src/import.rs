//! How does a folder of Markdown become documents? Every file on its own: what is wrong with one is reported with its line and stops no other.
//! The same file twice changes nothing; a changed file changes its document, which keeps its number. What a file brought in earlier is
//! withdrawn when the file is refused or not finished now.
//!
//! | question | where |
//! |---|---|
//! | Which files? | [`walk`] |
//! | Which files are one document, wherever the folder lies? | [`source`] |
//! | What is in a file? | `reading.rs` |
//! | What does its front matter say? | [`front_matter`] |
//! | Which document does it make? | [`file`](mod@file), with `owners.rs` |
//! | How are files made ready ahead of the database? | `prepare.rs` |
//! | How do they get there? | `write.rs` |
//! | Which files are gone, or came from elsewhere? | `moved.rs` |
//! | What is told of it? | [`report`] |
//! | What is wrong with a file? | `wrong.rs` |
//! | How does a name reach a terminal? | `shown.rs` |

use std::{path::PathBuf, sync::Arc};

use domain::PersonId;
use futures::{StreamExt as _, stream};

use store::Store;
pub mod file;
pub mod front_matter;
mod moved;
mod owners;
mod prepare;
mod reading;
pub mod report;
pub(crate) mod shown;
pub mod source;
pub mod walk;
mod write;
mod wrong;

pub use file::Drafts;
pub use report::{ImportError, ImportEvent, ImportProblem, ImportReport, LeftOut, Pruning, Withdrawn};

use file::Defaults;
use reading::ReadFile;
use source::Source;
use write::Import;

/// Chunks of files that are made ready while one is written.
const AHEAD: usize = 2;

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
    /// What happens to files that are not finished.
    pub drafts: Drafts,
    /// The name of the source; without one it is the repository, or the folder.
    pub source: Option<String>,
    /// Whether documents of the source whose files are gone go to the trash.
    pub prune: bool,
    /// Seconds since 1970 (UTC): what is dated ahead of it is not finished.
    pub now: i64,
    /// Finds the person an owner's name stands for.
    pub resolve_person: ResolvePerson,
}

/// Brings in every Markdown file of a folder, in transactions of some hundred files. What was told to `progress` is committed.
///
/// # Errors
/// [`ImportError`]; what is wrong with single files is in the report.
pub async fn run(
    store: &Store,
    options: ImportOptions,
    progress: &mut (dyn FnMut(ImportEvent) + Send),
) -> Result<ImportReport, ImportError> {
    let mut walked = walk::markdown_files(&options.dir)?;
    let files = std::mem::take(&mut walked.files);
    let source = Arc::new(Source::of(walked.root.clone(), options.source.as_deref())?);
    let names = files.iter().map(|file| domain::text::nfc(&*file.name)).collect();
    let mut import = Import::of(store, &source, progress);
    import.start(files.len(), &walked).await?;
    let options = Arc::new(options);
    let chunks = stream::iter(prepare::chunks(files)).map(|chunk| {
        let (store, options, source) = (store.clone(), Arc::clone(&options), Arc::clone(&source));
        tokio::spawn(prepare::files(store, options, source, chunk))
    });
    let mut chunks = chunks.buffered(AHEAD);
    while let Some(chunk) = chunks.next().await {
        import.write(chunk??).await?;
    }
    import.prune(names, &walked, options.prune).await?;
    import.finish().await
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
    let source = Source::demo();
    let read = documents.iter().map(|(name, text)| {
        let defaults = Defaults {
            folder: String::new(),
            prefix: "",
            owner: None,
            groups: &[],
            private: false,
            drafts: Drafts::LeftOut,
            now: i64::MAX,
            resolve,
        };
        ReadFile {
            source: source.file(name),
            reading: file::parse(name, text, &defaults).into(),
            name: (*name).to_owned(),
        }
    });
    let files = prepare::texts(store, read.collect()).await?;
    let mut ignore = |_| ();
    let mut import = Import::of(store, &source, &mut ignore);
    import.write(files).await?;
    import.finish().await
}

fn join(above: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}/{below}")
    }
}
