//! What belongs to the creation of a session, done in one transaction: it is inserted unless its provider ended it while the person
//! was signing in, the sessions it replaces are removed, and those beyond the person's limit. How databases do it is in
//! `sql/creation.rs`.

use time::OffsetDateTime;

use super::index::{SessionRef, SessionRow};

/// A marker ([`KeyValue::put_marker`](super::key_value::KeyValue::put_marker)) by which a session has ended before it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndMarker {
    /// The marker's key.
    pub key: [u8; 32],
    /// Only a marker of after this moment ends the session; `None` if any does.
    pub after: Option<OffsetDateTime>,
}

impl EndMarker {
    /// Whether a marker of the moment `at` ends the session.
    #[must_use]
    pub fn ends(&self, at: OffsetDateTime) -> bool {
        self.after.is_none_or(|after| after < at)
    }
}

/// How a session is created.
#[derive(Debug, Clone, Copy)]
pub struct CreateOptions<'a> {
    /// The present time; markers that have expired by then do not count.
    pub now: OffsetDateTime,
    /// Markers that end it: with one of them nothing is stored.
    pub end_markers: &'a [EndMarker],
    /// Sessions that are removed.
    pub replaces: &'a [SessionRef],
    /// How many sessions its person may have, the new one included; those used longest ago are removed.
    pub max_sessions: usize,
}

/// What became of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The session is stored.
    Session {
        /// The sessions of the same person that were removed because there were too many.
        surplus: Vec<SessionRow>,
    },
    /// Its provider has ended it: nothing is stored.
    Ended,
    /// There is a session of that key: nothing is changed.
    IdTaken,
}
