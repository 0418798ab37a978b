//! Time and size limits of a provider's responses.

use std::time::Duration;

/// Limits of one request to a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpLimits {
    /// From connecting to the last byte.
    pub timeout: Duration,
    /// Size of a response's body in bytes; enforced while it is read. A key set may have four times as many.
    pub max_bytes: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_bytes: 1024 * 1024,
        }
    }
}
