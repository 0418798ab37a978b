//! Deadlines of statements. Dropping the future of a query leaves its statement running in the thread of the connection, so the connection has a
//! progress handler, which SQLite calls every few thousand instructions and which interrupts the statement at its deadline.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use sqlx::SqliteConnection;

/// Instructions of SQLite's virtual machine between two checks of the clock: a fraction of a millisecond.
const INSTRUCTIONS: i32 = 10_000;

tokio::task_local! {
    /// When the query of this task times out.
    static DEADLINE: Instant;
}

/// Runs `query` with a deadline for its statements.
pub(crate) fn with_deadline<F: Future>(timeout: Duration, query: F) -> impl Future<Output = F::Output> {
    DEADLINE.scope(Instant::now() + timeout, query)
}

/// Sets the deadline of the current task on a connection; if the task has none, `default_timeout` from now, if given.
pub(super) fn set_deadline(
    connection: &mut SqliteConnection,
    default_timeout: Option<Duration>,
) -> BoxFuture<'_, Result<(), sqlx::Error>> {
    let of_task = DEADLINE.try_with(|deadline| *deadline).ok();
    let deadline = of_task.or_else(|| default_timeout.map(|default_timeout| Instant::now() + default_timeout));
    Box::pin(async move {
        let mut handle = connection.lock_handle().await?;
        match deadline {
            Some(deadline) => handle.set_progress_handler(INSTRUCTIONS, move || Instant::now() < deadline),
            None => handle.remove_progress_handler(),
        }
        Ok(())
    })
}
