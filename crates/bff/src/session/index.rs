//! How sessions are named and selected without their ids, which only browsers hold. What people and administrators see of it is in
//! [`super::list`].

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::session::Id;

/// A session's name for lists and logs: the key of its row, a hash of the id. It opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionRef(pub(crate) [u8; 32]);

impl SessionRef {
    pub(crate) fn of(id: &Id) -> Self {
        let hash = Sha256::new().chain_update(b"bff session row");
        Self(hash.chain_update(id.0.to_le_bytes()).finalize().into())
    }

    /// The reference of the row with this key.
    #[must_use]
    pub fn from_row_key(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The row's key.
    #[must_use]
    pub fn row_key(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 43 characters of `A-Z a-z 0-9 - _`.
impl fmt::Display for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for SessionRef {
    type Err = NotASessionRef;

    fn from_str(text: &str) -> std::result::Result<Self, NotASessionRef> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotASessionRef)?;
        bytes.try_into().map(Self).map_err(|_| NotASessionRef)
    }
}

/// Text that is no [`SessionRef`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session reference")]
pub struct NotASessionRef;

/// Selects sessions without their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSelector<'a> {
    /// Every session of a person: issuer and subject together (OpenID Connect Core 1.0 §5.7).
    Person {
        /// The issuer identifier.
        issuer: &'a str,
        /// The person's name there.
        subject: &'a str,
    },
    /// The sessions that belong to one session at the provider (`sid`, Front-Channel Logout 1.0 §3).
    ProviderSession {
        /// Short name of the provider.
        provider: &'a str,
        /// Its name for its session.
        sid: &'a str,
    },
    /// This one.
    Reference(SessionRef),
}

/// Most sessions that [`SessionStore::find`](super::store::SessionStore::find) lists.
pub(crate) const MAX_FOUND: usize = 1_000;

/// The plain columns of a stored session, and what the key ring alone opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its name.
    pub reference: SessionRef,
    /// A refresh token that ends with the session, sealed with the key ring.
    pub sealed_refresh_token: Option<Vec<u8>>,
    /// Short name of the provider.
    pub provider: String,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
    /// The provider's name for its own session.
    pub sid: Option<String>,
    /// When the person signed in.
    pub created: OffsetDateTime,
    /// When the session was last used; exact to a minute.
    pub seen: OffsetDateTime,
    /// When it was to end, as far as was known when it was last used.
    pub expires: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_it_was_written() {
        let reference = SessionRef::of(&Id::default());
        assert_eq!(reference.to_string().parse(), Ok(reference));
        assert_eq!("short".parse::<SessionRef>(), Err(NotASessionRef));
    }
}
