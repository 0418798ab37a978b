//! Sealing (authenticated encryption) of what leaves this process, in a database or in a cookie:
//!
//! XChaCha20-Poly1305 with a key derived by HKDF-SHA-256 (RFC 5869) from the key ring and a salt. For a session the
//! salt is its id, which only the browser holds: key ring and database together still open nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::RngCore as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use crate::config::key_ring::{KEY_LEN, KeyRing};

const NONCE_LEN: usize = 24;

/// A value cannot be sealed or opened. Without details on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened with these keys")]
pub(crate) struct SealError;

oidc::error_codes!(SealError { Self => "seal", });

/// Seals and opens with the keys of a [`KeyRing`]. `purpose` separates kinds of sealed values, `bound_to` names what one
/// belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Sealer(KeyRing);

impl Sealer {
    pub(crate) fn new(keys: KeyRing) -> Self {
        Self(keys)
    }

    /// Seals for whoever holds `id`.
    pub(crate) fn seal_for_holder(
        &self,
        id: &[u8; 16],
        purpose: &str,
        bound_to: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        self.seal(id, purpose, bound_to, plain)
    }

    /// Opens what [`Self::seal_for_holder`] sealed, and returns whether the key that seals today did.
    pub(crate) fn open_for_holder(
        &self,
        id: &[u8; 16],
        purpose: &str,
        bound_to: &[u8],
        sealed: &[u8],
    ) -> Result<(Vec<u8>, bool), SealError> {
        let (plain, key) = self.open(id, purpose, bound_to, sealed)?;
        Ok((plain, key == 0))
    }

    /// Seals for whoever has the key ring.
    pub(crate) fn seal_for_site(&self, purpose: &str, bound_to: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(&[], purpose, bound_to, plain)
    }

    /// Opens what [`Self::seal_for_site`] made.
    pub(crate) fn open_for_site(&self, purpose: &str, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        Ok(self.open(&[], purpose, bound_to, sealed)?.0)
    }

    /// Seals a cookie's value.
    pub(crate) fn seal_cookie(
        &self,
        purpose: &str,
        bound_to: &str,
        value: &impl Serialize,
    ) -> Result<String, SealError> {
        let plain = serde_json::to_vec(value).map_err(|_| SealError)?;
        let sealed = self.seal_for_site(purpose, bound_to.as_bytes(), &plain)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens what [`Self::seal_cookie`] made for the same purpose and owner.
    pub(crate) fn open_cookie<T: DeserializeOwned>(
        &self,
        purpose: &str,
        bound_to: &str,
        sealed: &str,
    ) -> Result<T, SealError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let plain = self.open_for_site(purpose, bound_to.as_bytes(), &sealed)?;
        serde_json::from_slice(&plain).map_err(|_| SealError)
    }

    /// The same sealed with the first key, if another one has sealed it.
    pub(crate) fn reseal_cookie(
        &self,
        purpose: &str,
        bound_to: &str,
        sealed: &str,
    ) -> Result<Option<String>, SealError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (plain, key) = self.open(&[], purpose, bound_to.as_bytes(), &sealed)?;
        if key == 0 {
            return Ok(None);
        }
        let sealed = self.seal_for_site(purpose, bound_to.as_bytes(), &plain)?;
        Ok(Some(URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Names derived from `parts` by each key of the ring: who has not the ring learns nothing from them.
    pub(crate) fn derive_names(&self, purpose: &str, parts: [&str; 2]) -> Vec<[u8; 16]> {
        let mut info = [b"bff 1 ", purpose.as_bytes()].concat();
        for part in parts {
            info.extend((part.len() as u64).to_le_bytes());
            info.extend(part.as_bytes());
        }
        let name = |key: &[u8; KEY_LEN]| {
            let mut name = [0; 16];
            let expanded = Hkdf::<Sha256>::new(None, key).expand(&info, &mut name);
            expanded.is_ok().then_some(name)
        };
        self.0.keys().iter().filter_map(name).collect()
    }

    fn seal(&self, salt: &[u8], purpose: &str, aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, SealError> {
        let keys = self.0.keys();
        let key = keys.first().ok_or(SealError)?;
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = cipher(key, salt, purpose)?
            .encrypt(XNonce::from_slice(&nonce), Payload { msg, aad })
            .map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed, and which key of the ring has opened it.
    fn open(&self, salt: &[u8], purpose: &str, aad: &[u8], sealed: &[u8]) -> Result<(Vec<u8>, usize), SealError> {
        let (nonce, msg) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = XNonce::from_slice(nonce);
        let keys = self.0.keys();
        let opened = keys.iter().enumerate().find_map(|(number, key)| {
            let plain = cipher(key, salt, purpose).ok()?.decrypt(nonce, Payload { msg, aad });
            Some((plain.ok()?, number))
        });
        opened.ok_or(SealError)
    }
}

fn cipher(key: &[u8; KEY_LEN], salt: &[u8], purpose: &str) -> Result<XChaCha20Poly1305, SealError> {
    let mut derived = [0; KEY_LEN];
    let info = [b"bff 1 ", purpose.as_bytes()].concat();
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(&info, &mut derived)
        .map_err(|_| SealError)?;
    Ok(XChaCha20Poly1305::new(&derived.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn se_7_only_the_right_id_row_purpose_and_key_open_a_record() {
        let site = Sealer::new(KeyRing::of(vec![[1; 32]]));
        let sealed = site.seal_for_holder(&[9; 16], "tokens", b"row", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"secret"));
        let open = |site: &Sealer, id, purpose, row| site.open_for_holder(&[id; 16], purpose, row, &sealed);
        assert_eq!(open(&site, 9, "tokens", b"row"), Ok((b"secret".to_vec(), true)));
        assert!(open(&site, 8, "tokens", b"row").is_err());
        assert!(open(&site, 9, "identity", b"row").is_err());
        assert!(open(&site, 9, "tokens", b"other").is_err());
        assert!(site.open_for_site("tokens", b"row", &sealed).is_err());
        let stranger = Sealer::new(KeyRing::of(vec![[2; 32]]));
        assert!(open(&stranger, 9, "tokens", b"row").is_err());
    }

    #[test]
    fn se_8_an_old_key_opens_until_it_leaves_the_ring() {
        let old = Sealer::new(KeyRing::of(vec![[1; 32]]))
            .seal_cookie("pending", "demo", &1)
            .unwrap();
        let both = Sealer::new(KeyRing::of(vec![[2; 32], [1; 32]]));
        assert_eq!(both.open_cookie::<i32>("pending", "demo", &old), Ok(1));
        let new = both.seal_cookie("pending", "demo", &2).unwrap();
        let only_new = Sealer::new(KeyRing::of(vec![[2; 32]]));
        assert_eq!(only_new.open_cookie::<i32>("pending", "demo", &new), Ok(2));
        assert_eq!(only_new.open_cookie::<i32>("pending", "demo", &old), Err(SealError));
    }

    #[test]
    fn a_sealed_value_serves_one_purpose_and_no_bit_may_change() {
        let site = Sealer::new(KeyRing::ephemeral());
        let sealed = site.seal_cookie("pending", "demo", &1).unwrap();
        assert!(site.open_cookie::<i32>("leaving", "demo", &sealed).is_err());
        assert!(site.open_cookie::<i32>("pending", "other", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(
                site.open_cookie::<i32>("pending", "demo", &String::from_utf8(bytes).unwrap())
                    .is_err()
            );
        }
    }
}
