//! Prepares files for writing: some hundred per chunk, in parallel, ahead of the database. A file is read, compared with the stored document, and
//! rendered if it changed. Memory is bounded by the size of a chunk; two are prepared while a third is written.

use std::{num::NonZeroUsize, sync::Arc, thread};

use markdown::RemovedConstruct;
use program_exports::Origins;
use store::{ImportedDocument, KnownDocument, Store, UnchangedDocument};

use super::{
    ImportError, ImportOptions,
    file::{Content, FileError, FileWarning, ParsedDocument, WarningKind},
    files::{self, ImportFiles},
    front_matter::DraftMarker,
    history::History,
    read_file::{self, ReadFile, ReadOutcome},
    source::Source,
    walk::FoundFile,
};
use crate::files::{Attached, AttachedFile, PlaceLink};

/// Most files of one chunk, which is one transaction.
const MAX_FILES: usize = 256;

/// Most bytes of their Markdown.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What the preparation of every chunk needs.
#[derive(Clone)]
pub(super) struct ImportContext {
    pub(super) store: Store,
    pub(super) options: Arc<ImportOptions>,
    pub(super) source: Arc<Source>,
    pub(super) history: Arc<History>,
    pub(super) beside: ImportFiles,
    /// What the files are called in the export they come from.
    pub(super) origins: Arc<Origins>,
}

/// A prepared file.
pub(super) struct PreparedFile {
    /// Its name and source.
    pub(super) file: FileName,
    pub(super) step: FileAction,
    /// Its files, until their contents are stored.
    pub(super) attached: Vec<AttachedFile>,
    /// The keys of the places in it, and its links to places in other documents.
    pub(super) anchors: Vec<String>,
    pub(super) places: Vec<PlaceLink>,
}

/// A file by name and source.
pub(super) struct FileName {
    /// Path relative to the imported folder.
    pub(super) name: String,
    pub(super) source: store::DocumentSource,
}

/// What the import does about a file.
pub(super) enum FileAction {
    /// The document is written.
    Write(Box<ImportedDocument>, DocumentDetails),
    /// The document exists unchanged.
    Unchanged(UnchangedDocument, DocumentDetails),
    /// The file has an error.
    Refuse(FileError),
    /// The file is a draft.
    LeaveOut(DraftMarker),
    /// The file cannot be read.
    Skip(FileError),
}

/// What the report states about a document.
pub(super) struct DocumentDetails {
    /// The line of the front matter's `id`.
    pub(super) id_line: usize,
    pub(super) is_private: bool,
    pub(super) hash: String,
    pub(super) warnings: Vec<FileWarning>,
    pub(super) owner: domain::PersonId,
    /// The owner, if one of the doubts is about them.
    pub(super) owner_in_doubt: Option<domain::PersonId>,
}

