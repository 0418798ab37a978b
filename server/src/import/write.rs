//! Writes prepared files to the database, chunk by chunk, each in one transaction; progress events are sent after the commit.

use std::collections::{BTreeMap, HashSet};
use store::{BatchResult, DocumentSource, ImportBatch, ImportOutcome, PlannedIds, Store};

use super::{
    ImportError, ImportEvent, ImportProblem, ImportReport, ImportWarning, LeftOut,
    file::{FileError, FileWarning, WarningKind},
    places::Places,
    prepare::{DocumentDetails, FileAction, FileName, PreparedFile},
    programs::Export,
    source::Source,
    walk::FolderContents,
};

/// A running import.
pub(super) struct Import<'a> {
    pub(super) store: &'a Store,
    pub(super) source: &'a Source,
    pub(super) progress: &'a mut (dyn FnMut(ImportEvent) + Send + Sync),
    pub(super) report: ImportReport,
    /// Warnings about owners, reported at the end if they have never signed in.
    warnings: Vec<(domain::PersonId, ImportWarning)>,
    /// Every owner, with how many documents.
    owners: BTreeMap<domain::PersonId, usize>,
    places: Places,
    /// The ids that a dry run would have taken so far.
    planned: PlannedIds,
    /// Whether nothing was ever imported from the source: similar sources are searched then.
    is_new_source: bool,
    /// What is known of the export it is of; empty for a folder.
    pub(super) export: Export,
}

/// A file whose document is in the batch, to be reported after the commit.
struct PendingReport {
    file: FileName,
    about: FileOutcome,
}

enum FileOutcome {
    Written(DocumentDetails),
    Unchanged(domain::DocumentId, bool, DocumentDetails),
    Refused(FileError),
    LeftOut(LeftOut),
    Skipped(FileError),
}

impl<'a> Import<'a> {
    pub(super) fn of(
        store: &'a Store,
        source: &'a Source,
        progress: &'a mut (dyn FnMut(ImportEvent) + Send + Sync),
    ) -> Self {
        let report = ImportReport {
            source: source.to_string(),
            ..ImportReport::default()
        };
        Self {
            store,
            source,
            progress,
            report,
            warnings: Vec::new(),
            owners: BTreeMap::new(),
            places: Places::default(),
            planned: PlannedIds::default(),
            is_new_source: false,
            export: Export::default(),
        }
    }

