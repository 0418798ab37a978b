//! SQLite: creates a missing file, migrates it, and verifies that it can be written before the site starts. Queries are in [`super::documents`]
//! and [`super::import`]; `sqlite-reader` reads one row in the thread of the request.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlite_reader::{ReadError, Row, SqliteReader, ToSql};
use sqlx::{
    SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(super) mod deadline;

use self::deadline::set_deadline;
use super::{
    error::{QueryError, StoreError},
    list::statement::{Statement, Value},
    sql, statistics,
    timeout::{QUERY_TIMEOUT, WAIT},
};

/// The migrations, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// Most connections beside the writer. Each is a thread; more would compete for the same processors.
const CONNECTIONS: u32 = 8;

/// Primary result codes of SQLite.
const READONLY: i32 = 8;
const BUSY: i32 = 5;

/// Pause before a retry on a busy file where SQLite's own busy timeout does not apply.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

const LAST_NUMBER: &str = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'document'), 0)";

/// Documents in a SQLite file.
#[derive(Debug, Clone)]
pub(super) struct Sqlite {
    /// The statements in its dialect.
    pub(super) sql: &'static sql::Dialect,
    pub(super) path: PathBuf,
    /// For short single statements, and those of others.
    pub(super) pool: SqlitePool,
    /// For one document by id, and pages of lists.
    pub(super) reader: SqliteReader,
    /// One connection, so that transactions queue here instead of failing with `SQLITE_BUSY`.
    pub(super) writer: SqlitePool,
}

impl Sqlite {
    /// Opens or creates a database.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let options = with_settings(options);
        let path = options.get_filename().to_owned();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::CreateFolder {
                path: folder.to_owned(),
                source,
            })?;
        }
        create_private(&path);
        // No deadline for migrations; the pool's statements, those of sessions included, have one.
        let writer = first_connection(&options)
            .await
            .map_err(|source| open_error(&path, source))?;
        migrate(&writer, &path).await?;
        let pool = pool(CONNECTIONS, Some(QUERY_TIMEOUT))
            .connect_with(options)
            .await
            .map_err(|source| open_error(&path, source))?;
        Ok(Self {
            sql: &sql::SQLITE,
            pool,
            reader: SqliteReader::new(&path, QUERY_TIMEOUT),
            path,
            writer,
        })
    }

    /// The rows of a composed statement, read in one call on a thread that may wait for the disk.
    pub(super) async fn rows<T: Send + 'static>(
        &self,
        statement: Statement,
        read: fn(&Row<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, StoreError> {
        let sqlite = self.clone();
        let rows = tokio::task::spawn_blocking(move || sqlite.rows_here(&statement, read));
        rows.await.map_err(|error| StoreError::Query(error.into()))?
    }

    /// The same in this thread.
    pub(super) fn rows_here<T>(
        &self,
        statement: &Statement,
        read: fn(&Row<'_>) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, StoreError> {
        let names: Vec<String> = (1..=statement.values.len())
            .map(|number| format!("${number}"))
            .collect();
        let values = statement.values.iter().map(|value| match value {
            Value::Number(number) => number as &dyn ToSql,
            Value::Text(text) => text,
        });
        let parameters: Vec<(&str, &dyn ToSql)> = names.iter().map(String::as_str).zip(values).collect();
        let rows = self.reader.rows(&statement.text, &parameters, read);
        Ok(rows.map_err(QueryError::from)?)
    }

    /// Begins a transaction that excludes other writers.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// The highest id that a document ever had (`AUTOINCREMENT` stores it).
    pub(super) async fn last_number(&self, work: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(LAST_NUMBER).fetch_one(work).await
    }

    /// Does nothing: `AUTOINCREMENT` stores it.
    #[expect(clippy::unused_async, reason = "as in `Postgres`, which has to write")]
    pub(super) async fn store_last_number(&self, _work: &mut SqliteConnection, _last: i64) -> Result<(), sqlx::Error> {
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.reader.close();
        self.writer.close().await;
        self.pool.close().await;
    }
}

/// Creates a missing file that its owner alone can read; SQLite gives its log the same permissions. An error shows when the file is opened.
fn create_private(path: &Path) {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    drop(file.open(path));
}

/// Opens the first connection, which switches a new file to WAL. While another process does the same, SQLite reports the file busy without
/// waiting.
async fn first_connection(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let until = Instant::now() + WAIT;
    loop {
        match pool(1, None).connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < until => tokio::time::sleep(BUSY_PAUSE).await,
            result => return result,
        }
    }
}

/// Migrates in one transaction that excludes other writers, so that of several first starts one creates the tables. The write lock also shows
/// whether the file can be written.
async fn migrate(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let mut transaction = writer
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|source| open_error(path, source))?;
    MIGRATIONS
        .run_direct(&mut *transaction)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => open_error(path, source),
            source => StoreError::Migrate {
                database: path.display().to_string(),
                source: source.into(),
            },
        })?;
    transaction.commit().await.map_err(|source| open_error(path, source))?;
    // Without statistics the planner scans the primary key where it should use a small index.
    statistics::of_sqlite(writer).await?;
    Ok(())
}

fn is_busy(error: &sqlx::Error) -> bool {
    result_code(error).is_some_and(|code| code & 0xff == BUSY)
}

pub(super) fn result_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn with_settings(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Safe in WAL: after a power failure the latest commits may be lost, but the file is intact.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(WAIT)
}

/// Connections whose statements end at the deadline of the caller, or after the `default_timeout` time.
fn pool(connections: u32, default_timeout: Option<Duration>) -> SqlitePoolOptions {
    // A file does not disconnect, so connections are neither tested nor replaced.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .after_connect(move |connection, _| set_deadline(connection, default_timeout))
        .before_acquire(move |connection, _| {
            Box::pin(async move { set_deadline(connection, default_timeout).await.map(|()| true) })
        })
        .idle_timeout(None)
        .max_lifetime(None)
}

fn open_error(path: &Path, source: sqlx::Error) -> StoreError {
    let database = path.display().to_string();
    if result_code(&source).is_some_and(|code| code & 0xff == READONLY) {
        let remedy = "the permissions of the file and its folder";
        StoreError::ReadOnly {
            database,
            remedy,
            source: source.into(),
        }
    } else {
        StoreError::Open {
            database,
            source: source.into(),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn nobody_but_the_owner_can_read_the_files_of_a_new_database() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("a.db"));
        let store = Sqlite::open(options).await.unwrap();
        let mut files = 0;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let mode = file.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            files += 1;
        }
        assert!(files > 1, "the log beside the database is open");
        store.close().await;
    }
}
