//! Pulls the repositories of `[[sources]]` again and again. Of several Porticos on one database the one that holds the lease of a source pulls it.
//! What fails leaves the documents as they are, is logged, shown to administrators, and tried again.
//!
//! | what | where |
//! |---|---|
//! | When what is pulled, the lease | [`Pulls`], here; its rows: `store::PullState` |
//! | Fetching and importing one repository | `attempt.rs` |
//! | State for administrators, `/readyz` | `status.rs` |

use std::{sync::Arc, time::Duration};

use bff::{BackgroundTasks, Clock, error_chain};
use store::{PullLease, PullOutcome, PullState, Store, StoreError};

use crate::config::{Config, SourceSettings};

mod attempt;
mod status;

use attempt::{Attempt, PullError};

/// How often is looked for what is due.
const TICK: Duration = Duration::from_secs(10);

/// How long a lease is held without being renewed, in seconds.
const LEASE: i64 = 120;

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(30);

/// Shortest pause before a failed pull is tried again, in seconds. It doubles with each failure.
const RETRY: i64 = 60;

/// The sources of a site. Cheap to clone.
#[derive(Clone)]
pub struct Pulls {
    config: Arc<Config>,
    store: Store,
    clock: Clock,
    /// This process, as the holder of leases.
    holder: Arc<str>,
}

impl Pulls {
    /// The sources of a configuration; nothing is pulled yet.
    #[must_use]
    pub fn new(config: &Config, store: Store, clock: Clock) -> Self {
        Self {
            config: Arc::new(config.clone()),
            store,
            clock,
            holder: format!("{:032x}", rand::random::<u128>()).into(),
        }
    }

    /// Pulls until the site stops.
    pub fn start(&self, tasks: &BackgroundTasks) {
        if self.config.sources.is_empty() {
            return;
        }
        let (pulls, own) = (self.clone(), tasks.clone());
        tasks.spawn_until_shutdown(async move {
            loop {
                pulls.pull_due().await;
                if !own.pause(TICK).await {
                    return;
                }
            }
        });
    }

    /// Pulls every source that is due, one after the other.
    pub async fn pull_due(&self) {
        let states = match self.store.pull_states().await {
            Ok(states) => states,
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "the state of the sources cannot be read");
                return;
            }
        };
        for source in &self.config.sources {
            let now = self.now();
            let state = states.iter().find(|state| state.name == source.name);
            if state.is_none_or(|state| state.due_at <= now && state.leased_until <= now)
                && let Err(error) = self.pull(source, now).await
            {
                let error = error_chain(&error);
                tracing::warn!(source = source.name, error, "the state of a source cannot be written");
            }
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_timestamp()
    }

    /// Pulls a source, unless another process does.
    async fn pull(&self, source: &SourceSettings, now: i64) -> Result<(), StoreError> {
        let lease = PullLease {
            name: &source.name,
            holder: &self.holder,
        };
        let Some(state) = self.store.claim_pull(lease, now, now + LEASE, now).await? else {
            return Ok(());
        };
        let started = std::time::Instant::now();
        let attempt = Attempt {
            source,
            config: &self.config,
            store: &self.store,
            state: &state,
            now,
        };
        let Some(outcome) = self.while_leased(lease, attempt.run()).await? else {
            tracing::warn!(source = source.name, "another Portico took over the source");
            return Ok(());
        };
        let name = source.name.clone();
        metrics::histogram!("portico_source_pull_seconds", "source" => name).record(started.elapsed());
        self.finish(source, &state, outcome).await
    }

    /// What the work ends with, while the lease is renewed; `None` if another process has it.
    async fn while_leased<T>(
        &self,
        lease: PullLease<'_>,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, StoreError> {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(Some(done)),
                () = tokio::time::sleep(RENEWAL) => {}
            }
            if !self.store.renew_pull(lease, self.now() + LEASE).await? {
                return Ok(None);
            }
        }
    }

    /// Stores and logs how a pull ended.
    async fn finish(
        &self,
        source: &SourceSettings,
        state: &PullState,
        outcome: Result<PullOutcome, PullError>,
    ) -> Result<(), StoreError> {
        let (lease, name) = (
            PullLease {
                name: &source.name,
                holder: &self.holder,
            },
            &*source.name,
        );
        let now = self.now();
        let every = i64::try_from(source.every.as_secs()).unwrap_or(i64::MAX);
        let (outcome, pause) = match outcome {
            Ok(outcome) => (outcome, every),
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(
                    source = name,
                    error,
                    "a source cannot be pulled; its documents stay as they are"
                );
                (PullOutcome::Failed(error), pause_after(state.failures).min(every))
            }
        };
        let word = match &outcome {
            PullOutcome::Imported(pulled) => {
                tracing::info!(
                    source = name,
                    commit = pulled.commit_id,
                    result = pulled.summary,
                    "a source was imported"
                );
                "imported"
            }
            PullOutcome::Unchanged => "unchanged",
            PullOutcome::Failed(_) => "failed",
        };
        metrics::counter!("portico_source_pulls_total", "source" => name.to_owned(), "outcome" => word).increment(1);
        if word != "failed" {
            #[expect(clippy::cast_precision_loss, reason = "a metric")]
            metrics::gauge!("portico_source_current_timestamp_seconds", "source" => name.to_owned()).set(now as f64);
        }
        self.store
            .finish_pull(lease, now, now.saturating_add(pause), &outcome)
            .await
    }
}

/// How long after so many failures in a row a pull is tried again, in seconds.
fn pause_after(failures: i64) -> i64 {
    RETRY << failures.clamp(0, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_pauses_between_failures_become_longer_and_never_overflow() {
        let pauses = [0, 1, 2, 99, i64::MAX, -1].map(pause_after);
        assert_eq!(pauses, [60, 120, 240, 245_760, 245_760, 60]);
    }
}
