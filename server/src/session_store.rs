//! The session store: `bff`'s implementation over the connection pool of the crate `store`, neither of which knows the other.

use std::sync::Arc;

use bff::{PostgresSessions, SessionStore, SqliteSessions};
use store::{Connections, Store, StoreError, with_timeout};

/// Opens the session store in the database of `store`, and creates its tables if they are missing.
///
/// # Errors
/// [`StoreError::Query`] and [`StoreError::Timeout`], when the tables cannot be made.
pub async fn open(store: &Store) -> Result<Arc<dyn SessionStore>, StoreError> {
    with_timeout(async {
        let sessions: Result<Arc<dyn SessionStore>, _> = match store.connections() {
            Connections::Sqlite(pool) => SqliteSessions::new(pool.into()).await.map(|store| Arc::new(store) as _),
            Connections::Postgres(pool) => PostgresSessions::new(pool.into())
                .await
                .map(|store| Arc::new(store) as _),
        };
        sessions.map_err(StoreError::of_query)
    })
    .await
}
