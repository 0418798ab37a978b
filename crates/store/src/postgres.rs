//! How is a PostgreSQL database opened, and given up on? Over a bounded number of connections that all replicas together
//! must find room for. A connection that says nothing is thrown away, so that the next question finds a new one.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool, Transaction,
    error::DatabaseError,
    migrate::{MigrateError, Migrator},
    pool::PoolConnectionMetadata,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use super::{
    error::StoreError,
    sql,
    timeout::{QUERY_TIMEOUT, WAIT},
};
use crate::database_url::is_here;

/// The tables, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// Connections of one replica at the same time.
const CONNECTIONS: u32 = 16;

/// How long a connection may take to show that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// Longest time for making tables, other replicas that make them included.
const MAKING_TABLES: Duration = Duration::from_mins(1);

/// As long as somebody waits here ([`QUERY_TIMEOUT`]), and no longer: the database gives up as well on a statement that waits for a
/// lock, and on a transaction of a replica that is gone. Not said while connecting, which poolers refuse.
const LIMITS: &str = "SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '5s'";

/// Held until the end of the transaction: writers take turns.
const TAKE_TURN: &str = "SELECT last FROM document_number FOR UPDATE";

const LAST_NUMBER: &str = "SELECT last FROM document_number";
const KEEP_LAST_NUMBER: &str = "UPDATE document_number SET last = $1";

/// A transaction that cannot write: the server is a replica, or the session is read-only.
const READ_ONLY: &str = "25006";

/// Something this user may not do.
const NO_PRIVILEGE: &str = "42501";

/// Documents in PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct Postgres {
    /// What it calls things.
    pub(super) sql: &'static sql::Dialect,
    pub(super) pool: PgPool,
    /// The same: the database itself lets writers wait.
    pub(super) writer: PgPool,
}

impl Postgres {
    /// Opens a database; `place` is what it is called in errors.
    pub(super) async fn open(options: &PgConnectOptions, place: &str) -> Result<Self, StoreError> {
        let away = |_| StoreError::Away {
            place: place.to_owned(),
        };
        if is_exposed(options) {
            tracing::warn!(
                database = place,
                "whoever is between here and the database can read along: write `sslmode=verify-full` in `database_url`"
            );
        }
        // A pool would try until its time is over, and then not say why.
        let first = tokio::time::timeout(QUERY_TIMEOUT, options.connect())
            .await
            .map_err(away)?;
        let mut first = first.map_err(|source| failed(place, source))?;
        tokio::time::timeout(MAKING_TABLES, prepare(&mut first, place))
            .await
            .map_err(away)??;
        // What it holds is done; whether it says goodbye does not matter.
        let _ = tokio::time::timeout(SIGN_OF_LIFE, first.close()).await;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT)
            // `before` asks, and waits no longer than `SIGN_OF_LIFE`.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(limit(connection)))
            .before_acquire(before(options))
            .after_release(after(options))
            .connect_lazy_with(options.clone());
        let writer = pool.clone();
        Ok(Self {
            sql: &sql::POSTGRES,
            pool,
            writer,
        })
    }

    /// A transaction that no other writer of documents is beside.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, sqlx::Postgres>, sqlx::Error> {
        let mut work = self.writer.begin().await?;
        sqlx::query(TAKE_TURN).execute(&mut *work).await?;
        Ok(work)
    }

    /// The highest number a document ever had.
    pub(super) async fn last_number(&self, work: &mut PgConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(LAST_NUMBER).fetch_one(work).await
    }

    /// Remembers it.
    pub(super) async fn keep_last_number(&self, work: &mut PgConnection, last: i64) -> Result<(), sqlx::Error> {
        sqlx::query(KEEP_LAST_NUMBER).bind(last).execute(work).await.map(drop)
    }
}

/// Whether the way to the database leaves this machine without proof of who is at its end.
fn is_exposed(options: &PgConnectOptions) -> bool {
    let is_proved = matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    !is_proved && !is_here(options)
}

/// Whether the pool may go on with a connection.
type Looked<'c> = BoxFuture<'c, Result<bool, sqlx::Error>>;

/// Looks at a connection that rested: one that was forgotten on the way, as firewalls do, is replaced by a new one.
fn before(options: &PgConnectOptions) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> Looked<'_> + use<> {
    let options = Arc::new(options.clone());
    move |connection, _| {
        let options = Arc::clone(&options);
        Box::pin(async move {
            if !is_alive(connection).await {
                *connection = connected(&options).await?;
            }
            Ok(true)
        })
    }
}

/// Looks at a connection that comes back. It may be in the middle of an answer nobody waited for: the pool by itself would wait
/// for the rest, or for a goodbye, for as long as the operating system does. Its place is kept for a new connection.
fn after(options: &PgConnectOptions) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> Looked<'_> + use<> {
    let options = Arc::new(options.clone());
    move |connection, _| {
        let options = Arc::clone(&options);
        Box::pin(async move {
            while !is_alive(connection).await {
                match tokio::time::timeout(WAIT, connected(&options)).await {
                    Ok(Ok(new)) => *connection = new,
                    _ => tokio::time::sleep(SIGN_OF_LIFE).await,
                }
            }
            Ok(true)
        })
    }
}

async fn connected(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    limit(&mut connection).await?;
    Ok(connection)
}

async fn limit(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(LIMITS).await.map(drop)
}

async fn is_alive(connection: &mut PgConnection) -> bool {
    let answer = tokio::time::timeout(SIGN_OF_LIFE, connection.ping()).await;
    matches!(answer, Ok(Ok(())))
}

async fn prepare(connection: &mut PgConnection, place: &str) -> Result<(), StoreError> {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&mut *connection)
        .await
        .map_err(|source| failed(place, source))?;
    if encoding != "UTF8" {
        return Err(StoreError::Encoding {
            place: place.to_owned(),
            encoding,
        });
    }
    MIGRATIONS.run_direct(connection).await.map_err(|error| match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => failed(place, source),
        source => StoreError::Migrate {
            place: place.to_owned(),
            source,
        },
    })
}

fn failed(place: &str, source: sqlx::Error) -> StoreError {
    let place = place.to_owned();
    let code = source.as_database_error().and_then(DatabaseError::code);
    if code.is_some_and(|code| code == READ_ONLY || code == NO_PRIVILEGE) {
        let remedy = "that it is no read-only replica and that this user may make tables";
        StoreError::Unwritable { place, remedy, source }
    } else {
        StoreError::Open { place, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_over_a_network_has_to_be_proved() {
        let exposed = |text: &str| is_exposed(&text.parse().unwrap());
        for text in [
            "db.example",
            "db.example/house?sslmode=require",
            "10.0.0.7",
            "[2001:db8::7]",
        ] {
            assert!(exposed(&format!("postgres://portico@{text}")), "{text}");
        }
        for text in [
            "localhost",
            "127.0.0.1",
            "%2Frun%2Fpostgresql",
            "db.example?sslmode=verify-full",
        ] {
            assert!(!exposed(&format!("postgres://portico@{text}")), "{text}");
        }
    }
}
