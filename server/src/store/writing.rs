//! How does a document get into the database? As one transaction, rendered beforehand. Reading is in [`super::reading`].

use domain::{DocumentId, Group, GroupMatch, PersonId, Visibility};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{Row, Store, StoreError, ask, searchable, sql};
use crate::markdown::{self, Rendered};

/// A document to be written, as an import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The number it asks for; `None` takes the next.
    pub id: Option<DocumentId>,
    /// One line, not empty.
    pub title: String,
    /// Whose it is.
    pub owner: PersonId,
    /// The groups it belongs to.
    pub groups: Vec<Group>,
    /// Private or public.
    pub visibility: Visibility,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Markdown.
    pub content: String,
    /// What `content` looks like.
    pub rendered: Rendered,
    /// Where it was found: the same source is the same document.
    pub source: String,
    /// Of everything above: the same hash changes nothing.
    pub source_hash: String,
}

/// What writing a draft did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is a new document.
    Added,
    /// A document has changed.
    Updated,
    /// Everything was there already.
    Unchanged,
}

/// Why a draft was not written. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The number belongs to a document from somewhere else.
    #[error("`id: {wanted}` belongs to another document, `{title}`")]
    Taken {
        /// The number asked for.
        wanted: DocumentId,
        /// What stands there.
        title: String,
    },
    /// The document has a number already.
    #[error("`id: {wanted}` does not fit: this is document {id}, and a document keeps its number")]
    Numbered {
        /// The number asked for.
        wanted: DocumentId,
        /// The number it has.
        id: DocumentId,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What is to be done about a draft.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// Nothing: this is the document.
    Keep(DocumentId),
    /// The document changes.
    Update(DocumentId),
    /// There is a new one, with the number it asks for.
    Add(Option<DocumentId>),
}

impl Plan {
    /// By the document from the same source (number, hash), and the title of the one that has the number asked for.
    fn of(draft: &Draft, known: Option<(i64, Option<String>)>, taken: Option<String>) -> Result<Self, WriteError> {
        match (known, draft.id, taken) {
            (Some((id, hash)), wanted, _) => {
                let id = DocumentId::new(id).ok_or(StoreError::Damaged { id, what: "id" })?;
                match wanted {
                    Some(wanted) if wanted != id => Err(WriteError::Numbered { wanted, id }),
                    _ if hash.as_deref() == Some(draft.source_hash.as_str()) => Ok(Self::Keep(id)),
                    _ => Ok(Self::Update(id)),
                }
            }
            (None, Some(wanted), Some(title)) => Err(WriteError::Taken { wanted, title }),
            (None, wanted, _) => Ok(Self::Add(wanted)),
        }
    }
}

impl Store {
    /// Writes a draft: a new document, or the new state of the one from the same source.
    ///
    /// # Errors
    /// [`WriteError`].
    pub async fn write(&self, draft: &Draft) -> Result<(DocumentId, Change), WriteError> {
        let wanted = draft.id.map(DocumentId::number);
        let words = searchable(&format!("{}\n{}", draft.title, draft.folder));
        let (headings, groups) = (headings(&draft.rendered), groups(&draft.groups));
        ask!(self, |place| {
            let mut work = place.begin().await?;
            let known = query_as(sql::KNOWN)
                .bind(&draft.source)
                .fetch_optional(&mut *work)
                .await?;
            let taken = query_scalar(sql::TITLE).bind(wanted).fetch_optional(&mut *work).await?;
            let (number, change) = match Plan::of(draft, known, taken)? {
                Plan::Keep(id) => return Ok((id, Change::Unchanged)),
                Plan::Update(id) => (Some(id.number()), Change::Updated),
                Plan::Add(wanted) => {
                    let wanted = wanted.map(DocumentId::number);
                    (place.number(&mut work, wanted).await?, Change::Added)
                }
            };
            let owner = query(sql::PUT_OWNER).bind(draft.owner.as_str());
            owner.execute(&mut *work).await?;
            let put = query_scalar(place.sql.put)
                .bind(number)
                .bind(&draft.title)
                .bind(draft.owner.as_str())
                .bind(draft.visibility.is_private())
                .bind(&draft.folder)
                .bind(&*words)
                .bind(&draft.source)
                .bind(&draft.source_hash)
                .bind(markdown::VERSION)
                .bind(&*headings)
                .bind(&draft.rendered.html)
                .bind(&draft.content);
            let number: i64 = put.fetch_one(&mut *work).await?;
            query(sql::DROP_GROUPS).bind(number).execute(&mut *work).await?;
            let put = query(place.sql.put_groups).bind(&*groups).bind(number);
            put.execute(&mut *work).await?;
            work.commit().await?;
            let id = DocumentId::new(number).ok_or(StoreError::Damaged { id: number, what: "id" })?;
            Ok((id, change))
        })
    }

    /// The document made from a source, if it was made from exactly this state of it.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn imported(&self, source: &str, source_hash: &str) -> Result<Option<DocumentId>, StoreError> {
        let found: Option<i64> = ask!(self, |place| {
            let question = query_scalar(sql::IMPORTED).bind(source).bind(source_hash);
            Ok::<_, StoreError>(question.fetch_optional(&place.pool).await?)
        })?;
        Ok(found.and_then(DocumentId::new))
    }

    /// Replaces the HTML of a document by what today's renderer wrote of `content` and the title in `row`. Nothing is replaced if the
    /// document has another text or title by now, or HTML of this renderer or a later one.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn rerendered(&self, row: &Row, content: &str, rendered: &Rendered) -> Result<(), StoreError> {
        let headings = headings(rendered);
        ask!(self, |place| {
            let statement = query(sql::RERENDERED).bind(row.id.number()).bind(&rendered.html);
            let statement = statement.bind(&*headings).bind(markdown::VERSION);
            let statement = statement.bind(content).bind(&row.title);
            statement.execute(&place.writer).await?;
            Ok(())
        })
    }
}

fn headings(rendered: &Rendered) -> String {
    // Strings and numbers only: cannot fail.
    serde_json::to_string(&rendered.headings).unwrap_or_else(|_| "[]".to_owned())
}

/// Label and key by name of each.
pub(super) fn groups(groups: &[Group]) -> String {
    let pair = |group: &Group| Value::from(vec![group.as_str(), group.key(GroupMatch::Name).as_str()]);
    groups.iter().map(pair).collect::<Value>().to_string()
}
