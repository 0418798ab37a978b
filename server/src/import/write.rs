//! How do prepared files get into the database, and what becomes of documents whose files are gone? Chunk by chunk, each in one transaction; only what
//! is committed is told.

use std::collections::HashSet;
use store::{BatchResult, DocumentSource, ImportBatch, ImportOutcome, Store};

use super::{
    ImportError, ImportEvent, ImportProblem, ImportReport, LeftOut, Withdrawn,
    file::Wrong,
    prepare::{About, PreparedFile, ReadName, Step},
    source::Source,
    walk::Walked,
};

/// An import that is under way.
pub(super) struct Import<'a> {
    pub(super) store: &'a Store,
    pub(super) source: &'a Source,
    progress: &'a mut (dyn FnMut(ImportEvent) + Send),
    pub(super) report: ImportReport,
    /// Doubts about owners, told at the end if they never signed in.
    doubts: Vec<(domain::PersonId, ImportProblem)>,
    /// Whether it is still to be looked for the same folder in another source.
    is_new_source: bool,
}

/// What is left of a file once its document is in the batch.
struct Told {
    file: ReadName,
    about: Fate,
}

enum Fate {
    Written(About),
    Kept(domain::DocumentId, bool, About),
    Refused(Wrong),
    LeftOut(LeftOut),
    Skipped(Wrong),
}

impl<'a> Import<'a> {
    pub(super) fn of(store: &'a Store, source: &'a Source, progress: &'a mut (dyn FnMut(ImportEvent) + Send)) -> Self {
        let report = ImportReport {
            source: source.to_string(),
            ..ImportReport::default()
        };
        Self {
            store,
            source,
            progress,
            report,
            doubts: Vec::new(),
            is_new_source: false,
        }
    }

