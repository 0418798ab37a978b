//! How many entries an archive states to have, read from its last record (APPNOTE.TXT 4.3.14 to 4.3.16) before the list of entries is: a list of
//! millions would fill the memory.

use std::io::{self, Read, Seek, SeekFrom};

/// Length of the record without the comment behind it.
const RECORD: u64 = 22;

/// Longest comment.
const MAX_COMMENT: u64 = 65_535;

/// Signature of the record.
const SIGNATURE: &[u8] = b"PK\x05\x06";

/// Signature of the record of large archives.
const SIGNATURE_64: &[u8] = b"PK\x06\x06";

/// The largest number of entries that any record at the end states, since readers may differ in which of several counts; `None` without a record.
pub(crate) fn entries(file: &mut (impl Read + Seek)) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    // In front of the record lies that of large archives, with a locator of 20 bytes and an extensible part.
    let tail = length.min(RECORD + MAX_COMMENT + 4_096);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = Vec::new();
    file.by_ref().take(tail).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(0))?;
    let mut most = None;
    for at in 0..bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = if rest.starts_with(SIGNATURE) {
            number::<2>(rest, 10)
        } else if rest.starts_with(SIGNATURE_64) {
            number::<8>(rest, 32)
        } else {
            None
        };
        most = most.max(found);
    }
    Ok(most)
}

/// A number of `N` bytes, the lowest first.
fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + N)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}
