//! How long does a query take at most? Five seconds, waiting for a connection included; then the caller gets an error, and the statement ends.

use std::{future::Future, time::Duration};

use crate::{error::StoreError, sqlite::deadline};

/// Longest time of one query, waiting for a connection included. The caller then gets [`StoreError::Silent`], however the database
/// went away.
pub(crate) const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a connection, or for another writer: before [`QUERY_TIMEOUT`] ends, so that the error says which it was.
pub(crate) const WAIT: Duration = Duration::from_secs(4);

/// The result of `query`, which ends within five seconds: its statements too, where they run in SQLite.
///
/// # Errors
/// Those of `query`, and [`StoreError::Silent`] when the time is over.
pub async fn with_timeout<T, E: From<StoreError>>(query: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let query = deadline::limit(QUERY_TIMEOUT, query);
    match tokio::time::timeout(QUERY_TIMEOUT, query).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Silent.into()),
    }
}