/// Files in chunks of bounded size, in their order.
pub(super) fn chunks(files: Vec<FoundFile>) -> impl Iterator<Item = Vec<FoundFile>> {
    let mut files = files.into_iter().peekable();
    std::iter::from_fn(move || {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while let Some(file) =
            files.next_if(|file| chunk.is_empty() || chunk.len() < MAX_FILES && bytes + file.size <= MAX_BYTES)
        {
            bytes += file.size;
            chunk.push(file);
        }
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Reads and prepares a chunk of files.
pub(super) async fn files(context: ImportContext, files: Vec<FoundFile>) -> Result<Vec<PreparedFile>, ImportError> {
    let ImportContext {
        store,
        options,
        source,
        history,
        beside,
        origins,
    } = context;
    let attachments = Arc::clone(&beside.attachments);
    let is_dry_run = options.is_dry_run;
    let read = in_parallel(files, move |found| {
        let outcome = read_file::read(&found, &options, &history);
        let source = source.file(&found.name);
        let attached = match &outcome {
            ReadOutcome::Content(Content::Document(parsed)) => {
                attachments.of(&found.name, &source.path, &parsed.content)
            }
            _ => Attached::default(),
        };
        ReadFile {
            source,
            outcome,
            name: found.name,
            attached,
        }
    });
    let mut prepared = texts(&store, read.await?).await?;
    if !is_dry_run {
        files::store_contents(&store, &beside, &mut prepared).await?;
    }
    for file in &mut prepared {
        file.restore_origin(&origins);
    }
    Ok(prepared)
}

/// Prepares files that were read already.
pub(super) async fn texts(store: &Store, files: Vec<ReadFile>) -> Result<Vec<PreparedFile>, ImportError> {
    let sources: Vec<_> = files.iter().map(|file| file.source.clone()).collect();
    let known = store.known_documents(&sources).await?;
    let files: Vec<_> = files
        .into_iter()
        .map(|file| {
            let known = file.source.find_in(&known).cloned();
            (file, known)
        })
        .collect();
    in_parallel(files, |(file, known)| prepare(file, known)).await
}

fn prepare(file: ReadFile, known: Option<KnownDocument>) -> PreparedFile {
    let ReadFile {
        name,
        source,
        outcome,
        mut attached,
    } = file;
    let mut places = std::mem::take(&mut attached.places);
    if let ReadOutcome::Content(Content::Document(parsed)) = &outcome {
        for place in &mut places {
            place.line += parsed.body_line - 1;
        }
    }
    let step = match outcome {
        ReadOutcome::Content(Content::Document(parsed)) => document(*parsed, &mut attached, &source, known),
        ReadOutcome::Content(Content::LeftOut(unfinished)) => FileAction::LeaveOut(unfinished),
        ReadOutcome::Refused(error) => FileAction::Refuse(error),
        ReadOutcome::Unreadable(error) => FileAction::Skip(error),
    };
    PreparedFile {
        file: FileName { name, source },
        step,
        attached: attached.files,
        anchors: attached.anchors,
        places,
    }
}

fn document(
    mut parsed: ParsedDocument,
    attached: &mut Attached,
    source: &store::DocumentSource,
    known: Option<KnownDocument>,
) -> FileAction {
    let hash = files::hash_with_files(parsed.hash(), attached);
    let missing = std::mem::take(&mut attached.missing);
    parsed.warnings.extend(files::warnings(missing, parsed.body_line));
    parsed.warnings.extend(removed_constructs(&parsed));
    let about = DocumentDetails {
        id_line: parsed.id_line,
        is_private: parsed.is_private,
        hash: hash.clone(),
        warnings: std::mem::take(&mut parsed.warnings),
        owner: parsed.owner.clone(),
        owner_in_doubt: parsed.warns_of_owner.then(|| parsed.owner.clone()),
    };
    if let Some(known) = known.filter(|known| known.is_same(&hash)) {
        let is_moved = !known.is_current(source, &hash);
        return FileAction::Unchanged(parsed.unchanged(&known, source.clone(), is_moved), about);
    }
    let body_line = parsed.body_line;
    match markdown::render(&parsed.content, &parsed.title) {
        Ok(rendered) => {
            let mut document = parsed.into_document(rendered, source.clone(), hash);
            document.files = attached.files.iter().map(|attached| attached.file.clone()).collect();
            document.links = std::mem::take(&mut attached.links).into_iter().collect();
            FileAction::Write(Box::new(document), about)
        }
        Err(error) => FileAction::Refuse(FileError {
            line: error.line() + body_line - 1,
            message: error.to_string(),
        }),
    }
}

/// Warnings about what another program alone understands, whether the document is written or not. A text that cannot be read is refused when it
/// is rendered.
fn removed_constructs(parsed: &ParsedDocument) -> Vec<FileWarning> {
    let removed = markdown::removed_constructs(&parsed.content).unwrap_or_default();
    let warning = |removed: RemovedConstruct| FileWarning {
        kind: WarningKind::Construct,
        line: removed.line + parsed.body_line - 1,
        message: format!(
            "`{}` is of another program and is {}",
            removed.text.replace('\n', " "),
            if removed.is_shown {
                "shown as its source"
            } else {
                "not shown"
            }
        ),
    };
    removed.into_iter().map(warning).collect()
}

/// Maps items in parallel, in blocking threads.
pub(super) async fn in_parallel<T, R, W>(items: Vec<T>, work: W) -> Result<Vec<R>, ImportError>
where
    T: Send + 'static,
    R: Send + 'static,
    W: Fn(T) -> R + Send + Sync + 'static,
{
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = items.len().div_ceil(threads).max(1);
    let (work, mut items) = (Arc::new(work), items.into_iter());
    let mut running = Vec::new();
    loop {
        let part: Vec<_> = items.by_ref().take(share).collect();
        if part.is_empty() {
            break;
        }
        let work = Arc::clone(&work);
        running.push(tokio::task::spawn_blocking(move || {
            part.into_iter().map(|item| work(item)).collect::<Vec<_>>()
        }));
    }
    let mut done = Vec::new();
    for part in running {
        done.extend(part.await?);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_bounded_by_files_and_bytes_and_preserve_the_order() {
        let file = |number: usize, size| FoundFile {
            path: "/x".into(),
            name: number.to_string(),
            folder: String::new(),
            size,
            modified: None,
            position: None,
        };
        let small: Vec<_> = (0..600).map(|number| file(number, 10)).collect();
        assert_eq!(
            chunks(small.clone()).map(|chunk| chunk.len()).collect::<Vec<_>>(),
            [256, 256, 88]
        );
        assert_eq!(chunks(small.clone()).flatten().collect::<Vec<_>>(), small);
        let large: Vec<_> = (0..5).map(|number| file(number, 1024 * 1024 + 1)).collect();
        assert_eq!(chunks(large).map(|chunk| chunk.len()).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(chunks(vec![file(0, u64::from(u32::MAX)), file(1, 1)]).count(), 2);
    }
}
