//! What is in the database? One document by number, one batch of the list. Each is one statement; nothing here asks whether anybody
//! may see it.

use domain::{
    DocumentFacts, DocumentId, Group, Person, PersonId, Reason, RenderedHtml, Summary, Visibility, text::nfc,
};
use rusqlite::{OptionalExtension as _, named_params};
use sqlx::{query_as, query_scalar};

use super::{Backend, Store, StoreError, holds_nul, sql, timeout::with_timeout, with_backend};

/// What a rule and a listing need of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub owner: PersonId,
    /// The owner's name where known.
    pub owner_name: Option<String>,
    /// The groups it belongs to, sorted.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Seconds since 1970 (UTC).
    pub updated_at: i64,
}

impl Row {
    /// What a rule can ask about it.
    #[must_use]
    pub fn facts(&self) -> DocumentFacts<'_> {
        DocumentFacts {
            id: self.id,
            title: &self.title,
            folder: &self.folder,
            owner: &self.owner,
            owner_name: self.owner_name.as_deref(),
            groups: &self.groups,
            is_private: self.visibility.is_private(),
            updated_at: self.updated_at,
        }
    }

    /// The row of a listing, for somebody who may see it for these reasons, with groups by the names that person knows. An
    /// owner whose name is not known is called by subject.
    #[must_use]
    pub fn into_summary(self, person: &Person, reasons: Vec<Reason>) -> Summary {
        let Self {
            id,
            title,
            owner,
            owner_name,
            groups,
            visibility,
            folder,
            updated_at,
        } = self;
        let owner = owner_name.unwrap_or_else(|| owner.subject().to_owned());
        let mut groups: Vec<_> = groups.iter().map(|group| person.name_of(group).to_owned()).collect();
        groups.sort();
        Summary {
            id,
            title,
            owner,
            groups,
            visibility,
            folder,
            updated_at,
            reasons,
        }
    }
}

/// A document as it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its row.
    pub row: Row,
    /// What it looks like, as it is stored.
    pub rendered: RenderedHtml,
    /// What there is to render, where an older renderer wrote that.
    pub stale: Option<Stale>,
}

/// A document that an older renderer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Its Markdown, of the same moment as the row.
    pub content: String,
    /// Whether the HTML may still be shown.
    pub is_safe: bool,
}

impl Store {
    /// A document by number, ready to show; `None` if there is none. SQLite reads it in this thread, without waiting.
    ///
    /// # Errors
    /// [`StoreError::Read`] (SQLite), [`StoreError::Query`] and [`StoreError::Silent`] (PostgreSQL), [`StoreError::Damaged`].
    pub async fn find(&self, id: DocumentId) -> Result<Option<Found>, StoreError> {
        let columns = match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.reader.query(|connection| {
                let mut statement = connection.prepare_cached(sql::SQLITE.find)?;
                let numbers = named_params! { "$1": id.number(), "$2": self.renderer.current };
                statement.query_row(numbers, FoundColumns::read).optional()
            })?,
            // Boxed, so that a page on SQLite carries nothing of it about.
            Backend::Postgres(postgres) => {
                let question = query_as(sql::POSTGRES.find)
                    .bind(id.number())
                    .bind(self.renderer.current);
                let question = question.fetch_optional(&postgres.pool);
                Box::pin(with_timeout(async { question.await.map_err(StoreError::from) })).await?
            }
        };
        let oldest_safe = self.renderer.oldest_safe;
        columns.map(|columns| columns.found(oldest_safe)).transpose()
    }

    /// At most `limit` rows, newest number first, below `before` where that is given, that have all `words`
    /// ([`searchable`](super::searchable)) in title or folder. Walks the primary key: with words that few documents have, this reads far.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`], [`StoreError::Damaged`].
    pub async fn batch_before(
        &self,
        before: Option<DocumentId>,
        words: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        if words.iter().any(|word| holds_nul(word)) {
            return Ok(Vec::new());
        }
        let before = before.map_or(i64::MAX, DocumentId::number);
        let rows: Vec<RowColumns> = with_backend!(self, |backend| {
            let question = if words.is_empty() {
                query_as(backend.sql.batch_before).bind(before).bind(i64::from(limit))
            } else {
                let question = query_as(backend.sql.batch_before_with_words);
                let question = question.bind(before).bind(i64::from(limit));
                question.bind(serde_json::Value::from(words).to_string())
            };
            Ok::<_, StoreError>(question.fetch_all(&backend.pool).await?)
        })?;
        rows.into_iter().map(RowColumns::row).collect()
    }

    /// How many documents there are, whoever may see them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn count(&self) -> Result<i64, StoreError> {
        with_backend!(self, |backend| Ok(query_scalar(sql::COUNT)
            .fetch_one(&backend.pool)
            .await?))
    }
}

/// The columns of [`sql::Dialect::find`], not understood yet.
#[derive(sqlx::FromRow)]
struct FoundColumns {
    #[sqlx(flatten)]
    row: RowColumns,
    html: String,
    headings: String,
    rendered_by: i64,
    content: Option<String>,
}

impl FoundColumns {
    fn read(from: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: RowColumns {
                id: from.get(0)?,
                title: from.get(1)?,
                owner_id: from.get(2)?,
                name: from.get(3)?,
                is_private: from.get(4)?,
                folder: from.get(5)?,
                updated_at: from.get(6)?,
                groups: from.get(7)?,
            },
            html: from.get(8)?,
            headings: from.get(9)?,
            rendered_by: from.get(10)?,
            content: from.get(11)?,
        })
    }

    fn found(self, oldest_safe: i64) -> Result<Found, StoreError> {
        let headings = serde_json::from_str(&self.headings).map_err(|_| StoreError::Damaged {
            id: self.row.id,
            what: "headings",
        })?;
        Ok(Found {
            row: self.row.row()?,
            rendered: RenderedHtml {
                html: self.html,
                headings,
            },
            stale: self.content.map(|content| Stale {
                content,
                is_safe: self.rendered_by >= oldest_safe,
            }),
        })
    }
}

/// The columns of a [`Row`], not understood yet.
#[derive(sqlx::FromRow)]
struct RowColumns {
    id: i64,
    title: String,
    owner_id: String,
    name: Option<String>,
    is_private: bool,
    folder: String,
    updated_at: i64,
    groups: String,
}

impl RowColumns {
    fn row(self) -> Result<Row, StoreError> {
        let damaged = |what| StoreError::Damaged { id: self.id, what };
        let groups: Vec<(String, String)> = serde_json::from_str(&self.groups).map_err(|_| damaged("groups"))?;
        let groups = groups.into_iter().map(|(label, key)| Group::stored(label, key));
        let mut groups: Vec<Group> = groups.collect();
        groups.sort();
        Ok(Row {
            id: DocumentId::new(self.id).ok_or_else(|| damaged("id"))?,
            owner: PersonId::parse(&self.owner_id).ok_or_else(|| damaged("owner"))?,
            // Also of a replica of an earlier version, which writes them as they came.
            title: nfc(self.title),
            owner_name: self.name,
            groups,
            visibility: Visibility::from_private(self.is_private),
            folder: nfc(self.folder),
            updated_at: self.updated_at,
        })
    }
}
