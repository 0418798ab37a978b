//! Who is signed in, and until when.
//!
//! | for | see |
//! |---|---|
//! | what a store promises, and its types | [`store`], [`key_value`] |
//! | the stores | [`memory`]; `sqlite`, `postgres` (features of these names) over `sql` |
//! | what is stored, and what can be read without the cookie | [`record`]; the format: [`encoding`], [`compression`] |
//! | the sealing | [`seal`] |
//! | the tokens of a session | [`token_set`] |
//! | creating, finding, changing and removing a session | [`lifecycle`]; creation as one transaction: [`creation`] |
//! | data of the application in a session, for `tower_sessions::Session` | [`data`] |
//! | the session of a request | [`request`] |
//! | idle and absolute limits | [`lifetime`]; removal of what has expired: [`sweep`] |
//! | finding sessions without their ids | [`index`]; for people and administrators: [`list`] |
//! | what follows the end of sessions | [`ending`] |
//! | the lease of a session, for refreshing its tokens | [`lease`] |
//! | sign-ins that a provider ended before they were sessions | [`tombstone`] |
//! | the registration of the site at a provider | [`registration`] |
//! | the key by which a page notices that another person signed in | [`person_key`] |

pub(crate) mod compression;
pub(crate) mod creation;
pub(crate) mod data;
pub(crate) mod encoding;
pub(crate) mod ending;
pub(crate) mod index;
pub(crate) mod key_value;
pub(crate) mod lease;
pub(crate) mod lifecycle;
pub(crate) mod lifetime;
pub(crate) mod list;
pub(crate) mod memory;
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

/// How and when the provider authenticated the person, by the ID token of the sign-in; a refreshed ID token does not change it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Authentication {
    /// `auth_time`, seconds since 1970.
    pub(crate) time: Option<i64>,
    pub(crate) acr: Option<String>,
    pub(crate) amr: Vec<String>,
    /// A hash of the `state` of the sign-in that created the session: the response may arrive a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<String>,
}
