//! When does a statement end that nobody waits for any more? Dropping the future of a query leaves its statement running in the
//! thread of the connection, so the connection itself is given a deadline: SQLite calls a progress handler every few thousand
//! instructions, and one that says stop interrupts the statement.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use sqlx::SqliteConnection;

/// Instructions of SQLite's virtual machine between two looks at the clock: a fraction of a millisecond.
pub(super) const INSTRUCTIONS: i32 = 10_000;

tokio::task_local! {
    /// When the asker of this task gives up.
    static DEADLINE: Instant;
}

/// Runs `query`, whose statements end after `timeout`.
pub(crate) fn limit<F: Future>(timeout: Duration, query: F) -> impl Future<Output = F::Output> {
    DEADLINE.scope(Instant::now() + timeout, query)
}

/// Gives a connection that is about to be used the deadline of its asker; `usual` from now on where that has none, and none where
/// there is no `usual`.
pub(super) fn give_deadline(
    connection: &mut SqliteConnection,
    usual: Option<Duration>,
) -> BoxFuture<'_, Result<(), sqlx::Error>> {
    let of_asker = DEADLINE.try_with(|deadline| *deadline).ok();
    let deadline = of_asker.or_else(|| usual.map(|usual| Instant::now() + usual));
    Box::pin(async move {
        let mut handle = connection.lock_handle().await?;
        match deadline {
            Some(deadline) => handle.set_progress_handler(INSTRUCTIONS, move || Instant::now() < deadline),
            None => handle.remove_progress_handler(),
        }
        Ok(())
    })
}
