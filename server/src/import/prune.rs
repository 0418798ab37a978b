//! Documents whose files are gone since the last import, and folders that were imported under another source before. Files are written in
//! [`super::write`].

use std::collections::HashSet;
use store::{DocumentSource, SimilarSource};

use super::{
    ImportError, ImportEvent, Pruning, Withdrawn,
    prepare::{FileAction, PreparedFile},
    walk::FolderContents,
    write::Import,
};

impl Import<'_> {
    /// Reports documents whose files are refused or drafts now.
    pub(super) fn withdrawn(&mut self, trashed: Vec<(DocumentSource, domain::DocumentId)>) {
        for (source, id) in trashed {
            let file = self.source.below(&source.path).unwrap_or(&source.path);
            let file = self.export.origins.of(file, 1).0.to_owned();
            let withdrawn = Withdrawn { file, id };
            self.report.withdrawn.push(withdrawn.clone());
            (self.progress)(ImportEvent::Withdrawn(withdrawn));
        }
    }

    /// Finds documents of the imported folder whose files are gone, and trashes them if that is requested and certain.
    pub(super) async fn prune(
        &mut self,
        names: HashSet<String>,
        contents: &FolderContents,
        is_requested: bool,
    ) -> Result<(), ImportError> {
        let source = self.source;
        let is_here = |path: &str| source.below(path).is_none_or(|name| names.contains(name));
        let renamed = source.former_paths();
        let is_gone = |path: &str| !is_here(path) && !renamed.contains(path);
        let gone = self.store.documents_of(&source.name, is_gone).await?;
        self.report.pruning = if gone.is_empty() {
            Pruning::Nothing
        } else if !is_requested {
            Pruning::Possible
        } else if !contents.unreadable.is_empty() {
            Pruning::Refused("not every folder could be read")
        } else if names.is_empty() {
            Pruning::Refused("no file was found at all")
        } else if let Some(why) = self.export.prevents_pruning() {
            Pruning::Refused(why)
        } else {
            self.trash(&gone.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
            Pruning::Done
        };
        let file = |path: String| source.below(&path).map_or_else(|| path.clone(), str::to_owned);
        self.report.gone = gone
            .into_iter()
            .map(|(id, path)| Withdrawn { file: file(path), id })
            .collect();
        Ok(())
    }

    /// Warns if the same files were imported from another source, since they become new documents beside the old ones.
    pub(super) async fn find_similar_source(&mut self, files: &[PreparedFile]) {
        let hash = |file: &PreparedFile| match &file.step {
            FileAction::Write(_, about) => Some(about.hash.clone()),
            _ => None,
        };
        let (hashes, paths): (Vec<_>, Vec<_>) = (
            files.iter().filter_map(hash).collect(),
            files.iter().map(|file| file.file.source.path.as_str()).collect(),
        );
        // A failure here must not fail the import.
        let found = self.store.similar_source(&self.source.name, &hashes, &paths).await;
        let Ok(Some(SimilarSource {
            name,
            is_former,
            files: same,
        })) = found
        else {
            return;
        };
        if hashes.is_empty() || same * 2 < files.len() {
            return;
        }
        let remedy = if is_former {
            "to go on with its documents, import it once from there, under the name it should have".to_owned()
        } else {
            format!("to go on with its documents, give `--source '{name}'`")
        };
        self.report.similar = Some(format!(
            "{same} of the first {} files came from `{name}` before, and are new documents beside the old ones now; {remedy}",
            files.len()
        ));
    }
}
