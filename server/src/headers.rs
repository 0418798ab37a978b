//! Security headers of every response; pages with scripts carry a nonce.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use bff::Bff;
use http::{
    HeaderValue, StatusCode,
    header::{self, HeaderName},
};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;

use crate::config::{Config, ExternalImages};

/// One year would do for the lists browsers ship; two are usual (RFC 6797 §6.1.1).
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// `Retry-After` of a 503 or 504, in seconds (RFC 9110 §10.2.3); the same value as in `bff`.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Whether `cargo leptos watch` runs the program: files of the build then change without changing their names.
pub(crate) fn is_watched() -> bool {
    std::env::var_os("LEPTOS_WATCH").is_some()
}

/// The port at which `cargo leptos watch` notifies pages; its default if the variable is not set, and then no page connects.
pub(crate) fn reload_port() -> u32 {
    let port = std::env::var("LEPTOS_RELOAD_PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3001)
}

/// The security headers of one site.
#[derive(Clone)]
pub(crate) struct SecurityHeaders(Arc<Settings>);

struct Settings {
    https: bool,
    /// Sources of images besides this site.
    image_sources: String,
    /// Whether pictures of all sites are among them.
    shows_all_images: bool,
    /// Where `cargo leptos watch` notifies the page; empty otherwise.
    reload: &'static str,
    bff: Bff,
}

impl SecurityHeaders {
    pub(crate) fn new(config: &Config, bff: Bff) -> Self {
        // A provider on this machine serves pictures over plain http.
        let image_sources = config
            .providers
            .iter()
            .filter_map(|settings| url::Url::parse(&settings.provider.issuer).ok())
            .filter(|issuer| issuer.scheme() == "http")
            .fold(config.images.sources(), |list, issuer| {
                format!("{list} {}", issuer.origin().ascii_serialization())
            });
        let reload = if is_watched() {
            " ws://localhost:* ws://127.0.0.1:*"
        } else {
            ""
        };
        Self(Arc::new(Settings {
            https: config.is_https(),
            image_sources,
            shows_all_images: config.images == ExternalImages::Allowed,
            reload,
            bff,
        }))
    }

    /// Sets the content policy of the page being rendered; called inside its Leptos context. The page shows the visitor's own `picture`.
    pub(crate) fn allow_scripts_of_this_page(&self, picture: Option<&str>) {
        let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>()) else {
            return;
        };
        let picture = picture.and_then(|address| url::Url::parse(address).ok());
        let picture = picture.filter(|address| address.scheme() == "https" && !self.0.shows_all_images);
        let picture = picture.map(|address| format!(" {}", address.origin().ascii_serialization()));
        let picture = picture.unwrap_or_default();
        // `'strict-dynamic'` would ignore `'self'`, and the links that fetch script early carry no nonce.
        let scripts = format!("'self' 'nonce-{nonce}' 'wasm-unsafe-eval'");
        if let Ok(value) = HeaderValue::from_str(&self.0.content_policy(&scripts, &picture)) {
            options.insert_header(header::CONTENT_SECURITY_POLICY, value);
        }
    }
}

impl Settings {
    /// Content Security Policy Level 3. Signing out posts a form to this site, which redirects to a provider: browsers apply `form-action` to
    /// the redirect too, so it lists the providers' origins.
    fn content_policy(&self, scripts: &str, picture: &str) -> String {
        let targets = self
            .bff
            .form_targets()
            .iter()
            .fold(String::new(), |list, target| format!("{list} {target}"));
        format!(
            "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self'{image_sources}{picture}; font-src 'self'; \
             connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'{targets}; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'",
            image_sources = self.image_sources,
            reload = self.reload,
        )
    }
}

/// Adds `Retry-After` to 503 and 504.
pub(crate) fn set_retry_after(mut response: Response) -> Response {
    if matches!(
        response.status(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    ) {
        response
            .headers_mut()
            .entry(header::RETRY_AFTER)
            .or_insert(RETRY_AFTER_SECONDS);
    }
    response
}

/// Adds the security headers that a response has not set itself.
pub(crate) async fn add_security_headers(
    State(headers): State<SecurityHeaders>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let map = response.headers_mut();
    if !map.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&headers.0.content_policy("'none'", ""))
    {
        map.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (CORP, "same-origin"),
        (COOP, "same-origin"),
        // Nearly every page shows who is signed in; responses that may be cached set the header themselves.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        map.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if headers.0.https {
        map.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(STRICT_TRANSPORT);
    }
    response
}
