//! The rows of one composed statement, from either database. SQLite reads them in one call: `sqlx` hands over each row by itself, which for the few
//! rows beside a document takes longer than finding them (decision 0011).

use sqlite_reader::{FromSql, ReadError, Row};
use sqlx::{FromRow, postgres::PgRow, query_as};

use crate::{
    backend::{Backend, Store},
    error::{QueryError, StoreError},
    list::statement::{Statement, with_values},
    sql::Dialect,
    timeout::with_timeout,
};

/// A row that SQLite's reader can read, column by column.
pub(crate) trait ReadRow: Sized {
    /// Reads it from the columns of the statement, in their order.
    ///
    /// # Errors
    /// If a column holds what does not belong there.
    fn read(from: &Row<'_>) -> Result<Self, ReadError>;
}

impl<A: FromSql, B: FromSql, C: FromSql> ReadRow for (A, B, C) {
    fn read(from: &Row<'_>) -> Result<Self, ReadError> {
        Ok((from.get(0)?, from.get(1)?, from.get(2)?))
    }
}

/// A row that either database can give.
pub(crate) trait StoredRow: ReadRow + for<'row> FromRow<'row, PgRow> + Send + Unpin + 'static {}

impl<T: ReadRow + for<'row> FromRow<'row, PgRow> + Send + Unpin + 'static> StoredRow for T {}

impl Store {
    /// The rows of a statement that an index leads to, some hundred at most: SQLite reads them in this thread, which takes less time than handing
    /// them to another (decision 0011).
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub(crate) async fn few_rows<T: StoredRow>(
        &self,
        statement: impl FnOnce(&'static Dialect) -> Statement,
    ) -> Result<Vec<T>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.rows_here(&statement(sqlite.sql), T::read),
            Backend::Postgres(_) => self.rows(statement).await,
        }
    }

    /// The rows of a statement, which is written for the database it is read from and has a limit.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub(crate) async fn rows<T: StoredRow>(
        &self,
        statement: impl FnOnce(&'static Dialect) -> Statement,
    ) -> Result<Vec<T>, StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.rows(statement(sqlite.sql), T::read).await,
            Backend::Postgres(postgres) => {
                let statement = statement(postgres.sql);
                let query = with_values!(query_as(&statement.text), statement.values);
                let query = query.fetch_all(&postgres.pool);
                Ok(with_timeout(async { query.await.map_err(QueryError::from) }).await?)
            }
        }
    }
}
