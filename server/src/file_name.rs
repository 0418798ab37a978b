//! Names of files: shortened or numbered, with their endings as they are.

/// Longest name, in bytes, with room below the 255 that file systems allow for a number.
pub(crate) const MAX_NAME: usize = 150;

/// Longest ending that a name retains, in bytes, its dot included; a longer one is none.
const MAX_ENDING: usize = 20;

/// A name of at most [`MAX_NAME`] bytes with the same ending.
pub(crate) fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let (stem, ending) = parts(name);
    let end = stem.floor_char_boundary(MAX_NAME.saturating_sub(ending.len()));
    let stem = stem.get(..end).unwrap_or_default();
    // Windows drops these at the end of a name.
    format!("{}{ending}", stem.trim_end_matches(['.', ' ']))
}

/// Another name where this one is taken: `a-2.md`.
pub(crate) fn numbered(name: &str, number: usize) -> String {
    let (stem, ending) = parts(name);
    format!("{stem}-{number}{ending}")
}

/// Name and ending, with its dot.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= MAX_ENDING => name.split_at(dot),
        _ => (name, ""),
    }
}
