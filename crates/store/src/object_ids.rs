//! Ids of people in a directory, which differ from their subjects; stored when they sign in.

use std::collections::HashMap;

use domain::PersonId;
use serde_json::Value;
use sqlx::{query, query_as};

use super::{
    backend::{Store, with_backend},
    error::StoreError,
    text::contains_nul,
};

const UPSERT_OBJECT_ID: &str = "INSERT INTO object_id (provider, object_id, person_id) VALUES ($1, $2, $3)
    ON CONFLICT (provider, object_id) DO UPDATE SET person_id = excluded.person_id
    WHERE object_id.person_id <> excluded.person_id";

impl Store {
    /// Stores a person's id in their provider's directory. Writes only if it is new.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn upsert_object_id(&self, provider: &str, object_id: &str, person: &PersonId) -> Result<(), StoreError> {
        with_backend!(self, |backend| {
            let statement = query(UPSERT_OBJECT_ID).bind(provider).bind(object_id);
            statement.bind(person.as_str()).execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// The people with these ids, by id; people who have never signed in are missing.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn people_by_object_id(
        &self,
        provider: &str,
        ids: &[String],
    ) -> Result<HashMap<String, PersonId>, StoreError> {
        let storable = ids.iter().filter(|id| !contains_nul(id));
        let list: Value = storable.map(String::as_str).collect();
        let list = list.to_string();
        let rows: Vec<(String, String)> = with_backend!(self, |backend| {
            let query = query_as(backend.sql.people_by_object_id).bind(provider).bind(&*list);
            Ok(query.fetch_all(&backend.pool).await?)
        })?;
        let people = rows.into_iter();
        Ok(people
            .filter_map(|(id, person)| Some((id, PersonId::parse(&person)?)))
            .collect())
    }
}
