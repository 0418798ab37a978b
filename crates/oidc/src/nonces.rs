//! DPoP nonces: the newest one of each server, from its responses (RFC 9449 §8, §9).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use url::Url;

/// Servers whose nonces are stored: those of one provider and the APIs its tokens are for.
const MAX_SERVERS: usize = 100;
/// Longer ones are not stored.
const MAX_LEN: usize = 512;

/// A server's part: one origin may play both, with nonces of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Server {
    /// It issues tokens.
    Authorization,
    /// It takes them.
    Resource,
}

/// The newest nonce by server.
#[derive(Debug, Default)]
pub struct Nonces(Mutex<HashMap<(Server, String), String>>);

impl Nonces {
    /// The nonce that the server at `url` requires.
    pub(crate) fn newest(&self, server: Server, url: &Url) -> Option<String> {
        let nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nonces.get(&(server, url.origin().ascii_serialization())).cloned()
    }

    /// Stores the nonce of a response from `url`; returns whether it had a usable one.
    pub(crate) fn store(&self, server: Server, url: &Url, headers: &HeaderMap) -> bool {
        let Some(nonce) = headers.get("dpop-nonce").and_then(|value| value.to_str().ok()) else {
            return false;
        };
        // `nqchar` of RFC 6749 appendix A
        let fits = |b: u8| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b);
        if nonce.is_empty() || nonce.len() > MAX_LEN || !nonce.bytes().all(fits) {
            return false;
        }
        let key = (server, url.origin().ascii_serialization());
        let mut nonces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if nonces.len() >= MAX_SERVERS && !nonces.contains_key(&key) {
            nonces.clear();
        }
        nonces.insert(key, nonce.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(nonce: &str) -> HeaderMap {
        let value = HeaderValue::from_str(nonce).unwrap();
        HeaderMap::from_iter([(http::HeaderName::from_static("dpop-nonce"), value)])
    }

    #[test]
    fn dp_2_the_newest_nonce_of_each_server_is_stored_and_they_are_bounded() {
        let nonces = Nonces::default();
        let url = |text: &str| Url::parse(text).unwrap();
        let at = url("https://idp.example/token");
        assert!(nonces.store(Server::Authorization, &at, &headers("one")));
        assert!(nonces.store(
            Server::Authorization,
            &url("https://idp.example/other"),
            &headers("two")
        ));
        assert_eq!(nonces.newest(Server::Authorization, &at).as_deref(), Some("two"));
        assert_eq!(nonces.newest(Server::Resource, &at), None);
        assert_eq!(
            nonces.newest(Server::Authorization, &url("https://idp.example:8443/")),
            None
        );
        for bad in ["", "a b", "a\"b", "a\\b", &"x".repeat(MAX_LEN + 1)] {
            assert!(!nonces.store(Server::Authorization, &at, &headers(bad)), "{bad:?}");
        }
        assert!(!nonces.store(Server::Authorization, &at, &HeaderMap::new()));
        assert_eq!(nonces.newest(Server::Authorization, &at).as_deref(), Some("two"));
        for number in 0..300 {
            let api = url(&format!("https://api{number}.example/"));
            assert!(nonces.store(Server::Resource, &api, &headers("n")));
        }
        assert!(nonces.0.lock().unwrap().len() <= MAX_SERVERS);
    }
}
