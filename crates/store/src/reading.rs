//! What people opened last, and when they were here. A person has at most [`MAX_READ`] rows and one visit.

use domain::{DocumentId, PersonId};
use sqlx::{query, query_as, query_scalar};

use super::{
    backend::{Store, with_backend},
    documents::{DocumentRow, DocumentRowColumns},
    error::{QueryError, StoreError},
};

/// Most documents that are remembered of a person; older ones are forgotten.
pub const MAX_READ: i64 = 20;

/// A pause of so many seconds ends a visit.
const PAUSE: i64 = 3_600;

/// Seconds within which a visit is not written again.
const RECENTLY: i64 = 300;

const REMEMBER: &str = "INSERT INTO reading (person_id, document_id, opened_at)
    SELECT $1, d.id, $3 FROM document d WHERE d.id = $2
    ON CONFLICT (person_id, document_id) DO UPDATE SET opened_at = excluded.opened_at
    WHERE excluded.opened_at > reading.opened_at";

const FORGET: &str = "DELETE FROM reading WHERE person_id = $1 AND document_id NOT IN
    (SELECT r.document_id FROM reading r WHERE r.person_id = $1 ORDER BY r.opened_at DESC, r.document_id DESC LIMIT $2)";

const VISIT: &str = "SELECT seen_at, previous_at FROM visit WHERE person_id = $1";

const GO_ON: &str = "INSERT INTO visit (person_id, seen_at) VALUES ($1, $2)
    ON CONFLICT (person_id) DO UPDATE SET
        previous_at = CASE WHEN excluded.seen_at - visit.seen_at >= $3 THEN visit.seen_at ELSE visit.previous_at END,
        seen_at = CASE WHEN excluded.seen_at > visit.seen_at THEN excluded.seen_at ELSE visit.seen_at END
    RETURNING previous_at";

impl Store {
    /// Remembers that a person opened a document at `at` (seconds since 1970, UTC). A document that is gone is passed over.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn remember_reading(&self, person: &PersonId, id: DocumentId, at: i64) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            let remember = query(REMEMBER).bind(person.as_str()).bind(id.number()).bind(at);
            remember.execute(&backend.writer).await?;
            let forget = query(FORGET).bind(person.as_str()).bind(MAX_READ);
            forget.execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// The documents that a person opened, outside the trash, the latest first, at most [`MAX_READ`]. Nothing is authorised here.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn readings(&self, person: &PersonId) -> Result<Vec<DocumentRow>, StoreError> {
        let rows: Vec<DocumentRowColumns> = with_backend!(self, |backend| {
            let text = format!(
                "{} FROM reading r JOIN document d ON d.id = r.document_id
                 WHERE r.person_id = $1 AND d.trashed_at IS NULL ORDER BY r.opened_at DESC, r.document_id DESC LIMIT $2",
                backend.sql.row
            );
            let rows = query_as(&text).bind(person.as_str()).bind(MAX_READ);
            Ok::<_, QueryError>(rows.fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter().map(DocumentRowColumns::row).collect()
    }

    /// A person is here at `now` (seconds since 1970, UTC): when the visit before this one ended, `None` on the first. An hour's pause ends a
    /// visit. Written once in five minutes at most.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn visit(&self, person: &PersonId, now: i64) -> Result<Option<i64>, StoreError> {
        let known: Option<(i64, Option<i64>)> = with_backend!(self, |backend| {
            let known = query_as(VISIT).bind(person.as_str());
            Ok::<_, QueryError>(known.fetch_optional(&backend.pool).await?)
        })?;
        if let Some((seen_at, previous_at)) = known
            && now - seen_at < RECENTLY
        {
            return Ok(previous_at);
        }
        with_backend!(self, |backend| {
            let go_on = query_scalar(GO_ON).bind(person.as_str()).bind(now).bind(PAUSE);
            Ok(go_on.fetch_one(&backend.writer).await?)
        })
    }
}
