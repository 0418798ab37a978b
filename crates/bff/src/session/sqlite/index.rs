//! How are sessions found in SQLite without their ids? By the columns beside the sealed record, all of them indexed.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, query};
use time::OffsetDateTime;
use tower_sessions::session_store::{Error, Result};

use super::{SqliteSessions, backend};
use crate::session::index::{MAX_FOUND, SessionIndex, SessionRef, SessionRow, Which};

impl SqliteSessions {
    /// Runs `{statement} WHERE … {rest}`; both are our own words.
    async fn rows(&self, statement: &str, which: Which<'_>, rest: &str) -> Result<Vec<SessionRow>> {
        let condition = match which {
            Which::Person { .. } => "issuer = ? AND subject = ?",
            Which::ProviderSession { .. } => "provider = ? AND sid = ?",
            Which::One(_) => "id_hash = ?",
        };
        let sql = format!("{statement} WHERE {condition} {rest}");
        let query = match which {
            Which::Person { issuer: a, subject: b } | Which::ProviderSession { provider: a, sid: b } => {
                query(&sql).bind(a.to_owned()).bind(b.to_owned())
            }
            Which::One(reference) => query(&sql).bind(reference.row_key().to_vec()),
        };
        let rows = query.fetch_all(&self.pool).await.map_err(|e| backend(&e))?;
        let rows = rows.iter().map(read).collect::<std::result::Result<_, _>>();
        rows.map_err(|e| Error::Decode(e.to_string()))
    }
}

#[async_trait]
impl SessionIndex for SqliteSessions {
    async fn find(&self, which: Which<'_>) -> Result<Vec<SessionRow>> {
        let rest = format!("ORDER BY seen DESC, created DESC LIMIT {MAX_FOUND}");
        self.rows("SELECT * FROM bff_sessions", which, &rest).await
    }

    async fn end(&self, which: Which<'_>) -> Result<Vec<SessionRow>> {
        self.rows("DELETE FROM bff_sessions", which, "RETURNING *").await
    }

    async fn note(&self, name: [u8; 32], at: OffsetDateTime, until: OffsetDateTime) -> Result<()> {
        let statement = query(
            "INSERT INTO bff_notes (name, at, expires) VALUES (?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET at = max(at, excluded.at), expires = max(expires, excluded.expires)",
        )
        .bind(name.to_vec())
        .bind(at.unix_timestamp())
        .bind(until.unix_timestamp());
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }

    async fn keep(&self, name: [u8; 32], value: &str) -> Result<String> {
        let statement = query("INSERT INTO bff_kept (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name.to_vec())
            .bind(value);
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        let kept = self.kept(name).await?;
        kept.ok_or_else(|| Error::Backend("what was kept is gone".to_owned()))
    }

    async fn kept(&self, name: [u8; 32]) -> Result<Option<String>> {
        let statement = query("SELECT value FROM bff_kept WHERE name = ?").bind(name.to_vec());
        let row = statement.fetch_optional(&self.pool).await.map_err(|e| backend(&e))?;
        row.map(|row| row.try_get("value")).transpose().map_err(|e| backend(&e))
    }

    async fn drop_kept(&self, name: [u8; 32], value: &str) -> Result<()> {
        let statement = query("DELETE FROM bff_kept WHERE name = ? AND value = ?")
            .bind(name.to_vec())
            .bind(value);
        statement.execute(&self.pool).await.map_err(|e| backend(&e))?;
        Ok(())
    }

    async fn noted(&self, name: [u8; 32], now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
        let row = query("SELECT at FROM bff_notes WHERE name = ? AND expires > ?")
            .bind(name.to_vec())
            .bind(now.unix_timestamp())
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| backend(&e))?;
        let at = row.map(|row| moment(&row, "at")).transpose();
        at.map_err(|e| Error::Decode(e.to_string()))
    }
}

pub(super) fn moment(row: &SqliteRow, name: &str) -> std::result::Result<OffsetDateTime, sqlx::Error> {
    let seconds: i64 = row.try_get(name)?;
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|e| sqlx::Error::Decode(e.into()))
}

fn read(row: &SqliteRow) -> std::result::Result<SessionRow, sqlx::Error> {
    let key: Vec<u8> = row.try_get("id_hash")?;
    let key = key.try_into();
    let key = key.map_err(|_| sqlx::Error::Decode("a row's key is not 32 bytes long".into()))?;
    let text = |name| row.try_get::<Option<String>, _>(name).map(Option::unwrap_or_default);
    Ok(SessionRow {
        reference: SessionRef::from_row_key(key),
        sealed: row.try_get("sealed")?,
        provider: text("provider")?,
        issuer: text("issuer")?,
        subject: text("subject")?,
        sid: row.try_get("sid")?,
        created: moment(row, "created")?,
        seen: moment(row, "seen")?,
    })
}
