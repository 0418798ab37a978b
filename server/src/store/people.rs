//! Who is called what? Names are kept so that a document can say whose it is; identity is the id alone.

use domain::{Person, PersonId};

use super::{Store, StoreError};

impl Store {
    /// Keeps name and e-mail of a person who is signed in. Writes only when something changed or an hour has passed.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn remember_person(&self, person: &Person) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO person (id, name, email, seen_at) VALUES (?1, ?2, ?3, unixepoch())
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, seen_at = excluded.seen_at
             WHERE name IS NOT excluded.name OR email IS NOT excluded.email OR seen_at IS NULL OR seen_at < excluded.seen_at - 3600",
        )
        .bind(person.id.as_str())
        .bind(&person.name)
        .bind(&person.email)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Gives a name to somebody who never signed in; what a provider told is not changed.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn introduce_person(&self, id: &PersonId, name: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO person (id, name) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE seen_at IS NULL AND name IS NOT excluded.name",
        )
        .bind(id.as_str())
        .bind(name)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// People whose name, e-mail address or subject holds `text`, in any case; the first of them by name.
    ///
    /// # Errors
    /// [`StoreError::Query`].
    pub async fn people_like(&self, text: &str) -> Result<Vec<(PersonId, String)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, name FROM person
             WHERE seen_at IS NOT NULL AND instr(lower(name || ' ' || coalesce(email, '') || ' ' || id), lower(?1)) > 0
             ORDER BY name, id LIMIT ?2",
        )
        .bind(text)
        .bind(i64::try_from(domain::sessions::MAX_FOUND).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        let people = rows.into_iter();
        Ok(people
            .filter_map(|(id, name)| Some((PersonId::parse(&id)?, name)))
            .collect())
    }
}
