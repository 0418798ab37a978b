//! Exporting documents as a folder of Markdown files with front matter, which an import brings back: the same documents, access, links and files.
//!
//! | what | where |
//! |---|---|
//! | Where each document lies | `layout.rs`, by the names of `names.rs` |
//! | Where pictures and other files lie | `files.rs` |
//! | Where links lead, and what they become | `links.rs` |
//! | Changing targets in a text | `rewrite.rs` |
//! | Front matter | `front_matter.rs` |
//! | What would not come back | `check.rs` |
//! | Writing the folder | `output.rs` |
//! | Progress and report | `report.rs` |
//!
//! Nobody's rights are asked for: an export is for the operator, who has the database anyway.

use std::{collections::HashMap, io::Write as _, path::PathBuf, sync::Arc};

use store::{Snapshot, Store, StoreError, StoredDocument};

use crate::files::FileSettings;

mod check;
mod files;
mod front_matter;
mod index;
mod layout;
mod links;
mod names;
mod output;
mod report;
mod rewrite;

pub use report::{ExportError, ExportEvent, ExportProblem, ExportReport};

use files::PlacedFiles;
use front_matter::Extra;
use index::{Entry, Index};
use links::{Links, Stored};
use output::Output;

/// Most documents that are in memory at once, with their texts.
const PAGE: u32 = 64;

/// What to export, and where to.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The folder to write, which is not there yet, or empty.
    pub dir: PathBuf,
    /// Only documents in this folder and below; they lie where they lie in an export of everything.
    pub folder: Option<String>,
    /// Whether files hold the numbers of their documents, so that addresses stay.
    pub has_ids: bool,
    /// Where pictures and other files are stored.
    pub files: FileSettings,
    /// Seconds since 1970 (UTC).
    pub now: i64,
}

/// Exports all documents outside the trash, as they are at one moment. Either everything is in the folder at the end, or nothing.
///
/// # Errors
/// [`ExportError`]; what would not come back is in the report.
pub async fn run(
    store: &Store,
    options: ExportOptions,
    progress: &mut (dyn FnMut(ExportEvent) + Send),
) -> Result<ExportReport, ExportError> {
    let dir = options.dir.clone();
    let folder_error = |source| ExportError::Folder {
        path: dir.clone(),
        source,
    };
    let target = options.dir.clone();
    let output = tokio::task::spawn_blocking(move || Output::begin(&target)).await?;
    let output = output.map_err(folder_error)?;
    let (mut snapshot, documents) = store.snapshot().await?;
    progress(ExportEvent::Started { documents });
    let (index, layout) = Index::read(&mut snapshot, options.folder.as_deref()).await?;
    if let Some(folder) = options.folder.as_ref().filter(|_| index.is_empty()) {
        return Err(ExportError::NoSuchFolder(folder.clone()));
    }
    let files = PlacedFiles::read(&mut snapshot, &index, layout).await?;
    let storage = options.files.storage(store).map_err(ExportError::Files)?;
    files.write(&*storage, &output).await?;
    let export = Arc::new(Export {
        options,
        index,
        files,
        output,
    });
    let mut report = ExportReport {
        files: export.files.len(),
        ..ExportReport::default()
    };
    let mut after = 0;
    loop {
        let page = snapshot.documents(after, PAGE).await?;
        let Some(last) = page.last().map(|document| document.row.id.number()) else {
            break;
        };
        let seen = page.len() as u64;
        let stored = stored(&mut snapshot, after, last).await?;
        after = last;
        let writing = Arc::clone(&export);
        let of_page = tokio::task::spawn_blocking(move || writing.write(&page, &stored)).await??;
        of_page
            .problems
            .iter()
            .cloned()
            .map(ExportEvent::Problem)
            .for_each(&mut *progress);
        report.add(of_page);
        progress(ExportEvent::Done { documents: seen });
    }
    let Some(export) = Arc::into_inner(export) else {
        return Ok(report);
    };
    let finished = tokio::task::spawn_blocking(move || export.output.finish()).await?;
    finished.map_err(folder_error)?;
    Ok(report)
}

/// What the database has of the links and files of the documents above the number `after`, up to `last`.
async fn stored(snapshot: &mut Snapshot, after: i64, last: i64) -> Result<HashMap<i64, Stored>, StoreError> {
    let mut stored: HashMap<i64, Stored> = HashMap::new();
    for file in snapshot.files(after, last).await? {
        stored.entry(file.document.number()).or_default().files.push(file);
    }
    for link in snapshot.links(after, last).await? {
        stored.entry(link.document.number()).or_default().links.push(link);
    }
    Ok(stored)
}

/// An export that is under way.
struct Export {
    options: ExportOptions,
    index: Index,
    files: PlacedFiles,
    output: Output,
}

impl Export {
    fn write(&self, page: &[StoredDocument], stored: &HashMap<i64, Stored>) -> Result<ExportReport, ExportError> {
        let mut report = ExportReport::default();
        let nothing = Stored::default();
        for document in page {
            let id = document.row.id.number();
            if let Some(entry) = self.index.get(id)
                && let Some(path) = &entry.path
            {
                let stored = stored.get(&id).unwrap_or(&nothing);
                self.document(document, (entry, path), stored, &mut report)?;
            }
        }
        Ok(report)
    }

    fn document(
        &self,
        document: &StoredDocument,
        (entry, path): (&Entry, &str),
        stored: &Stored,
        report: &mut ExportReport,
    ) -> Result<(), ExportError> {
        let extra = Extra {
            has_id: self.options.has_ids,
            has_folder: path.rsplit_once('/').map_or("", |(folder, _)| folder) != document.row.folder,
        };
        let links = Links::new((&self.index, &self.files), entry, path, stored);
        let (content, mut problems) = with_links(document, &links, report);
        let text = front_matter::write(document, extra) + &content;
        problems.extend(check::losses(document, &content, path, &text, self.options.now));
        report
            .problems
            .extend(problems.into_iter().map(|message| ExportProblem {
                file: path.to_owned(),
                message,
            }));
        let written = self
            .output
            .create(path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| ExportError::Folder {
            path: self.options.dir.join(path),
            source,
        })?;
        report.documents += 1;
        Ok(())
    }
}

/// The text of a document, with the links that lead where they led; and what does not.
fn with_links(document: &StoredDocument, links: &Links<'_>, report: &mut ExportReport) -> (String, Vec<String>) {
    let references = rewrite::references_of(&document.content);
    let plan = links.plan(&references);
    if plan.replacements.is_empty() {
        return (document.content.clone(), plan.problems);
    }
    let (title, replacements) = (&document.row.title, &plan.replacements);
    let (content, left) = rewrite::replace(&document.content, title, replacements);
    report.links += (replacements.len() - left.len()) as u64;
    let mut problems = plan.problems;
    problems.extend(left.into_iter().map(|left| {
        let (target, path) = (&left.target, &left.path);
        format!("links to `{target}`, which is `{path}` now: change it there")
    }));
    (content, problems)
}
