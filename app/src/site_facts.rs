//! What must every page know of the site it belongs to? The server says so once per request, through context.

use serde::{Deserialize, Serialize};

/// Facts of the running site that are the same for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteFacts {
    /// A provider lets people make an account by themselves: show "Sign up".
    pub sign_up: bool,
    /// The site runs with the demo provider: tell visitors who they can be.
    pub demo: bool,
    /// A provider makes codes for screens without a keyboard: show the way to `/auth/device`.
    pub device_sign_in: bool,
}
