//! What `git log` and `git diff-tree` list of a change: status and names, each ended by NUL.

use std::collections::HashMap;

use domain::text::nfc;

/// A changed file: its kind by the first letter of its status, and its names before and after.
pub(super) struct Change {
    pub(super) kind: char,
    pub(super) from: String,
    pub(super) to: String,
}

impl Change {
    /// Reads a change from its status and the records after it.
    pub(super) fn read(status: &[u8], records: &mut impl Iterator<Item = Vec<u8>>) -> Option<Self> {
        let status = String::from_utf8_lossy(status);
        let mut path = || records.next().map(|path| nfc(String::from_utf8_lossy(&path)));
        let (kind, from) = (status.trim().chars().next()?, path()?);
        let to = match kind {
            'R' | 'C' => path()?,
            _ => from.clone(),
        };
        Some(Self { kind, from, to })
    }
}

/// What was renamed, from the output of `git diff-tree`.
pub(super) fn renames(mut records: impl Iterator<Item = Vec<u8>>) -> HashMap<String, String> {
    let mut renames = HashMap::new();
    while let Some(record) = records.next() {
        if let Some(Change { kind: 'R', from, to }) = Change::read(&record, &mut records) {
            renames.insert(from, to);
        }
    }
    renames
}
