//! How is the database opened? Made where there is none, brought to the newest tables, and known to be writable before anything is
//! served. What is asked of it afterwards is in [`super::reading`] and [`super::writing`].

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Store, StoreError, reader::Reader};

/// The tables, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// How long a statement waits for another writer, and a caller for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections at the same time beside the writer. Each is a thread; more than this wait for the same processors.
const CONNECTIONS: u32 = 8;

/// Primary result codes of SQLite.
const READONLY: i32 = 8;

impl Store {
    /// Opens or makes the database at an address such as `sqlite:data/portico.db`.
    ///
    /// # Errors
    /// [`StoreError`], one line that names the file.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?;
        let path = options.get_filename().to_owned();
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        make_private(&path);
        let writer = pool(1)
            .connect_with(options.clone())
            .await
            .map_err(|source| failed(&path, source))?;
        prepare(&writer, &path).await?;
        let pool = pool(CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(|source| failed(&path, source))?;
        Ok(Self {
            pool,
            reader: Reader::new(&path),
            writer,
        })
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

async fn prepare(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    // Taking the write lock tells at once whether the file can be written.
    let lock = writer
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|source| failed(path, source))?;
    lock.rollback().await.map_err(|source| failed(path, source))?;
    MIGRATIONS.run(writer).await.map_err(|error| match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => failed(path, source),
        source => StoreError::Migrate {
            path: path.to_owned(),
            source,
        },
    })?;
    // Without statistics the planner walks the primary key where it should take a small index.
    sqlx::query("PRAGMA optimize=0x10002").execute(writer).await?;
    Ok(())
}

fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let refused = || StoreError::Address { url: url.to_owned() };
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return Err(refused());
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|_| refused())?;
    if options.get_filename().as_os_str().is_empty() {
        return Err(refused());
    }
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Safe in WAL: after a power cut the newest commits may be missing, the file is whole.
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(PATIENCE))
}

fn pool(connections: u32) -> SqlitePoolOptions {
    // A file does not hang up: no need to ask a connection whether it is still there, nor to replace it.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn failed(path: &Path, source: sqlx::Error) -> StoreError {
    let path = path.to_owned();
    let code = source
        .as_database_error()
        .and_then(|error| error.code()?.parse::<i32>().ok());
    if code.is_some_and(|code| code & 0xff == READONLY) {
        StoreError::Unwritable { path, source }
    } else {
        StoreError::Open { path, source }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn nobody_but_the_owner_can_read_the_files_of_a_new_database() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let store = Store::open(&url).await.unwrap();
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
