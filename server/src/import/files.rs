//! Stores the contents of files before the documents that refer to them are written. The files of a document are found in `crate::files`.

use std::sync::Arc;

use store::{FileError as StorageError, FileStorage, LinkTarget, NewFile, Store};

use super::{
    ImportError,
    file::{FileError, FileWarning, WarningKind},
    prepare::{FileAction, PreparedFile},
};
use crate::files::{Attached, AttachedFile, Attachments, MissingKind, MissingTarget, open_file};

/// Where files are found and stored during an import.
#[derive(Clone)]
pub(super) struct ImportFiles {
    pub(super) attachments: Arc<Attachments>,
    pub(super) storage: Arc<dyn FileStorage>,
    /// Seconds since 1970 (UTC).
    pub(super) now: i64,
}

/// Hash of a document, its files, and where its links lead: a changed picture is a changed document, and so is one with a link whose target came.
pub(super) fn hash_with_files(document: String, attached: &Attached) -> String {
    use sha2::{Digest as _, Sha256};
    if attached.files.is_empty() && attached.links.is_empty() {
        return document;
    }
    let mut hash = Sha256::new();
    hash.update(document);
    for AttachedFile { file, .. } in &attached.files {
        let kind = if file.is_wiki { "wiki" } else { "path" };
        for part in [
            kind,
            &file.target,
            &file.name,
            file.file.hash.as_str(),
            &file.file.media_type,
        ] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    for LinkTarget { is_wiki, target, path } in &attached.links {
        let kind = if *is_wiki { "wiki link" } else { "link" };
        for part in [kind, target, path] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    format!("{:x}", hash.finalize())
}

/// What is not there, as warnings; `body_line` is the line at which the text begins.
pub(super) fn warnings(missing: Vec<MissingTarget>, body_line: usize) -> impl Iterator<Item = FileWarning> {
    missing.into_iter().map(move |missing| FileWarning {
        kind: match missing.kind {
            MissingKind::Picture => WarningKind::Picture,
            MissingKind::File => WarningKind::File,
            MissingKind::Document => WarningKind::Link,
        },
        line: missing.line + body_line - 1,
        message: missing.message,
    })
}

/// Stores what the documents of a chunk refer to. A document whose files change meanwhile is left as it is, for the next import.
pub(super) async fn store_contents(
    store: &Store,
    files: &ImportFiles,
    prepared: &mut [PreparedFile],
) -> Result<(), ImportError> {
    let written = prepared
        .iter()
        .filter(|file| matches!(file.step, FileAction::Write(..)));
    let written: Vec<NewFile> = written
        .flat_map(|file| &file.attached)
        .map(|attached| attached.file.file.clone())
        .collect();
    if !written.is_empty() {
        store.register_files(&written, files.now).await?;
    }
    for prepared in prepared {
        let mut failed = None;
        for attached in std::mem::take(&mut prepared.attached) {
            if files.attachments.is_new(&attached.file.file.hash)
                && let Err(error) = store_content(files, &attached).await
            {
                failed = Some(match error {
                    StorageError::Changed => {
                        format!("`{}` changed while it was read: import again", attached.origin.name)
                    }
                    StorageError::Store(error) => return Err(error.into()),
                    error => format!(
                        "`{}` cannot be stored: {}",
                        attached.origin.name,
                        bff::error_chain(&error)
                    ),
                });
            }
        }
        if let Some(message) = failed {
            prepared.step = FileAction::Skip(FileError { line: 1, message });
        }
    }
    Ok(())
}

async fn store_content(files: &ImportFiles, attached: &AttachedFile) -> Result<(), StorageError> {
    let file = &attached.file.file;
    if files.storage.has(file).await? {
        return Ok(());
    }
    let origin = attached.origin.clone();
    let opened = tokio::task::spawn_blocking(move || open_file(&origin)).await;
    let opened = opened.map_err(std::io::Error::other)??;
    files.storage.put(file, &mut tokio::fs::File::from_std(opened)).await
}
