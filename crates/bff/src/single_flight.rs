//! Single flight: callers that need the same thing at the same time share one piece of work and its result. Used for refreshing
//! tokens, token requests and introspection here, and for lookups in a directory by whoever builds on this crate.
//!
//! The work is a task of its own among the [`BackgroundTasks`]: it continues when callers go away, and a shutdown waits for it.
//! Results are not cached; once the work has ended, the next caller starts it again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::Shared;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use crate::tasks::BackgroundTasks;

/// The work that is under way, by what it is about.
type Running<K, V> = Arc<Mutex<HashMap<K, Shared<oneshot::Receiver<V>>>>>;

/// Runs work once per key at a time; callers that arrive meanwhile wait for the same result.
///
/// ```
/// use bff::{BackgroundTasks, SingleFlight};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let lookups: SingleFlight<&str, u32> = SingleFlight::new(BackgroundTasks::default());
/// let first = lookups.run("answer", || async { 42 });
/// let second = lookups.run("answer", || async { unreachable!("shared with the first") });
/// assert_eq!((first.await, second.await), (Ok(42), Ok(42)));
/// # }
/// ```
pub struct SingleFlight<K, V> {
    running: Running<K, V>,
    tasks: BackgroundTasks,
}

/// The work ended without a result: it panicked, or was dropped with the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the shared work ended without a result")]
pub struct Interrupted;

/// The result of shared work, for one caller. Dropping it does not cancel the work.
#[derive(Debug, Clone)]
pub struct SharedResult<V>(Shared<oneshot::Receiver<V>>)
where
    V: Clone;

impl<V: Clone> Future for SharedResult<V> {
    type Output = Result<V, Interrupted>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx).map_err(|_| Interrupted)
    }
}

/// Removes the entry of work that has ended, also by a panic or with the runtime, so that nobody joins it afterwards.
struct RemoveOnDrop<K: Eq + Hash, V> {
    running: Running<K, V>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for RemoveOnDrop<K, V> {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.key);
    }
}

impl<K, V> SingleFlight<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Nothing is under way; work will be among `tasks`.
    #[must_use]
    pub fn new(tasks: BackgroundTasks) -> Self {
        Self {
            running: Arc::default(),
            tasks,
        }
    }

    /// Starts `work` for `key`, or joins the one under way. Call it inside a tokio runtime.
    pub fn run<W>(&self, key: K, work: impl FnOnce() -> W) -> SharedResult<V>
    where
        W: Future<Output = V> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let receiver = receiver.shared();
        match lock(&self.running).entry(key.clone()) {
            Entry::Occupied(running) => return SharedResult(running.get().clone()),
            Entry::Vacant(entry) => entry.insert(receiver.clone()),
        };
        let entry = RemoveOnDrop {
            running: Arc::clone(&self.running),
            key,
        };
        let work = work();
        let task = async move {
            let result = work.await;
            // Before the result is sent: a caller that has it and calls again starts new work.
            drop(entry);
            let _ = sender.send(result);
        };
        self.tasks.spawn(task.in_current_span());
        SharedResult(receiver)
    }

    /// Joins the work under way for `key`, if there is any.
    #[must_use]
    pub fn join(&self, key: &K) -> Option<SharedResult<V>> {
        lock(&self.running).get(key).cloned().map(SharedResult)
    }
}

impl<K, V> fmt::Debug for SingleFlight<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SingleFlight({} running)", lock(&self.running).len())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Work that ends on a signal.
    async fn until(signal: oneshot::Receiver<u8>) -> u8 {
        signal.await.expect("a value is sent")
    }

    fn flights() -> SingleFlight<&'static str, u8> {
        SingleFlight::new(BackgroundTasks::default())
    }

    #[tokio::test]
    async fn callers_of_the_same_key_share_one_result_and_others_do_not() {
        let flights = flights();
        let (signal, signalled) = oneshot::channel();
        let first = flights.run("a", || until(signalled));
        let second = flights.run("a", || async { panic!("started twice") });
        let other = flights.run("b", || async { 2 });
        assert_eq!(other.await, Ok(2));
        signal.send(1).unwrap();
        assert_eq!((first.await, second.await), (Ok(1), Ok(1)));
    }

    #[tokio::test]
    async fn work_continues_when_its_caller_disappears() {
        let flights = flights();
        let (done, is_done) = oneshot::channel();
        drop(flights.run("a", || async move { u8::from(done.send(()).is_ok()) }));
        assert!(is_done.await.is_ok());
    }

    #[tokio::test]
    async fn work_that_has_ended_is_started_again() {
        let flights = flights();
        assert_eq!(flights.run("a", || async { 1 }).await, Ok(1));
        assert!(flights.join(&"a").is_none());
        assert_eq!(flights.run("a", || async { 2 }).await, Ok(2));
    }

    #[tokio::test]
    async fn a_panic_ends_the_wait_and_the_next_caller_starts_again() {
        let flights = flights();
        let first = flights.run("a", || async { panic!("on purpose") });
        assert_eq!(first.await, Err(Interrupted));
        assert_eq!(flights.run("a", || async { 3 }).await, Ok(3));
        let made =
            std::panic::AssertUnwindSafe(|| flights.run("a", || -> std::future::Ready<u8> { panic!("at once") }));
        assert!(std::panic::catch_unwind(made).is_err());
        assert!(flights.join(&"a").is_none());
    }

    #[test]
    fn work_that_is_dropped_with_its_runtime_ends_the_wait() {
        let flights = flights();
        let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
        let first = {
            let runtime = runtime();
            let _entered = runtime.enter();
            flights.run("a", std::future::pending)
        };
        runtime().block_on(async {
            assert_eq!(first.await, Err(Interrupted));
            assert_eq!(flights.run("a", || async { 4 }).await, Ok(4));
        });
    }
}
