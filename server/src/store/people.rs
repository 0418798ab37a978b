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
}
