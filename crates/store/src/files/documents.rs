//! Which files a document has, and by which names.

use domain::DocumentId;
use serde_json::{Value, json};
use sqlite_reader::ToSql;
use sqlx::{query, query_as, query_scalar};

use super::{ContentHash, NewFile};
use crate::{
    backend::{Backend, Store, with_backend},
    documents::{DocumentRow, DocumentRowColumns},
    error::{QueryError, StoreError},
    import::ImportedDocument,
    text::contains_nul,
    timeout::with_timeout,
};

const REGISTER: &str = "INSERT INTO file (hash, size, media_type, stored_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (hash) DO UPDATE SET size = excluded.size, media_type = excluded.media_type, stored_at = excluded.stored_at";

const OF_DOCUMENT_SQLITE: &str =
    "SELECT json_group_array(json_array(d.is_wiki, d.target, d.name, f.media_type, d.width, d.height))
    FROM document_file d JOIN file f ON f.hash = d.hash WHERE d.document_id = $1";
const OF_DOCUMENT_POSTGRES: &str = "SELECT coalesce(json_agg(json_build_array(d.is_wiki::int, d.target, d.name, f.media_type, d.width, d.height)), '[]')::text
    FROM document_file d JOIN file f ON f.hash = d.hash WHERE d.document_id = $1";

const BY_NAME: &str = "SELECT f.hash, f.size, f.media_type FROM document_file d JOIN file f ON f.hash = d.hash
    WHERE d.document_id = $1 AND d.name = $2 LIMIT 1";

/// A file that a document names, to be stored with the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFile {
    /// Whether the text refers to it as `[[name]]`.
    pub is_wiki: bool,
    /// The target as the text has it.
    pub target: String,
    /// Its name in the address; one name of a document is one file.
    pub name: String,
    /// The content.
    pub file: NewFile,
    /// Of pictures.
    pub dimensions: Option<Dimensions>,
}

/// A file of a document that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    /// Whether the text refers to it as `[[name]]`.
    pub is_wiki: bool,
    /// The target as the text has it.
    pub target: String,
    /// Its name in the address.
    pub name: String,
    /// What it is, as its content shows.
    pub media_type: String,
    /// Of pictures.
    pub dimensions: Option<Dimensions>,
}

/// Width and height of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimensions {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// A [`FileLink`] in JSON: whether it is of a wiki, target, name, type, width, height.
type LinkColumns = (u8, String, String, String, Option<u32>, Option<u32>);

impl Store {
    /// Makes files known before their contents are stored, or renews them, so that no sweep takes them while their documents are written; `now`
    /// is in seconds since 1970 (UTC).
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn register_files(&self, files: &[NewFile], now: i64) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            let mut transaction = backend.begin().await?;
            for file in files {
                let size = i64::try_from(file.size).unwrap_or(i64::MAX);
                let put = query(REGISTER).bind(file.hash.as_str()).bind(size);
                let put = put.bind(&file.media_type).bind(now);
                put.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(())
        })
    }

    /// The files of a document, by what its text calls them. SQLite reads them in this thread, without waiting.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn document_files(&self, id: DocumentId) -> Result<Vec<FileLink>, StoreError> {
        let text: Option<String> = match &self.backend {
            Backend::Sqlite(sqlite) => {
                let number = id.number();
                let parameters: [(&str, &dyn ToSql); 1] = [("$1", &number)];
                let found = sqlite
                    .reader
                    .row(OF_DOCUMENT_SQLITE, &parameters, |row| Ok(row.get(0)?));
                found.map_err(QueryError::from)?
            }
            Backend::Postgres(postgres) => {
                let query = query_scalar(OF_DOCUMENT_POSTGRES).bind(id.number());
                let query = query.fetch_optional(&postgres.pool);
                Box::pin(with_timeout(async { query.await.map_err(QueryError::from) })).await?
            }
        };
        let rows: Vec<LinkColumns> =
            serde_json::from_str(text.as_deref().unwrap_or("[]")).map_err(|_| StoreError::Corrupt {
                id: id.number(),
                what: "files",
            })?;
        let link = |(is_wiki, target, name, media_type, width, height): LinkColumns| FileLink {
            is_wiki: is_wiki != 0,
            target,
            name,
            media_type,
            dimensions: width.zip(height).map(|(width, height)| Dimensions { width, height }),
        };
        Ok(rows.into_iter().map(link).collect())
    }

    /// The file that a document calls `name` in its addresses. Whether somebody may read it is decided about the document
    /// ([`Store::document_row`]) before.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn document_file(&self, id: DocumentId, name: &str) -> Result<Option<NewFile>, StoreError> {
        if contains_nul(name) {
            return Ok(None);
        }
        let found: Option<(String, i64, String)> = with_backend!(self, |backend| {
            let find = query_as(BY_NAME).bind(id.number()).bind(name);
            Ok(find.fetch_optional(&backend.pool).await?)
        })?;
        let Some((hash, size, media_type)) = found else {
            return Ok(None);
        };
        match (ContentHash::parse(&hash), u64::try_from(size)) {
            (Some(hash), Ok(size)) => Ok(Some(NewFile { hash, size, media_type })),
            _ => Err(StoreError::Corrupt {
                id: id.number(),
                what: "a file",
            }),
        }
    }

    /// What rules need of a document; `None` if there is none, or it is in the trash.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn document_row(&self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let found: Option<DocumentRowColumns> = with_backend!(self, |backend| {
            let text = format!(
                "{} FROM document d WHERE d.id = $1 AND d.trashed_at IS NULL",
                backend.sql.row
            );
            let find = query_as(&text).bind(id.number());
            Ok::<_, QueryError>(find.fetch_optional(&backend.pool).await?)
        })?;
        found.map(DocumentRowColumns::row).transpose()
    }
}

/// One row for each file of each document.
pub(crate) fn rows<'a>(documents: impl Iterator<Item = (DocumentId, &'a ImportedDocument)>) -> Vec<Value> {
    let rows = documents.flat_map(|(id, document)| document.files.iter().map(move |file| (id.number(), file)));
    let row = |(id, file): (i64, &DocumentFile)| {
        json!({
            "document_id": id,
            "is_wiki": file.is_wiki,
            "target": file.target,
            "name": file.name,
            "hash": file.file.hash.as_str(),
            "width": file.dimensions.map(|dimensions| dimensions.width),
            "height": file.dimensions.map(|dimensions| dimensions.height),
        })
    };
    rows.map(row).collect()
}
