//! Benchmark of searching the whole site: index, rows, decisions and quotations, for the same five people.

use std::{
    error::Error,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bff::{BackgroundTasks, Clock};
use domain::Search as _;
use serde_json::{Value, json};
use server::search::{Follower, LocalSearch, SearchStatus};
use store::Store;

use crate::{
    people::{self, Reader},
    timed_rounds,
};

/// Most results of a page.
const RESULTS: usize = 50;
const ROUNDS: usize = 100;
/// Longest wait for the follower to stop.
const LONGEST_STOP: Duration = Duration::from_secs(20);

/// What is searched for; the words are those of `dataset.rs`.
const SEARCHES: [(&str, &str); 5] = [
    ("a word in 90 % of the documents", "everywhere"),
    ("a rare word", "rare4711"),
    ("two words", "often3 seldom12"),
    ("the beginning of a word", "sel"),
    ("a typing error", "everywhare"),
];

/// Makes the index in `folder`, and searches it as each reader.
///
/// # Errors
/// Those of the policy and of searching.
pub(crate) async fn measure(store: &Store, readers: &[Reader], folder: &Path) -> Result<Value, Box<dyn Error>> {
    let (status, tasks) = (SearchStatus::default(), BackgroundTasks::default());
    let follower = Follower {
        store: store.clone(),
        status: status.clone(),
        folder: folder.to_owned(),
        settings: search::Settings::default(),
    };
    let start = Instant::now();
    let last = store.last_change().await?;
    follower.start(&tasks);
    status.follows(last).await;
    let indexed = start.elapsed();
    let mut searches = Vec::new();
    for reader in readers {
        let policy = people::policy(reader.has_forbid)?;
        let search = LocalSearch::new(store.clone(), Arc::clone(&policy), status.clone(), Clock::system());
        for (name, words) in SEARCHES {
            let page = search.search(&reader.visitor, words, RESULTS).await?;
            let found = async || {
                let page = search.search(&reader.visitor, words, RESULTS).await?;
                Ok(page.results.len())
            };
            let times = timed_rounds(ROUNDS, found).await?;
            searches.push(json!({
                "person": reader.name, "search": name, "results": page.results.len(), "p50": times.at(50), "p99": times.at(99),
            }));
        }
    }
    tasks.stop(LONGEST_STOP).await;
    Ok(json!({ "indexed_ms": indexed.as_millis(), "memory": memory(), "searches": searches }))
}

/// Resident memory as Linux counts it: that of the process, and mapped files that the system may take back.
fn memory() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
    };
    json!({ "anonymous_kb": kilobytes("RssAnon"), "files_kb": kilobytes("RssFile") })
}
