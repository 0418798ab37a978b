//! Names of people, stored so that documents can name their owners. The id alone is the identity.

use std::borrow::Cow;

use domain::{Person, PersonId, sessions::MAX_FOUND};
use sqlx::{query, query_as};

use super::{
    backend::{Store, with_backend},
    error::StoreError,
    text::{contains_nul, searchable},
};

const SET_NAME_IF_NEVER_SEEN: &str = "INSERT INTO person (id, name) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name
    WHERE person.seen_at IS NULL AND person.name IS DISTINCT FROM excluded.name";

impl Store {
    /// Stores name and e-mail address of a signed-in person. Writes only if something changed or an hour has passed.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn upsert_person(&self, person: &Person) -> Result<(), StoreError> {
        let (name, email) = (without_nul(&person.name), person.email.as_deref().map(without_nul));
        let words = [&*name, email.as_deref().unwrap_or_default(), person.id.as_str()];
        let words = searchable(&words.join(" "));
        with_backend!(self, |backend| {
            let statement = query(backend.sql.upsert_person).bind(person.id.as_str());
            let statement = statement.bind(&*name).bind(email.as_deref()).bind(&*words);
            statement.execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// Stores the name of somebody who has never signed in; a name that a provider sent is not changed.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn set_name_if_never_seen(&self, id: &PersonId, name: &str) -> Result<(), StoreError> {
        let name = without_nul(name);
        with_backend!(self, |backend| {
            let statement = query(SET_NAME_IF_NEVER_SEEN).bind(id.as_str()).bind(&*name);
            statement.execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// People whose name, e-mail address or subject contains `text`, in any case, ordered by name. At most one more than [`MAX_FOUND`], which
    /// shows that there are others.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn people_matching(&self, text: &str) -> Result<Vec<(PersonId, String)>, StoreError> {
        if contains_nul(text) {
            return Ok(Vec::new());
        }
        let text = searchable(text);
        let most = i64::try_from(MAX_FOUND + 1).unwrap_or(i64::MAX);
        let rows: Vec<(String, String)> = with_backend!(self, |backend| {
            let query = query_as(backend.sql.people_matching).bind(&*text).bind(most);
            Ok(query.fetch_all(&backend.pool).await?)
        })?;
        let people = rows.into_iter();
        Ok(people
            .filter_map(|(id, name)| Some((PersonId::parse(&id)?, name)))
            .collect())
    }
}

const PEOPLE: &str = "SELECT id, name FROM person ORDER BY id LIMIT $1";
/// Most people that are looked through for an owner.
const MAX_PEOPLE: i64 = 20_000;
/// Most people that the name of an owner may mean.
const MAX_OWNERS: usize = 500;

impl Store {
    /// Whose documents are shown with an owner that contains `text`, in any case: their name, or their subject where no name is known. E-mail
    /// addresses are not looked at, as lists do not show them.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`].
    pub async fn owners_shown_as(&self, text: &str) -> Result<Vec<PersonId>, StoreError> {
        let text = searchable(text);
        let rows: Vec<(String, Option<String>)> = with_backend!(self, |backend| {
            let people = query_as(PEOPLE).bind(MAX_PEOPLE);
            Ok(people.fetch_all(&backend.pool).await?)
        })?;
        let people = rows.into_iter().filter_map(|(id, name)| {
            let id = PersonId::parse(&id)?;
            let shown = searchable(name.as_deref().unwrap_or(id.subject()));
            shown.contains(&text).then_some(id)
        });
        Ok(people.take(MAX_OWNERS).collect())
    }
}

/// A text from a provider, as every database can store it: PostgreSQL accepts no NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if contains_nul(text) {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
