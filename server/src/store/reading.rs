//! What is in the database? One document by number, one stretch of the list. Each is one statement; nothing here asks whether anybody
//! may see it.

use domain::{DocumentId, Group, Heading, PersonId, Reason, Summary, Visibility};
use rusqlite::OptionalExtension as _;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Store, StoreError};
use crate::{markdown, policy::Facts};

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
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            id: self.id,
            title: &self.title,
            folder: &self.folder,
            owner: &self.owner,
            owner_name: self.owner_name.as_deref(),
            groups: &self.groups,
            is_private: self.visibility.is_private(),
        }
    }

    /// The row of a listing, for somebody who may see it for these reasons. An owner whose name is not known is called by subject.
    #[must_use]
    pub fn into_summary(self, reasons: Vec<Reason>) -> Summary {
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
    /// Sanitised HTML.
    pub html: String,
    /// Its headings.
    pub headings: Vec<Heading>,
    /// Whether `html` was written by an older renderer than the one there is now.
    pub is_stale: bool,
}

/// The columns of a [`Row`]. The groups come along as JSON: a second statement would cost more than the whole first one.
macro_rules! row_columns {
    () => {
        "d.id, d.title, d.owner_id, p.name, d.is_private, d.folder, d.updated_at,
         (SELECT json_group_array(g.group_id) FROM document_group g WHERE g.document_id = d.id) AS groups"
    };
}

impl Store {
    /// A document by number, ready to show; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Damaged`].
    pub fn find(&self, id: DocumentId) -> Result<Option<Found>, StoreError> {
        let columns = self.reader.ask(|connection| {
            let mut statement = connection.prepare_cached(FIND)?;
            statement.query_row([id.number()], FoundColumns::read).optional()
        })?;
        columns.map(FoundColumns::found).transpose()
    }

    /// The Markdown of a document; `None` if there is no such document.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn content(&self, id: DocumentId) -> Result<Option<String>, StoreError> {
        let found = sqlx::query_scalar("SELECT content FROM document WHERE id = ?1");
        Ok(found.bind(id.number()).fetch_optional(&self.pool).await?)
    }

    /// At most `limit` rows, newest number first, below `before` where that is given, that have all `words` (in lower case) in title or
    /// folder. Walks the primary key: with words that few documents have, this reads far.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Damaged`].
    pub async fn stretch(
        &self,
        before: Option<DocumentId>,
        words: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = if words.is_empty() {
            sqlx::query(concat!(
                "SELECT ",
                row_columns!(),
                " FROM document d JOIN person p ON p.id = d.owner_id WHERE d.id < ?1 ORDER BY d.id DESC LIMIT ?2"
            ))
        } else {
            sqlx::query(concat!(
                "SELECT ",
                row_columns!(),
                " FROM document d JOIN person p ON p.id = d.owner_id WHERE d.id < ?1
                  AND NOT EXISTS (SELECT 1 FROM json_each(?3) w WHERE instr(d.words, w.value) = 0)
                  ORDER BY d.id DESC LIMIT ?2"
            ))
        };
        let mut rows = rows.bind(before.map_or(i64::MAX, DocumentId::number)).bind(limit);
        if !words.is_empty() {
            rows = rows.bind(serde_json::Value::from(words).to_string());
        }
        rows.fetch_all(&self.pool).await?.iter().map(row).collect()
    }

    /// How many documents there are, whoever may see them.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn count(&self) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM document")
            .fetch_one(&self.pool)
            .await?)
    }
}

/// A document by number, in the order of [`FoundColumns`].
const FIND: &str = concat!(
    "SELECT ",
    row_columns!(),
    ", d.html, d.headings, d.rendered_by FROM document d JOIN person p ON p.id = d.owner_id WHERE d.id = ?1"
);

/// The columns of [`FIND`], not understood yet.
struct FoundColumns {
    row: RowColumns,
    html: String,
    headings: String,
    rendered_by: i64,
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
        })
    }

    fn found(self) -> Result<Found, StoreError> {
        let headings = serde_json::from_str(&self.headings).map_err(|_| StoreError::Damaged {
            id: self.row.id,
            what: "headings",
        })?;
        Ok(Found {
            row: self.row.row()?,
            html: self.html,
            headings,
            is_stale: self.rendered_by != markdown::VERSION,
        })
    }
}

/// The columns of `row_columns!`, not understood yet.
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
        let mut groups: Vec<Group> = serde_json::from_str(&self.groups).map_err(|_| damaged("groups"))?;
        groups.sort();
        Ok(Row {
            id: DocumentId::new(self.id).ok_or_else(|| damaged("id"))?,
            owner: PersonId::parse(&self.owner_id).ok_or_else(|| damaged("owner"))?,
            title: self.title,
            owner_name: self.name,
            groups,
            visibility: Visibility::from_private(self.is_private),
            folder: self.folder,
            updated_at: self.updated_at,
        })
    }
}

fn row(from: &SqliteRow) -> Result<Row, StoreError> {
    RowColumns {
        id: from.try_get("id")?,
        title: from.try_get("title")?,
        owner_id: from.try_get("owner_id")?,
        name: from.try_get("name")?,
        is_private: from.try_get("is_private")?,
        folder: from.try_get("folder")?,
        updated_at: from.try_get("updated_at")?,
        groups: from.try_get("groups")?,
    }
    .row()
}
