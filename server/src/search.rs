//! The use case of searching: words within the rights of whoever searches, every hit decided again before it is shown.
//!
//! | what | where |
//! |---|---|
//! | The port | [`LocalSearch`] |
//! | One search: hits, further hits, similar words | `search/rounds.rs` |
//! | What is looked for, with names after `owner:` and `group:` | `search/question.rs` |
//! | Deciding about hits, snippets | `search/results.rs` |
//! | Following the change feed, rebuilding | `search/follower.rs`, `search/indexing.rs`, `search/batch.rs` |
//! | Whether the index can be used | [`SearchStatus`] |
//! | Suggestions while somebody types | `search/suggestions.rs` |
//!
//! The index says which documents may be worth looking at. What is counted, marked or quoted comes from rows that the policy has just allowed,
//! so that an index that is behind can leave something out for a moment and never shows anything.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bff::Clock;
use domain::{Action, Person, Search, SearchError, SearchPage, SearchQuery, Visitor};
use policy::Policy;
use search::SearchIndex;
use store::Store;
use tokio::{sync::Semaphore, time::Instant};

mod batch;
mod follower;
mod indexing;
mod question;
mod results;
mod rounds;
mod status;
pub(crate) mod suggestions;

pub use follower::Follower;
use question::Question;
use rounds::Rounds;
pub use status::{Phase, SearchStatus};

/// Longest time of a search, waiting for its turn included.
const DEADLINE: Duration = Duration::from_secs(5);

/// Searching the documents of the database, under the policy.
#[derive(Debug, Clone)]
pub struct LocalSearch {
    store: Store,
    policy: Arc<Policy>,
    status: SearchStatus,
    clock: Clock,
    /// Searches are work for a processor: more of them at a time would only make each slower.
    turns: Arc<Semaphore>,
}

/// Why a search failed; for the log.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("there is no index that can be used")]
    NoIndex,
    #[error("searching took too long")]
    TooLong,
    #[error(transparent)]
    Index(#[from] search::SearchError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error("searching ended unexpectedly")]
    Ended(#[from] tokio::task::JoinError),
    #[error("the site stops")]
    Stopping(#[from] tokio::sync::AcquireError),
}

impl LocalSearch {
    /// Searches the index of `status` and reads what it finds from `store`, decided by `policy`. `clock` tells what is new, and what
    /// `updated:30d` means.
    #[must_use]
    pub fn new(store: Store, policy: Arc<Policy>, status: SearchStatus, clock: Clock) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            store,
            policy,
            status,
            clock,
            turns: Arc::new(Semaphore::new(processors)),
        }
    }

    /// What to search in.
    fn index(&self) -> Result<SearchIndex, SearchError> {
        let (phase, index) = self.status.current();
        match (phase, index) {
            (Phase::Building { percent }, _) => Err(SearchError::Building { percent }),
            (Phase::Opening, _) => Err(SearchError::Building { percent: 0 }),
            // One that cannot follow leaves out what is new, which is better than nothing.
            (Phase::Following | Phase::Failed, Some(index)) => Ok(index),
            (Phase::Following | Phase::Failed, None) => Err(SearchError::Unavailable(Arc::new(Failure::NoIndex))),
        }
    }

    async fn page(
        &self,
        person: &Arc<Person>,
        index: SearchIndex,
        query: SearchQuery,
        limit: usize,
    ) -> Result<SearchPage, Failure> {
        let turn = Arc::clone(&self.turns).acquire_owned().await?;
        let rights = self.policy.plan(person, Action::View).rights();
        let now = self.clock.now().unix_timestamp();
        let question = Question::resolve(&self.store, person, query, rights, now).await?;
        let rounds = Rounds::new(self, Arc::clone(person), index, question, turn);
        rounds.page(limit).await
    }
}

#[async_trait]
impl Search for LocalSearch {
    async fn search(&self, visitor: &Visitor, query: &str, limit: usize) -> Result<SearchPage, SearchError> {
        let Visitor::Person(person) = visitor else {
            return Err(SearchError::SignInFirst);
        };
        let query = SearchQuery::parse(query, self.clock.now().unix_timestamp());
        if query.is_empty() || limit == 0 {
            return Ok(SearchPage::default());
        }
        let index = self.index()?;
        let started = Instant::now();
        let page = tokio::time::timeout(DEADLINE, self.page(person, index, query, limit)).await;
        let page = page.unwrap_or(Err(Failure::TooLong));
        let outcome = if page.is_ok() { "found" } else { "failed" };
        metrics::histogram!("portico_search_seconds", "outcome" => outcome).record(started.elapsed());
        page.map_err(|failure| SearchError::Unavailable(Arc::new(failure)))
    }
}
