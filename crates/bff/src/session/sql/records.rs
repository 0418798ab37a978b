//! How are sessions written, and read by their id? Each store says itself how it reads one (`stored`, `sealed`): it is what
//! every request of a signed-in person costs.

use async_trait::async_trait;
use sqlx::query;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{answer, both, changed_row};
use crate::session::columns;
use crate::session::creation::{Created, Creation};
use crate::session::record::SealedSession;
use crate::session::sql;
use crate::session::store::{Saved, SessionRecords, row_key, saved_or_error};

/// PostgreSQL takes no text with NUL; neither store does, so that both find the same.
pub(super) fn refuse_nul(record: &Record) -> Result<()> {
    let names = [columns::PROVIDER, columns::ISSUER, columns::SUBJECT, columns::SID];
    let texts = names.into_iter().filter_map(|name| columns::text(record, name));
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(Error::Encode("a name of the session holds a NUL character".to_owned()));
    }
    Ok(())
}

/// The statement that stores a record nobody has stored.
macro_rules! insertion {
    ($record:expr) => {
        query(sql::CREATE)
            .bind(row_key(&$record.id).to_vec())
            .bind(columns::bytes($record, columns::IDENTITY).unwrap_or_default())
            .bind(columns::bytes($record, columns::TOKENS).unwrap_or_default())
            .bind(columns::bytes($record, columns::REVOCABLE))
            .bind(columns::version($record))
            .bind(columns::text($record, columns::PROVIDER))
            .bind(columns::text($record, columns::ISSUER))
            .bind(columns::text($record, columns::SUBJECT))
            .bind(columns::text($record, columns::SID))
            .bind(columns::created($record).unix_timestamp())
            .bind(columns::seen($record).unix_timestamp())
            .bind($record.expiry_date.unix_timestamp())
    };
}
pub(super) use insertion;

macro_rules! records {
    ($sessions:ty) => {
        #[async_trait]
        impl SessionStore for $sessions {
            async fn create(&self, record: &mut Record) -> Result<()> {
                refuse_nul(record)?;
                loop {
                    let statement = insertion!(record);
                    if answer(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                        return Ok(());
                    }
                    record.id = Id::default();
                }
            }

            async fn save(&self, record: &Record) -> Result<()> {
                saved_or_error(self.update(record).await?)
            }

            async fn load(&self, id: &Id) -> Result<Option<Record>> {
                self.stored(id).await
            }

            async fn delete(&self, id: &Id) -> Result<()> {
                let statement = query(sql::DELETE).bind(row_key(id).to_vec());
                answer(statement.execute(&self.pool)).await.map(drop)
            }
        }

        impl $sessions {
            /// Repeats `statement`, which deletes a few rows that expired before `now`, until none is left; how many there were.
            async fn delete_in_batches(&self, statement: &str, now: OffsetDateTime) -> Result<u64> {
                let mut deleted = 0;
                loop {
                    let statement = query(statement).bind(now.unix_timestamp());
                    let batch = answer(statement.execute(&self.pool)).await?.rows_affected();
                    if batch == 0 {
                        return Ok(deleted);
                    }
                    deleted += batch;
                }
            }
        }

        #[async_trait]
        impl SessionRecords for $sessions {
            async fn load_sealed(&self, id: &Id) -> Result<Option<SealedSession>> {
                self.sealed(id).await
            }

            async fn create_whole(&self, record: &mut Record, creation: Creation<'_>) -> Result<Created> {
                self.create_in_transaction(record, creation).await
            }

            async fn update(&self, record: &Record) -> Result<Saved> {
                let statement = query(sql::UPDATE)
                    .bind(columns::bytes(record, columns::IDENTITY).unwrap_or_default())
                    .bind(columns::bytes(record, columns::TOKENS).unwrap_or_default())
                    .bind(columns::bytes(record, columns::REVOCABLE))
                    .bind(columns::seen(record).unix_timestamp())
                    .bind(record.expiry_date.unix_timestamp())
                    .bind(row_key(&record.id).to_vec())
                    .bind(columns::version(record));
                if answer(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                    return Ok(Saved::Saved);
                }
                let newest = self.newest_lease(&record.id).await?;
                Ok(if newest.is_some() {
                    Saved::Changed
                } else {
                    Saved::Gone
                })
            }

            async fn take(&self, id: &Id) -> Result<Option<SealedSession>> {
                let statement = query(sql::TAKE).bind(row_key(id).to_vec());
                let row = changed_row(statement.fetch_all(&self.pool)).await?;
                let taken = row.map(|row| sql::sealed(*id, &row)).transpose();
                taken.map_err(|e| Error::Decode(e.to_string()))
            }

            async fn touch(&self, id: &Id, seen: OffsetDateTime, expires: OffsetDateTime) -> Result<()> {
                let statement = query(sql::TOUCH)
                    .bind(seen.unix_timestamp())
                    .bind(expires.unix_timestamp())
                    .bind(row_key(id).to_vec());
                answer(statement.execute(&self.pool)).await.map(drop)
            }

            async fn delete_expired(&self, now: OffsetDateTime) -> Result<u64> {
                self.delete_in_batches(sql::DELETE_NOTES, now).await?;
                self.delete_in_batches(sql::DELETE_EXPIRED, now).await
            }
        }
    };
}

both!(records);
