//! Writing to the index: from the change feed into it, batch by batch, or all of it anew. Work that blocks runs in threads of its own.

use std::{path::PathBuf, time::Duration};

use search::{RebuildReason, SearchError, SearchIndex, Settings, State, Writer};
use store::{Store, StoreError};
use tokio::{task::spawn_blocking, time::Instant};

use super::{Phase, SearchStatus, batch::Batch};

/// Longest time between two commits while many documents change. A commit takes about a tenth of a second.
const COMMIT_EVERY: Duration = Duration::from_millis(500);

/// How often the log tells how far a rebuild is.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// Why the index cannot follow.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexingError {
    #[error("cannot use the search index in `{}`: make the folder writable for Portico, or change `search.folder`", folder.display())]
    Open { folder: PathBuf, source: SearchError },
    #[error("cannot write to the search index")]
    Write(#[from] SearchError),
    #[error("cannot read what changed")]
    Read(#[from] StoreError),
    #[error("writing to the search index ended unexpectedly")]
    Ended(#[from] tokio::task::JoinError),
    /// The database is of an earlier state than the index.
    #[error("the database went back to an earlier state")]
    OtherState,
}

/// The index while it is written to.
pub(super) struct Indexing {
    store: Store,
    status: SearchStatus,
    index: SearchIndex,
    /// `None` only while another thread has it.
    writer: Option<Writer>,
    /// The last change that was written; not all of that is committed yet.
    sequence: i64,
    committed: Instant,
}

impl Indexing {
    /// Opens the index, and makes it anew if it is not whole or of another state of the database.
    pub(super) async fn open(
        store: &Store,
        status: &SearchStatus,
        folder: PathBuf,
        settings: Settings,
    ) -> Result<Self, IndexingError> {
        let origin = store.identity().await?;
        let settings = Settings { origin, ..settings };
        let opened = spawn_blocking(move || {
            let index = SearchIndex::open(&folder, settings);
            let opened = index.and_then(|index| Ok((index.writer()?, index)));
            opened.map_err(|source| IndexingError::Open { folder, source })
        });
        let (writer, index) = opened.await??;
        let mut indexing = Self {
            store: store.clone(),
            status: status.clone(),
            index,
            writer: Some(writer),
            sequence: 0,
            committed: Instant::now(),
        };
        let last = store.last_change().await?;
        match indexing.index.state() {
            State::Complete { sequence } if sequence <= last => {
                indexing.sequence = sequence;
                status.open(indexing.index.clone());
            }
            State::Complete { .. } => indexing.rebuild(&RebuildReason::OtherVersion, last).await?,
            State::Rebuild(reason) => indexing.rebuild(&reason, last).await?,
        }
        Ok(indexing)
    }

    /// Writes and commits everything that changed. Says how many changes that were.
    pub(super) async fn catch_up(&mut self) -> Result<usize, IndexingError> {
        let last = self.store.last_change().await?;
        if last < self.sequence {
            return Err(IndexingError::OtherState);
        }
        #[expect(clippy::cast_precision_loss, reason = "a metric")]
        metrics::gauge!("portico_search_lag_changes").set((last - self.sequence) as f64);
        let mut changes = 0;
        if last > self.sequence {
            changes = self.follow(None, |_| {}).await?;
            self.commit().await?;
        }
        Ok(changes)
    }

    /// Makes the index anew, up to what was the last change when that began.
    async fn rebuild(&mut self, reason: &RebuildReason, last: i64) -> Result<(), IndexingError> {
        let total = usize::try_from(self.store.count().await?).unwrap_or_default().max(1);
        tracing::info!(%reason, documents = total, "the search index is made anew");
        self.status.set_phase(Phase::Building { percent: 0 });
        self.status.open(self.index.clone());
        self.sequence = 0;
        self.write(Writer::begin_rebuild).await?;
        let (started, mut reported_at, status) = (Instant::now(), Instant::now(), self.status.clone());
        let mut done = 0;
        let progress = move |changes: usize| {
            done += changes;
            // Gone documents are changes, too.
            let percent = u8::try_from(done * 100 / total).unwrap_or(99).min(99);
            status.set_phase(Phase::Building { percent });
            if reported_at.elapsed() >= PROGRESS_EVERY {
                reported_at = Instant::now();
                tracing::info!(percent, "the search index is being made anew");
            }
        };
        self.follow(Some(last), progress).await?;
        self.write(move |writer| writer.finish_rebuild(last)).await?;
        self.sequence = last;
        self.committed = Instant::now();
        let (documents, seconds) = (self.index.documents(), started.elapsed().as_secs_f64());
        tracing::info!(documents, seconds, "the search index is made");
        Ok(())
    }

    /// Writes what changed, up to `until` if given, reading the next batch while one is written. Says how many changes that were.
    async fn follow(&mut self, until: Option<i64>, mut progress: impl FnMut(usize)) -> Result<usize, IndexingError> {
        let store = self.store.clone();
        let mut total = 0;
        let mut next = Batch::read(&store, self.sequence, until).await?;
        while let Some(batch) = next.take() {
            let (last, changes) = (batch.last, batch.changes);
            let (written, read) = tokio::join!(
                self.write(move |writer| batch.write(writer)),
                Batch::read(&store, last, until)
            );
            written?;
            self.sequence = last;
            total += changes;
            progress(changes);
            if until.is_none() && self.committed.elapsed() >= COMMIT_EVERY {
                self.commit().await?;
            }
            next = read?;
        }
        Ok(total)
    }

    async fn commit(&mut self) -> Result<(), IndexingError> {
        let sequence = self.sequence;
        self.write(move |writer| writer.commit(sequence)).await?;
        self.committed = Instant::now();
        self.status.followed(sequence);
        Ok(())
    }

    /// Tells that everything up to here is found.
    pub(super) fn report(&self) {
        self.status.set_phase(Phase::Following);
        self.status.followed(self.sequence);
    }

    async fn write(
        &mut self,
        work: impl FnOnce(&mut Writer) -> Result<(), SearchError> + Send + 'static,
    ) -> Result<(), IndexingError> {
        let taken = self.writer.take();
        let index = self.index.clone();
        let written = spawn_blocking(move || {
            // After work that was given up there is none.
            let mut writer = match taken {
                Some(writer) => writer,
                None => index.writer()?,
            };
            let written = work(&mut writer);
            written.map(|()| writer)
        });
        self.writer = Some(written.await??);
        Ok(())
    }
}
