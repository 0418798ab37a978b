//! Which replica may renew tokens? The row's lock decides between two that ask at the same moment; the number in the row
//! decides about all others.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use super::{answer, both, changed_row};
use crate::session::columns;
use crate::session::lease::{Fence, Leased, SessionLeases};
use crate::session::sql;
use crate::session::store::row_key;

macro_rules! leases {
    ($sessions:ty) => {
        impl $sessions {
            /// The newest lease of a session, if there is the session.
            pub(in crate::session) async fn newest_lease(&self, id: &Id) -> Result<Option<Fence>> {
                let question = query(sql::FENCE).bind(row_key(id).to_vec());
                let row = answer(question.fetch_optional(&self.pool)).await?;
                let fence = row.map(|row| row.try_get("fence").map(Fence)).transpose();
                fence.map_err(|e| Error::Decode(e.to_string()))
            }
        }

        #[async_trait]
        impl SessionLeases for $sessions {
            async fn lease(&self, id: &Id, now: OffsetDateTime, until: OffsetDateTime) -> Result<Option<Fence>> {
                let statement = query(sql::LEASE)
                    .bind(until.unix_timestamp())
                    .bind(row_key(id).to_vec())
                    .bind(now.unix_timestamp());
                let row = changed_row(statement.fetch_all(&self.pool)).await?;
                let fence = row.map(|row| row.try_get("fence").map(Fence)).transpose();
                fence.map_err(|e| Error::Decode(e.to_string()))
            }

            async fn hold(&self, id: &Id, fence: Fence, until: OffsetDateTime) -> Result<bool> {
                let statement = query(sql::HOLD)
                    .bind(until.unix_timestamp())
                    .bind(row_key(id).to_vec())
                    .bind(fence.0);
                Ok(answer(statement.execute(&self.pool)).await?.rows_affected() == 1)
            }

            async fn update_leased(&self, record: &Record, fence: Fence) -> Result<Leased> {
                let statement = query(sql::UPDATE_LEASED)
                    .bind(columns::bytes(record, columns::IDENTITY).unwrap_or_default())
                    .bind(columns::bytes(record, columns::TOKENS).unwrap_or_default())
                    .bind(columns::bytes(record, columns::REVOCABLE))
                    .bind(columns::seen(record).unix_timestamp())
                    .bind(record.expiry_date.unix_timestamp())
                    .bind(row_key(&record.id).to_vec())
                    .bind(columns::version(record))
                    .bind(fence.0);
                if answer(statement.execute(&self.pool)).await?.rows_affected() == 1 {
                    return Ok(Leased::Saved);
                }
                Ok(Leased::not_written(self.newest_lease(&record.id).await?, fence))
            }
        }
    };
}

both!(leases);
