//! One search: the index is asked, hits are read and decided, and where the policy refused some, the index is asked for further ones.
//!
//! Nothing that comes of it depends on a document that was refused: neither how many results there are, nor whether there are more, nor whether
//! similar words are looked for.

use std::sync::Arc;

use domain::{DocumentId, Person, SearchHit, SearchPage, SearchResult};
use policy::Policy;
use search::{SearchIndex, Snippets};
use store::Store;
use tokio::{sync::OwnedSemaphorePermit, task::spawn_blocking};

use super::{Failure, LocalSearch, Question, batch, results};

/// How often the index is asked at most: so many times [`SearchIndex::MAX_HITS`] documents are decided for one search.
const ROUNDS: usize = 5;

/// How many documents are read with their texts at a time.
const CHUNK: usize = 16;

/// The search of one person.
pub(super) struct Rounds {
    store: Store,
    shared: Arc<Shared>,
}

/// What work in other threads needs.
struct Shared {
    policy: Arc<Policy>,
    person: Arc<Person>,
    index: SearchIndex,
    question: Question,
    snippets: Snippets,
    /// Given back when the last thread is done, also if nobody waits for the result any more.
    _turn: OwnedSemaphorePermit,
}

impl Rounds {
    pub(super) fn new(
        search: &LocalSearch,
        person: Arc<Person>,
        index: SearchIndex,
        question: Question,
        turn: OwnedSemaphorePermit,
    ) -> Self {
        let snippets = index.snippets(&question.query);
        Self {
            store: search.store.clone(),
            shared: Arc::new(Shared {
                policy: Arc::clone(&search.policy),
                person,
                index,
                question,
                snippets,
                _turn: turn,
            }),
        }
    }

    /// The best `limit` results.
    pub(super) async fn page(&self, limit: usize) -> Result<SearchPage, Failure> {
        // One more than is shown tells that there are more.
        let target = limit + 1;
        let mut results = Vec::new();
        let similar = self.add_exact(&mut results, target).await?;
        let exact = results.len();
        if exact < SearchIndex::FEW {
            self.add_similar(&mut results, similar, target).await?;
        }
        let is_cut = results.len() > limit;
        results.truncate(limit);
        Ok(SearchPage {
            similar: results.len().saturating_sub(exact),
            results,
            is_cut,
        })
    }

    /// Adds what holds the words exactly. Returns what the index found beside it, if it found too little; `None` if it found enough.
    async fn add_exact(
        &self,
        results: &mut Vec<SearchResult>,
        target: usize,
    ) -> Result<Option<Vec<SearchHit>>, Failure> {
        let mut similar = None;
        for round in 0..ROUNDS {
            let skip = round * SearchIndex::MAX_HITS;
            let search = move |shared: &Shared| shared.index.search(&shared.question.request(skip));
            let found = self.blocking(search).await??;
            let (exact, beside) = found.hits.split_at(found.hits.len() - found.similar);
            if round == 0 && exact.len() < SearchIndex::FEW {
                similar = Some(beside.to_vec());
            }
            self.add_allowed(results, exact, target).await?;
            if results.len() >= target || exact.len() < SearchIndex::MAX_HITS {
                break;
            }
        }
        Ok(similar)
    }

    /// Adds what holds similar words: what the index found, or what it finds when the policy left too little of what it found.
    async fn add_similar(
        &self,
        results: &mut Vec<SearchResult>,
        mut found: Option<Vec<SearchHit>>,
        target: usize,
    ) -> Result<(), Failure> {
        for round in 0..ROUNDS {
            let skip = round * SearchIndex::MAX_HITS;
            let search = move |shared: &Shared| shared.index.similar(&shared.question.request(skip));
            let (mut hits, is_last) = if let Some(hits) = found.take() {
                (hits, true)
            } else {
                let hits = self.blocking(search).await??;
                let is_last = hits.len() < SearchIndex::MAX_HITS;
                (hits, is_last)
            };
            let known: Vec<DocumentId> = results.iter().map(|result| result.summary.id).collect();
            hits.retain(|hit| !known.contains(&hit.id));
            self.add_allowed(results, &hits, target).await?;
            if is_last || results.len() >= target {
                break;
            }
        }
        Ok(())
    }

    /// Adds those of the hits that the person may read, until there are as many results as wanted.
    async fn add_allowed(
        &self,
        results: &mut Vec<SearchResult>,
        hits: &[SearchHit],
        target: usize,
    ) -> Result<(), Failure> {
        for chunk in hits.chunks(CHUNK.min(target)) {
            if results.len() >= target {
                break;
            }
            let ids: Vec<DocumentId> = chunk.iter().map(|hit| hit.id).collect();
            let texts = batch::texts(&self.store, &ids).await?;
            let work = move |shared: &Shared| {
                let looked = results::Looked {
                    question: &shared.question,
                    snippets: &shared.snippets,
                };
                results::allowed(&shared.policy, &shared.person, looked, &ids, texts)
            };
            results.extend(self.blocking(work).await?);
        }
        results.truncate(target);
        Ok(())
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let shared = Arc::clone(&self.shared);
        Ok(spawn_blocking(move || work(&shared)).await?)
    }
}
