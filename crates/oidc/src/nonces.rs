//! What do servers want to see signed next? The newest nonce of each, as its answers bring it (RFC 9449 §8, §9).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use url::Url;

/// Servers whose nonces are kept: those of one provider and the APIs its tokens are for.
const MAX_KEPT: usize = 100;
/// Longer ones are not kept.
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
    /// What the server at `url` wants to see.
    pub(crate) fn newest(&self, server: Server, url: &Url) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&(server, url.origin().ascii_serialization())).cloned()
    }

    /// Keeps what an answer from `url` brings; whether it brought one that can be used.
    pub(crate) fn note(&self, server: Server, url: &Url, headers: &HeaderMap) -> bool {
        let Some(nonce) = headers.get("dpop-nonce").and_then(|value| value.to_str().ok()) else {
            return false;
        };
        // `nqchar` of RFC 6749 appendix A
        let fits = |b: u8| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b);
        if nonce.is_empty() || nonce.len() > MAX_LEN || !nonce.bytes().all(fits) {
            return false;
        }
        let key = (server, url.origin().ascii_serialization());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, nonce.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(nonce: &str) -> HeaderMap {
        let value = HeaderValue::from_str(nonce).unwrap();
        HeaderMap::from_iter([(http::HeaderName::from_static("dpop-nonce"), value)])
    }

    #[test]
    fn dp_2_the_newest_nonce_of_each_server_is_kept_and_they_are_bounded() {
        let nonces = Nonces::default();
        let url = |text: &str| Url::parse(text).unwrap();
        let at = url("https://idp.example/token");
        assert!(nonces.note(Server::Authorization, &at, &answer("one")));
        assert!(nonces.note(Server::Authorization, &url("https://idp.example/other"), &answer("two")));
        assert_eq!(nonces.newest(Server::Authorization, &at).as_deref(), Some("two"));
        assert_eq!(nonces.newest(Server::Resource, &at), None);
        assert_eq!(
            nonces.newest(Server::Authorization, &url("https://idp.example:8443/")),
            None
        );
        for bad in ["", "a b", "a\"b", "a\\b", &"x".repeat(MAX_LEN + 1)] {
            assert!(!nonces.note(Server::Authorization, &at, &answer(bad)), "{bad:?}");
        }
        assert!(!nonces.note(Server::Authorization, &at, &HeaderMap::new()));
        assert_eq!(nonces.newest(Server::Authorization, &at).as_deref(), Some("two"));
        for number in 0..300 {
            let api = url(&format!("https://api{number}.example/"));
            assert!(nonces.note(Server::Resource, &api, &answer("n")));
        }
        assert!(nonces.0.lock().unwrap().len() <= MAX_KEPT);
    }
}
