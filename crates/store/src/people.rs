//! Who is called what? Names are kept so that a document can say whose it is; identity is the id alone.

use std::borrow::Cow;

use domain::{Person, PersonId, sessions::MAX_FOUND};
use sqlx::{query, query_as};

use super::{Store, StoreError, holds_nul, searchable, sql, with_backend};

impl Store {
    /// Keeps name and e-mail of a person who is signed in. Writes only when something changed or an hour has passed.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn remember_person(&self, person: &Person) -> Result<(), StoreError> {
        let (name, email) = (without_nul(&person.name), person.email.as_deref().map(without_nul));
        let words = [&*name, email.as_deref().unwrap_or_default(), person.id.as_str()];
        let words = searchable(&words.join(" "));
        with_backend!(self, |backend| {
            let statement = query(backend.sql.remember_person).bind(person.id.as_str());
            let statement = statement.bind(&*name).bind(email.as_deref()).bind(&*words);
            statement.execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// Gives a name to somebody who never signed in; what a provider told is not changed.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn introduce_person(&self, id: &PersonId, name: &str) -> Result<(), StoreError> {
        let name = without_nul(name);
        with_backend!(self, |backend| {
            let statement = query(sql::INTRODUCE_PERSON).bind(id.as_str()).bind(&*name);
            statement.execute(&backend.writer).await?;
            Ok(())
        })
    }

    /// People whose name, e-mail address or subject holds `text`, in any case; the first of them by name. At most one more than
    /// [`MAX_FOUND`], which tells that there are others.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Silent`].
    pub async fn people_like(&self, text: &str) -> Result<Vec<(PersonId, String)>, StoreError> {
        if holds_nul(text) {
            return Ok(Vec::new());
        }
        let text = searchable(text);
        let most = i64::try_from(MAX_FOUND + 1).unwrap_or(i64::MAX);
        let rows: Vec<(String, String)> = with_backend!(self, |backend| {
            let question = query_as(backend.sql.people_like).bind(&*text).bind(most);
            Ok::<_, StoreError>(question.fetch_all(&backend.pool).await?)
        })?;
        let people = rows.into_iter();
        Ok(people
            .filter_map(|(id, name)| Some((PersonId::parse(&id)?, name)))
            .collect())
    }
}

/// A text a provider told, as every database can keep it: PostgreSQL takes no NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if holds_nul(text) {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
