//! The timeout of a query: five seconds, waiting for a connection included. Then the caller gets an error, and the statement ends.

use std::{future::Future, time::Duration};

use crate::{error::StoreError, sqlite::deadline};

/// Longest time of one query, waiting for a connection included; then the caller gets [`StoreError::Timeout`].
pub(crate) const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

/// Longest wait for a connection, or for another writer; shorter than [`QUERY_TIMEOUT`], so that the error can tell them apart.
pub(crate) const WAIT: Duration = Duration::from_secs(4);

/// The result of `query`, which ends within five seconds; its statements in SQLite end as well.
///
/// # Errors
/// Those of `query`, and [`StoreError::Timeout`] when the time is over.
pub async fn with_timeout<T, E: From<StoreError>>(query: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let query = deadline::with_deadline(QUERY_TIMEOUT, query);
    match tokio::time::timeout(QUERY_TIMEOUT, query).await {
        Ok(result) => result,
        Err(_) => Err(StoreError::Timeout.into()),
    }
}
