//! A page drawn in the browser has no HTTP status; the server's is set in `status.rs`.

/// Does nothing: the status was sent before.
pub(crate) fn set(_status: u16) {}
