//! A document by id, and its row as lists read it too. Nothing is authorised here.

use domain::{
    DocumentFacts, DocumentId, Group, Person, PersonId, Reason, RenderedHtml, Summary, Visibility, text::nfc,
};
use sqlite_reader::{ReadError, ToSql};
use sqlx::{query_as, query_scalar};

use super::{
    backend::{Backend, Store, with_backend},
    error::{QueryError, StoreError},
    rows::ReadRow,
    sql,
    timeout::with_timeout,
};

/// What rules and lists need of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Its owner.
    pub owner: PersonId,
    /// The owner's name, if known.
    pub owner_name: Option<String>,
    /// The groups it belongs to, sorted.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// When it last changed: seconds since 1970 (UTC).
    pub updated_at: i64,
    /// When it was made: seconds since 1970 (UTC). Rules cannot read it.
    pub created_at: i64,
}

impl DocumentRow {
    /// The attributes that rules can read.
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

    /// The row of a list for `person`, who may see it for `reasons`; groups have the names this person knows. An owner without a known name
    /// is shown by subject.
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
            created_at,
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
            created_at,
            reasons,
        }
    }
}

/// A document with its rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDocument {
    /// Its row.
    pub row: DocumentRow,
    /// The stored HTML.
    pub rendered: RenderedHtml,
    /// What to render again, if an older renderer made the HTML.
    pub stale: Option<StaleHtml>,
}

/// The source of HTML that an older renderer made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleHtml {
    /// The Markdown, read in the same statement as the row.
    pub content: String,
    /// Whether the HTML may still be shown.
    pub is_safe: bool,
}

impl Store {
    /// A document by id; `None` if there is none. SQLite reads it in this thread, without waiting.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn find(&self, id: DocumentId) -> Result<Option<FoundDocument>, StoreError> {
        let columns = match &self.backend {
            Backend::Sqlite(sqlite) => {
                let (id, current) = (id.number(), self.renderer.current);
                let parameters: [(&str, &dyn ToSql); 2] = [("$1", &id), ("$2", &current)];
                let found = sqlite
                    .reader
                    .row(sql::SQLITE.find, &parameters, FoundDocumentColumns::read);
                found.map_err(QueryError::from)?
            }
            // Boxed, to keep the future small for SQLite.
            Backend::Postgres(postgres) => {
                let query = query_as(sql::POSTGRES.find)
                    .bind(id.number())
                    .bind(self.renderer.current);
                let query = query.fetch_optional(&postgres.pool);
                Box::pin(with_timeout(async { query.await.map_err(QueryError::from) })).await?
            }
        };
        let oldest_safe = self.renderer.oldest_safe;
        columns.map(|columns| columns.found(oldest_safe)).transpose()
    }

    /// How many documents there are, whoever may see them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn count(&self) -> Result<i64, StoreError> {
        with_backend!(self, |backend| Ok(query_scalar(sql::COUNT)
            .fetch_one(&backend.pool)
            .await?))
    }
}

/// The columns of [`sql::Dialect::find`], not parsed yet.
#[derive(sqlx::FromRow)]
struct FoundDocumentColumns {
    #[sqlx(flatten)]
    row: DocumentRowColumns,
    html: String,
    headings: String,
    rendered_by: i64,
    content: Option<String>,
}

impl FoundDocumentColumns {
    fn read(from: &sqlite_reader::Row<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            row: DocumentRowColumns::read(from)?,
            html: from.get(9)?,
            headings: from.get(10)?,
            rendered_by: from.get(11)?,
            content: from.get(12)?,
        })
    }

    fn found(self, oldest_safe: i64) -> Result<FoundDocument, StoreError> {
        let headings = serde_json::from_str(&self.headings).map_err(|_| StoreError::Corrupt {
            id: self.row.id,
            what: "headings",
        })?;
        Ok(FoundDocument {
            row: self.row.row()?,
            rendered: RenderedHtml {
                html: self.html,
                headings,
                anchors: Vec::new(),
            },
            stale: self.content.map(|content| StaleHtml {
                content,
                is_safe: self.rendered_by >= oldest_safe,
            }),
        })
    }
}

/// The columns of a [`DocumentRow`], not parsed yet.
#[derive(sqlx::FromRow)]
pub(super) struct DocumentRowColumns {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) owner_id: String,
    pub(super) name: Option<String>,
    pub(super) is_private: bool,
    pub(super) folder: String,
    pub(super) updated_at: i64,
    pub(super) created_at: i64,
    pub(super) groups: String,
}

impl ReadRow for DocumentRowColumns {
    fn read(from: &sqlite_reader::Row<'_>) -> Result<Self, ReadError> {
        Ok(Self {
            id: from.get(0)?,
            title: from.get(1)?,
            owner_id: from.get(2)?,
            name: from.get(3)?,
            is_private: from.get(4)?,
            folder: from.get(5)?,
            updated_at: from.get(6)?,
            created_at: from.get(7)?,
            groups: from.get(8)?,
        })
    }
}

impl DocumentRowColumns {
    pub(super) fn row(self) -> Result<DocumentRow, StoreError> {
        let corrupt = |what| StoreError::Corrupt { id: self.id, what };
        let groups: Vec<(String, String)> = serde_json::from_str(&self.groups).map_err(|_| corrupt("groups"))?;
        let groups = groups.into_iter().map(|(label, key)| Group::stored(label, key));
        let mut groups: Vec<Group> = groups.collect();
        groups.sort();
        Ok(DocumentRow {
            id: DocumentId::new(self.id).ok_or_else(|| corrupt("id"))?,
            owner: PersonId::parse(&self.owner_id).ok_or_else(|| corrupt("owner"))?,
            // A replica of an earlier version may have written it without normalisation.
            title: nfc(self.title),
            owner_name: self.name,
            groups,
            visibility: Visibility::from_private(self.is_private),
            folder: nfc(self.folder),
            updated_at: self.updated_at,
            created_at: self.created_at,
        })
    }
}
