//! Which files are gone since the last import, and does a folder seem to have come from elsewhere before? How files are written is in [`super::write`].

use std::collections::HashSet;
use store::SimilarSource;

use super::{
    ImportError, Pruning, Withdrawn,
    prepare::{PreparedFile, Step},
    walk::Walked,
    write::Import,
};

impl Import<'_> {
    /// Looks for documents of the imported folder whose files are gone, and puts them into the trash if that is wanted and certain.
    pub(super) async fn prune(
        &mut self,
        names: HashSet<String>,
        walked: &Walked,
        is_wanted: bool,
    ) -> Result<(), ImportError> {
        let source = self.source;
        let is_gone = |path: &str| source.below(path).is_some_and(|name| !names.contains(name));
        let gone = self.store.gone(&source.name, is_gone).await?;
        self.report.pruning = if gone.is_empty() {
            Pruning::Nothing
        } else if !is_wanted {
            Pruning::Possible
        } else if !walked.unreadable.is_empty() {
            Pruning::Refused("not every folder could be read")
        } else if names.is_empty() {
            Pruning::Refused("no file was found at all")
        } else {
            self.store
                .trash(&gone.iter().map(|(id, _)| *id).collect::<Vec<_>>())
                .await?;
            Pruning::Done
        };
        let file = |path: String| source.below(&path).map_or_else(|| path.clone(), str::to_owned);
        self.report.gone = gone
            .into_iter()
            .map(|(id, path)| Withdrawn { file: file(path), id })
            .collect();
        Ok(())
    }

    /// The same files from elsewhere make documents of their own: whoever moved a folder should know.
    pub(super) async fn look_for_a_similar_source(&mut self, files: &[PreparedFile]) {
        let hash = |file: &PreparedFile| match &file.step {
            Step::Write(_, about) => Some(about.hash.clone()),
            _ => None,
        };
        let (hashes, paths): (Vec<_>, Vec<_>) = (
            files.iter().filter_map(hash).collect(),
            files.iter().map(|file| file.file.source.path.as_str()).collect(),
        );
        // A remark is not worth an import.
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
