//! Where the client itself is found by browsers and providers.

/// Addresses of the client that a provider redirects browsers to or calls itself.
#[derive(Debug, Clone)]
pub struct ClientAddresses {
    /// Where authorization responses are sent (RFC 6749 §3.1.2).
    pub redirect_uri: String,
    /// Where browsers are redirected after signing out (RP-Initiated Logout 1.0 §3.1).
    pub post_logout_redirect_uri: String,
    /// Where the provider posts logout tokens (Back-Channel Logout 1.0 §2.2).
    pub backchannel_logout_uri: String,
    /// What the provider shows in a frame to sign out (Front-Channel Logout 1.0 §2).
    pub frontchannel_logout_uri: String,
    /// Where the provider may begin a sign-in; `https` alone, so `None` elsewhere (Core 1.0 §4).
    pub initiate_login_uri: Option<String>,
}
