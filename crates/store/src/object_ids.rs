//! Who is who in a directory? It names people by ids of its own; everybody who signs in says which is theirs.

use std::collections::HashMap;

use domain::PersonId;
use serde_json::Value;
use sqlx::{query, query_as};

use super::{Store, StoreError, holds_nul, sql, with_backend};

impl Store {
    /// Keeps which id a person has in their provider's directory. Writes only what is new.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn remember_object_id(
        &self,
        provider: &str,
        object_id: &str,
        person: &PersonId,
    ) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            let statement = query(sql::REMEMBER_OBJECT_ID).bind(provider).bind(object_id);
            statement.bind(person.as_str()).execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// The people with these ids, by id; those who never signed in are missing.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn people_by_object_id(
        &self,
        provider: &str,
        ids: &[String],
    ) -> Result<HashMap<String, PersonId>, StoreError> {
        let storable = ids.iter().filter(|id| !holds_nul(id));
        let list: Value = storable.map(String::as_str).collect();
        let list = list.to_string();
        let rows: Vec<(String, String)> = with_backend!(self, |backend| {
            let question = query_as(backend.sql.people_by_object_id).bind(provider).bind(&*list);
            Ok::<_, StoreError>(question.fetch_all(&backend.pool).await?)
        })?;
        let people = rows.into_iter();
        Ok(people
            .filter_map(|(id, person)| Some((id, PersonId::parse(&person)?)))
            .collect())
    }
}
