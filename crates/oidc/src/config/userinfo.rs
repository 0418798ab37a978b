//! When is userinfo asked (OpenID Connect Core 1.0 §5.3)? How it is asked is in `provider::profile`.

/// When userinfo is asked after a sign-in, where the provider's metadata name its endpoint. Whatever is set: an answer about
/// another person, or signed by somebody else, refuses the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserinfoMode {
    /// Where one of [`ProviderConfig::wanted_claims`](crate::config::ProviderConfig::wanted_claims) is missing in the ID token. An endpoint
    /// that refuses (400 to 499 but 408, 425 and 429; 501; 204) keeps nobody out: the ID token has to do,
    /// and the refusal is remembered for ten minutes. An endpoint that is in trouble (no answer, 5xx, 429, a redirect, no JSON)
    /// fails the sign-in: a session would otherwise last for days without the claims that restrict it.
    #[default]
    Auto,
    /// At every sign-in; a refusal fails it.
    Always,
    /// At none.
    Never,
}
