//! How much of an export is read. Archives come from outside: what they state about themselves is not believed.

/// The limits of one export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most entries, those of archives inside included.
    pub entries: u64,
    /// Most bytes of all files together, unpacked.
    pub total: u64,
    /// Most bytes of one file, unpacked; larger ones are left out.
    pub file: u64,
    /// How many times larger than packed a file of more than [`Self::RATIO_FROM`] bytes may be.
    pub ratio: u64,
    /// Most bytes of a page.
    pub page: u64,
    /// Most elements inside each other on a page.
    pub depth: usize,
    /// Most rows of a table that comes from a database of the other program.
    pub rows: usize,
}

impl Limits {
    /// The size from which [`ratio`](Self::ratio) counts: short texts that repeat themselves pack well.
    pub const RATIO_FROM: u64 = 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            entries: 100_000,
            total: 8 * 1024 * MIB,
            file: 20 * MIB,
            ratio: 200,
            page: 4 * MIB,
            depth: 100,
            rows: 2_000,
        }
    }
}
