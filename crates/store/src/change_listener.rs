//! Waiting for changes of documents: PostgreSQL says when a transaction that changed some was committed. It may say so twice, and not at all
//! where connections are pooled by a program between; whoever listens looks now and then as well.

use sqlx::postgres::PgListener;

use super::{
    backend::{Backend, Store},
    error::{QueryError, StoreError},
    timeout::with_timeout,
};

/// The channel that `migrations/postgres/0007_changes.sql` notifies.
const CHANNEL: &str = "portico_change";

/// Hears of changes. Has one of the connections for itself.
#[derive(Debug)]
pub struct ChangeListener(PgListener);

impl Store {
    /// Begins to listen for changes by whichever process; `None` where the database does not tell: a SQLite file.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn listen(&self) -> Result<Option<ChangeListener>, StoreError> {
        let Backend::Postgres(postgres) = &self.backend else {
            return Ok(None);
        };
        let listening = with_timeout(async {
            let mut listener = PgListener::connect_with(&postgres.pool).await?;
            listener.eager_reconnect(false);
            listener.listen(CHANNEL).await?;
            Ok::<_, QueryError>(listener)
        });
        Ok(Some(ChangeListener(listening.await?)))
    }
}

impl ChangeListener {
    /// Waits until something changed. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the connection is gone: listen anew.
    pub async fn changed(&mut self) -> Result<(), StoreError> {
        // `None` says that the connection was lost: what was said meanwhile is lost with it, so it counts as a change.
        self.0
            .try_recv()
            .await
            .map(drop)
            .map_err(QueryError::from)
            .map_err(StoreError::from)
    }
}
