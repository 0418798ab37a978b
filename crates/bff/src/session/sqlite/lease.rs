//! Which replica may renew tokens, when the sessions are in SQLite? Several processes on one machine share the file.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;

use super::{SqliteSessions, backend};
use crate::session::columns;
use crate::session::lease::{Fence, Leased, SessionLeases};
use crate::session::sql;
use crate::session::store::row_key;

#[async_trait]
impl SessionLeases for SqliteSessions {
    async fn lease(&self, id: &Id, now: OffsetDateTime, until: OffsetDateTime) -> Result<Option<Fence>> {
        let statement = query(sql::LEASE)
            .bind(until.unix_timestamp())
            .bind(row_key(id).to_vec())
            .bind(now.unix_timestamp());
        let row = statement.fetch_optional(&self.pool).await.map_err(|e| backend(&e))?;
        let fence = row.map(|row| row.try_get("fence").map(Fence)).transpose();
        fence.map_err(|e| backend(&e))
    }

    async fn hold(&self, id: &Id, fence: Fence, until: OffsetDateTime) -> Result<bool> {
        let statement = query(sql::HOLD)
            .bind(until.unix_timestamp())
            .bind(row_key(id).to_vec())
            .bind(fence.0);
        let done = statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(done.rows_affected() == 1)
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
        let done = statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        if done.rows_affected() == 1 {
            return Ok(Leased::Saved);
        }
        let newest = query(sql::FENCE).bind(row_key(&record.id).to_vec());
        let newest = newest.fetch_optional(&self.pool).await.map_err(|e| backend(&e))?;
        let newest = newest.map(|row| row.try_get("fence").map(Fence)).transpose();
        Ok(Leased::not_written(newest.map_err(|e| backend(&e))?, fence))
    }
}
