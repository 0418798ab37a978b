//! How are sessions found without their ids? By the columns beside the sealed record, all of them indexed.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::session_store::{Error, Result};

use super::{answer, both};
use crate::session::index::{MAX_FOUND, SessionIndex, SessionRow, SessionSelector};
use crate::session::sql;

macro_rules! index {
    ($sessions:ty) => {
        impl $sessions {
            async fn rows(&self, statement: &str, which: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
                let query = match which {
                    // Nobody is stored under such a name.
                    SessionSelector::Person {
                        issuer: a,
                        subject: b,
                    }
                    | SessionSelector::ProviderSession { provider: a, sid: b }
                        if a.contains('\0') || b.contains('\0') =>
                    {
                        return Ok(Vec::new());
                    }
                    SessionSelector::Person {
                        issuer: a,
                        subject: b,
                    }
                    | SessionSelector::ProviderSession { provider: a, sid: b } => {
                        query(statement).bind(a.to_owned()).bind(b.to_owned())
                    }
                    SessionSelector::Reference(reference) => query(statement).bind(reference.row_key().to_vec()),
                };
                let rows = answer(query.fetch_all(&self.pool)).await?;
                let rows = rows.iter().map(sql::read).collect::<std::result::Result<_, _>>();
                rows.map_err(|e| Error::Decode(e.to_string()))
            }
        }

        #[async_trait]
        impl SessionIndex for $sessions {
            async fn find(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
                self.rows(&sql::find(which, MAX_FOUND), which).await
            }

            async fn end(&self, which: SessionSelector<'_>) -> Result<Vec<SessionRow>> {
                self.rows(&sql::end(which), which).await
            }

            async fn note(&self, name: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
                let statement = query(sql::NOTE)
                    .bind(name.to_vec())
                    .bind(sql::millis(at))
                    .bind(until.unix_timestamp());
                answer(statement.execute(&self.pool)).await.map(drop)
            }

            async fn noted(&self, name: [u8; 32], now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
                let question = query(sql::NOTED).bind(name.to_vec()).bind(now.unix_timestamp());
                let row = answer(question.fetch_optional(&self.pool)).await?;
                let at = row.map(|row| sql::exact_moment(&row, "at")).transpose();
                at.map_err(|e| Error::Decode(e.to_string()))
            }

            async fn keep(&self, name: [u8; 32], value: &str) -> Result<String> {
                let statement = query(sql::KEEP).bind(name.to_vec()).bind(value.to_owned());
                answer(statement.execute(&self.pool)).await?;
                let kept = self.kept(name).await?;
                kept.ok_or_else(|| Error::Backend("what was kept is gone".to_owned()))
            }

            async fn kept(&self, name: [u8; 32]) -> Result<Option<String>> {
                let question = query(sql::KEPT).bind(name.to_vec());
                let row = answer(question.fetch_optional(&self.pool)).await?;
                let value = row.map(|row| row.try_get("value")).transpose();
                value.map_err(|e| Error::Decode(e.to_string()))
            }

            async fn replace_kept(&self, name: [u8; 32], old: &str, value: &str) -> Result<()> {
                let statement = query(sql::REPLACE_KEPT).bind(value.to_owned());
                let statement = statement.bind(name.to_vec()).bind(old.to_owned());
                answer(statement.execute(&self.pool)).await.map(drop)
            }

            async fn drop_kept(&self, name: [u8; 32], value: &str) -> Result<()> {
                let statement = query(sql::DROP_KEPT).bind(name.to_vec()).bind(value.to_owned());
                answer(statement.execute(&self.pool)).await.map(drop)
            }
        }
    };
}

both!(index);
