//! The error response that every endpoint of a provider gives (RFC 6749 §5.2, RFC 7591 §3.2.2, RFC 8628 §3.2, RFC 9126 §2.3).

use openidconnect::StandardErrorResponse;
use openidconnect::core::CoreErrorResponseType;

/// Its `error` code; the description is free text from outside and is not shown.
pub(crate) type ErrorResponse = StandardErrorResponse<CoreErrorResponseType>;
