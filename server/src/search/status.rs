//! How the index is: searches use it, `/readyz` and the metrics tell it.

use std::sync::Arc;

use search::SearchIndex;
use serde_json::{Value, json};
use tokio::sync::watch;

/// All that the public response of `/readyz` says of a problem.
const PROBLEM: &str = "the index cannot follow the documents right now; the log says why";

/// The state of the index of this process. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct SearchStatus(Arc<watch::Sender<State>>);

/// What the follower is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Its files are being read.
    #[default]
    Opening,
    /// It is being made anew.
    Building {
        /// 0 to 100.
        percent: u8,
    },
    /// It holds all changes but the latest.
    Following,
    /// Something failed, which is tried again. The index, if there is one, finds what it held before.
    Failed,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    index: Option<SearchIndex>,
    /// The last change that is found.
    sequence: i64,
}

impl SearchStatus {
    /// What the follower is doing, and the index if it is open.
    pub(super) fn current(&self) -> (Phase, Option<SearchIndex>) {
        let state = self.0.borrow();
        (state.phase, state.index.clone())
    }

    /// Waits until every change up to this number of the change feed is found. For tests, instead of sleeping.
    pub async fn follows(&self, sequence: i64) {
        let mut state = self.0.subscribe();
        // The sender is part of `self`.
        let _ = state
            .wait_for(|state| state.phase == Phase::Following && state.sequence >= sequence)
            .await;
    }

    /// Waits until the follower does this. For tests, instead of sleeping.
    pub async fn reaches(&self, is_it: impl Fn(Phase) -> bool) {
        let mut state = self.0.subscribe();
        let _ = state.wait_for(|state| is_it(state.phase)).await;
    }

    /// For `/readyz`, which everybody may read.
    pub(crate) fn readiness(&self) -> Value {
        let phase = self.0.borrow().phase;
        let (state, percent) = match phase {
            Phase::Opening => ("opening", None),
            Phase::Building { percent } => ("building", Some(percent)),
            Phase::Following => ("ready", None),
            Phase::Failed => ("failed", None),
        };
        let problem = (phase == Phase::Failed).then_some(PROBLEM);
        json!({ "ready": phase == Phase::Following, "state": state, "percent": percent, "problem": problem })
    }

    /// The index that is searched from now on.
    pub(super) fn open(&self, index: SearchIndex) {
        self.0.send_modify(|state| state.index = Some(index));
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.0.send_modify(|state| state.phase = phase);
        let percent = match phase {
            Phase::Building { percent } => percent,
            Phase::Opening | Phase::Failed => 0,
            Phase::Following => 100,
        };
        metrics::gauge!("portico_search_built_percent").set(f64::from(percent));
        metrics::gauge!("portico_search_following").set(f64::from(u8::from(phase == Phase::Following)));
    }

    /// All changes up to this number are found.
    pub(super) fn followed(&self, sequence: i64) {
        self.0.send_modify(|state| state.sequence = sequence);
        let index = self.0.borrow().index.clone();
        if let Some(index) = index {
            #[expect(clippy::cast_precision_loss, reason = "a metric")]
            metrics::gauge!("portico_search_documents").set(index.documents() as f64);
        }
    }
}
