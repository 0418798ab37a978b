//! The organisation's directory: groups, profile, manager and reports of a person from Microsoft Graph, fetched with the application's own token
//! (the profile with the person's, where the provider is configured so) and cached.
//!
//! | what | where |
//! |---|---|
//! | What is fetched about a person, and how it completes them | [`lookup`] |
//! | The cache: refresh ahead, stale entries while the directory is down | `cache.rs` |
//! | The requests to Graph | `requests.rs` |
//! | The client: address check, retries, limits | `graph.rs` |
//!
//! Values are known, known to be none, or unknown. While the directory does not respond, cached values are used for the time of
//! `directory.keep`, and the profile page states it; after that they are unknown.

use std::{sync::Arc, time::Duration};

use bff::{Bff, Clock, SignedIn, SingleFlight, error_chain};
use domain::{Person, PersonId};
use futures::future::join_all;
use store::Store;
use tokio::sync::Semaphore;

use crate::config::{DirectorySettings, ProviderSettings};

mod cache;
mod graph;
pub mod lookup;
mod requests;

use cache::{Cache, FetchOutcome};
use graph::Graph;
pub use lookup::{Entry, Fields, Lookup, ObjectId, Profile};
use lookup::{FetchRequest, Key};

/// Most concurrent fetches, of which at most two are about one person; more wait.
const MAX_CONCURRENT: usize = 32;
/// Longest time of one fetch, all its requests included.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15);

/// The directory. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    graph: Graph,
    cache: Cache,
    store: Store,
    clock: Clock,
    permits: Semaphore,
    /// The fetches that are running; one per key at a time.
    fetches: SingleFlight<Key, ()>,
}

impl Directory {
    /// A directory that fetches nothing until it is needed.
    ///
    /// # Errors
    /// If the HTTP client cannot be made.
    pub fn new(bff: Bff, store: Store, settings: &DirectorySettings, clock: Clock) -> Result<Self, reqwest::Error> {
        let fetches = SingleFlight::new(bff.tasks().clone());
        Ok(Self(Arc::new(Inner {
            graph: Graph::new(bff, settings.base_url.clone())?,
            cache: Cache::new(settings.max_age, settings.max_stale),
            store,
            clock,
            permits: Semaphore::new(MAX_CONCURRENT),
            fetches,
        })))
    }

    /// Adds to a person what the directory knows, as far as their provider's settings and their token require it. Waits a few seconds at
    /// most, and hardly ever for people who are in the cache.
    pub async fn complete(&self, person: &mut Person, signed_in: &SignedIn, settings: &ProviderSettings) {
        person.group_match = settings.directory.group_match;
        let identity = signed_in.identity();
        let fields = Fields::of(&identity.claims, settings, self.0.graph.base_url());
        if fields.is_empty() {
            return;
        }
        let Some(object_id) = ObjectId::from_claims(&identity.claims, &settings.claims.object_id) else {
            let (claim, provider) = (&settings.claims.object_id, &identity.provider);
            tracing::debug!(%claim, %provider, "a person without an object id");
            Lookup::Unknown.apply_to(person, fields);
            return;
        };
        let subject_is_object_id = settings.claims.object_id == "sub";
        let lookups = fields.split_by_token().map(|fields| {
            let request = FetchRequest {
                key: Key {
                    provider: identity.provider.clone(),
                    object_id: object_id.clone(),
                    fields,
                },
                person: person.id.clone(),
                issuer: subject_is_object_id.then(|| identity.issuer.clone()),
                signed_in: signed_in.clone(),
            };
            async move { (fields, self.look_up(request).await) }
        });
        for (fields, lookup) in join_all(lookups).await {
            lookup.apply_to(person, fields);
        }
    }

    async fn look_up(&self, request: FetchRequest) -> Lookup {
        let inner = &self.0;
        let key = request.key.clone();
        let mut fetch = inner.fetches.join(&key);
        let plan = inner.cache.plan_refresh(&key, inner.clock.now(), fetch.is_some());
        if plan.start {
            let inner = Arc::clone(inner);
            let work = async move { inner.fetch(request).await };
            fetch = Some(self.0.fetches.run(key.clone(), || work));
        }
        if let (Some(fetch), Some(until)) = (fetch, plan.wait_until) {
            // Whatever ends the wait, the cache knows what is to be used.
            let _ = tokio::time::timeout_at(until, fetch).await;
        }
        inner.cache.get(&key, inner.clock.now())
    }
}

impl Inner {
    /// Fetches, and stores the outcome in the cache.
    async fn fetch(&self, request: FetchRequest) {
        let started_at = self.clock.now();
        let outcome = match tokio::time::timeout(FETCH_TIMEOUT, self.read(&request)).await {
            Ok(Ok(entry)) => FetchOutcome::Fetched(Arc::new(entry), started_at),
            Ok(Err(error)) => {
                let provider = &request.key.provider;
                tracing::warn!(%provider, error = error_chain(&error), "the directory could not be read");
                FetchOutcome::from(&error)
            }
            Err(_) => {
                tracing::warn!(provider = %request.key.provider, "the directory timed out");
                FetchOutcome::Failed { retry_after: None }
            }
        };
        self.cache.put(&request.key, outcome, self.clock.now());
    }

    async fn read(&self, request: &FetchRequest) -> Result<Entry, graph::GraphError> {
        let _permit = self.permits.acquire().await;
        let key = &request.key;
        let provider = key.provider.as_str();
        let found = self.graph.read(request).await?;
        let reporting_line = match found.reporting_line {
            Some((manager, reports)) => {
                let stored = self
                    .store
                    .upsert_object_id(provider, key.object_id.as_str(), &request.person)
                    .await;
                if let Err(error) = stored {
                    tracing::warn!(
                        error = error_chain(&error),
                        "a person's id in the directory could not be stored"
                    );
                }
                Some(self.resolve(request, manager, reports).await)
            }
            None => None,
        };
        Ok(Entry {
            groups: found.groups,
            profile: found.profile,
            reporting_line,
        })
    }

    /// Ids of the directory as people of this site. An id without a person is left out: nothing is granted by guessing.
    async fn resolve(
        &self,
        request: &FetchRequest,
        manager: Option<ObjectId>,
        reports: Vec<ObjectId>,
    ) -> domain::ReportingLine {
        let mut ids: Vec<String> = reports.iter().map(ObjectId::to_string).collect();
        ids.extend(manager.as_ref().map(ObjectId::to_string));
        let known = match &request.issuer {
            Some(issuer) => ids.iter().map(|id| (id.clone(), PersonId::new(issuer, id))).collect(),
            None => self
                .store
                .people_by_object_id(request.key.provider.as_str(), &ids)
                .await
                .unwrap_or_else(|error| {
                    tracing::warn!(
                        error = error_chain(&error),
                        "ids of the directory could not be looked up"
                    );
                    std::collections::HashMap::new()
                }),
        };
        domain::ReportingLine {
            manager: manager.and_then(|id| known.get(id.as_str()).cloned()),
            reports: Some(
                reports
                    .iter()
                    .filter_map(|id| known.get(id.as_str()).cloned())
                    .collect(),
            ),
        }
    }
}
