//! The database of the sessions: a SQLite file, or a PostgreSQL database that several replicas share.

use std::path::Path;
use std::sync::Arc;

use bff::{PostgresSessions, SessionStore, SqliteSessions};
use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row as _, SqlitePool};

use super::cluster::Database;

/// A database, with connections to it.
#[derive(Clone)]
pub(crate) enum SessionDatabase {
    Sqlite(SqlitePool),
    Postgres(Arc<Database>, PgPool),
}

impl SessionDatabase {
    pub(crate) async fn sqlite(file: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
        Self::Sqlite(pool.unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        let database = Database::fresh().await;
        let pool = database.pool().await;
        Self::Postgres(Arc::new(database), pool)
    }

    /// The same database over connections of its own, as another process has them.
    pub(crate) async fn again(&self) -> Self {
        match self {
            Self::Sqlite(pool) => {
                let options = pool.connect_options().as_ref().clone();
                let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
                Self::Sqlite(pool.unwrap())
            }
            Self::Postgres(database, _) => Self::Postgres(Arc::clone(database), database.pool().await),
        }
    }

    pub(crate) async fn sessions(&self) -> Arc<dyn SessionStore> {
        match self {
            Self::Sqlite(pool) => Arc::new(SqliteSessions::new(pool.clone()).await.unwrap()),
            Self::Postgres(_, pool) => Arc::new(PostgresSessions::new(pool.clone()).await.unwrap()),
        }
    }

    /// Makes every commit fail that creates or ends a session, or acquires a lease, as on a full disk.
    pub(crate) async fn refuse_commits(&self) {
        match self {
            // A reference to nobody is looked at when everything else is done.
            Self::Sqlite(pool) => {
                let table = "create table nobody (id blob references bff_session_records (id_hash) deferrable initially deferred)";
                sqlx::query(table).execute(pool).await.unwrap();
                for (name, event) in [("a", "insert"), ("b", "delete"), ("c", "update of fence")] {
                    let trigger = format!(
                        "create trigger refuse_{name} after {event} on bff_session_records \
                         begin insert into nobody values (x'00'); end"
                    );
                    sqlx::query(&trigger).execute(pool).await.unwrap();
                }
            }
            Self::Postgres(_, pool) => {
                let refuse = "create function refuse() returns trigger language plpgsql as \
                              $$ begin raise exception 'no room'; end $$; \
                              create constraint trigger refuse after insert or delete or update of fence \
                              on bff_session_records deferrable initially deferred for each row execute function refuse()";
                sqlx::raw_sql(refuse).execute(pool).await.unwrap();
            }
        }
    }

    /// Lets commits succeed again.
    pub(crate) async fn allow_commits(&self) {
        match self {
            Self::Sqlite(pool) => {
                let drop = "drop trigger refuse_a; drop trigger refuse_b; drop trigger refuse_c; drop table nobody";
                sqlx::raw_sql(drop).execute(pool).await.unwrap();
            }
            Self::Postgres(_, pool) => {
                let drop = "drop trigger refuse on bff_session_records; drop function refuse";
                sqlx::raw_sql(drop).execute(pool).await.unwrap();
            }
        }
    }

    /// How often the data of sessions was written: the sum of the versions, which a write counts up.
    pub(crate) async fn data_writes(&self) -> i64 {
        let sum = "select cast(coalesce(sum(data_version), 0) as bigint) from bff_session_records";
        match self {
            Self::Sqlite(pool) => sqlx::query(sum).fetch_one(pool).await.unwrap().get(0),
            Self::Postgres(_, pool) => sqlx::query(sum).fetch_one(pool).await.unwrap().get(0),
        }
    }

    /// Makes the table of sessions that of the version before an application could store data in it.
    pub(crate) async fn drop_data_columns(&self) {
        // SQLite reads the tables again for a query, not for a change of them.
        let drop = "select sealed_data from bff_session_records; \
                    alter table bff_session_records drop column sealed_data; \
                    alter table bff_session_records drop column data_version";
        match self {
            Self::Sqlite(pool) => sqlx::raw_sql(drop).execute(pool).await.map(|_| ()),
            Self::Postgres(_, pool) => sqlx::raw_sql(drop).execute(pool).await.map(|_| ()),
        }
        .unwrap();
    }

    /// The number of rows in all tables.
    pub(crate) async fn rows(&self) -> i64 {
        match self {
            Self::Sqlite(pool) => {
                let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite%' \
                              and name not like '%sqlx%' and name not like '%migration%'";
                let mut rows = 0;
                for table in sqlx::query(tables).fetch_all(pool).await.unwrap() {
                    let count = format!("select count(*) from \"{}\"", table.get::<String, _>(0));
                    rows += sqlx::query(&count).fetch_one(pool).await.unwrap().get::<i64, _>(0);
                }
                rows
            }
            Self::Postgres(_, pool) => {
                let count = "select (select count(*) from bff_session_records) + (select count(*) from bff_notes)";
                sqlx::query(count).fetch_one(pool).await.unwrap().get(0)
            }
        }
    }
}
