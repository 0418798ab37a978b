//! What does the organisation's directory say about a person? Groups, profile, manager and reports from Microsoft Graph,
//! asked with the application's own token (a profile with the person's, where the provider says so), kept for a stated time.
//!
//! | question | where |
//! |---|---|
//! | What is asked about whom, and what becomes of the answer? | [`question`] |
//! | What was answered before, how old may it be, who asks again? | `cache.rs` |
//! | Which requests is that? | `reading.rs` |
//! | How is Graph asked, within which limits? | `graph.rs` |
//!
//! Three states throughout: known, known to be none, unknown. A directory that does not answer changes nothing for the
//! time `directory.keep` says, and the person is told; after that nothing of it is known.

use std::{sync::Arc, time::Duration};

use bff::{BackgroundTasks, Bff, Clock, SignedIn};
use domain::{Person, PersonId};
use futures::future::join_all;
use store::Store;
use tokio::sync::Semaphore;

use crate::config::{DirectorySettings, ProviderSettings};

mod cache;
mod graph;
pub mod question;
mod reading;

use cache::{Asking, Cache, Outcome};
use graph::Graph;
pub use question::{Entry, ObjectId, Profile, Told, Wanted};
use question::{Key, Question};

/// Questions asked at the same time, at most two about a person; more wait.
const AT_ONCE: usize = 32;
/// Longest time a question may take.
const WHOLE: Duration = Duration::from_secs(15);

/// The directory. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    graph: Graph,
    cache: Cache,
    store: Store,
    clock: Clock,
    room: Semaphore,
    tasks: BackgroundTasks,
}

impl Directory {
    /// Asks nobody by itself.
    ///
    /// # Errors
    /// If the HTTP client cannot be made.
    pub fn new(bff: Bff, store: Store, settings: &DirectorySettings, clock: Clock) -> Result<Self, reqwest::Error> {
        let tasks = bff.tasks().clone();
        Ok(Self(Arc::new(Inner {
            graph: Graph::new(bff, settings.base_url.clone())?,
            cache: Cache::new(settings.max_age, settings.keep),
            store,
            clock,
            room: Semaphore::new(AT_ONCE),
            tasks,
        })))
    }

    /// Adds to a person what the directory knows, as far as their provider's settings and their token want it. Waits a few
    /// seconds at most, and for people known already hardly ever.
    pub async fn complete(&self, person: &mut Person, signed_in: &SignedIn, settings: &ProviderSettings) {
        person.group_match = settings.directory.group_match;
        let identity = signed_in.identity();
        let wanted = Wanted::of(&identity.claims, settings, self.0.graph.base_url());
        if wanted.is_nothing() {
            return;
        }
        let Some(object_id) = ObjectId::of(&identity.claims, &settings.claims.object_id) else {
            let (claim, provider) = (&settings.claims.object_id, &identity.provider);
            tracing::debug!(%claim, %provider, "a person without an id in the directory");
            Told::Unknown.fill(person, wanted);
            return;
        };
        let same = settings.claims.object_id == "sub";
        let asking = wanted.questions().map(|wanted| {
            let question = Question {
                key: Key {
                    provider: identity.provider.clone(),
                    object_id: object_id.clone(),
                    wanted,
                },
                person: person.id.clone(),
                issuer: same.then(|| identity.issuer.clone()),
                signed_in: signed_in.clone(),
            };
            async move { (wanted, self.ask(question).await) }
        });
        let answers = join_all(asking).await;
        for (wanted, told) in answers {
            told.fill(person, wanted);
        }
    }

    async fn ask(&self, question: Question) -> Told {
        let inner = &self.0;
        let key = question.key.clone();
        let start = |asking| {
            let inner = Arc::clone(inner);
            inner.tasks.clone().spawn(async move {
                inner.find_out(question).await;
                drop::<Asking>(asking);
            });
        };
        if let Some(mut waiting) = inner.cache.look(&key, inner.clock.now(), start) {
            waiting.end().await;
        }
        inner.cache.told(&key, inner.clock.now())
    }
}

impl Inner {
    /// Asks, and leaves the outcome in the cache. A task of its own: nobody's impatience ends it.
    async fn find_out(&self, question: Question) {
        let asked_at = self.clock.now();
        let outcome = match tokio::time::timeout(WHOLE, self.read(&question)).await {
            Ok(Ok(entry)) => Outcome::Told(Arc::new(entry), asked_at),
            Ok(Err(error)) => {
                let provider = &question.key.provider;
                tracing::warn!(%provider, error = crate::site::with_causes(&error), "the directory did not tell");
                Outcome::from(&error)
            }
            Err(_) => {
                tracing::warn!(provider = %question.key.provider, "the directory took too long");
                Outcome::Trouble { retry_after: None }
            }
        };
        self.cache.settle(&question.key, outcome, self.clock.now());
    }

    async fn read(&self, question: &Question) -> Result<Entry, graph::GraphError> {
        let _room = self.room.acquire().await;
        let key = &question.key;
        let provider = key.provider.as_str();
        let found = self.graph.read(question).await?;
        let line = match found.line {
            Some((manager, reports)) => {
                let remembered = self
                    .store
                    .remember_object_id(provider, key.object_id.as_str(), &question.person)
                    .await;
                if let Err(error) = remembered {
                    tracing::warn!(%error, "the directory's id of somebody who signed in could not be stored");
                }
                Some(self.resolve(question, manager, reports).await)
            }
            None => None,
        };
        Ok(Entry {
            groups: found.groups,
            profile: found.profile,
            line,
        })
    }

    /// Ids of the directory as people of this site. Who cannot be found is left out: nothing is granted by guessing.
    async fn resolve(
        &self,
        question: &Question,
        manager: Option<ObjectId>,
        reports: Vec<ObjectId>,
    ) -> domain::ReportingLine {
        let mut ids: Vec<String> = reports.iter().map(ObjectId::to_string).collect();
        ids.extend(manager.as_ref().map(ObjectId::to_string));
        let known = match &question.issuer {
            Some(issuer) => ids.iter().map(|id| (id.clone(), PersonId::new(issuer, id))).collect(),
            None => self
                .store
                .people_by_object_id(question.key.provider.as_str(), &ids)
                .await
                .unwrap_or_else(|error| {
                    tracing::warn!(%error, "nobody's id in the directory could be looked up");
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
