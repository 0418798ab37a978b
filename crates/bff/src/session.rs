//! Who is signed in, and until when?
//!
//! | question | where |
//! |---|---|
//! | What is kept, and what can be read without the cookie? | [`record`] |
//! | How does it travel to a store? | [`columns`] |
//! | Which tokens does it hold? | [`token_set`] |
//! | How is it sealed? | [`seal`]; tokens are deflated first: [`compression`] |
//! | What must a store promise? In memory? | [`store`] |
//! | Which sessions does a person have? | [`index`], [`list`] |
//! | In SQLite, in PostgreSQL? | `sqlite`, `postgres` (features of these names): tables, and reading one; all else, in words both understand: `sql` |
//! | How does one begin, as a whole? | [`creation`] |
//! | Which replica may renew its tokens? | [`lease`] |
//! | Which one does a request come with? | [`request`] |
//! | When does it end? | [`lifetime`] |
//! | How many may one person have? | [`limit`] |
//! | When is it removed? | [`sweep`] |
//! | What was ended before it began? | [`tombstone`] |
//! | How does a page notice that its browser is somebody else? | [`person_key`] |
//! | How do the routes use it? | [`lifecycle`] |

pub(crate) mod columns;
pub(crate) mod compression;
pub(crate) mod creation;
pub(crate) mod index;
pub(crate) mod lease;
pub(crate) mod lifecycle;
pub(crate) mod lifetime;
pub(crate) mod limit;
pub(crate) mod list;
pub(crate) mod person_key;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod record;
pub(crate) mod registration;
pub(crate) mod request;
pub(crate) mod seal;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
pub(crate) mod store;
pub(crate) mod sweep;
pub(crate) mod token_set;
pub(crate) mod tombstone;

use oidc::config::ProviderId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// Who a signed-in person is. The key is issuer and subject together: an e-mail address or a name may change hands,
/// and the same subject at another provider is somebody else (OpenID Connect Core 1.0 §5.7).
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Who signed the person in.
    pub provider: ProviderId,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The person's name there; unique within the issuer, at most 255 characters.
    pub subject: String,
    /// The ID token's claims with those of userinfo; values that only serve the protocol are left out.
    pub claims: Map<String, Value>,
    /// When the person signed in here.
    pub signed_in_at: OffsetDateTime,
}

/// How and when the provider authenticated the person, as its ID token says; a refreshed one does not change it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Authentication {
    /// `auth_time`, seconds since 1970.
    pub(crate) time: Option<i64>,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
    /// The sign-in that made the session, as a hash of its `state`; its answer may come back once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<String>,
}
