//! Sessions in a database, without their creation. How one is read is the affair of each store (`read`): every request of a
//! signed-in person does it.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;

use super::{for_each_store, in_time, rows, statements};
use crate::session::creation::{CreateOptions, Created};
use crate::session::index::{MAX_FOUND, SessionRef, SessionRow, SessionSelector};
use crate::session::lease::Fence;
use crate::session::store::{
    SealedData, SealedSession, SessionRecord, SessionStore, SessionStoreError, SessionUpdate, StoreResult, Updated,
};

/// Whether no row can have such a text: PostgreSQL stores no NUL character.
fn has_nul(selector: SessionSelector<'_>) -> bool {
    match selector {
        SessionSelector::Person { issuer: a, subject: b }
        | SessionSelector::ProviderSession { provider: a, sid: b } => a.contains('\0') || b.contains('\0'),
        SessionSelector::Reference(_) => false,
    }
}

macro_rules! store {
    ($sessions:ty, $row:ty) => {
        impl $sessions {
            /// The rows that `statement` returns for the selected sessions. They are read to the end: SQLite commits when a
            /// statement has ended, so whoever stops earlier does not see that the disk was full.
            async fn selected<T>(
                &self,
                statement: &str,
                selector: SessionSelector<'_>,
                read: impl Fn(&$row) -> Result<T, sqlx::Error>,
            ) -> StoreResult<Vec<T>> {
                if has_nul(selector) {
                    return Ok(Vec::new());
                }
                let query = match selector {
                    SessionSelector::Person {
                        issuer: a,
                        subject: b,
                    }
                    | SessionSelector::ProviderSession { provider: a, sid: b } => {
                        query(statement).bind(a.to_owned()).bind(b.to_owned())
                    }
                    SessionSelector::Reference(reference) => query(statement).bind(reference.row_key().to_vec()),
                };
                let rows = in_time(query.fetch_all(&self.pool)).await?;
                let rows = rows.iter().map(read).collect::<Result<_, _>>();
                rows.map_err(SessionStoreError::malformed)
            }

            /// The newest lease of a session, if there is the session.
            async fn newest_lease(&self, key: SessionRef) -> StoreResult<Option<Fence>> {
                let query = query(statements::FENCE).bind(key.row_key().to_vec());
                let row = in_time(query.fetch_optional(&self.pool)).await?;
                let fence = row.map(|row| row.try_get("fence").map(Fence)).transpose();
                fence.map_err(SessionStoreError::malformed)
            }

            /// Repeats `statement`, which deletes a few rows that expired before `now`, until none is left; how many there were.
            async fn delete_in_batches(&self, statement: &str, now: OffsetDateTime) -> StoreResult<u64> {
                let mut deleted = 0;
                loop {
                    let statement = query(statement).bind(now.unix_timestamp());
                    let batch = in_time(statement.execute(&self.pool)).await?.rows_affected();
                    if batch == 0 {
                        return Ok(deleted);
                    }
                    deleted += batch;
                }
            }
        }

        #[async_trait]
        impl SessionStore for $sessions {
            async fn create(&self, session: &SessionRecord, options: CreateOptions<'_>) -> StoreResult<Created> {
                self.create_in_transaction(session, options).await
            }

            async fn load(&self, key: SessionRef) -> StoreResult<Option<SealedSession>> {
                self.read(key).await
            }

            async fn update(&self, update: &SessionUpdate) -> StoreResult<Updated> {
                let statement = update
                    .lease
                    .map_or(statements::UPDATE, |_| statements::UPDATE_LEASED);
                let mut statement = query(statement)
                    .bind(update.parts.identity.as_slice())
                    .bind(update.parts.tokens.as_slice())
                    .bind(update.sealed_refresh_token.as_deref())
                    .bind(update.seen.unix_timestamp())
                    .bind(update.expires.unix_timestamp())
                    .bind(update.key.row_key().to_vec())
                    .bind(update.version);
                if let Some(lease) = update.lease {
                    statement = statement.bind(lease.0);
                }
                if in_time(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                    return Ok(Updated::Written);
                }
                Ok(match (self.newest_lease(update.key).await?, update.lease) {
                    (None, _) => Updated::Gone,
                    (Some(newest), Some(lease)) if newest != lease => Updated::LeaseLost,
                    (Some(_), _) => Updated::VersionConflict,
                })
            }

            async fn touch(&self, key: SessionRef, seen: OffsetDateTime, expires: OffsetDateTime) -> StoreResult<()> {
                let statement = query(statements::TOUCH)
                    .bind(seen.unix_timestamp())
                    .bind(expires.unix_timestamp())
                    .bind(key.row_key().to_vec());
                in_time(statement.execute(&self.pool)).await.map(drop)
            }

            async fn remove(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRecord>> {
                self.selected(&statements::remove(selector), selector, rows::record)
                    .await
            }

            async fn find(&self, selector: SessionSelector<'_>) -> StoreResult<Vec<SessionRow>> {
                self.selected(&statements::find(selector, MAX_FOUND), selector, rows::plain)
                    .await
            }

            async fn sweep(&self, now: OffsetDateTime) -> StoreResult<u64> {
                self.delete_in_batches(statements::DELETE_MARKERS, now).await?;
                self.delete_in_batches(statements::DELETE_EXPIRED, now).await
            }

            async fn lease(
                &self,
                key: SessionRef,
                now: OffsetDateTime,
                until: OffsetDateTime,
            ) -> StoreResult<Option<Fence>> {
                let statement = query(statements::LEASE)
                    .bind(until.unix_timestamp())
                    .bind(key.row_key().to_vec())
                    .bind(now.unix_timestamp());
                // Read to the end, as in `selected`.
                let rows = in_time(statement.fetch_all(&self.pool)).await?;
                let fence = rows
                    .first()
                    .map(|row| row.try_get("fence").map(Fence))
                    .transpose();
                fence.map_err(SessionStoreError::malformed)
            }

            async fn extend_lease(&self, key: SessionRef, fence: Fence, until: OffsetDateTime) -> StoreResult<bool> {
                let statement = query(statements::EXTEND_LEASE)
                    .bind(until.unix_timestamp())
                    .bind(key.row_key().to_vec())
                    .bind(fence.0);
                Ok(in_time(statement.execute(&self.pool)).await?.rows_affected() == 1)
            }

            async fn load_data(&self, key: SessionRef) -> StoreResult<Option<SealedData>> {
                self.read_data(key).await
            }

            async fn update_data(&self, key: SessionRef, data: &SealedData) -> StoreResult<Updated> {
                let statement = query(statements::UPDATE_DATA)
                    .bind(data.sealed.as_deref())
                    .bind(key.row_key().to_vec())
                    .bind(data.version);
                if in_time(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                    return Ok(Updated::Written);
                }
                let is_there = self.newest_lease(key).await?.is_some();
                Ok(if is_there {
                    Updated::VersionConflict
                } else {
                    Updated::Gone
                })
            }
        }
    };
}

for_each_store!(store);
