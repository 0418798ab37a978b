//! Why the keys of a provider cannot be read.

use http::StatusCode;
use url::Url;

/// Why the keys cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeysError {
    /// Their address does not respond.
    #[error("the provider's keys cannot be read: {0}")]
    NoResponse(String),
    /// Their address responds with another status than 200.
    #[error("the provider's keys cannot be read: `{address}` answers {status}")]
    Status {
        /// Where they are.
        address: Url,
        /// The status of the response.
        status: StatusCode,
    },
    /// The response is not JSON.
    #[error("the provider's keys cannot be read: not JSON: {0}")]
    NotJson(String),
    /// The response has no member `keys`.
    #[error("the provider's keys cannot be read: there is no list of keys")]
    NoList,
    /// Nothing is known, and they were requested too often.
    #[error("the provider's keys cannot be read: they were requested too often")]
    Throttled,
}

crate::error::error_codes!(KeysError {
    Self::NoResponse(_) => "keys_no_response",
    Self::Status { .. } => "keys_status",
    Self::NotJson(_) => "keys_not_json",
    Self::NoList => "keys_no_list",
    Self::Throttled => "keys_throttled",
});
