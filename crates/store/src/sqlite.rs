//! How is a SQLite file opened? Made where there is none, brought to the newest tables, and known to be writable before anything
//! is served. What is asked of it afterwards is in [`super::reading`] and [`super::writing`]; how one row is read in the thread
//! of the request, in [`reader`].

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{
    SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(super) mod deadline;
mod reader;

use self::{deadline::give_deadline, reader::Reader};
use super::{
    error::StoreError,
    sql,
    timeout::{QUERY_TIMEOUT, WAIT},
};

/// The tables, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// Connections at the same time beside the writer. Each is a thread; more than this wait for the same processors.
const CONNECTIONS: u32 = 8;

/// Primary result codes of SQLite.
const READONLY: i32 = 8;
const BUSY: i32 = 5;

/// How long to wait before a busy file is tried again, where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

const LAST_NUMBER: &str = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'document'), 0)";

/// Documents in a SQLite file.
#[derive(Debug, Clone)]
pub(super) struct Sqlite {
    /// What it calls things.
    pub(super) sql: &'static sql::Dialect,
    pub(super) path: PathBuf,
    /// For reading batches, and for short single statements of others.
    pub(super) pool: SqlitePool,
    /// For one document by number.
    pub(super) reader: Reader,
    /// One connection: writes of several statements wait here instead of meeting `SQLITE_BUSY` half way.
    pub(super) writer: SqlitePool,
}

impl Sqlite {
    /// Opens or makes a database.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let options = tuned(options);
        let path = options.get_filename().to_owned();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        make_private(&path);
        // What makes tables takes its time; everything else is short, sessions too.
        let writer = first_connection(&options)
            .await
            .map_err(|source| failed(&path, source))?;
        prepare(&writer, &path).await?;
        let pool = pool(CONNECTIONS, Some(QUERY_TIMEOUT))
            .connect_with(options)
            .await
            .map_err(|source| failed(&path, source))?;
        Ok(Self {
            sql: &sql::SQLITE,
            pool,
            reader: Reader::new(&path),
            path,
            writer,
        })
    }

    /// A transaction that no other writer is beside.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// The highest number a document ever had (`AUTOINCREMENT` remembers it).
    pub(super) async fn last_number(&self, work: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(LAST_NUMBER).fetch_one(work).await
    }

    /// Remembers it. The table does so by itself.
    #[expect(clippy::unused_async, reason = "as in `Postgres`, which has to write")]
    pub(super) async fn keep_last_number(&self, _work: &mut SqliteConnection, _last: i64) -> Result<(), sqlx::Error> {
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.reader.close();
        self.writer.close().await;
        self.pool.close().await;
    }
}

/// Makes a missing file so that nobody but its owner can read it; SQLite gives the log beside it the same permissions.
/// What goes wrong here is told by the connection that follows.
fn make_private(path: &Path) {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    drop(file.open(path));
}

/// Connects for the first time, which makes a new file one with a write-ahead log. While another program does the same, SQLite calls the
/// file busy without waiting.
async fn first_connection(options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let until = Instant::now() + WAIT;
    loop {
        match pool(1, None).connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < until => tokio::time::sleep(BUSY_PAUSE).await,
            connected => return connected,
        }
    }
}

/// Brings the tables up to date in one transaction that no other writer is beside: of several first starts one makes the tables, and the
/// others find them. Taking the write lock also tells at once whether the file can be written.
async fn prepare(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let mut work = writer
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|source| failed(path, source))?;
    MIGRATIONS.run_direct(&mut *work).await.map_err(|error| match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => failed(path, source),
        source => StoreError::Migrate {
            place: path.display().to_string(),
            source,
        },
    })?;
    work.commit().await.map_err(|source| failed(path, source))?;
    // Without statistics the planner walks the primary key where it should take a small index.
    sqlx::query("PRAGMA optimize=0x10002").execute(writer).await?;
    Ok(())
}

fn is_busy(error: &sqlx::Error) -> bool {
    result_code(error).is_some_and(|code| code & 0xff == BUSY)
}

fn result_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

fn tuned(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Safe in WAL: after a power cut the newest commits may be missing, the file is whole.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(WAIT)
}

/// Connections whose statements end at the deadline of the caller, or after the `usual` time.
fn pool(connections: u32, usual: Option<Duration>) -> SqlitePoolOptions {
    // A file does not hang up: no need to ask a connection whether it is still there, nor to replace it.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .after_connect(move |connection, _| give_deadline(connection, usual))
        .before_acquire(move |connection, _| {
            Box::pin(async move { give_deadline(connection, usual).await.map(|()| true) })
        })
        .idle_timeout(None)
        .max_lifetime(None)
}

fn failed(path: &Path, source: sqlx::Error) -> StoreError {
    let place = path.display().to_string();
    if result_code(&source).is_some_and(|code| code & 0xff == READONLY) {
        let remedy = "the permissions of the file and its folder";
        StoreError::Unwritable { place, remedy, source }
    } else {
        StoreError::Open { place, source }
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
