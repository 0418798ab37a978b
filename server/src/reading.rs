//! What a person read ([`ReadingHistory`]), from the store and under the policy: a document is shown there only if it may be read now.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bff::{BackgroundTasks, Clock, error_chain};
use domain::{DocumentId, LibraryError, Person, PersonId, ReadingHistory, Summary, Visitor, reading::RECENT};
use policy::Policy;
use store::{DocumentRow, Store};
use tokio::sync::Semaphore;

/// Readings that are written at the same time; beyond it they are dropped, since they are worth less than a database that answers.
const MAX_WRITES: usize = 4;

/// Most people whose last document is remembered in memory, so that it is not written again each time it is opened.
const MAX_REMEMBERED: usize = 10_000;

/// The history of the people of this site.
#[derive(Clone)]
pub(crate) struct LocalReadingHistory(Arc<Parts>);

struct Parts {
    store: Store,
    policy: Arc<Policy>,
    tasks: BackgroundTasks,
    writes: Arc<Semaphore>,
    last: Mutex<HashMap<PersonId, DocumentId>>,
    clock: Clock,
}

impl LocalReadingHistory {
    pub(crate) fn new(store: Store, policy: Arc<Policy>, tasks: BackgroundTasks, clock: Clock) -> Self {
        Self(Arc::new(Parts {
            store,
            policy,
            tasks,
            writes: Arc::new(Semaphore::new(MAX_WRITES)),
            last: Mutex::default(),
            clock,
        }))
    }

    /// Whether the person opened another document last.
    fn is_news(&self, person: &Person, id: DocumentId) -> bool {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= MAX_REMEMBERED && !last.contains_key(&person.id) {
            last.clear();
        }
        last.insert(person.id.clone(), id) != Some(id)
    }
}

/// The first of the rows that the person may read now, at most [`RECENT`].
#[must_use]
pub fn allowed(policy: &Policy, person: &Person, rows: Vec<DocumentRow>) -> Vec<Summary> {
    let allowed = rows.into_iter().filter_map(|row| {
        let reasons = policy.decide(person, &row.facts()).reasons()?;
        Some(row.into_summary(person, reasons))
    });
    allowed.take(RECENT).collect()
}

#[async_trait]
impl ReadingHistory for LocalReadingHistory {
    fn remember(&self, visitor: &Visitor, id: DocumentId) {
        let Some(person) = visitor.person() else { return };
        if !self.is_news(person, id) {
            return;
        }
        let Ok(permit) = Arc::clone(&self.0.writes).try_acquire_owned() else {
            return;
        };
        let (parts, person) = (Arc::clone(&self.0), person.id.clone());
        self.0.tasks.spawn(async move {
            if let Err(error) = parts
                .store
                .remember_reading(&person, id, parts.clock.now().unix_timestamp())
                .await
            {
                tracing::warn!(error = error_chain(&error), "what somebody read could not be stored");
            }
            drop(permit);
        });
    }

    async fn recent(&self, visitor: &Visitor) -> Result<Vec<Summary>, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let rows = self.0.store.readings(&person.id).await?;
        Ok(allowed(&self.0.policy, person, rows))
    }

    async fn previous_visit(&self, visitor: &Visitor) -> Result<Option<i64>, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        Ok(self
            .0
            .store
            .visit(&person.id, self.0.clock.now().unix_timestamp())
            .await?)
    }
}
