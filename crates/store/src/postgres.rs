//! PostgreSQL: migrations, a bounded pool of connections, and the replacement of connections that do not respond.

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
    sql, statistics,
    timeout::{QUERY_TIMEOUT, WAIT},
};
use crate::database_url::is_local;

/// The migrations, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// Most connections of one replica.
const CONNECTIONS: u32 = 16;

/// Longest wait for the response to a ping.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time of the migrations, waiting for another replica's included: indices of a million documents take minutes.
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(15);

/// The database's own timeouts, equal to [`QUERY_TIMEOUT`]: it cancels statements that wait for a lock, and transactions of a replica that is
/// gone. And one plan for each statement: lists are written so that it does not depend on their values, and planning a page anew takes as long as
/// reading it. Set after connecting, since poolers refuse them as parameters of the connection.
const SETTINGS: &str = "SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '5s';
    SET plan_cache_mode = force_generic_plan";

/// Locks out other writers until the end of the transaction.
const LOCK_WRITERS: &str = "SELECT last FROM document_number FOR UPDATE";

const LAST_NUMBER: &str = "SELECT last FROM document_number";
const STORE_LAST_NUMBER: &str = "UPDATE document_number SET last = $1";

/// `read_only_sql_transaction`: the server is a standby, or the session is read-only.
const READ_ONLY: &str = "25006";

/// `insufficient_privilege`.
const NO_PRIVILEGE: &str = "42501";

/// Documents in PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct Postgres {
    /// The statements in its dialect.
    pub(super) sql: &'static sql::Dialect,
    pub(super) pool: PgPool,
    /// The same pool: the database itself serialises writers.
    pub(super) writer: PgPool,
}

impl Postgres {
    /// Opens a database; `database` is its address in errors.
    pub(super) async fn open(options: &PgConnectOptions, database: &str) -> Result<Self, StoreError> {
        let unreachable = |_| StoreError::Unreachable {
            database: database.to_owned(),
        };
        if is_unauthenticated(options) {
            tracing::warn!(
                database,
                "whoever is between here and the database can read along: write `sslmode=verify-full` in `database_url`"
            );
        }
        // A single connection first: a pool would retry until its timeout, and lose the cause.
        let first = tokio::time::timeout(QUERY_TIMEOUT, options.connect())
            .await
            .map_err(unreachable)?;
        let mut first = first.map_err(|source| open_error(database, source))?;
        tokio::time::timeout(MIGRATION_TIMEOUT, migrate(&mut first, database))
            .await
            .map_err(unreachable)??;
        // Its work is committed, so a failed close does no harm.
        let _ = tokio::time::timeout(PING_TIMEOUT, first.close()).await;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(WAIT)
            // `reconnect_if_dead` tests it, within `PING_TIMEOUT`.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(apply_settings(connection)))
            .before_acquire(reconnect_if_dead(options))
            .after_release(replace_if_dead(options))
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
        sqlx::query(LOCK_WRITERS).execute(&mut *work).await?;
        Ok(work)
    }

    /// The highest id that a document ever had.
    pub(super) async fn last_number(&self, work: &mut PgConnection) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(LAST_NUMBER).fetch_one(work).await
    }

    /// Stores it.
    pub(super) async fn store_last_number(&self, work: &mut PgConnection, last: i64) -> Result<(), sqlx::Error> {
        sqlx::query(STORE_LAST_NUMBER).bind(last).execute(work).await.map(drop)
    }
}

/// Whether the connection leaves this machine without authenticating the server.
fn is_unauthenticated(options: &PgConnectOptions) -> bool {
    let is_verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    !is_verified && !is_local(options)
}

/// Whether the pool uses a connection.
type PoolDecision<'c> = BoxFuture<'c, Result<bool, sqlx::Error>>;

/// Pings an idle connection, and replaces one that is dead, as after a firewall dropped it.
fn reconnect_if_dead(
    options: &PgConnectOptions,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> PoolDecision<'_> + use<> {
    let options = Arc::new(options.clone());
    move |connection, _| {
        let options = Arc::clone(&options);
        Box::pin(async move {
            if !is_alive(connection).await {
                *connection = connect(&options).await?;
            }
            Ok(true)
        })
    }
}

/// Pings a connection that is returned to the pool, and replaces one that does not respond. Its query may have been cancelled half way, and the
/// pool itself would wait for the rest of the response, or for the close, without limit.
fn replace_if_dead(
    options: &PgConnectOptions,
) -> impl Fn(&mut PgConnection, PoolConnectionMetadata) -> PoolDecision<'_> + use<> {
    let options = Arc::new(options.clone());
    move |connection, _| {
        let options = Arc::clone(&options);
        Box::pin(async move {
            while !is_alive(connection).await {
                match tokio::time::timeout(WAIT, connect(&options)).await {
                    Ok(Ok(new)) => *connection = new,
                    _ => tokio::time::sleep(PING_TIMEOUT).await,
                }
            }
            Ok(true)
        })
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    apply_settings(&mut connection).await?;
    Ok(connection)
}

async fn apply_settings(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(SETTINGS).await.map(drop)
}

async fn is_alive(connection: &mut PgConnection) -> bool {
    let pong = tokio::time::timeout(PING_TIMEOUT, connection.ping()).await;
    matches!(pong, Ok(Ok(())))
}

async fn migrate(connection: &mut PgConnection, database: &str) -> Result<(), StoreError> {
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&mut *connection)
        .await
        .map_err(|source| open_error(database, source))?;
    if encoding != "UTF8" {
        return Err(StoreError::Encoding {
            database: database.to_owned(),
            encoding,
        });
    }
    let migrated = MIGRATIONS
        .run_direct(&mut *connection)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => open_error(database, source),
            source => StoreError::Migrate {
                database: database.to_owned(),
                source: source.into(),
            },
        });
    migrated?;
    statistics::of_postgres_if_missing(connection)
        .await
        .map_err(|source| open_error(database, source))
}

fn open_error(database: &str, source: sqlx::Error) -> StoreError {
    let database = database.to_owned();
    let code = source.as_database_error().and_then(DatabaseError::code);
    if code.is_some_and(|code| code == READ_ONLY || code == NO_PRIVILEGE) {
        let remedy = "that it is no read-only replica and that this user may make tables";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_over_a_network_is_unauthenticated_without_verification() {
        let exposed = |text: &str| is_unauthenticated(&text.parse().unwrap());
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
