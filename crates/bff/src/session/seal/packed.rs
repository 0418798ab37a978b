//! How is a record made small before it is sealed? Tokens are Base64 and claims repeat names: a third of them is saved.
//!
//! One record holds what one person's provider said. Nobody can put a guess into the record of somebody else and look how
//! long it gets, so packing before sealing gives nothing away.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::SealError;

/// What a packed record begins with (RFC 1950 §2.2): deflate with a window of 32 KiB. No JSON does.
const ZLIB: u8 = 0x78;
/// No record is longer once unpacked; ours are a few KiB.
const MOST: u64 = 4 * 1024 * 1024;

/// Packs JSON.
pub(super) fn pack(plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut packer = ZlibEncoder::new(Vec::with_capacity(plain.len()), Compression::fast());
    packer.write_all(plain).map_err(|_| SealError)?;
    packer.finish().map_err(|_| SealError)
}

/// The JSON again; of records written before they were packed, as it is.
pub(super) fn unpack(opened: Vec<u8>) -> Result<Vec<u8>, SealError> {
    if opened.first() != Some(&ZLIB) {
        return Ok(opened);
    }
    let mut plain = Vec::with_capacity(opened.len() * 2);
    let unpacked = ZlibDecoder::new(opened.as_slice())
        .take(MOST + 1)
        .read_to_end(&mut plain);
    match unpacked {
        Ok(length) if length as u64 <= MOST => Ok(plain),
        _ => Err(SealError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_and_is_smaller() {
        let claims =
            br#"{"groups":["Engineering","Engineering Leads","Engineering Interns"],"name":"Alice"}"#.repeat(9);
        let packed = pack(&claims).unwrap();
        assert!(packed.len() * 2 < claims.len());
        assert_eq!(unpack(packed), Ok(claims));
    }

    #[test]
    fn a_record_from_before_is_read_as_it_is() {
        assert_eq!(unpack(b"{}".to_vec()), Ok(b"{}".to_vec()));
        assert_eq!(unpack(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn what_is_torn_or_far_too_long_is_refused() {
        let packed = pack(b"{}").unwrap();
        assert_eq!(unpack(packed[..packed.len() - 5].to_vec()), Err(SealError));
        let bomb = pack(&vec![b' '; 5 * 1024 * 1024]).unwrap();
        assert_eq!(unpack(bomb), Err(SealError));
    }
}
