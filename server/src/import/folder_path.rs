//! Paths of folders and files below the folder that is imported, with `/` on every system.

/// The path of `below` in `above`; either may be empty, for the top.
pub(super) fn join(above: &str, below: &str) -> String {
    if above.is_empty() || below.is_empty() {
        format!("{above}{below}")
    } else {
        format!("{above}/{below}")
    }
}
