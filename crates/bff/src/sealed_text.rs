//! Seals texts of the application that leave it and return, such as a position in an address, with the keys of the site.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::config::key_ring::KeyRing;
use crate::session::seal::Sealer;

/// Seals and opens texts for one purpose. What is sealed for another purpose, or by a key that has left the ring, does not open.
#[derive(Debug, Clone)]
pub struct TextSealer {
    sealer: Sealer,
    purpose: String,
}

impl TextSealer {
    /// Seals with the keys of `keys`; `purpose` separates kinds of texts.
    #[must_use]
    pub fn new(keys: KeyRing, purpose: &str) -> Self {
        Self {
            sealer: Sealer::new(keys),
            // Apart from the purposes of this crate.
            purpose: format!("application: {purpose}"),
        }
    }

    /// The bytes as a text for an address or a form: encrypted, and 54 characters longer than the bytes in base64. `bound_to` names what they
    /// belong to, and is not part of the text. `None` if there is no key to seal with.
    #[must_use]
    pub fn seal(&self, bound_to: &[u8], plain: &[u8]) -> Option<String> {
        let sealed = self.sealer.seal_for_site(&self.purpose, bound_to, plain).ok()?;
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The bytes, if exactly this text was sealed for the same purpose and belongs to the same.
    #[must_use]
    pub fn open(&self, bound_to: &[u8], sealed: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        self.sealer.open_for_site(&self.purpose, bound_to, &sealed).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn se_7_a_text_opens_for_its_purpose_its_owner_and_its_keys_alone() {
        let keys = KeyRing::of(vec![[1; 32]]);
        let cursors = TextSealer::new(keys.clone(), "cursor");
        let sealed = cursors.seal(b"ann", b"a title").unwrap();
        assert!(!sealed.contains("title"));
        assert_eq!(cursors.open(b"ann", &sealed).unwrap(), b"a title");
        assert_eq!(cursors.open(b"ben", &sealed), None);
        assert_eq!(TextSealer::new(keys, "other").open(b"ann", &sealed), None);
        let other = TextSealer::new(KeyRing::of(vec![[2; 32]]), "cursor");
        assert_eq!(other.open(b"ann", &sealed), None);
        let both = TextSealer::new(KeyRing::of(vec![[2; 32], [1; 32]]), "cursor");
        assert_eq!(both.open(b"ann", &sealed).unwrap(), b"a title");
        for altered in ["", "x", "ü", &format!("{sealed}A"), &sealed[1..]] {
            assert_eq!(cursors.open(b"ann", altered), None, "{altered}");
        }
    }
}
