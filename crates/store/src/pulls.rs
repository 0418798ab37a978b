//! The state of repositories that are pulled again and again. Of several processes on one database one holds the lease of a source, and pulls it; a
//! lease that is not renewed ends, so that a process that died holds up nothing.

use sqlx::{query, query_as};

use super::{
    backend::{Store, with_backend},
    error::StoreError,
};

/// What is known of the pulls of a source. Times are seconds since 1970 (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct PullState {
    /// The source.
    pub name: String,
    /// The commit that was imported last.
    pub commit_id: Option<String>,
    /// Fingerprint of the settings with which it was.
    pub fingerprint: Option<String>,
    /// When it was.
    pub imported_at: Option<i64>,
    /// What it brought, as JSON.
    pub summary: Option<String>,
    /// When the last pull ended.
    pub attempted_at: Option<i64>,
    /// Why it failed; `None` if it did not.
    pub error: Option<String>,
    /// How many failed in a row.
    pub failures: i64,
    /// When the next one is.
    pub due_at: i64,
    /// Until when the running pull holds its lease.
    pub leased_until: i64,
}

/// An import that ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledCommit {
    /// The commit.
    pub commit_id: String,
    /// Fingerprint of the settings.
    pub fingerprint: String,
    /// What it brought, as JSON.
    pub summary: String,
}

/// How a pull ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullOutcome {
    /// The commit was imported.
    Imported(PulledCommit),
    /// There was nothing new.
    Unchanged,
    /// It failed, and documents are as before.
    Failed(String),
}

/// The lease of a source.
#[derive(Debug, Clone, Copy)]
pub struct PullLease<'a> {
    /// The source.
    pub name: &'a str,
    /// Who holds it.
    pub holder: &'a str,
}

const STATES: &str =
    "SELECT name, commit_id, fingerprint, imported_at, summary, attempted_at, error, failures, due_at, leased_until
    FROM source_pull ORDER BY name";

const CLAIM: &str = "INSERT INTO source_pull (name, lease, leased_until) VALUES ($1, $2, $4)
    ON CONFLICT (name) DO UPDATE SET lease = excluded.lease, leased_until = excluded.leased_until
    WHERE source_pull.leased_until <= $3 AND source_pull.due_at <= $5
    RETURNING name, commit_id, fingerprint, imported_at, summary, attempted_at, error, failures, due_at, leased_until";

const RENEW: &str = "UPDATE source_pull SET leased_until = $3 WHERE name = $1 AND lease = $2";

/// What every pull ends with; `$3` is when, `$4` when the next one is.
const IMPORTED: &str =
    "UPDATE source_pull SET lease = NULL, leased_until = 0, attempted_at = $3, due_at = $4, failures = 0, error = NULL,
    imported_at = $3, commit_id = $5, fingerprint = $6, summary = $7 WHERE name = $1 AND lease = $2";
const UNCHANGED: &str =
    "UPDATE source_pull SET lease = NULL, leased_until = 0, attempted_at = $3, due_at = $4, failures = 0, error = NULL
    WHERE name = $1 AND lease = $2";
const FAILED: &str = "UPDATE source_pull SET lease = NULL, leased_until = 0, attempted_at = $3, due_at = $4, failures = failures + 1, error = $5
    WHERE name = $1 AND lease = $2";

impl Store {
    /// The states of all sources that were ever pulled, by name.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn pull_states(&self) -> Result<Vec<PullState>, StoreError> {
        with_backend!(self, |backend| Ok(query_as(STATES).fetch_all(&backend.pool).await?))
    }

    /// Takes the lease of a source at `now`, until `until`, if nobody holds it and its pull is due at `due`. `None` if not.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn claim_pull(
        &self,
        lease: PullLease<'_>,
        now: i64,
        until: i64,
        due: i64,
    ) -> Result<Option<PullState>, StoreError> {
        with_backend!(self, |backend| {
            let claim = query_as(CLAIM).bind(lease.name).bind(lease.holder);
            let claim = claim.bind(now).bind(until).bind(due);
            Ok(claim.fetch_optional(&backend.writer).await?)
        })
    }

    /// Holds a lease until `until`; `false` if somebody else has it.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn renew_pull(&self, lease: PullLease<'_>, until: i64) -> Result<bool, StoreError> {
        let changed = with_backend!(self, |backend| {
            let renew = query(RENEW).bind(lease.name).bind(lease.holder).bind(until);
            Ok(renew.execute(&backend.writer).await?.rows_affected())
        })?;
        Ok(changed > 0)
    }

    /// Ends a pull at `now`: stores how, and gives the lease back. The next one is at `due_at`.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn finish_pull(
        &self,
        lease: PullLease<'_>,
        now: i64,
        due_at: i64,
        outcome: &PullOutcome,
    ) -> Result<(), StoreError> {
        let statement = match outcome {
            PullOutcome::Imported(_) => IMPORTED,
            PullOutcome::Unchanged => UNCHANGED,
            PullOutcome::Failed(_) => FAILED,
        };
        with_backend!(self, |backend| {
            let finish = query(statement)
                .bind(lease.name)
                .bind(lease.holder)
                .bind(now)
                .bind(due_at);
            let finish = match outcome {
                PullOutcome::Imported(pulled) => finish
                    .bind(&*pulled.commit_id)
                    .bind(&*pulled.fingerprint)
                    .bind(&*pulled.summary),
                PullOutcome::Unchanged => finish,
                PullOutcome::Failed(error) => finish.bind(&**error),
            };
            finish.execute(&backend.writer).await?;
            Ok(())
        })
    }
}
