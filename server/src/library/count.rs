//! Counts of lists, kept until a document changes: people turn pages more often than that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Count, Plan};
use store::{ListSource, Store, StoreError};

/// Most counts that are kept. Beyond that, all are forgotten.
const MAX_COUNTS: usize = 2_000;

/// Counts by list.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts(Arc<Mutex<HashMap<List, Counted>>>);

/// A list. Plans are kept by the policy as long as nothing about the person changes, so one is known by its place in memory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct List {
    plan: usize,
    folder: Option<String>,
    words: Vec<String>,
}

#[derive(Debug, Clone)]
struct Counted {
    /// Held, so that its place is given to no other plan.
    plan: Arc<Plan>,
    /// The last change of a document before counting.
    change: i64,
    count: Option<Count>,
}

impl Counts {
    /// How many documents the list of a plan has, up to [`Count::CAP`], where `change` was the last change of a document.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn count(
        &self,
        store: &Store,
        plan: &Arc<Plan>,
        source: &ListSource<'_>,
        change: i64,
    ) -> Result<Option<Count>, StoreError> {
        let list = List {
            plan: Arc::as_ptr(plan).addr(),
            folder: source.selection().folder.map(str::to_owned),
            words: source.selection().words.to_vec(),
        };
        if let Some(counted) = self.cached(&list, change) {
            return Ok(counted.count);
        }
        let found = store.count_list(source, Count::CAP + 1).await?;
        let count = found.map(|number| Count {
            number: number.min(Count::CAP),
            is_capped: number > Count::CAP,
        });
        let counted = Counted {
            plan: Arc::clone(plan),
            change,
            count,
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MAX_COUNTS {
            counts.clear();
        }
        counts.insert(list, counted);
        Ok(count)
    }

    fn cached(&self, list: &List, change: i64) -> Option<Counted> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = counts.get(list)?;
        debug_assert_eq!(Arc::as_ptr(&counted.plan).addr(), list.plan);
        (counted.change == change).then(|| counted.clone())
    }
}
