//! The key of a session's person, in a response header, by which a page notices that its browser is signed in as another person: the
//! same for all sessions of one person, without meaning outside this site, and nothing can be read from it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::Identity;
use super::seal::Sealer;

/// The header with [`SignedIn::person_key`](crate::SignedIn::person_key), or [`NOBODY`].
pub const PERSON_HEADER: HeaderName = HeaderName::from_static("session-person");

/// The value if nobody is signed in.
pub const NOBODY: &str = "none";

/// Between the keys of one person, one for each key of the ring; no key has it.
const SEPARATOR: &str = ".";

impl Sealer {
    /// The person's key by each key of the ring, joined by dots: two lists with a key in common are of one person, also while the
    /// keys of the ring are exchanged.
    pub(crate) fn person_key(&self, identity: &Identity) -> String {
        let keys = self.derive_names("person key", [&identity.issuer, &identity.subject]);
        let keys: Vec<_> = keys.iter().map(|key| URL_SAFE_NO_PAD.encode(key)).collect();
        keys.join(SEPARATOR)
    }
}

/// Sets the header of the session's person in `headers`.
pub(crate) fn put_person(headers: &mut HeaderMap, key: Option<&str>) {
    if let Ok(value) = HeaderValue::from_str(key.unwrap_or(NOBODY)) {
        headers.insert(PERSON_HEADER, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key_ring::KeyRing;
    use oidc::config::ProviderId;

    fn key(ring: &[u8], issuer: &str, subject: &str) -> String {
        let identity = Identity {
            provider: ProviderId::parse("demo").unwrap(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            claims: serde_json::Map::new(),
            signed_in_at: time::OffsetDateTime::UNIX_EPOCH,
        };
        let ring = ring.iter().map(|byte| [*byte; 32]).collect();
        Sealer::new(KeyRing::of(ring)).person_key(&identity)
    }

    #[test]
    fn a_person_key_is_of_one_person_at_one_site_and_reveals_nothing_else() {
        let alice = key(&[1], "https://idp.example", "alice");
        assert_eq!(alice, key(&[1], "https://idp.example", "alice"));
        assert_eq!(alice.len(), 22, "{alice}");
        for other in [
            key(&[2], "https://idp.example", "alice"),
            key(&[1], "https://idp.example", "bob"),
            key(&[1], "https://other.example", "alice"),
            key(&[1], "https://idp.examplea", "lice"),
            key(&[1], "https://idp.example", ""),
        ] {
            assert_ne!(alice, other);
        }
        let exchanged = key(&[2, 1], "https://idp.example", "alice");
        assert!(exchanged.split(SEPARATOR).any(|known| known == alice), "{exchanged}");
        assert_ne!(NOBODY.len(), 22);
    }
}
