//! The settings of an upstream: which API a path of this site leads to, and what is passed between them. Checked before the first
//! request.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use oidc::address::is_secure_or_loopback;
use url::Url;

use super::headers::{is_allowed_request_header, is_allowed_response_header};

/// An API that pages of this site reach at a path of this site, with the token of the person who is signed in.
///
/// Where a request is sent is decided here alone: scheme, host, port and the beginning of the path. A page adds the rest of the
/// path and the query. The default lets `GET` and `HEAD` pass.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Path on this site, without a slash at its end.
    pub(super) mount: String,
    /// Where it leads; the path ends with a slash.
    pub(super) base: Url,
    pub(super) methods: Vec<Method>,
    pub(super) audience: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) request_headers: Vec<HeaderName>,
    pub(super) response_headers: Vec<HeaderName>,
    pub(super) limits: ProxyLimits,
    pub(super) browser_cache: bool,
    /// Ids of the providers whose tokens are meant; empty where they follow from the scopes of the sign-ins.
    pub(super) providers: Vec<String>,
    pub(super) traceparent: Option<fn() -> Option<HeaderValue>>,
}

/// Limits of one request to an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyLimits {
    /// From connecting to the last byte of the response, in each of at most two attempts; and for the body to arrive from
    /// the browser as far as it is buffered for a retry. An upstream that sends events for hours needs more.
    pub timeout: Duration,
    /// Size of a request's body in bytes; enforced while it is streamed.
    pub max_request_bytes: usize,
    /// Size of a response's body in bytes; enforced while it is streamed.
    pub max_response_bytes: usize,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            max_request_bytes: 1024 * 1024,
            max_response_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Why an upstream cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUpstream {
    /// The path on this site cannot be used.
    #[error(
        "`{0}` must be a path like `/api/orders`: letters, digits, `-`, `_`, `.` and `~` between slashes, outside `/auth`"
    )]
    Mount(String),
    /// The address of the API cannot be used.
    #[error("`{0}` must be an https address, or http on a loopback host, without user, query and fragment")]
    Address(String),
    /// `CONNECT` and `TRACE` are never passed on.
    #[error("method `{0}` cannot be passed on")]
    Method(String),
    /// The header would state who sends the request, from where, or how to read the message; only this server may set those.
    #[error("header `{0}` is never passed on")]
    Header(String),
    /// Neither audience nor resource is named: a token without a destination is never sent (RFC 9700 §2.3).
    #[error("`{0}` needs the audience or the resource that its tokens are for")]
    NoAudience(String),
    /// No provider gives tokens for this audience, this resource and these scopes.
    #[error("no provider is configured to give tokens of that audience, resource and scopes to `{0}`")]
    NotGranted(String),
    /// A provider whose tokens are required is not configured.
    #[error("`{0}` wants tokens of `{1}`, which is no provider of this site")]
    Provider(String, String),
    /// The client could not be made.
    #[error("the client for `{0}` cannot be made: {1}")]
    Client(String, String),
}

