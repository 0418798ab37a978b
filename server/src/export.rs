//! Exporting documents as a folder of Markdown files with front matter, which an import brings back: the same documents, access, links and files.
//!
//! | what | where |
//! |---|---|
//! | Where each document lies | `layout.rs`, by the names of `names.rs` |
//! | Front matter | `front_matter.rs` |
//! | What would not come back | `check.rs` |
//! | Writing the folder | `output.rs` |
//! | Progress and report | `report.rs` |
//!
//! Nobody's rights are asked for: an export is for the operator, who has the database anyway.

use std::{io::Write as _, path::PathBuf, sync::Arc};

use store::{Snapshot, Store, StoredDocument};

mod check;
mod front_matter;
mod index;
mod layout;
mod names;
mod output;
mod report;

pub use report::{ExportError, ExportEvent, ExportProblem, ExportReport};

use front_matter::Extra;
use index::Index;
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
    let index = Index::read(&mut snapshot, options.folder.as_deref()).await?;
    if let Some(folder) = options.folder.as_ref().filter(|_| index.is_empty()) {
        return Err(ExportError::NoSuchFolder(folder.clone()));
    }
    let export = Arc::new(Export { options, index, output });
    let mut report = ExportReport::default();
    let mut after = 0;
    loop {
        let page = snapshot.documents(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.row.id.number();
        let seen = page.len() as u64;
        let of_page = export.write(&mut snapshot, page).await?;
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

/// An export that is under way.
struct Export {
    options: ExportOptions,
    index: Index,
    output: Output,
}

impl Export {
    async fn write(
        self: &Arc<Self>,
        _snapshot: &mut Snapshot,
        page: Vec<StoredDocument>,
    ) -> Result<ExportReport, ExportError> {
        let export = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let mut report = ExportReport::default();
            for document in &page {
                export.document(document, &mut report)?;
            }
            Ok(report)
        })
        .await?
    }

    fn document(&self, document: &StoredDocument, report: &mut ExportReport) -> Result<(), ExportError> {
        let Some(path) = self.index.path(document.row.id.number()) else {
            return Ok(());
        };
        let extra = Extra {
            has_id: self.options.has_ids,
            has_folder: path.rsplit_once('/').map_or("", |(folder, _)| folder) != document.row.folder,
        };
        let content = &document.content;
        let text = front_matter::write(document, extra) + content;
        let losses = check::losses(document, content, path, &text, self.options.now);
        report.problems.extend(losses.into_iter().map(|message| ExportProblem {
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
