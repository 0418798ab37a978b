//! The database of a test. A SQLite file of its own, or a PostgreSQL database of its own.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use server::config::DatabaseUrl;
use sqlx::{ConnectOptions as _, Connection as _, migrate::Migrator, sqlite::SqliteConnectOptions};

#[path = "../../../../crates/bff/tests/it/support/cluster.rs"]
#[expect(dead_code, reason = "shared with the tests of `bff`, which look into dumps too")]
mod cluster;

use cluster::Database as PgDatabase;

/// A database of a test; cheap to clone, gone with the last clone.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    Postgres(Arc<PgDatabase>),
}

impl Database {
    /// A file that will be made in `folder`.
    pub(crate) fn sqlite(folder: &Path) -> Self {
        Self::Sqlite(folder.join("deep/portico.db"))
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Arc::new(PgDatabase::fresh().await))
    }

    /// As a configuration has it.
    pub(crate) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.text()).unwrap()
    }

    /// As an operator writes it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(database) => database.options().to_url_lossy().into(),
        }
    }

    /// How the database server knows it.
    pub(crate) fn server(&self) -> &PgDatabase {
        match self {
            Self::Postgres(database) => database,
            Self::Sqlite(_) => panic!("not in PostgreSQL"),
        }
    }

    pub(crate) fn file(&self) -> &Path {
        match self {
            Self::Sqlite(file) => file,
            Self::Postgres(_) => panic!("not in SQLite"),
        }
    }

    /// Makes the tables as they were after so many migrations.
    pub(crate) async fn migrate_until(&self, last: i64) {
        match self {
            Self::Sqlite(file) => {
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
                let mut connection = options.connect().await.unwrap();
                let migrations = until(sqlx::migrate!("../crates/store/migrations/sqlite"), last);
                migrations.run_direct(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(database) => {
                let pool = database.pool().await;
                until(sqlx::migrate!("../crates/store/migrations/postgres"), last)
                    .run(&pool)
                    .await
                    .unwrap();
                pool.close().await;
            }
        }
    }

    /// The number it responds with, over a connection of its own.
    pub(crate) async fn number(&self, question: &str) -> i64 {
        match self {
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection = options.connect().await.unwrap();
                sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap()
            }
            Self::Postgres(database) => {
                let pool = database.pool().await;
                let number = sqlx::query_scalar(question).fetch_one(&pool).await.unwrap();
                pool.close().await;
                number
            }
        }
    }

    /// Runs a statement over a connection of its own.
    pub(crate) async fn execute(&self, statement: &str) {
        match self {
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection = options.connect().await.unwrap();
                sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(database) => {
                let pool = database.pool().await;
                sqlx::raw_sql(statement).execute(&pool).await.unwrap();
                pool.close().await;
            }
        }
    }
}

fn until(mut all: Migrator, last: i64) -> Migrator {
    let required = all.migrations.iter().filter(|migration| migration.version <= last);
    all.migrations = required.cloned().collect::<Vec<_>>().into();
    all
}
