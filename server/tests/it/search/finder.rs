//! Searching without a site: an index that follows the documents of a shelf.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bff::{BackgroundTasks, Clock};
use domain::{Person, Search as _, SearchPage};
use policy::Policy;
use server::search::{Follower, LocalSearch, Phase, SearchStatus};
use store::Store;

use crate::{
    documents::shelf::{Shelf, policy, visitor},
    support::soon,
};

/// No task of a test takes longer to stop.
const LONGEST_STOP: Duration = Duration::from_secs(20);

/// An index in a folder of its own.
pub(crate) struct Finder {
    pub(crate) search: LocalSearch,
    pub(crate) status: SearchStatus,
    pub(crate) folder: PathBuf,
    store: Store,
    tasks: BackgroundTasks,
}

impl Finder {
    /// One that follows, in this folder of the shelf.
    pub(crate) fn start(shelf: &Shelf, folder: &str) -> Self {
        Self::over(&shelf.store, shelf.folder.path().join(folder))
    }

    pub(crate) fn over(store: &Store, folder: PathBuf) -> Self {
        let (status, tasks) = (SearchStatus::default(), BackgroundTasks::default());
        let follower = Follower {
            store: store.clone(),
            status: status.clone(),
            folder: folder.clone(),
            settings: search::Settings::default(),
        };
        follower.start(&tasks);
        Self {
            search: LocalSearch::new(store.clone(), Arc::new(policy()), status.clone(), Clock::system()),
            status,
            folder,
            store: store.clone(),
            tasks,
        }
    }

    /// The same index under another policy.
    pub(crate) fn under(&self, policy: Policy) -> LocalSearch {
        LocalSearch::new(
            self.store.clone(),
            Arc::new(policy),
            self.status.clone(),
            Clock::system(),
        )
    }

    /// Waits until everything is found as it is now.
    pub(crate) async fn until_found(&self) {
        let last = self.store.last_change().await.unwrap();
        soon("the index has followed", self.status.follows(last)).await;
    }

    pub(crate) async fn until(&self, phase: Phase) {
        soon("the index is so", self.status.reaches(|now| now == phase)).await;
    }

    /// Stops following; what it holds can still be searched.
    pub(crate) async fn stop(&self) {
        assert_eq!(self.tasks.stop(LONGEST_STOP).await, 0, "the follower does not stop");
    }

    pub(crate) async fn page(&self, person: &Person, words: &str) -> SearchPage {
        page(&self.search, person, words).await
    }

    /// The numbers of what somebody finds, in order of numbers.
    pub(crate) async fn find(&self, person: &Person, words: &str) -> Vec<i64> {
        numbers(&self.page(person, words).await)
    }
}

pub(crate) async fn page(search: &LocalSearch, person: &Person, words: &str) -> SearchPage {
    search.search(&visitor(person.clone()), words, 50).await.unwrap()
}

pub(crate) fn numbers(page: &SearchPage) -> Vec<i64> {
    let mut numbers: Vec<i64> = page.results.iter().map(|result| result.summary.id.number()).collect();
    numbers.sort_unstable();
    numbers
}
