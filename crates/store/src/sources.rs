//! Sources of documents, and the trash. A file is identified by its source (a repository, a named source or a folder) and its path below it. The
//! documents are written in [`super::import`]; the import names the sources.

use std::collections::{HashMap, HashSet};

use domain::{DocumentId, PersonId};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{
    backend::{Store, with_backend},
    error::StoreError,
    import_plan::NO_POSITION,
    sql,
};

/// Between source and path in the unique key. No name of a source contains it.
const SEPARATOR: char = '\u{1f}';

/// Most files that one statement looks up or trashes.
const BATCH_SIZE: u32 = 5_000;

/// Where an import found a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentSource {
    /// Name of the source, without control characters.
    pub name: String,
    /// Path below it, with `/`.
    pub path: String,
    /// The key under which its document is, if not its own: that of the name the file had, or the whole path, which older versions stored.
    pub former_key: String,
}

impl DocumentSource {
    /// The unique key in the database.
    #[must_use]
    pub fn key(&self) -> String {
        Self::key_of(&self.name, &self.path)
    }

    /// The unique key of a path below a source.
    #[must_use]
    pub fn key_of(name: &str, path: &str) -> String {
        format!("{name}{SEPARATOR}{path}")
    }

    /// The keys of sources, those of older versions included, as a JSON list.
    pub(super) fn keys<'a>(sources: impl Iterator<Item = &'a Self>) -> String {
        let keys = sources.flat_map(|source| [source.key(), source.former_key.clone()]);
        keys.collect::<Value>().to_string()
    }

    /// The document of this source, or of the key that an older version stored.
    #[must_use]
    pub fn find_in<'a>(&self, known: &'a HashMap<String, KnownDocument>) -> Option<&'a KnownDocument> {
        known.get(&self.key()).or_else(|| known.get(&self.former_key))
    }
}

/// What the database knows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDocument {
    /// Its number.
    pub id: DocumentId,
    /// Its key.
    pub key: String,
    /// Hash of everything that was imported.
    pub source_hash: Option<String>,
    /// Whether it is in the trash.
    pub is_trashed: bool,
    /// Where it stands in its folder, in thousandths, if its file says so.
    pub position: Option<i64>,
}

impl KnownDocument {
    pub(super) fn by_source(
        rows: Vec<(i64, String, Option<String>, bool, i64)>,
    ) -> Result<HashMap<String, Self>, StoreError> {
        let known = rows
            .into_iter()
            .map(|(number, key, source_hash, is_trashed, position)| {
                let id = DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })?;
                let known = Self {
                    id,
                    key,
                    source_hash,
                    is_trashed,
                    position: (position != NO_POSITION).then_some(position),
                };
                Ok((known.key.clone(), known))
            });
        known.collect()
    }

    /// Whether it was imported from a file with exactly this content, wherever that was.
    #[must_use]
    pub fn is_same(&self, source_hash: &str) -> bool {
        self.source_hash.as_deref() == Some(source_hash)
    }

    /// Whether it was, from this source, and is not in the trash.
    #[must_use]
    pub fn is_current(&self, source: &DocumentSource, source_hash: &str) -> bool {
        self.is_same(source_hash) && !self.is_trashed && self.key == source.key()
    }
}

/// Another source that seems to be the same folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimilarSource {
    /// Its name, or the whole path of one of its files if an older version imported it.
    pub name: String,
    /// Whether an older version imported it.
    pub is_former: bool,
    /// How many files are equal.
    pub files: usize,
}

/// Name, the least key and the number of documents of a source.
type SourceRow = (Option<String>, String, i64);

