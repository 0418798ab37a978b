//! The background task that keeps the index of this process up to date: it looks for changes, or is woken by PostgreSQL, and writes them.
//!
//! Whatever fails is logged once, shown in `/readyz`, and tried again, from opening the index on: what was not committed is written again, and an
//! index that was damaged meanwhile is noticed. Nothing else of the site waits for it.

use std::{path::PathBuf, time::Duration};

use bff::{BackgroundTasks, error_chain};
use search::Settings;
use store::{ChangeListener, Store};

use super::{
    Phase, SearchStatus,
    indexing::{Indexing, IndexingError},
};

/// How often changes are looked for where nothing else tells of them.
const POLL: Duration = Duration::from_millis(200);

/// How often they are looked for while a database tells, which it may fail to do without anybody noticing.
const POLL_WHILE_LISTENING: Duration = Duration::from_millis(500);

/// Shortest and longest pause before a failure is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// What the task needs.
#[derive(Debug)]
pub struct Follower {
    /// Where documents and their changes are read.
    pub store: Store,
    /// Where it tells how far it is.
    pub status: SearchStatus,
    /// Where the index lies.
    pub folder: PathBuf,
    /// How texts are read; the origin is that of the store.
    pub settings: Settings,
}

impl Follower {
    /// Follows until the site stops.
    pub fn start(self, tasks: &BackgroundTasks) {
        let own = tasks.clone();
        tasks.spawn_until_shutdown(async move { self.run(&own).await });
    }

    async fn run(self, tasks: &BackgroundTasks) {
        let mut retry = RETRY.0;
        let mut is_failing = false;
        loop {
            let followed = self.follow(tasks, &mut is_failing).await;
            let Err(error) = followed else { return };
            if let IndexingError::OtherState = error {
                tracing::warn!(error = error_chain(&error), "the search index is made anew");
                continue;
            }
            metrics::counter!("portico_search_errors_total").increment(1);
            if is_failing {
                tracing::debug!(error = error_chain(&error), "the search index still cannot follow");
                retry = (retry * 2).min(RETRY.1);
            } else {
                tracing::error!(
                    error = error_chain(&error),
                    "the search index cannot follow; this is tried again"
                );
                retry = RETRY.0;
            }
            is_failing = true;
            self.status.set_phase(Phase::Failed);
            if !tasks.pause(retry).await {
                return;
            }
        }
    }

    /// Opens the index and follows; ends when the site stops.
    async fn follow(&self, tasks: &BackgroundTasks, is_failing: &mut bool) -> Result<(), IndexingError> {
        let settings = self.settings.clone();
        let mut indexing = Indexing::open(&self.store, &self.status, self.folder.clone(), settings).await?;
        let mut waiting = Waiting::new(&self.store).await;
        indexing.catch_up().await?;
        tracing::debug!("the search index follows the documents");
        loop {
            indexing.catch_up().await?;
            indexing.report();
            if std::mem::take(is_failing) {
                tracing::info!("the search index follows again");
            }
            if !waiting.wait(tasks).await {
                return Ok(());
            }
        }
    }
}

/// Waits for changes.
struct Waiting {
    listener: Option<ChangeListener>,
}

impl Waiting {
    async fn new(store: &Store) -> Self {
        let listener = store.listen().await.unwrap_or_else(|error| {
            tracing::warn!(
                error = error_chain(&error),
                "the database does not tell of changes; they are looked for"
            );
            None
        });
        Self { listener }
    }

    /// Waits for a change, or until it is time to look; `false` if the site stops.
    async fn wait(&mut self, tasks: &BackgroundTasks) -> bool {
        let Some(listener) = &mut self.listener else {
            return tasks.pause(POLL).await;
        };
        tokio::select! {
            goes_on = tasks.pause(POLL_WHILE_LISTENING) => return goes_on,
            heard = listener.changed() => match heard {
                Ok(()) => return true,
                Err(error) => tracing::debug!(error = error_chain(&error), "the connection that tells of changes is gone"),
            },
        }
        // Opened anew with the index, when the database fails for more than this.
        self.listener = None;
        true
    }
}
