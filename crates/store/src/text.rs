//! Texts as the databases store and compare them.

/// Whether a text contains NUL, which PostgreSQL cannot store: no row of either database matches it.
pub(super) fn contains_nul(text: &str) -> bool {
    text.contains('\0')
}

/// The form of a text in which it is stored for searching, and searched for: case-folded, with one encoding per letter. Made here and not in
/// SQL, since databases fold only ASCII or by rules of their own.
#[must_use]
pub fn searchable(text: &str) -> String {
    domain::text::fold_case(text)
}
