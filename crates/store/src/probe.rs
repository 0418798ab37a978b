//! The write probe. A full disk, a read-only file or a standby can be read for days before anybody notices, so `/readyz` (at a bounded rate) and
//! `portico check` write one row.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgExecutor,
    error::DatabaseError,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use tokio::sync::Mutex;

use super::{
    backend::{Backend, Store, with_backend},
    error::{QueryError, StoreError},
    sql,
    sqlite::result_code,
    timeout::{QUERY_TIMEOUT, with_timeout},
};
use crate::database_url::{DatabaseUrl, Location};

/// Longest wait for another writer, whose presence shows that the database can be written.
const WAIT_FOR_WRITER: Duration = Duration::from_millis(100);

/// The result of the last probe, and when it was made. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct LastProbe(Arc<Mutex<Option<(Instant, Option<WriteRefusal>)>>>);

/// Why a database refuses writes: in words for everybody, and as it reported it.
#[derive(Debug, Clone)]
struct WriteRefusal {
    why: &'static str,
    cause: String,
}

impl From<WriteRefusal> for StoreError {
    fn from(WriteRefusal { why, cause }: WriteRefusal) -> Self {
        let source = cause.into();
        Self::WriteRefused { why, source }
    }
}

/// What `portico check` reports of a database. The check creates neither database nor tables.
#[derive(Debug)]
pub enum DatabaseStatus {
    /// It can be written.
    Writable,
    /// Its file does not exist yet.
    Missing,
    /// It does not respond.
    Unreachable,
    /// It cannot be written, or not even read.
    Failed(StoreError),
}

impl Store {
    /// Whether the database responds, has its tables, and can be written. A probe is reused for `max_age`, so that frequent calls do not write
    /// often.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::WriteRefused`].
    pub async fn ready(&self, max_age: Duration) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            sqlx::query(sql::READY).execute(&backend.pool).await?;
            Ok(())
        })?;
        // Concurrent callers wait here and get the same result.
        let mut last = self.last_probe.0.lock().await;
        let known = last.as_ref().filter(|(at, _)| at.elapsed() < max_age);
        let refusal = if let Some((_, refusal)) = known.cloned() {
            refusal
        } else {
            let refusal = self.probe().await?;
            *last = Some((Instant::now(), refusal.clone()));
            refusal
        };
        refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    async fn probe(&self) -> Result<Option<WriteRefusal>, StoreError> {
        let probed = with_timeout(async {
            match &self.backend {
                Backend::Sqlite(sqlite) => probe_file(&sqlite.path).await,
                Backend::Postgres(postgres) => probe_server(&postgres.writer).await,
            }
        });
        Ok(probed.await?)
    }
}

/// Probes a database without opening a store.
pub async fn check(url: &DatabaseUrl) -> DatabaseStatus {
    let outcome = match &url.0 {
        Location::Sqlite { options, .. } if !options.get_filename().exists() => return DatabaseStatus::Missing,
        Location::Sqlite { options, .. } => probe_file(options.get_filename()).await,
        Location::Postgres(options) => match tokio::time::timeout(QUERY_TIMEOUT, options.connect()).await {
            Ok(Ok(mut connection)) => check_server(&mut connection).await,
            _ => return DatabaseStatus::Unreachable,
        },
    };
    match outcome {
        Ok(None) => DatabaseStatus::Writable,
        Ok(Some(refusal)) => DatabaseStatus::Failed(refusal.into()),
        Err(error) => DatabaseStatus::Failed(error.into()),
    }
}

// Primary result codes of SQLite.
const PERMISSION_DENIED: i32 = 3;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const IO_ERROR: i32 = 10;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;

async fn probe_file(path: &Path) -> Result<Option<WriteRefusal>, QueryError> {
    write_to_file(path).await.map_or_else(refusal_of_file, |()| Ok(None))
}

/// Writes over a new connection, which sees the file as it is now.
async fn write_to_file(path: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(WAIT_FOR_WRITER)
        .synchronous(SqliteSynchronous::Normal);
    let mut connection = options.connect().await?;
    let table = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'write_probe')";
    if sqlx::query_scalar(table).fetch_one(&mut connection).await? {
        connection.execute(sql::PROBE_SQLITE).await?;
    } else {
        // No table to write to: `user_version`, which nothing uses, is overwritten by itself.
        let number: i64 = sqlx::query_scalar("PRAGMA user_version")
            .fetch_one(&mut connection)
            .await?;
        connection.execute(&*format!("PRAGMA user_version = {number}")).await?;
    }
    connection.close().await
}

fn refusal_of_file(error: sqlx::Error) -> Result<Option<WriteRefusal>, QueryError> {
    let why = match result_code(&error).map(|code| code & 0xff) {
        // Another writer is active.
        Some(BUSY | LOCKED) => return Ok(None),
        Some(READ_ONLY | PERMISSION_DENIED) => "it is read-only",
        Some(FULL) => "the disk is full",
        Some(IO_ERROR) => "the disk does not take what is written",
        Some(CANNOT_OPEN) => "its file cannot be opened",
        _ => return Err(error.into()),
    };
    let cause = error.to_string();
    Ok(Some(WriteRefusal { why, cause }))
}

async fn probe_server(at: impl PgExecutor<'_>) -> Result<Option<WriteRefusal>, QueryError> {
    match sqlx::query(sql::PROBE_POSTGRES).execute(at).await {
        Ok(_) => Ok(None),
        Err(error) => refusal_of_server(error),
    }
}

async fn check_server(connection: &mut PgConnection) -> Result<Option<WriteRefusal>, QueryError> {
    connection.execute("SET statement_timeout = '5s'").await?;
    let has_table = "SELECT to_regclass('write_probe') IS NOT NULL";
    if sqlx::query_scalar(has_table).fetch_one(&mut *connection).await? {
        return probe_server(connection).await;
    }
    // No table to write to: the setting of the transaction decides.
    let read_only: String = sqlx::query_scalar("SHOW transaction_read_only")
        .fetch_one(connection)
        .await?;
    Ok((read_only == "on").then(|| WriteRefusal {
        why: "it is read-only",
        cause: "transactions are read-only".to_owned(),
    }))
}

fn refusal_of_server(error: sqlx::Error) -> Result<Option<WriteRefusal>, QueryError> {
    let code = error.as_database_error().and_then(DatabaseError::code);
    let why = match code.as_deref() {
        // A standby, or `default_transaction_read_only`.
        Some("25006") => "it is read-only",
        Some("53100") => "the disk is full",
        Some("42501") => "this user may not write to it",
        _ => return Err(error.into()),
    };
    let cause = error.to_string();
    Ok(Some(WriteRefusal { why, cause }))
}
