//! The setting for when userinfo is requested (OpenID Connect Core 1.0 §5.3); `crate::profile` requests it.

/// When userinfo is requested after a sign-in, where the provider's metadata name its endpoint. Whatever is set: a response about
/// another person, or signed by somebody else, refuses the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserinfoMode {
    /// Where one of [`ProviderConfig::required_claims`](crate::config::ProviderConfig::required_claims) is missing in the ID token. An endpoint
    /// that refuses (400 to 499 but 408, 425 and 429; 501; 204) refuses no sign-in: the claims of the ID token suffice,
    /// and the refusal is remembered for ten minutes. An endpoint that is in trouble (no response, 5xx, 429, a redirect, no JSON)
    /// fails the sign-in: a session would otherwise last for days without the claims that restrict it.
    #[default]
    Auto,
    /// At every sign-in; a refusal fails it.
    Always,
    /// At none.
    Never,
}
