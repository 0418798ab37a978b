//! Entries and markers in a database.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;

use super::{for_each_store, in_time, rows, statements};
use crate::session::key_value::KeyValue;
use crate::session::store::{SessionStoreError, StoreResult};

macro_rules! key_value {
    ($sessions:ty, $row:ty) => {
        #[async_trait]
        impl KeyValue for $sessions {
            async fn get(&self, key: [u8; 32]) -> StoreResult<Option<String>> {
                let query = query(statements::GET).bind(key.to_vec());
                let row = in_time(query.fetch_optional(&self.pool)).await?;
                let value = row.map(|row| row.try_get("value")).transpose();
                value.map_err(SessionStoreError::malformed)
            }

            async fn put_if_absent(&self, key: [u8; 32], value: &str) -> StoreResult<String> {
                let statement = query(statements::PUT_IF_ABSENT)
                    .bind(key.to_vec())
                    .bind(value.to_owned());
                in_time(statement.execute(&self.pool)).await?;
                let stored = self.get(key).await?;
                stored.ok_or_else(|| SessionStoreError::unavailable("the entry was deleted meanwhile"))
            }

            async fn replace_if(&self, key: [u8; 32], old: &str, new: &str) -> StoreResult<()> {
                let statement = query(statements::REPLACE_IF).bind(new.to_owned());
                let statement = statement.bind(key.to_vec()).bind(old.to_owned());
                in_time(statement.execute(&self.pool)).await.map(drop)
            }

            async fn delete_if(&self, key: [u8; 32], value: &str) -> StoreResult<()> {
                let statement = query(statements::DELETE_IF)
                    .bind(key.to_vec())
                    .bind(value.to_owned());
                in_time(statement.execute(&self.pool)).await.map(drop)
            }

            async fn put_marker(&self, key: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> StoreResult<()> {
                let statement = query(statements::PUT_MARKER)
                    .bind(key.to_vec())
                    .bind(rows::to_milliseconds(at))
                    .bind(until.unix_timestamp());
                in_time(statement.execute(&self.pool)).await.map(drop)
            }

            async fn marker(&self, key: [u8; 32], now: OffsetDateTime) -> StoreResult<Option<OffsetDateTime>> {
                let query = query(statements::MARKER)
                    .bind(key.to_vec())
                    .bind(now.unix_timestamp());
                let row = in_time(query.fetch_optional(&self.pool)).await?;
                let at = row.map(|row| rows::milliseconds(&row, "at")).transpose();
                at.map_err(SessionStoreError::malformed)
            }
        }
    };
}

for_each_store!(key_value);
