//! How does a session begin? Everything that belongs to it is done at once, in a database in one transaction: the session is
//! inserted unless its provider ended it on the way, the ones it replaces are removed, and those beyond the limit of the person.
//! How databases do it is in `sql/creation.rs`.

use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::Result;

use super::columns;
use super::index::{SessionRef, SessionRow, SessionSelector};
use super::store::SessionRecords;

/// A note ([`SessionIndex::note`](super::index::SessionIndex::note)) by which a session has ended before it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndNote {
    /// The note's name.
    pub name: [u8; 32],
    /// Only what happened after this moment counts; `None` if it counts whenever it happened.
    pub after: Option<OffsetDateTime>,
}

impl EndNote {
    /// Whether a note made `at` this moment ends the session.
    #[must_use]
    pub fn counts(&self, at: OffsetDateTime) -> bool {
        self.after.is_none_or(|after| after < at)
    }
}

/// What belongs to the beginning of a session.
#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    /// What time it is.
    pub now: OffsetDateTime,
    /// Notes that end it.
    pub ends: &'a [EndNote],
    /// Sessions that are gone when it is there.
    pub replaces: &'a [Id],
    /// How many sessions its person may have, itself included; those used longest ago end.
    pub max_sessions: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The session is there; sessions of the same person that were too many are not.
    Session {
        /// The ones that ended.
        surplus: Vec<SessionRow>,
    },
    /// Its provider ended it on the way: nothing is stored.
    Ended,
    /// There is a session of that id already: nothing was changed.
    IdTaken,
}

/// One step after the other, for stores without transactions. The session is there before its end is looked for: a logout that
/// comes now finds it, one that came before is found.
pub(super) async fn in_steps<S: SessionRecords + ?Sized>(
    store: &S,
    record: &mut Record,
    creation: Creation<'_>,
) -> Result<Created> {
    let id = record.id;
    store.create(record).await?;
    if record.id != id {
        // The store chose another id, to which the record is not sealed.
        store.delete(&record.id).await?;
        return Ok(Created::IdTaken);
    }
    for end in creation.ends {
        let noted = store.noted(end.name, creation.now).await?;
        if noted.is_some_and(|at| end.counts(at)) {
            store.delete(&id).await?;
            return Ok(Created::Ended);
        }
    }
    for replaced in creation.replaces {
        if let Err(error) = store.delete(replaced).await {
            store.delete(&id).await?;
            return Err(error);
        }
    }
    let text = |name| columns::text(record, name).unwrap_or_default();
    let person = SessionSelector::Person {
        issuer: text(columns::ISSUER),
        subject: text(columns::SUBJECT),
    };
    let known = store.find(person).await?.into_iter().map(|row| row.reference);
    let others = known.filter(|other| *other != SessionRef::of(&id));
    let mut surplus = Vec::new();
    for other in others.skip(creation.max_sessions.saturating_sub(1)) {
        surplus.extend(store.end(SessionSelector::Reference(other)).await?);
    }
    Ok(Created::Session { surplus })
}

#[cfg(test)]
pub(crate) mod tests;