    /// Reports what was found, and withdraws documents whose file cannot be read any more.
    pub(super) async fn start(&mut self, files: usize, contents: &FolderContents) -> Result<(), ImportError> {
        self.is_new_source = !self.store.has_source(&self.source.name).await?;
        (self.progress)(ImportEvent::Started { files });
        let refused: Vec<_> = contents
            .refused
            .iter()
            .map(|found| self.source.file(&found.name))
            .collect();
        let batch = ImportBatch {
            withdrawn: refused.clone(),
            ..ImportBatch::default()
        };
        let mut trashed = if refused.is_empty() {
            Vec::new()
        } else {
            self.write_batch(&batch).await?.trashed
        };
        if !refused.is_empty() {
            let is_below = |path: &str| {
                refused.iter().any(|folder| {
                    path.strip_prefix(&folder.path)
                        .is_some_and(|rest| rest.starts_with('/'))
                })
            };
            let below = self.store.documents_of(&self.source.name, is_below).await?;
            self.trash(&below.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await?;
            let source = |path: String| DocumentSource {
                path,
                ..self.source.file("")
            };
            trashed.extend(below.into_iter().map(|(id, path)| (source(path), id)));
        }
        for found in &contents.unreadable {
            self.report.unreadable += 1;
            self.problem(found.into());
        }
        for found in &contents.refused {
            self.problem(found.into());
        }
        self.withdrawn(trashed);
        Ok(())
    }

    async fn write_batch(&mut self, batch: &ImportBatch) -> Result<BatchResult, ImportError> {
        Ok(if self.report.is_dry_run {
            self.store.plan_batch(batch, &mut self.planned).await?
        } else {
            self.store.write_batch(batch).await?
        })
    }

    pub(super) async fn trash(&self, ids: &[domain::DocumentId]) -> Result<(), ImportError> {
        if !self.report.is_dry_run {
            self.store.trash(ids).await?;
        }
        Ok(())
    }

    /// Writes a chunk and reports it.
    pub(super) async fn write(&mut self, mut files: Vec<PreparedFile>) -> Result<(), ImportError> {
        if std::mem::take(&mut self.is_new_source) {
            self.find_similar_source(&files).await;
        }
        self.places.add_files(&mut files);
        let (batch, pending) = split(files);
        let result = if has_changes(&batch) {
            self.write_batch(&batch).await?
        } else {
            BatchResult::default()
        };
        let mut documents = result.documents.into_iter();
        for PendingReport { file, about } in pending {
            match about {
                FileOutcome::Written(about) => match documents.next() {
                    Some(Ok((id, outcome))) => self.done(file.name, id, outcome, about),
                    Some(Err(error)) => self.refuse(
                        &file.name,
                        FileError {
                            line: about.id_line,
                            message: error.to_string(),
                        },
                    ),
                    None => {}
                },
                FileOutcome::Unchanged(id, true, about) => self.done(file.name, id, ImportOutcome::Updated, about),
                FileOutcome::Unchanged(id, false, about) => self.done(file.name, id, ImportOutcome::Unchanged, about),
                FileOutcome::Refused(error) => self.refuse(&file.name, error),
                FileOutcome::LeftOut(left_out) => {
                    self.report.folder_of(&left_out.file).left_out += 1;
                    self.report.left_out.push(left_out.clone());
                    (self.progress)(ImportEvent::LeftOut(left_out));
                }
                FileOutcome::Skipped(error) => {
                    self.report.unreadable += 1;
                    self.refuse(&file.name, error);
                }
            }
        }
        self.withdrawn(result.trashed);
        Ok(())
    }

    /// Completes the report.
    pub(super) async fn finish(mut self) -> Result<ImportReport, ImportError> {
        for missing in self.places.missing() {
            self.warn(missing);
        }
        let owners: Vec<_> = self.owners.keys().cloned().collect();
        let seen = if owners.is_empty() {
            HashSet::new()
        } else {
            self.store.seen(&owners).await?
        };
        let unknown = self.owners.iter().filter(|(owner, _)| !seen.contains(owner.as_str()));
        self.report.unknown_owners = unknown.map(|(owner, documents)| (owner.clone(), *documents)).collect();
        for (owner, doubt) in std::mem::take(&mut self.warnings) {
            if !seen.contains(owner.as_str()) {
                self.warn(doubt);
            }
        }
        Ok(self.report)
    }

    fn done(&mut self, file: String, id: domain::DocumentId, outcome: ImportOutcome, about: DocumentDetails) {
        *self.owners.entry(about.owner).or_default() += 1;
        let counts = self.report.folder_of(&file);
        match outcome {
            ImportOutcome::Created => counts.added += 1,
            ImportOutcome::Updated => counts.updated += 1,
            ImportOutcome::Unchanged => counts.unchanged += 1,
        }
        match outcome {
            ImportOutcome::Created => self.report.added += 1,
            ImportOutcome::Updated => self.report.updated += 1,
            ImportOutcome::Unchanged => self.report.unchanged += 1,
        }
        if about.is_private {
            self.report.private += 1;
        } else {
            self.report.public += 1;
        }
        let mut owner = about.owner_in_doubt;
        for FileWarning { kind, line, message } in about.warnings {
            let file = file.clone();
            let problem = ImportProblem { file, line, message };
            let doubt = ImportWarning { kind, problem };
            match owner.take() {
                // `--owner` applies to all files that name none, and is warned of once.
                Some(owner) if line == 1 && self.warnings.iter().any(|(known, _)| *known == owner) => {}
                Some(owner) => self.warnings.push((owner, doubt)),
                None => self.warn(doubt),
            }
        }
        (self.progress)(ImportEvent::Done { file, id, outcome });
    }

    fn refuse(&mut self, file: &str, FileError { line, message }: FileError) {
        self.problem(ImportProblem {
            file: file.to_owned(),
            line,
            message,
        });
    }

    pub(super) fn problem(&mut self, problem: ImportProblem) {
        self.report.folder_of(&problem.file).refused += 1;
        self.report.problems.push(problem.clone());
        (self.progress)(ImportEvent::Problem(problem));
    }

    pub(super) fn warn(&mut self, warning: ImportWarning) {
        // A warning about the command line applies to all files, and is given once.
        let is_same = |known: &ImportWarning| known.problem.message == warning.problem.message;
        let may_be_option = matches!(warning.kind, WarningKind::Owner | WarningKind::Group);
        if may_be_option && warning.problem.line == 1 && self.report.warnings.iter().any(is_same) {
            return;
        }
        self.report.folder_of(&warning.problem.file).warnings += 1;
        self.report.warnings.push(warning.clone());
        (self.progress)(ImportEvent::Warning(warning));
    }
}

/// Whether a batch changes anything.
fn has_changes(batch: &ImportBatch) -> bool {
    let is_change = |document: &store::UnchangedDocument| {
        document.is_moved || document.is_reordered || document.owner_name.is_some()
    };
    !batch.documents.is_empty() || !batch.withdrawn.is_empty() || batch.unchanged.iter().any(is_change)
}

/// Splits a chunk into what is written, and what is reported after the commit.
fn split(files: Vec<PreparedFile>) -> (ImportBatch, Vec<PendingReport>) {
    let (mut batch, mut pending) = (ImportBatch::default(), Vec::new());
    for PreparedFile { file, step, .. } in files {
        let about = match step {
            FileAction::Write(document, about) => {
                batch.documents.push(*document);
                FileOutcome::Written(about)
            }
            FileAction::Unchanged(document, about) => {
                let (id, is_moved) = (document.id, document.is_moved || document.is_reordered);
                batch.unchanged.push(document);
                FileOutcome::Unchanged(id, is_moved, about)
            }
            FileAction::Refuse(error) => {
                batch.withdrawn.push(file.source.clone());
                FileOutcome::Refused(error)
            }
            FileAction::LeaveOut(unfinished) => {
                batch.withdrawn.push(file.source.clone());
                FileOutcome::LeftOut(LeftOut {
                    file: file.name.clone(),
                    line: unfinished.line,
                    text: unfinished.text,
                })
            }
            FileAction::Skip(error) => FileOutcome::Skipped(error),
        };
        pending.push(PendingReport { file, about });
    }
    (batch, pending)
}
