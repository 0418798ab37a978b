//! Facts of the running site that every page may show; part of the request's context.

use serde::{Deserialize, Serialize};

/// Facts of the running site that are the same for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteFacts {
    /// A provider lets people create an account: pages show "Sign up".
    pub sign_up: bool,
    /// The site runs with the demo provider: the home page lists its people.
    pub demo: bool,
    /// A provider offers device authorization (RFC 8628): pages link to `/auth/device`.
    pub device_sign_in: bool,
}
