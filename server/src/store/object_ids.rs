//! Who is who in a directory? It names people by ids of its own; everybody who signs in says which is theirs.

use std::collections::HashMap;

use domain::PersonId;
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{Store, StoreError};

/// Ids looked up by one statement.
const AT_ONCE: usize = 500;

impl Store {
    /// Keeps which id a person has in their provider's directory. Writes only what is new.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn remember_object_id(
        &self,
        provider: &str,
        object_id: &str,
        person: &PersonId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO object_id (provider, object_id, person_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (provider, object_id) DO UPDATE SET person_id = excluded.person_id
             WHERE person_id <> excluded.person_id",
        )
        .bind(provider)
        .bind(object_id)
        .bind(person.as_str())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// The people with these ids, by id; those who never signed in are missing.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn people_by_object_id(
        &self,
        provider: &str,
        ids: &[String],
    ) -> Result<HashMap<String, PersonId>, StoreError> {
        let mut people = HashMap::new();
        for ids in ids.chunks(AT_ONCE) {
            let mut query: QueryBuilder<'_, Sqlite> =
                QueryBuilder::new("SELECT object_id, person_id FROM object_id WHERE provider = ");
            query.push_bind(provider).push(" AND object_id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id);
            }
            query.push(")");
            for row in query.build().fetch_all(&self.pool).await? {
                let (id, person): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                people.extend(PersonId::parse(&person).map(|person| (id, person)));
            }
        }
        Ok(people)
    }
}
