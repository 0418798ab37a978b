//! Who may pass?
pub(crate) mod bearer;
pub(crate) mod signed_in;
