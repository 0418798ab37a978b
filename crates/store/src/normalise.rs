//! A data migration that runs when the database is opened: texts to NFC, keys of groups, and sort keys of titles, a few hundred documents per transaction. SQL cannot
//! do it: SQLite knows neither normal forms nor case beyond ASCII.
//!
//! Migrations 0004 and 0009 leave documents with non-ASCII letters to it. Replicas of an earlier version may write beside this
//! one: what they write is normalised when it is read (`documents.rs`), and stored so at the next start.

use domain::{
    Group,
    text::{nfc, sort_key},
};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{
    backend::{Store, with_backend},
    error::StoreError,
    import_plan::group_row,
    text::searchable,
};

/// Marks documents whose title or groups an earlier version stored without keys.
const FIND_WITHOUT_KEY: &str = "INSERT INTO document_to_normalise (document_id)
    SELECT document_id FROM (SELECT document_id FROM document_group WHERE group_key = ''
        UNION SELECT id FROM document WHERE title_key = '') AS found WHERE true ON CONFLICT DO NOTHING";
/// The highest id of the next 500 documents to normalise.
const NEXT_TO_NORMALISE: &str = "SELECT max(document_id) FROM
    (SELECT document_id FROM document_to_normalise ORDER BY document_id LIMIT 500) AS next";
/// Texts of documents to normalise, up to the id `$1`.
const TEXTS_TO_NORMALISE: &str = "SELECT d.id, d.title, d.folder, d.words, d.title_key FROM document_to_normalise n
    JOIN document d ON d.id = n.document_id WHERE n.document_id <= $1";
/// Their groups that have no key.
const GROUPS_TO_NORMALISE: &str = "SELECT g.document_id, g.group_id FROM document_to_normalise n
    JOIN document_group g ON g.document_id = n.document_id WHERE n.document_id <= $1 AND g.group_key = ''";
const PUT_TEXTS: &str = "UPDATE document SET title = $2, folder = $3, words = $4, title_key = $5 WHERE id = $1";
const DROP_GROUP: &str = "DELETE FROM document_group WHERE group_id = $1 AND document_id = $2";
const NORMALISED: &str = "DELETE FROM document_to_normalise WHERE document_id <= $1";

/// The texts of a document that are normalised.
#[derive(PartialEq, sqlx::FromRow)]
struct Texts {
    id: i64,
    title: String,
    folder: String,
    words: String,
    title_key: String,
}

impl Store {
    /// Normalises all documents of earlier versions. If it is interrupted, the next start continues.
    pub(super) async fn normalise(&self) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            query(FIND_WITHOUT_KEY).execute(&backend.writer).await?;
            Ok(())
        })?;
        while self.normalise_next().await? {}
        Ok(())
    }

    /// Normalises the next few hundred documents; returns `false` if there were none.
    async fn normalise_next(&self) -> Result<bool, StoreError> {
        with_backend!(self, |backend| {
            let next = query_scalar(NEXT_TO_NORMALISE);
            let pending: Option<i64> = next.fetch_one(&backend.pool).await?;
            if pending.is_none() {
                return Ok(false);
            }
            // Read again under the write lock.
            let mut transaction = backend.begin().await?;
            let next = query_scalar(NEXT_TO_NORMALISE);
            let Some(last): Option<i64> = next.fetch_one(&mut *transaction).await? else {
                return Ok(false);
            };
            let texts: Vec<Texts> = query_as(TEXTS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *transaction)
                .await?;
            for texts in texts.into_iter().filter_map(|texts| changed(&texts)) {
                let put = query(PUT_TEXTS).bind(texts.id).bind(texts.title);
                let put = put.bind(texts.folder).bind(texts.words).bind(texts.title_key);
                put.execute(&mut *transaction).await?;
            }
            let without_key: Vec<(i64, String)> = query_as(GROUPS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *transaction)
                .await?;
            for (id, label) in &without_key {
                let drop = query(DROP_GROUP).bind(label).bind(id);
                drop.execute(&mut *transaction).await?;
            }
            let with_key = without_key
                .into_iter()
                .map(|(id, label)| group_row(id, &Group::new(label)));
            let put = query(backend.sql.put_groups).bind(with_key.collect::<Value>().to_string());
            put.execute(&mut *transaction).await?;
            query(NORMALISED).bind(last).execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(true)
        })
    }
}

/// The normalised texts; `None` if nothing changes.
fn changed(texts: &Texts) -> Option<Texts> {
    let (title, folder) = (nfc(&*texts.title), nfc(&*texts.folder));
    let new = Texts {
        id: texts.id,
        words: searchable(&format!("{title}\n{folder}")),
        title_key: sort_key(&title),
        title,
        folder,
    };
    (new != *texts).then_some(new)
}
