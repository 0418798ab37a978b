//! The open database, [`Store`], and how its methods run a query on either kind: `with_backend!`.

use domain::RendererVersions;
use sqlx::{PgPool, SqlitePool};

use crate::{
    database_url::{DatabaseUrl, Location},
    error::StoreError,
    postgres::Postgres,
    probe::LastProbe,
    sqlite::Sqlite,
    timeout::QUERY_TIMEOUT,
};

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) backend: Backend,
    pub(crate) renderer: RendererVersions,
    pub(crate) last_probe: LastProbe,
}

/// The kind of database. Matched once per query, which is compiled for each of them.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// The connections of a [`Store`], for the session store in the same database.
#[derive(Debug, Clone)]
pub enum Connections {
    /// To a SQLite file.
    Sqlite(SqliteConnections),
    /// To a PostgreSQL database.
    Postgres(PostgresConnections),
}

/// Connections to a SQLite file. Whoever knows `sqlx` makes a pool of them by `into`.
#[derive(Debug, Clone)]
pub struct SqliteConnections(SqlitePool);

/// Connections to a PostgreSQL database. Whoever knows `sqlx` makes a pool of them by `into`.
#[derive(Debug, Clone)]
pub struct PostgresConnections(PgPool);

impl From<SqliteConnections> for SqlitePool {
    fn from(connections: SqliteConnections) -> Self {
        connections.0
    }
}

impl From<PostgresConnections> for PgPool {
    fn from(connections: PostgresConnections) -> Self {
        connections.0
    }
}

/// The result of `$query`, or [`StoreError::Timeout`] after five seconds. The query is written once and compiled for each database; `$backend`
/// has a `pool` to read from, a `writer`, and the statements in its dialect (`sql`).
macro_rules! with_backend {
    ($store:expr, |$backend:ident| $query:expr) => {
        $crate::timeout::with_timeout(async {
            match &$store.backend {
                $crate::backend::Backend::Sqlite($backend) => $query,
                $crate::backend::Backend::Postgres($backend) => $query,
            }
        })
        .await
        .map_err(|error: $crate::error::QueryError| $crate::error::StoreError::from(error))
    };
}
pub(crate) use with_backend;

impl Store {
    /// Opens the database, creates a missing file, and migrates tables and texts. `renderer` are the versions of the renderer whose HTML is
    /// stored from now on.
    ///
    /// # Errors
    /// [`StoreError`], one line that names the database, without its password.
    pub async fn open(url: &DatabaseUrl, renderer: RendererVersions) -> Result<Self, StoreError> {
        let backend = match &url.0 {
            Location::Sqlite { options, .. } => Backend::Sqlite(Sqlite::open(options.clone()).await?),
            Location::Postgres(options) => Backend::Postgres(Postgres::open(options, &url.to_string()).await?),
        };
        let last_probe = LastProbe::default();
        let store = Self {
            backend,
            renderer,
            last_probe,
        };
        store.normalise().await?;
        Ok(store)
    }

    /// Its connections, for the session store in the same database. Wrap queries over them in [`crate::with_timeout`].
    #[must_use]
    pub fn connections(&self) -> Connections {
        match &self.backend {
            Backend::Sqlite(sqlite) => Connections::Sqlite(SqliteConnections(sqlite.pool.clone())),
            Backend::Postgres(postgres) => Connections::Postgres(PostgresConnections(postgres.pool.clone())),
        }
    }

    /// Closes all connections; SQLite merges its write-ahead log into the file. Waits for PostgreSQL no longer than for a query.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => drop(tokio::time::timeout(QUERY_TIMEOUT, postgres.pool.close()).await),
        }
    }
}
