//! One pull: fetch the branch, and import it if it is another commit than the last time.

use std::sync::Arc;

use domain::sources::PullSummary;
use sha2::{Digest as _, Sha256};
use store::{PullOutcome, PullState, PulledCommit, Store};
use tokio::task::{JoinError, spawn_blocking};

use crate::{
    config::{Config, SourceSettings},
    git::{CommitId, GitError, Mirror, Running, Snapshot},
    import::{self, ImportError, ImportOptions, ImportReport, Pruning},
};

/// The same commit is imported again after so many seconds: what is dated ahead or has expired depends on the time, and owners on the providers.
const RECHECK: i64 = 3_600;

/// Most problems that are stored of an import.
const MAX_PROBLEMS: usize = 10;

/// Why a pull failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("the pull was broken off")]
    Stopped(#[from] JoinError),
}

/// A pull of a source.
pub(super) struct Attempt<'a> {
    pub(super) source: &'a SourceSettings,
    pub(super) config: &'a Arc<Config>,
    pub(super) store: &'a Store,
    /// How it was before.
    pub(super) state: &'a PullState,
    pub(super) now: i64,
}

/// Ends `git` when the pull is broken off.
struct StopOnDrop(Running);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl Attempt<'_> {
    pub(super) async fn run(&self) -> Result<PullOutcome, PullError> {
        let running = StopOnDrop(Running::default());
        let (repository, settings) = (self.source.repository.clone(), self.config.git.clone());
        let own = running.0.clone();
        let opened = spawn_blocking(move || {
            let mirror = Mirror::open(repository, &settings, own)?;
            let head = mirror.head()?;
            Ok::<_, GitError>((mirror, head))
        });
        let (mirror, head) = opened.await??;
        let fingerprint = self.fingerprint();
        if self.is_current(&head, &fingerprint) {
            return Ok(PullOutcome::Unchanged);
        }
        let (key, max_file) = (self.source.name.clone(), self.config.files.max_size);
        let snapshot = Arc::new(spawn_blocking(move || mirror.snapshot(&key, max_file)).await??);
        let report = import::run(self.store, self.options(&snapshot), &mut |_| {}).await?;
        let commit_id = snapshot.commit().as_str().to_owned();
        let remembered = spawn_blocking(move || snapshot.imported()).await?;
        if let Err(error) = remembered {
            tracing::warn!(source = self.source.name, %error, "a fetched repository cannot be put in order");
        }
        Ok(PullOutcome::Imported(PulledCommit {
            commit_id,
            fingerprint,
            // Cannot fail: numbers and texts only.
            summary: serde_json::to_string(&summary(&report)).unwrap_or_default(),
        }))
    }

    /// Whether the commit was imported with these settings, not too long ago.
    fn is_current(&self, head: &CommitId, fingerprint: &str) -> bool {
        self.state.commit_id.as_deref() == Some(head.as_str())
            && self.state.fingerprint.as_deref() == Some(fingerprint)
            && self.state.imported_at.is_some_and(|at| self.now - at < RECHECK)
    }

    /// Hash of everything but the commit that decides what an import writes.
    fn fingerprint(&self) -> String {
        let SourceSettings {
            repository,
            folder,
            owner,
            groups,
            private,
            drafts,
            ..
        } = self.source;
        let files = &self.config.files;
        let place = (&repository.address, &repository.branch, &repository.path);
        let what = (place, folder, owner, groups, private, drafts);
        let how = (
            files.kind,
            &files.folder,
            files.max_size,
            markdown::VERSIONS,
            env!("CARGO_PKG_VERSION"),
        );
        format!("{:x}", Sha256::digest(format!("{what:?} {how:?}")))
    }

    fn options(&self, snapshot: &Arc<Snapshot>) -> ImportOptions {
        let config = Arc::clone(self.config);
        ImportOptions {
            dir: snapshot.folder().to_owned(),
            export: crate::import::ExportOptions::default(),
            snapshot: Some(Arc::clone(snapshot)),
            folder: self.source.folder.clone(),
            owner: self.source.owner.clone(),
            groups: self.source.groups.clone(),
            private: self.source.private,
            drafts: self.source.drafts,
            source: Some(self.source.name.clone()),
            prune: true,
            is_dry_run: false,
            now: self.now,
            files: self.config.files.clone(),
            site: Some(self.config.public_url.clone()),
            resolve_person: Box::new(move |who| config.resolve_person(who)),
        }
    }
}

fn summary(report: &ImportReport) -> PullSummary {
    let mut problems: Vec<_> = report
        .problems
        .iter()
        .take(MAX_PROBLEMS)
        .map(ToString::to_string)
        .collect();
    if let Pruning::Refused(why) = &report.pruning {
        problems.push(format!("documents without a file stay, because {why}"));
    }
    problems.extend(
        report
            .similar
            .as_deref()
            .map(|text| import::terminal::escape(text).into_owned()),
    );
    PullSummary {
        added: report.added,
        updated: report.updated,
        unchanged: report.unchanged,
        removed: report.withdrawn.len() + report.pruned(),
        left_out: report.left_out.len(),
        refused: report.problems.len(),
        warnings: report.warnings.len(),
        problems,
    }
}
