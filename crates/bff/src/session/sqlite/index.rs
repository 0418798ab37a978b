//! How are sessions found in SQLite without their ids? By the columns beside the sealed record, all of them indexed.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::session_store::{Error, Result};

use super::{SqliteSessions, backend};
use crate::session::index::{MAX_FOUND, SessionIndex, SessionRow, Which};
use crate::session::sql;

impl SqliteSessions {
    async fn rows(&self, statement: &str, which: Which<'_>) -> Result<Vec<SessionRow>> {
        let query = match which {
            Which::Person { issuer: a, subject: b } | Which::ProviderSession { provider: a, sid: b } => {
                query(statement).bind(a.to_owned()).bind(b.to_owned())
            }
            Which::One(reference) => query(statement).bind(reference.row_key().to_vec()),
        };
        let rows = query.fetch_all(&self.pool).await.map_err(|e| backend(&e))?;
        let rows = rows.iter().map(sql::read).collect::<std::result::Result<_, _>>();
        rows.map_err(|e| Error::Decode(e.to_string()))
    }
}

#[async_trait]
impl SessionIndex for SqliteSessions {
    async fn find(&self, which: Which<'_>) -> Result<Vec<SessionRow>> {
        self.rows(&sql::find(which, MAX_FOUND), which).await
    }

    async fn end(&self, which: Which<'_>) -> Result<Vec<SessionRow>> {
        self.rows(&sql::end(which), which).await
    }

    async fn note(&self, name: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
        let statement = query(sql::NOTE)
            .bind(name.to_vec())
            .bind(at.unix_timestamp())
            .bind(until.unix_timestamp());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }

    async fn keep(&self, name: [u8; 32], value: &str) -> Result<String> {
        let statement = query(sql::KEEP).bind(name.to_vec()).bind(value.to_owned());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        let kept = self.kept(name).await?;
        kept.ok_or_else(|| Error::Backend("what was kept is gone".to_owned()))
    }

    async fn kept(&self, name: [u8; 32]) -> Result<Option<String>> {
        let statement = query(sql::KEPT).bind(name.to_vec());
        let row = statement.fetch_optional(&self.pool).await.map_err(|e| backend(&e))?;
        row.map(|row| row.try_get("value")).transpose().map_err(|e| backend(&e))
    }

    async fn drop_kept(&self, name: [u8; 32], value: &str) -> Result<()> {
        let statement = query(sql::DROP_KEPT).bind(name.to_vec()).bind(value.to_owned());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }

    async fn noted(&self, name: [u8; 32], now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
        let row = query(sql::NOTED)
            .bind(name.to_vec())
            .bind(now.unix_timestamp())
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| backend(&e))?;
        let at = row.map(|row| sql::moment(&row, "at")).transpose();
        at.map_err(|e| Error::Decode(e.to_string()))
    }
}
