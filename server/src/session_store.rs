//! The session store: `bff`'s implementation over the connection pool of the crate `store`, neither of which knows the other.

use std::sync::Arc;

use bff::{PostgresSessions, SessionRecords, SqliteSessions};
use store::{Connections, Store, StoreError, with_timeout};

/// Opens the session store in the database of `store`, and creates its tables if they are missing.
///
/// # Errors
/// [`StoreError::Query`] and [`StoreError::Silent`], when the tables cannot be made.
pub async fn open(store: &Store) -> Result<Arc<dyn SessionRecords>, StoreError> {
    with_timeout(async {
        Ok(match store.connections() {
            Connections::Sqlite(pool) => Arc::new(SqliteSessions::new(pool).await?) as Arc<dyn SessionRecords>,
            Connections::Postgres(pool) => Arc::new(PostgresSessions::new(pool).await?),
        })
    })
    .await
}