impl Upstream {
    /// `mount` is a path on this site, `address` where it leads: `/api/orders/7?all` becomes
    /// `https://orders.internal/v1/7?all` for `Upstream::new("/api/orders", "https://orders.internal/v1/")`.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn new(mount: &str, address: &str) -> Result<Self, InvalidUpstream> {
        if !is_mount(mount) {
            return Err(InvalidUpstream::Mount(mount.chars().take(80).collect()));
        }
        Ok(Self {
            mount: mount.to_owned(),
            base: base(address).ok_or_else(|| InvalidUpstream::Address(address.chars().take(200).collect()))?,
            methods: vec![Method::GET, Method::HEAD],
            audience: None,
            resource: None,
            scopes: Vec::new(),
            request_headers: Vec::new(),
            response_headers: Vec::new(),
            limits: ProxyLimits::default(),
            browser_cache: false,
            providers: Vec::new(),
            traceparent: None,
        })
    }

    /// The methods that pass, instead of `GET` and `HEAD`.
    #[must_use]
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// The audience that tokens for this upstream are given for.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The resource that tokens for this upstream are given for (RFC 8707).
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Scopes that the token has to be requested with.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The providers whose people have access, by id. If their sign-in requests something else, a token with the audience,
    /// resource and scopes of this upstream is requested with its refresh token, and cached in the session
    /// ([`SignedIn::access_token_for`](crate::SignedIn::access_token_for)).
    ///
    /// Without it only people whose sign-in requests exactly that have access: an audience has a meaning at its provider only,
    /// so it is requested of no provider that is not named.
    #[must_use]
    pub fn providers(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.providers = ids.into_iter().map(Into::into).collect();
        self
    }

    /// One more header that pages may send. Cookies, `Authorization`, `Forwarded`, `X-Forwarded-…`, `X-User…` and the like
    /// are refused when the proxy is made.
    #[must_use]
    pub fn request_header(mut self, name: HeaderName) -> Self {
        self.request_headers.push(name);
        self
    }

    /// One more header that the upstream may respond with. `Set-Cookie`, CORS headers, policies of a whole site and the like
    /// are refused when the proxy is made.
    #[must_use]
    pub fn response_header(mut self, name: HeaderName) -> Self {
        self.response_headers.push(name);
        self
    }

    /// The trace of each request (`traceparent`, W3C Trace Context §3.2): `current` is called inside a span `upstream` of this
    /// crate; nothing is sent if it returns `None`. The header of a page is not passed on. By default nothing is sent.
    #[must_use]
    pub fn traceparent(mut self, current: fn() -> Option<HeaderValue>) -> Self {
        self.traceparent = Some(current);
        self
    }

    /// Other limits.
    #[must_use]
    pub fn limits(mut self, limits: ProxyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets the browser cache responses as long as the upstream's `max-age`: `private`, and for this session alone.
    /// Otherwise every response is `no-store`.
    #[must_use]
    pub fn cache_in_browser(mut self) -> Self {
        self.browser_cache = true;
        self
    }

    /// Checks everything that does not depend on the providers.
    pub(super) fn check(&self) -> Result<(), InvalidUpstream> {
        let never = |method: &&Method| [Method::CONNECT, Method::TRACE].contains(method);
        if let Some(method) = self.methods.iter().find(never) {
            return Err(InvalidUpstream::Method(method.to_string()));
        }
        let request = self
            .request_headers
            .iter()
            .find(|name| !is_allowed_request_header(name));
        let response = self
            .response_headers
            .iter()
            .find(|name| !is_allowed_response_header(name));
        if let Some(name) = request.or(response) {
            return Err(InvalidUpstream::Header(name.to_string()));
        }
        if self.audience.is_none() && self.resource.is_none() {
            return Err(InvalidUpstream::NoAudience(self.mount.clone()));
        }
        Ok(())
    }
}

/// Plain segments only, so that routes, prefixes and `Location` mean the same everywhere.
fn is_mount(path: &str) -> bool {
    let plain = |segment: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(allowed)
    };
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    path.len() <= 200 && rest.split('/').all(plain) && path != "/auth" && !path.starts_with("/auth/")
}

fn base(address: &str) -> Option<Url> {
    let mut url = Url::parse(address).ok()?;
    let has_suffix = url.query().is_some() || url.fragment().is_some();
    let has_user = !url.username().is_empty() || url.password().is_some();
    if !is_secure_or_loopback(&url) || has_suffix || has_user {
        return None;
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn px_1_a_proxy_leads_from_a_plain_path_to_a_safe_address() {
        let good = Upstream::new("/api/orders", "https://orders.example/v1").unwrap();
        assert_eq!(good.base.as_str(), "https://orders.example/v1/");
        for mount in [
            "", "/", "api", "/api/", "/a//b", "/a/..", "/a%2f", "/auth", "/auth/x", "/a b", "/{x}", "/a/*",
        ] {
            let refused = Upstream::new(mount, "https://orders.example/").unwrap_err();
            assert_eq!(refused, InvalidUpstream::Mount(mount.to_owned()));
        }
        for address in [
            "http://orders.example/",
            "https://a:b@orders.example/",
            "https://a@orders.example/",
            "https://orders.example/?q",
            "https://orders.example/#f",
            "ftp://localhost/",
            "/v1/",
        ] {
            let refused = Upstream::new("/api", address).unwrap_err();
            assert_eq!(refused, InvalidUpstream::Address(address.to_owned()));
        }
    }

    #[test]
    fn px_2_what_must_never_pass_cannot_be_configured_either() {
        let upstream = || Upstream::new("/api", "https://orders.example/").unwrap().audience("a");
        assert_eq!(upstream().check(), Ok(()));
        let traced = upstream().methods([Method::GET, Method::TRACE]);
        assert_eq!(traced.check(), Err(InvalidUpstream::Method("TRACE".to_owned())));
        let forwarded = upstream().request_header(HeaderName::from_static("x-forwarded-user"));
        assert_eq!(
            forwarded.check(),
            Err(InvalidUpstream::Header("x-forwarded-user".to_owned()))
        );
        let opened = upstream().response_header(HeaderName::from_static("access-control-allow-origin"));
        assert!(matches!(opened.check(), Err(InvalidUpstream::Header(_))));
    }

    #[test]
    fn px_5_a_token_without_a_destination_is_sent_nowhere() {
        let nowhere = Upstream::new("/api", "https://orders.example/").unwrap();
        assert_eq!(nowhere.check(), Err(InvalidUpstream::NoAudience("/api".to_owned())));
    }
}
