//! How do documents of earlier versions get texts in NFC, and keys for their groups? When the database is opened, a few hundred
//! at a time. SQL cannot do it: SQLite knows neither normal forms nor the case of letters beyond ASCII.
//!
//! Migration 0004 lists the documents that have other letters than ASCII in `document_to_normalise`. Replicas of an earlier version may go on
//! writing beside this one: what they write is read in NFC all the same (`reading.rs`), and stored so at the next start.

use domain::{Group, text::nfc};
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};

use super::{Store, StoreError, batch::group_row, searchable, sql, with_backend};

/// Number, title, folder and words of a document.
type Texts = (i64, String, String, String);

impl Store {
    /// Goes through all documents whose texts are of an earlier version. Interrupted, it goes on where it stopped.
    pub(super) async fn normalise(&self) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            query(sql::FIND_GROUPS_WITHOUT_KEY).execute(&backend.writer).await?;
            Ok::<_, StoreError>(())
        })?;
        while self.normalise_some().await? {}
        Ok(())
    }

    /// The next few hundred; `false` if there was none.
    async fn normalise_some(&self) -> Result<bool, StoreError> {
        with_backend!(self, |backend| {
            let next = query_scalar(sql::NEXT_TO_NORMALISE);
            let waiting: Option<i64> = next.fetch_one(&backend.pool).await?;
            if waiting.is_none() {
                return Ok(false);
            }
            // Again, now that nobody else writes.
            let mut work = backend.begin().await?;
            let next = query_scalar(sql::NEXT_TO_NORMALISE);
            let Some(last): Option<i64> = next.fetch_one(&mut *work).await? else {
                return Ok(false);
            };
            let texts: Vec<Texts> = query_as(sql::TEXTS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *work)
                .await?;
            for (id, title, folder, words) in texts.into_iter().filter_map(changed) {
                let put = query(sql::PUT_TEXTS).bind(id).bind(title).bind(folder).bind(words);
                put.execute(&mut *work).await?;
            }
            let without_key: Vec<(i64, String)> = query_as(sql::GROUPS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *work)
                .await?;
            for (id, label) in &without_key {
                let drop = query(sql::DROP_GROUP).bind(label).bind(id);
                drop.execute(&mut *work).await?;
            }
            let with_key = without_key
                .into_iter()
                .map(|(id, label)| group_row(id, &Group::new(label)));
            let put = query(backend.sql.put_groups).bind(with_key.collect::<Value>().to_string());
            put.execute(&mut *work).await?;
            query(sql::NORMALISED).bind(last).execute(&mut *work).await?;
            work.commit().await?;
            Ok(true)
        })
    }
}

/// The texts in today's form; `None` if they are in it already.
fn changed((id, title, folder, words): Texts) -> Option<Texts> {
    let (new_title, new_folder) = (nfc(&*title), nfc(&*folder));
    let new_words = searchable(&format!("{new_title}\n{new_folder}"));
    let is_same = title == new_title && folder == new_folder && words == new_words;
    (!is_same).then_some((id, new_title, new_folder, new_words))
}
