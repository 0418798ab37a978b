//! What do browsers have to obey? The headers of every answer; pages with scripts say which by a nonce.

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

use crate::config::Config;

/// One year would do for the lists browsers ship; two are usual (RFC 6797 §6.1.1).
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// When trying again makes sense after a 503 or 504, in seconds (RFC 9110 §10.2.3); `bff` says the same.
const LATER: HeaderValue = HeaderValue::from_static("10");

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Whether `cargo leptos watch` runs the program: then files of the build change under the names they have.
pub(crate) fn is_watched() -> bool {
    std::env::var_os("LEPTOS_WATCH").is_some()
}

/// Where `cargo leptos watch` tells pages to reload; its usual port where nobody says, and then no page asks.
pub(crate) fn reload_port() -> u32 {
    let told = std::env::var("LEPTOS_RELOAD_PORT").ok();
    told.and_then(|port| port.parse().ok()).unwrap_or(3001)
}

/// The security headers of one site.
#[derive(Clone)]
pub(crate) struct Headers {
    inner: Arc<Inner>,
}

struct Inner {
    https: bool,
    /// Beside this site and any `https:` address, where pictures may come from.
    pictures: String,
    /// Where `cargo leptos watch` tells the page to reload; empty otherwise.
    reload: &'static str,
    bff: Bff,
}

impl Headers {
    pub(crate) fn new(config: &Config, bff: Bff) -> Self {
        // A provider on this machine shows its pictures by plain http.
        let pictures = config
            .providers
            .iter()
            .filter_map(|settings| url::Url::parse(&settings.provider.issuer).ok())
            .filter(|issuer| issuer.scheme() == "http")
            .fold(String::new(), |list, issuer| {
                format!("{list} {}", issuer.origin().ascii_serialization())
            });
        let reload = if is_watched() {
            " ws://localhost:* ws://127.0.0.1:*"
        } else {
            ""
        };
        Self {
            inner: Arc::new(Inner {
                https: config.is_https(),
                pictures,
                reload,
                bff,
            }),
        }
    }

    /// Writes the policy of a page that is being rendered; called inside its context.
    pub(crate) fn allow_scripts_of_this_page(&self) {
        let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>()) else {
            return;
        };
        // `'strict-dynamic'` would ignore `'self'`, and the links that fetch script early carry no nonce.
        let scripts = format!("'self' 'nonce-{nonce}' 'wasm-unsafe-eval'");
        if let Ok(value) = HeaderValue::from_str(&self.inner.content_policy(&scripts)) {
            options.insert_header(header::CONTENT_SECURITY_POLICY, value);
        }
    }
}

impl Inner {
    /// Content Security Policy Level 3. Signing out sends a form to this site, which redirects to a provider: browsers
    /// apply `form-action` to the redirect too, so the providers' origins stand there.
    fn content_policy(&self, scripts: &str) -> String {
        let targets = self
            .bff
            .form_targets()
            .iter()
            .fold(String::new(), |list, target| format!("{list} {target}"));
        format!(
            "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' https:{pictures}; font-src 'self'; \
             connect-src 'self'{reload}; manifest-src 'self'; form-action 'self'{targets}; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'",
            pictures = self.pictures,
            reload = self.reload,
        )
    }
}

/// Tells whoever was told "not available right now" or "too slow" when to ask again.
pub(crate) fn say_when_again(mut response: Response) -> Response {
    if matches!(
        response.status(),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    ) {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(LATER);
    }
    response
}

/// Gives every answer the headers it has not set itself.
pub(crate) async fn protect_answer(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let map = response.headers_mut();
    if !map.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&headers.inner.content_policy("'none'"))
    {
        map.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (CORP, "same-origin"),
        (COOP, "same-origin"),
        // Nearly every answer says who is signed in; what may be kept says so itself.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        map.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if headers.inner.https {
        map.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(STRICT_TRANSPORT);
    }
    response
}
