//! Why a request is not forwarded, or brings nothing. All failures are listed in [`crate::failures`].

use oidc::error::ErrorCode as _;

/// A request that the proxy refuses, or an upstream that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProxyError {
    #[error("an address that cannot be passed on")]
    BadAddress,
    #[error("an upgrade to another protocol")]
    UpgradeNotSupported,
    #[error("a method that is not passed on")]
    Method,
    #[error("a request of another site")]
    CrossSite,
    #[error("a body of a type that is not passed on")]
    MediaType,
    #[error("no session")]
    NoSession,
    #[error("the session store does not respond")]
    Unavailable,
    #[error("the provider gives no token for this upstream")]
    NotGranted,
    #[error("the upstream refuses the token")]
    TokenRefused,
    #[error("the upstream wants a stronger or more recent sign-in")]
    StepUp,
    #[error("the request is too large")]
    TooLarge,
    #[error("the request ended too early")]
    BrokenBody,
    #[error("the request took too long")]
    SlowBody,
    #[error("the upstream does not respond")]
    UpstreamUnreachable,
    #[error("the upstream took too long")]
    UpstreamTimeout,
    #[error("the upstream responds with a redirect")]
    UpstreamRedirect,
    #[error("the response of the upstream is too large")]
    UpstreamTooLarge,
    #[error("the session has no token that can be refreshed")]
    SignInAgain,
    #[error("the provider does not respond")]
    ProviderUnavailable,
}

oidc::error_codes!(ProxyError {
    Self::BadAddress => "proxy_bad_address",
    Self::UpgradeNotSupported => "proxy_upgrade_not_supported",
    Self::Method => "proxy_method",
    Self::CrossSite => "proxy_cross_site",
    Self::MediaType => "proxy_media_type",
    Self::NoSession => "proxy_no_session",
    Self::Unavailable => "proxy_unavailable",
    Self::NotGranted => "proxy_not_granted",
    Self::TokenRefused => "proxy_token_refused",
    Self::StepUp => "proxy_step_up",
    Self::TooLarge => "proxy_too_large",
    Self::BrokenBody => "proxy_broken_body",
    Self::SlowBody => "proxy_slow_body",
    Self::UpstreamUnreachable => "proxy_upstream_unreachable",
    Self::UpstreamTimeout => "proxy_upstream_timeout",
    Self::UpstreamRedirect => "proxy_upstream_redirect",
    Self::UpstreamTooLarge => "proxy_upstream_too_large",
    Self::SignInAgain => "proxy_sign_in_again",
    Self::ProviderUnavailable => "proxy_provider_unavailable",
});

impl ProxyError {
    /// The code that scripts get: without `proxy_`.
    pub(super) fn reason(self) -> &'static str {
        let code = self.code();
        code.strip_prefix("proxy_").unwrap_or(code)
    }
}
