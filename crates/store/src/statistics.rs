//! Statistics of the tables, from which the databases' planners choose indices. Both databases gather them by themselves, but not at once: after
//! many documents were imported, a planner would go on as if there were a few.

use sqlx::{PgConnection, SqlitePool, query, query_scalar};

use crate::{
    backend::{Backend, Store},
    error::{QueryError, StoreError},
    timeout::with_timeout,
};

/// Of all tables, as far as SQLite deems it useful; a sample of each index.
const SQLITE: &str = "PRAGMA optimize=0x10002";

const POSTGRES: &str = "ANALYZE person, document, document_group, folder";

/// Whether a column of the newest index has no statistics: the table is new, or was migrated.
const IS_MISSING: &str =
    "SELECT NOT EXISTS (SELECT 1 FROM pg_stats WHERE tablename = 'document_group' AND attname = 'title_key')";

impl Store {
    /// Gathers statistics, after many documents changed.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn refresh_statistics(&self) -> Result<(), StoreError> {
        let refreshed = with_timeout(async {
            match &self.backend {
                Backend::Sqlite(sqlite) => of_sqlite(&sqlite.writer).await,
                Backend::Postgres(postgres) => {
                    query(POSTGRES).execute(&postgres.writer).await?;
                    Ok(())
                }
            }
        });
        refreshed.await.map_err(|error: QueryError| StoreError::from(error))
    }
}

pub(super) async fn of_sqlite(writer: &SqlitePool) -> Result<(), QueryError> {
    query(SQLITE).execute(writer).await?;
    Ok(())
}

/// Gathers statistics if there are none, as after migrations.
pub(super) async fn of_postgres_if_missing(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    if query_scalar(IS_MISSING).fetch_one(&mut *connection).await? {
        query(POSTGRES).execute(connection).await?;
    }
    Ok(())
}
