//! What the stores in SQL have in common: statements that both databases understand, written once and compiled for each. How tables
//! are made and how one session is read is the affair of `sqlite.rs` and `postgres.rs`.
//!
//! | for | see |
//! |---|---|
//! | the statements | `statements.rs` |
//! | rows and what is read from them | `rows.rs` |
//! | [`SessionStore`](super::store::SessionStore), without creation | `store.rs` |
//! | creation, in one transaction | `creation.rs` |
//! | [`KeyValue`](super::key_value::KeyValue) | `key_value.rs` |

mod creation;
mod key_value;
pub(super) mod rows;
pub(super) mod statements;
mod store;

use std::time::Duration;

use super::store::{SessionStoreError, StoreResult};

/// Longest time a query may take, waiting for a connection included. After that the database counts as unavailable.
pub(super) const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// Calls a macro with the type of each store and of the rows of its database.
macro_rules! for_each_store {
    ($implement:ident) => {
        #[cfg(feature = "postgres")]
        $implement!(crate::session::postgres::PostgresSessions, sqlx::postgres::PgRow);
        #[cfg(feature = "sqlite")]
        $implement!(crate::session::sqlite::SqliteSessions, sqlx::sqlite::SqliteRow);
    };
}
use for_each_store;

/// The result of `query`, if there is one in time.
pub(super) async fn in_time<T>(query: impl Future<Output = Result<T, sqlx::Error>> + Send) -> StoreResult<T> {
    within(QUERY_TIMEOUT, query).await
}

pub(super) async fn within<T>(
    timeout: Duration,
    query: impl Future<Output = Result<T, sqlx::Error>> + Send,
) -> StoreResult<T> {
    match tokio::time::timeout(timeout, query).await {
        Ok(result) => result.map_err(SessionStoreError::unavailable),
        Err(elapsed) => Err(SessionStoreError::unavailable(elapsed)),
    }
}
