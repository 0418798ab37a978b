//! How the sources are: for administrators, and for `/readyz`.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{ADMIN, DocumentSources, SourceStatus, SourcesError, Visitor};
use serde_json::{Value, json};
use store::{PullState, StoreError};

use super::Pulls;
use crate::config::SourceSettings;

/// All that the public response of `/readyz` says of a problem.
const PROBLEM: &str = "a source of documents cannot be pulled right now; administrators see why, and the log says it";

impl Pulls {
    /// For `/readyz`, which everybody may read: how many, but neither names nor addresses. The site works without them.
    pub(crate) async fn readiness(&self) -> Value {
        let sources = &self.config.sources;
        let states = if sources.is_empty() {
            Ok(Vec::new())
        } else {
            self.store.pull_states().await
        };
        // The same database is reported by itself.
        let Ok(states) = states else {
            return Value::Null;
        };
        let state = |source: &SourceSettings| states.iter().find(|state| state.name == source.name);
        let failing = sources
            .iter()
            .filter(|source| state(source).is_some_and(|state| state.error.is_some()));
        let waiting = sources
            .iter()
            .filter(|source| state(source).is_none_or(|state| state.imported_at.is_none()));
        let (failing, waiting) = (failing.count(), waiting.count());
        let problem = (failing > 0).then_some(PROBLEM);
        json!({
            "ready": failing == 0 && waiting == 0,
            "configured": sources.len(),
            "failing": failing,
            "never_imported": waiting,
            "problem": problem,
        })
    }

    fn status(&self, source: &SourceSettings, states: &[PullState]) -> SourceStatus {
        let state = states
            .iter()
            .find(|state| state.name == source.name)
            .cloned()
            .unwrap_or_default();
        let is_pulling = state.leased_until > self.now();
        SourceStatus {
            name: source.name.clone(),
            repository: source.repository.address.to_string(),
            branch: source.repository.branch.as_ref().map(ToString::to_string),
            path: source.repository.path.as_str().to_owned(),
            commit: state.commit_id,
            imported_at: state.imported_at,
            attempted_at: state.attempted_at,
            next_at: (!is_pulling && state.due_at > 0).then_some(state.due_at),
            error: state.error,
            summary: state.summary.and_then(|summary| serde_json::from_str(&summary).ok()),
        }
    }
}

#[async_trait]
impl DocumentSources for Pulls {
    async fn sources(&self, visitor: &Visitor) -> Result<Vec<SourceStatus>, SourcesError> {
        let person = visitor.person().ok_or(SourcesError::SignInFirst)?;
        if !person.has_role(ADMIN) {
            return Err(SourcesError::NotAllowed);
        }
        let unavailable = |error: StoreError| SourcesError::Unavailable(Arc::new(error));
        let states = self.store.pull_states().await.map_err(unavailable)?;
        let sources = self.config.sources.iter();
        Ok(sources.map(|source| self.status(source, &states)).collect())
    }
}
