//! Background tasks: refreshes, revocations and sweeps are tasks of one tracker, so that the shutdown of a site can wait for them
//! before its stores close.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The background tasks of a site. Cloning is cheap; all clones own the same tasks.
#[derive(Clone, Default)]
pub struct BackgroundTasks {
    tracker: TaskTracker,
    shutdown: CancellationToken,
    /// How many tasks are running and do not pause.
    busy: watch::Sender<usize>,
}

impl BackgroundTasks {
    /// Runs `task` in the background; [`Self::stop`] waits for it. Call it inside a tokio runtime.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let busy = Busy::begin(&self.busy);
        self.tracker.spawn(async move {
            let _busy = busy;
            task.await
        })
    }

    /// As [`Self::spawn`], for work that loses nothing when it is broken off: it ends at once when the site stops.
    pub fn spawn_until_shutdown(&self, task: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.spawn(async move {
            let _ = shutdown.run_until_cancelled(task).await;
        });
    }

    /// Lets the task that calls it wait for `pause`; `false` as soon as the site stops.
    pub async fn pause(&self, pause: Duration) -> bool {
        let _pausing = Pausing::begin(&self.busy);
        let slept = self.shutdown.run_until_cancelled(tokio::time::sleep(pause)).await;
        slept.is_some()
    }

    /// Waits until every task has ended or pauses: what was begun so far is done, but for what is tried again later. For tests of
    /// a site, instead of sleeping until a token is revoked.
    pub async fn idle(&self) {
        let mut busy = self.busy.subscribe();
        // The sender is part of `self`.
        let _ = busy.wait_for(|busy| *busy == 0).await;
    }

    /// Ends every pause and waits until all tasks are done, for `patience` at most. How many are left then: they end with the
    /// process, wherever they are.
    pub async fn stop(&self, patience: Duration) -> usize {
        self.shutdown.cancel();
        self.tracker.close();
        let _ = tokio::time::timeout(patience, self.tracker.wait()).await;
        self.tracker.len()
    }
}

/// Counts a task until it is dropped.
struct Busy(watch::Sender<usize>);

impl Busy {
    fn begin(busy: &watch::Sender<usize>) -> Self {
        busy.send_modify(|busy| *busy += 1);
        Self(busy.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}

/// Leaves a task out of the count until it is dropped.
struct Pausing<'a>(&'a watch::Sender<usize>);

impl<'a> Pausing<'a> {
    fn begin(busy: &'a watch::Sender<usize>) -> Self {
        busy.send_modify(|busy| *busy = busy.saturating_sub(1));
        Self(busy)
    }
}

impl Drop for Pausing<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|busy| *busy += 1);
    }
}

impl fmt::Debug for BackgroundTasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackgroundTasks({})", self.tracker.len())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// Longer than any test runs.
    const AN_HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn stopping_waits_for_what_is_under_way_and_ends_what_only_waits() {
        let tasks = BackgroundTasks::default();
        let (finish, finished) = oneshot::channel::<()>();
        let work = tasks.spawn(async move { finished.await.is_ok() });
        let pausing = {
            let tasks = tasks.clone();
            tasks.clone().spawn(async move { tasks.pause(AN_HOUR).await })
        };
        tasks.spawn_until_shutdown(std::future::pending());
        let stopping = {
            let tasks = tasks.clone();
            tokio::spawn(async move { tasks.stop(AN_HOUR).await })
        };
        assert!(!pausing.await.unwrap(), "the pause is over because the site stops");
        assert!(!stopping.is_finished(), "the work is not done");
        finish.send(()).unwrap();
        assert!(work.await.unwrap());
        assert_eq!(stopping.await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_site_is_idle_when_its_tasks_have_ended_or_pause() {
        let tasks = BackgroundTasks::default();
        tasks.idle().await;
        let (finish, finished) = oneshot::channel::<()>();
        let work = tasks.spawn(async move { finished.await.is_ok() });
        let pausing = tasks.clone();
        tasks.spawn_until_shutdown(async move { while pausing.pause(AN_HOUR).await {} });
        let mut idle = std::pin::pin!(tasks.idle());
        assert!(futures::poll!(&mut idle).is_pending(), "the work is not done");
        finish.send(()).unwrap();
        assert!(work.await.unwrap());
        idle.await;
        assert_eq!(tasks.stop(AN_HOUR).await, 0);
    }

    #[tokio::test]
    async fn stopping_does_not_wait_for_ever_and_states_how_many_are_left() {
        let tasks = BackgroundTasks::default();
        tasks.spawn(std::future::pending::<()>());
        assert_eq!(tasks.stop(Duration::from_millis(1)).await, 1);
    }
}
