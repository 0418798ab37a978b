//! Compression of stored tokens. Most are Base64, which uses six bits of a byte: deflated (RFC 1951), they take a quarter less.
//! It costs some microseconds, so what every request opens is not compressed. Deflating harder makes Base64 no smaller, and takes tens of
//! milliseconds for the tokens of somebody in 2,000 groups.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::seal::SealError;

/// Largest set of tokens that is read, in bytes; far more than providers' answers may hold.
const MAX: u64 = 16 << 20;

/// Deflates.
pub(crate) fn compress(plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(plain.len()), Compression::fast());
    encoder.write_all(plain).map_err(|_| SealError)?;
    encoder.finish().map_err(|_| SealError)
}

/// Inflates what [`compress`] made.
pub(super) fn decompress(compressed: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut plain = Vec::with_capacity(compressed.len() * 2);
    let decoder = DeflateDecoder::new(compressed).take(MAX + 1).read_to_end(&mut plain);
    let length = decoder.map_err(|_| SealError)? as u64;
    (length <= MAX).then_some(plain).ok_or(SealError)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use rand::RngCore as _;

    use super::*;

    #[test]
    fn what_is_packed_unpacks_and_base64_takes_less_space() {
        let mut bytes = [0; 4096];
        rand::rng().fill_bytes(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let compressed = compress(token.as_bytes()).unwrap();
        assert!(
            compressed.len() * 100 < token.len() * 80,
            "{} of {}",
            compressed.len(),
            token.len()
        );
        assert_eq!(decompress(&compressed), Ok(token.into_bytes()));
    }

    #[test]
    fn what_grows_too_large_is_refused() {
        let compressed = compress(&vec![0; usize::try_from(MAX).unwrap() + 1]).unwrap();
        assert_eq!(decompress(&compressed), Err(SealError));
        assert_eq!(decompress(b"\xff"), Err(SealError));
    }
}
