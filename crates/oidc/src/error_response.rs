//! The error response that every endpoint of a provider gives (RFC 6749 §5.2, RFC 8628 §3.2, RFC 9126 §2.3).

use serde::Deserialize;

/// What of it is read. The description is not: it is free text from outside.
#[derive(Deserialize)]
pub(crate) struct ErrorResponse {
    /// The error code.
    pub(crate) error: String,
}
