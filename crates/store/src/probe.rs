//! Can the database be written? A full disk, a read-only file or a standby can be read for days before anybody notices, so one
//! row is written to find out: by `/readyz`, at a bounded rate, and by `portico check`.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection, PgExecutor, error::DatabaseError};
use tokio::sync::Mutex;

use super::{
    Backend, Store, StoreError, sql,
    timeout::{QUERY_TIMEOUT, with_timeout},
    with_backend,
};
use crate::database_url::{DatabaseUrl, Location};

/// How long the write waits for another writer, who is no sign of a database that cannot be written.
const WAIT_FOR_WRITER: Duration = Duration::from_millis(100);

/// The outcome of the last write, and when it was. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct LastProbe(Arc<Mutex<Option<(Instant, Option<Refusal>)>>>);

/// Why a database takes no writes: in words for everybody, and what it said itself.
#[derive(Debug, Clone)]
struct Refusal {
    why: &'static str,
    cause: String,
}

impl From<Refusal> for StoreError {
    fn from(Refusal { why, cause }: Refusal) -> Self {
        let cause = cause.into();
        Self::NotWritable { why, cause }
    }
}

/// What `portico check` finds out about a database. It makes none, and no tables.
#[derive(Debug)]
pub enum Condition {
    /// It can be written.
    Writable,
    /// It is a file that is not there yet.
    Missing,
    /// It does not answer from here.
    Away,
    /// It can be read at best.
    Trouble(StoreError),
}

impl Store {
    /// Whether the database answers, has its tables, and can be written. The outcome of a write counts for `max_age`: asking
    /// often does not write often.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`], [`StoreError::NotWritable`].
    pub async fn ready(&self, max_age: Duration) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            sqlx::query(sql::READY).execute(&backend.pool).await?;
            Ok::<_, StoreError>(())
        })?;
        // Whoever comes meanwhile gets the same outcome.
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

    async fn probe(&self) -> Result<Option<Refusal>, StoreError> {
        with_timeout(async {
            match &self.backend {
                Backend::Sqlite(sqlite) => probe_file(&sqlite.path).await,
                Backend::Postgres(postgres) => probe_server(&postgres.writer).await,
            }
        })
        .await
    }
}

/// Looks at a database without a store.
pub async fn check(url: &DatabaseUrl) -> Condition {
    let outcome = match &url.0 {
        Location::Sqlite { options, .. } if !options.get_filename().exists() => return Condition::Missing,
        Location::Sqlite { options, .. } => probe_file(options.get_filename()).await,
        Location::Postgres(options) => match tokio::time::timeout(QUERY_TIMEOUT, options.connect()).await {
            Ok(Ok(mut connection)) => check_server(&mut connection).await,
            _ => return Condition::Away,
        },
    };
    match outcome {
        Ok(None) => Condition::Writable,
        Ok(Some(refusal)) => Condition::Trouble(refusal.into()),
        Err(error) => Condition::Trouble(error),
    }
}

async fn probe_file(path: &Path) -> Result<Option<Refusal>, StoreError> {
    let path = path.to_owned();
    let written = tokio::task::spawn_blocking(move || write_to_file(&path)).await;
    match written {
        Ok(written) => written.map_or_else(refused_by_file, |()| Ok(None)),
        Err(error) => Err(StoreError::Query(sqlx::Error::Io(error.into()))),
    }
}

/// Over a connection of its own, which sees the file as it is now.
fn write_to_file(path: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT_FOR_WRITER)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let table = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'write_probe')";
    if connection.query_row(table, [], |row| row.get(0))? {
        return connection.execute(sql::PROBE_SQLITE, []).map(drop);
    }
    // Of an older version, or no database of Portico yet: a number that nobody uses is written as it is.
    let number: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(None, "user_version", number)
}

fn refused_by_file(error: rusqlite::Error) -> Result<Option<Refusal>, StoreError> {
    let why = match error.sqlite_error_code() {
        // Somebody else is writing.
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return Ok(None),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "it is read-only",
        Some(ErrorCode::DiskFull) => "the disk is full",
        Some(ErrorCode::SystemIoFailure) => "the disk does not take what is written",
        Some(ErrorCode::CannotOpen) => "its file cannot be opened",
        _ => return Err(error.into()),
    };
    let cause = error.to_string();
    Ok(Some(Refusal { why, cause }))
}

async fn probe_server(at: impl PgExecutor<'_>) -> Result<Option<Refusal>, StoreError> {
    match sqlx::query(sql::PROBE_POSTGRES).execute(at).await {
        Ok(_) => Ok(None),
        Err(error) => refused_by_server(error),
    }
}

async fn check_server(connection: &mut PgConnection) -> Result<Option<Refusal>, StoreError> {
    connection.execute("SET statement_timeout = '5s'").await?;
    let has_table = "SELECT to_regclass('write_probe') IS NOT NULL";
    if sqlx::query_scalar(has_table).fetch_one(&mut *connection).await? {
        return probe_server(connection).await;
    }
    // No table to write to, so the transaction says itself what it may do.
    let read_only: String = sqlx::query_scalar("SHOW transaction_read_only")
        .fetch_one(connection)
        .await?;
    Ok((read_only == "on").then(|| Refusal {
        why: "it is read-only",
        cause: "transactions are read-only".to_owned(),
    }))
}

fn refused_by_server(error: sqlx::Error) -> Result<Option<Refusal>, StoreError> {
    let code = error.as_database_error().and_then(DatabaseError::code);
    let why = match code.as_deref() {
        // A standby, or `default_transaction_read_only`.
        Some("25006") => "it is read-only",
        Some("53100") => "the disk is full",
        Some("42501") => "this user may not write to it",
        _ => return Err(error.into()),
    };
    let cause = error.to_string();
    Ok(Some(Refusal { why, cause }))
}
