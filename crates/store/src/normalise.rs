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
    sql,
    text::searchable,
};

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
            query(sql::FIND_WITHOUT_KEY).execute(&backend.writer).await?;
            Ok(())
        })?;
        while self.normalise_next().await? {}
        Ok(())
    }

    /// Normalises the next few hundred documents; returns `false` if there were none.
    async fn normalise_next(&self) -> Result<bool, StoreError> {
        with_backend!(self, |backend| {
            let next = query_scalar(sql::NEXT_TO_NORMALISE);
            let pending: Option<i64> = next.fetch_one(&backend.pool).await?;
            if pending.is_none() {
                return Ok(false);
            }
            // Read again under the write lock.
            let mut transaction = backend.begin().await?;
            let next = query_scalar(sql::NEXT_TO_NORMALISE);
            let Some(last): Option<i64> = next.fetch_one(&mut *transaction).await? else {
                return Ok(false);
            };
            let texts: Vec<Texts> = query_as(sql::TEXTS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *transaction)
                .await?;
            for texts in texts.into_iter().filter_map(|texts| changed(&texts)) {
                let put = query(sql::PUT_TEXTS).bind(texts.id).bind(texts.title);
                let put = put.bind(texts.folder).bind(texts.words).bind(texts.title_key);
                put.execute(&mut *transaction).await?;
            }
            let without_key: Vec<(i64, String)> = query_as(sql::GROUPS_TO_NORMALISE)
                .bind(last)
                .fetch_all(&mut *transaction)
                .await?;
            for (id, label) in &without_key {
                let drop = query(sql::DROP_GROUP).bind(label).bind(id);
                drop.execute(&mut *transaction).await?;
            }
            let with_key = without_key
                .into_iter()
                .map(|(id, label)| group_row(id, &Group::new(label)));
            let put = query(backend.sql.put_groups).bind(with_key.collect::<Value>().to_string());
            put.execute(&mut *transaction).await?;
            query(sql::NORMALISED).bind(last).execute(&mut *transaction).await?;
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
