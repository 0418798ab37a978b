//! Reading all documents in the order of their numbers, as they are at one moment: whoever writes meanwhile neither waits nor is seen.

use domain::DocumentId;
use sqlx::{Postgres, Sqlite, Transaction, query_as};

use super::{
    backend::{Backend, Store},
    documents::{DocumentRow, DocumentRowColumns},
    error::{QueryError, StoreError},
    files::{ContentHash, NewFile},
    import_plan::NO_POSITION,
    timeout::with_timeout,
};

const COUNT: &str = "SELECT count(*) FROM document d WHERE d.trashed_at IS NULL";

const PLACES: &str = "SELECT d.id, d.title, d.folder, d.source_name, d.source_path FROM document d
    WHERE d.id > $1 AND d.trashed_at IS NULL ORDER BY d.id LIMIT $2";

const FILES: &str = "SELECT d.document_id, d.is_wiki, d.target, d.name, f.hash, f.size, f.media_type
    FROM document_file d JOIN file f ON f.hash = d.hash WHERE d.document_id > $1 AND d.document_id <= $2
    ORDER BY d.document_id, d.is_wiki, d.target";

const LINKS: &str = "SELECT l.document_id, l.is_wiki, l.target, l.path FROM document_link l
    WHERE l.document_id > $1 AND l.document_id <= $2";

/// Where a document is, and where an import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPlace {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Folder path; empty at the top.
    pub folder: String,
    /// Name of its source and path below it, if an import wrote it.
    pub source: Option<(String, String)>,
}

/// A document with everything that makes it, but for its files and links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its row.
    pub row: DocumentRow,
    /// Where it stands in its folder, in thousandths, if its file says so.
    pub position: Option<i64>,
    /// Markdown.
    pub content: String,
}

/// A file of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The document.
    pub document: DocumentId,
    /// Whether the text refers to it as `[[name]]`.
    pub is_wiki: bool,
    /// The target as the text has it.
    pub target: String,
    /// Its name in the address.
    pub name: String,
    /// The content.
    pub file: NewFile,
}

/// Where a link of a document leads, as its import found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    /// The document.
    pub document: DocumentId,
    /// Whether the text has it as `[[name]]`.
    pub is_wiki: bool,
    /// The target as the text has it.
    pub target: String,
    /// Path below the source of the document, or the address of a page.
    pub path: String,
}

/// The documents outside the trash as they were when it began. SQLite's write-ahead log grows as long as it lives.
#[derive(Debug)]
pub struct Snapshot(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(Transaction<'static, Sqlite>, &'static str),
    Postgres(Transaction<'static, Postgres>, &'static str),
}

macro_rules! rows {
    ($snapshot:expr, $statement:expr, $first:expr, $second:expr) => {
        with_timeout(async {
            Ok::<_, QueryError>(match &mut $snapshot.0 {
                Kind::Sqlite(transaction, _) => {
                    let query = query_as($statement).bind($first).bind($second);
                    query.fetch_all(&mut **transaction).await?
                }
                Kind::Postgres(transaction, _) => {
                    let query = query_as($statement).bind($first).bind($second);
                    query.fetch_all(&mut **transaction).await?
                }
            })
        })
        .await
        .map_err(StoreError::from)
    };
}

impl Store {
    /// The documents outside the trash as they are now, and how many there are.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn snapshot(&self) -> Result<(Snapshot, u64), StoreError> {
        let (snapshot, count): (Snapshot, i64) = with_timeout(async {
            Ok::<_, QueryError>(match &self.backend {
                Backend::Sqlite(sqlite) => {
                    let mut transaction = sqlite.pool.begin().await?;
                    // The first statement decides what the transaction reads.
                    let (count,) = query_as(COUNT).fetch_one(&mut *transaction).await?;
                    (Snapshot(Kind::Sqlite(transaction, sqlite.sql.row)), count)
                }
                Backend::Postgres(postgres) => {
                    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
                    let mut transaction = postgres.pool.begin_with(begin).await?;
                    let (count,) = query_as(COUNT).fetch_one(&mut *transaction).await?;
                    (Snapshot(Kind::Postgres(transaction, postgres.sql.row)), count)
                }
            })
        })
        .await
        .map_err(StoreError::from)?;
        Ok((snapshot, u64::try_from(count).unwrap_or_default()))
    }
}

impl Snapshot {
    /// At most `limit` places of documents above the number `after`.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn places(&mut self, after: i64, limit: u32) -> Result<Vec<DocumentPlace>, StoreError> {
        type Columns = (i64, String, String, Option<String>, Option<String>);
        let rows: Vec<Columns> = rows!(self, PLACES, after, i64::from(limit))?;
        let place = |(number, title, folder, source, path): Columns| {
            Ok(DocumentPlace {
                id: id(number)?,
                title,
                folder: domain::text::nfc(folder),
                source: source.zip(path),
            })
        };
        rows.into_iter().map(place).collect()
    }

    /// At most `limit` documents above the number `after`.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn documents(&mut self, after: i64, limit: u32) -> Result<Vec<StoredDocument>, StoreError> {
        let (Kind::Sqlite(_, row) | Kind::Postgres(_, row)) = &self.0;
        let statement = format!(
            "{row}, d.position, d.content FROM document d WHERE d.id > $1 AND d.trashed_at IS NULL ORDER BY d.id LIMIT $2"
        );
        let rows: Vec<DocumentColumns> = rows!(self, &*statement, after, i64::from(limit))?;
        let document = |columns: DocumentColumns| {
            Ok(StoredDocument {
                row: columns.row.row()?,
                position: (columns.position != NO_POSITION).then_some(columns.position),
                content: columns.content,
            })
        };
        rows.into_iter().map(document).collect()
    }

    /// The files of the documents above the number `after`, up to `last`.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn files(&mut self, after: i64, last: i64) -> Result<Vec<StoredFile>, StoreError> {
        type Columns = (i64, bool, String, String, String, i64, String);
        let rows: Vec<Columns> = rows!(self, FILES, after, last)?;
        let file = |(number, is_wiki, target, name, hash, size, media_type): Columns| {
            let corrupt = || StoreError::Corrupt {
                id: number,
                what: "a file",
            };
            let hash = ContentHash::parse(&hash).ok_or_else(corrupt)?;
            let size = u64::try_from(size).map_err(|_| corrupt())?;
            Ok(StoredFile {
                document: id(number)?,
                is_wiki,
                target,
                name,
                file: NewFile { hash, size, media_type },
            })
        };
        rows.into_iter().map(file).collect()
    }

    /// Where the links of the documents above the number `after`, up to `last`, lead, as their import found them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn links(&mut self, after: i64, last: i64) -> Result<Vec<StoredLink>, StoreError> {
        type Columns = (i64, bool, String, String);
        let rows: Vec<Columns> = rows!(self, LINKS, after, last)?;
        let link = |(number, is_wiki, target, path): Columns| {
            Ok(StoredLink {
                document: id(number)?,
                is_wiki,
                target,
                path,
            })
        };
        rows.into_iter().map(link).collect()
    }
}

/// The columns of a [`StoredDocument`], not parsed yet.
#[derive(sqlx::FromRow)]
struct DocumentColumns {
    #[sqlx(flatten)]
    row: DocumentRowColumns,
    position: i64,
    content: String,
}

fn id(number: i64) -> Result<DocumentId, StoreError> {
    DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })
}