    /// Tells what was found, and withdraws what stands where something is now that is not read.
    pub(super) async fn start(&mut self, files: usize, walked: &Walked) -> Result<(), ImportError> {
        self.is_new_source = !self.store.has_source(&self.source.name).await?;
        (self.progress)(ImportEvent::Started { files });
        let refused: Vec<_> = walked
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
            self.store.write_batch(&batch).await?.trashed
        };
        if !refused.is_empty() {
            let is_below = |path: &str| {
                refused.iter().any(|folder| {
                    path.strip_prefix(&folder.path)
                        .is_some_and(|rest| rest.starts_with('/'))
                })
            };
            let below = self.store.gone(&self.source.name, is_below).await?;
            self.store
                .trash(&below.iter().map(|(id, _)| *id).collect::<Vec<_>>())
                .await?;
            let source = |path: String| DocumentSource {
                path,
                ..self.source.file("")
            };
            trashed.extend(below.into_iter().map(|(id, path)| (source(path), id)));
        }
        for found in &walked.unreadable {
            self.report.unreadable += 1;
            self.problem(found.into());
        }
        for found in &walked.refused {
            self.problem(found.into());
        }
        self.withdrawn(trashed);
        Ok(())
    }

    /// Writes a chunk and tells of it.
    pub(super) async fn write(&mut self, files: Vec<PreparedFile>) -> Result<(), ImportError> {
        if std::mem::take(&mut self.is_new_source) {
            self.look_for_a_similar_source(&files).await;
        }
        let (batch, told) = sorted(files);
        let result = if has_work(&batch) {
            self.store.write_batch(&batch).await?
        } else {
            BatchResult::default()
        };
        let mut documents = result.documents.into_iter();
        for Told { file, about } in told {
            match about {
                Fate::Written(about) => match documents.next() {
                    Some(Ok((id, outcome))) => self.done(file.name, id, outcome, about),
                    Some(Err(error)) => self.refuse(
                        &file.name,
                        Wrong {
                            line: about.id_line,
                            message: error.to_string(),
                        },
                    ),
                    None => {}
                },
                Fate::Kept(id, true, about) => self.done(file.name, id, ImportOutcome::Updated, about),
                Fate::Kept(id, false, about) => self.done(file.name, id, ImportOutcome::Unchanged, about),
                Fate::Refused(wrong) => self.refuse(&file.name, wrong),
                Fate::LeftOut(left_out) => {
                    self.report.left_out.push(left_out.clone());
                    (self.progress)(ImportEvent::LeftOut(left_out));
                }
                Fate::Skipped(wrong) => {
                    self.report.unreadable += 1;
                    self.refuse(&file.name, wrong);
                }
            }
        }
        self.withdrawn(result.trashed);
        Ok(())
    }

    /// What there is to tell at the end.
    pub(super) async fn finish(mut self) -> Result<ImportReport, ImportError> {
        let owners: Vec<_> = self.doubts.iter().map(|(owner, _)| owner.clone()).collect();
        let seen = if owners.is_empty() {
            HashSet::new()
        } else {
            self.store.seen(&owners).await?
        };
        for (owner, doubt) in std::mem::take(&mut self.doubts) {
            if !seen.contains(owner.as_str()) {
                self.warn(doubt);
            }
        }
        Ok(self.report)
    }

    fn done(&mut self, file: String, id: domain::DocumentId, outcome: ImportOutcome, about: About) {
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
        let mut owner = about.doubted_owner;
        for Wrong { line, message } in about.doubts {
            let doubt = ImportProblem {
                file: file.clone(),
                line,
                message,
            };
            match owner.take() {
                // The owner of `--owner` is the same for all files that name none.
                Some(owner) if line == 1 && self.doubts.iter().any(|(known, _)| *known == owner) => {}
                Some(owner) => self.doubts.push((owner, doubt)),
                None => self.warn(doubt),
            }
        }
        (self.progress)(ImportEvent::Done { file, id, outcome });
    }

    fn refuse(&mut self, file: &str, Wrong { line, message }: Wrong) {
        self.problem(ImportProblem {
            file: file.to_owned(),
            line,
            message,
        });
    }

    fn problem(&mut self, problem: ImportProblem) {
        self.report.problems.push(problem.clone());
        (self.progress)(ImportEvent::Problem(problem));
    }

    fn warn(&mut self, warning: ImportProblem) {
        // What the command line says is the same for all files.
        let is_same = |known: &ImportProblem| known.message == warning.message;
        if warning.line == 1 && self.report.warnings.iter().any(is_same) {
            return;
        }
        self.report.warnings.push(warning.clone());
        (self.progress)(ImportEvent::Warning(warning));
    }

    fn withdrawn(&mut self, trashed: Vec<(DocumentSource, domain::DocumentId)>) {
        for (source, id) in trashed {
            let file = self.source.below(&source.path).unwrap_or(&source.path).to_owned();
            let withdrawn = Withdrawn { file, id };
            self.report.withdrawn.push(withdrawn.clone());
            (self.progress)(ImportEvent::Withdrawn(withdrawn));
        }
    }
}

/// Whether a batch changes anything.
fn has_work(batch: &ImportBatch) -> bool {
    let is_work = |document: &store::UnchangedDocument| document.is_moved || document.owner_name.is_some();
    !batch.documents.is_empty() || !batch.withdrawn.is_empty() || batch.unchanged.iter().any(is_work)
}

/// What is to be written of a chunk, and what is told of each file afterwards.
fn sorted(files: Vec<PreparedFile>) -> (ImportBatch, Vec<Told>) {
    let (mut batch, mut told) = (ImportBatch::default(), Vec::new());
    for PreparedFile { file, step } in files {
        let about = match step {
            Step::Write(document, about) => {
                batch.documents.push(*document);
                Fate::Written(about)
            }
            Step::Keep(document, about) => {
                let (id, is_moved) = (document.id, document.is_moved);
                batch.unchanged.push(document);
                Fate::Kept(id, is_moved, about)
            }
            Step::Refuse(wrong) => {
                batch.withdrawn.push(file.source.clone());
                Fate::Refused(wrong)
            }
            Step::LeaveOut(unfinished) => {
                batch.withdrawn.push(file.source.clone());
                Fate::LeftOut(LeftOut {
                    file: file.name.clone(),
                    line: unfinished.line,
                    said: unfinished.said,
                })
            }
            Step::Skip(wrong) => Fate::Skipped(wrong),
        };
        told.push(Told { file, about });
    }
    (batch, told)
}
