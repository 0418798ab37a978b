//! How do many wait for one piece of work? It is a task of its own, which goes on when those who wait go away, and whoever asks
//! for it meanwhile gets the same answer.

use std::future::Future;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tracing::Instrument as _;

use crate::tasks::BackgroundTasks;

/// Work under way, and its answer afterwards.
pub(crate) type Flight<T> = Shared<BoxFuture<'static, T>>;

/// Starts `work` among `tasks`; `broken` is the answer where it ends by a panic.
pub(crate) fn launch<T>(
    tasks: &BackgroundTasks,
    work: impl Future<Output = T> + Send + 'static,
    broken: impl FnOnce() -> T + Send + 'static,
) -> Flight<T>
where
    T: Clone + Send + Sync + 'static,
{
    tasks
        .spawn(work.in_current_span())
        .map(|joined| joined.unwrap_or_else(|_| broken()))
        .boxed()
        .shared()
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_goes_on_without_who_waits_and_a_panic_is_an_answer() {
        let (tell, told) = oneshot::channel();
        let tasks = BackgroundTasks::default();
        let flight = launch(&tasks, async move { tell.send(()).is_ok() }, || false);
        drop(flight.clone());
        assert!(told.await.is_ok(), "nobody looked at it yet");
        assert!(flight.clone().await && flight.await);
        let broken: Flight<u8> = launch(&tasks, async { panic!("on purpose") }, || 2);
        assert_eq!(broken.await, 2);
    }
}