impl Store {
    /// The documents of `sources`, by key.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn known_documents(
        &self,
        sources: &[DocumentSource],
    ) -> Result<HashMap<String, KnownDocument>, StoreError> {
        let keys = DocumentSource::keys(sources.iter());
        with_backend!(self, |backend| {
            let rows = query_as(backend.sql.known)
                .bind(&*keys)
                .fetch_all(&backend.pool)
                .await?;
            Ok(KnownDocument::by_source(rows)?)
        })
    }

    /// Whether anything was ever imported from a source.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn has_source(&self, name: &str) -> Result<bool, StoreError> {
        let found: Option<i32> = with_backend!(self, |backend| {
            let query = query_scalar(sql::HAS_SOURCE).bind(name);
            Ok(query.fetch_optional(&backend.pool).await?)
        })?;
        Ok(found.is_some())
    }

    /// Another source with at least one equal text, and the number of equal texts or paths in it, whichever is larger. Equal paths alone prove
    /// nothing, since every folder has an `index.md`. Reads a few columns of all documents.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn similar_source(
        &self,
        name: &str,
        hashes: &[String],
        paths: &[&str],
    ) -> Result<Option<SimilarSource>, StoreError> {
        let (texts, places): (Value, Value) = (hashes.into(), paths.into());
        let (texts, places) = (texts.to_string(), places.to_string());
        let (by_text, by_path): (Option<SourceRow>, Option<SourceRow>) = with_backend!(self, |backend| {
            let by_text = query_as(backend.sql.same_texts)
                .bind(name)
                .bind(&*texts)
                .fetch_optional(&backend.pool)
                .await?;
            let by_path = query_as(backend.sql.same_paths)
                .bind(name)
                .bind(&*places)
                .fetch_optional(&backend.pool)
                .await?;
            Ok((by_text, by_path))
        })?;
        Ok(by_text.map(|(name, key, texts)| {
            let paths = by_path
                .filter(|(other, ..)| *other == name)
                .map_or(0, |(.., paths)| paths);
            SimilarSource {
                is_former: name.is_none(),
                name: name.unwrap_or_else(|| key.trim_start_matches("file:").to_owned()),
                files: usize::try_from(texts.max(paths)).unwrap_or_default(),
            }
        }))
    }

    /// The documents of a source outside the trash whose path `is_wanted`, with that path. Reads the paths of the whole source.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn documents_of(
        &self,
        name: &str,
        is_wanted: impl Fn(&str) -> bool + Sync,
    ) -> Result<Vec<(DocumentId, String)>, StoreError> {
        let (mut found, mut last) = (Vec::new(), String::new());
        loop {
            let rows: Vec<(i64, String)> = with_backend!(self, |backend| {
                let query = query_as(sql::OF_SOURCE)
                    .bind(name)
                    .bind(&*last)
                    .bind(i64::from(BATCH_SIZE));
                Ok(query.fetch_all(&backend.pool).await?)
            })?;
            let Some((_, path)) = rows.last() else { return Ok(found) };
            last.clone_from(path);
            for (number, path) in rows {
                if is_wanted(&path) {
                    let id = DocumentId::new(number).ok_or(StoreError::Corrupt { id: number, what: "id" })?;
                    found.push((id, path));
                }
            }
        }
    }

    /// Puts documents into the trash: no query finds them any more, id and text stay.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn trash(&self, ids: &[DocumentId]) -> Result<(), StoreError> {
        for ids in ids.chunks(BATCH_SIZE as usize) {
            let list: Value = ids.iter().map(|id| id.number()).collect();
            let list = list.to_string();
            with_backend!(self, |backend| {
                let mut transaction = backend.begin().await?;
                query(backend.sql.trash).bind(&*list).execute(&mut *transaction).await?;
                transaction.commit().await?;
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Which of these people have ever signed in.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn seen(&self, people: &[PersonId]) -> Result<HashSet<String>, StoreError> {
        let list: Value = people.iter().map(PersonId::as_str).collect();
        let list = list.to_string();
        let seen: Vec<String> = with_backend!(self, |backend| {
            Ok(query_scalar(backend.sql.seen)
                .bind(&*list)
                .fetch_all(&backend.pool)
                .await?)
        })?;
        Ok(seen.into_iter().collect())
    }
}
