//! The router, and the layers around every request.
//!
//! | what | where |
//! |---|---|
//! | Static files: script, style sheet, pictures | `router/files.rs` |
//! | Pictures and other files of documents | `router/document_files.rs` |
//! | Health checks: `/healthz`, `/readyz` | `router/health.rs` |
//! | Content negotiation of compressed responses | `router/encoding.rs` |
//! | Range requests | `router/range.rs` |
//! | Limits of body and path, content type of server functions, `Host` | `router/request_limits.rs`, `router/host.rs` |
//! | Redirects of addresses with a trailing slash | `router/trailing_slash.rs` |
//! | Error pages for empty error responses | `router/error_pages.rs` |
//! | Pages | the `app` crate; their context is provided in `app_state.rs` |
//! | `/auth/…`, and the routes of `[[upstreams]]` | the `bff` crate |

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use app::{App, BuildFiles, shell};
use axum::{
    Extension, Router,
    extract::{FromRef, Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use bff::Bff;
use http::StatusCode;
use leptos::{IntoView, config::LeptosOptions};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list, render_app_async_with_context};
use store::Store;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use crate::{
    app_state::AppState,
    files::FileLibrary,
    headers,
    people::People,
    pulls::Pulls,
    search::{SearchStatus, suggestions},
    sessions, site_pages, telemetry, visitor,
};

mod document_files;
mod encoding;
mod error_pages;
mod files;
mod health;
pub(crate) mod host;
mod range;
mod request_limits;
mod trailing_slash;

/// Longest time of a response, reading the request's body included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The routes of the pages, listed once per process: while Leptos lists them, no page of the process loads its data (a process-wide switch in
/// `leptos_server`), so building a second site would stall the first.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// What Leptos renders documents with; shared, since axum clones its state several times per request.
#[derive(Clone)]
struct Shell(Arc<(LeptosOptions, BuildFiles)>);

impl Shell {
    /// The HTML document around a page.
    fn render(&self) -> impl IntoView + use<> {
        let (options, files) = self.0.as_ref();
        shell(options.clone(), files.clone())
    }
}

impl FromRef<Shell> for LeptosOptions {
    fn from_ref(shell: &Shell) -> Self {
        shell.0.0.clone()
    }
}

/// What the router is built from.
pub(crate) struct Parts {
    pub(crate) app: Arc<AppState>,
    pub(crate) people: Arc<People>,
    pub(crate) document_files: FileLibrary,
    pub(crate) options: LeptosOptions,
    pub(crate) files: BuildFiles,
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    pub(crate) search: SearchStatus,
    pub(crate) pulls: Pulls,
    pub(crate) api: Router,
    /// The routes of `[[upstreams]]`.
    pub(crate) proxies: Router,
}

/// All routes and layers of a site.
pub(crate) fn router(parts: Parts) -> Router {
    let Parts {
        app,
        people,
        document_files,
        options,
        files,
        bff,
        store,
        search,
        pulls,
        api,
        proxies,
    } = parts;
    let headers = app.headers.clone();
    // The length of a compressed response reveals something of its content, so responses with secrets, those of `/auth`, are not compressed.
    let compressed = CompressionLayer::new().br(true).gzip(true);
    let negotiated = middleware::from_fn(encoding::negotiate_encoding);
    let build = files::build_router(&options)
        .layer(compressed.clone())
        .layer(negotiated.clone());
    let document_files = document_files::router(document_files, people.clone());
    let pages = pages(app, people, Shell(Arc::new((options, files))))
        .layer(compressed)
        .layer(negotiated);
    // Not compressed: pictures are already, and ranges are of the bytes as they are stored.
    let site = pages.merge(document_files).merge(api).merge(bff.router());
    let timed = bff
        .protect(site)
        .layer(middleware::from_fn(request_limits::limit_body))
        // Files of the build are the same for everybody, so no session is looked up for them.
        .merge(build)
        .merge(health::router(bff, store, search, pulls))
        .layer(middleware::from_fn(trailing_slash::redirect_trailing_slash));
    with_timeout(timed, REQUEST_TIMEOUT, proxies)
        .layer(middleware::from_fn(request_limits::reject_malformed_paths))
        .layer(middleware::from_fn(host::require_host))
        .layer(CatchPanicLayer::custom(telemetry::panic_response))
        .layer(middleware::from_fn_with_state(headers, headers::add_security_headers))
        .layer(middleware::from_fn(telemetry::log_request))
        .layer(middleware::from_fn(telemetry::trace_request))
}

/// `site` with a timeout and error pages, merged with the proxied routes, which have guards, body limits and timeouts of their own.
fn with_timeout(site: Router, timeout: Duration, proxies: Router) -> Router {
    site.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, timeout))
        .layer(middleware::from_fn(error_pages::fill_empty_errors))
        .merge(proxies)
}

/// Pages, server functions, and the fallback.
fn pages(app: Arc<AppState>, people: Arc<People>, shell: Shell) -> Router {
    let routes = ROUTES.clone();
    let provide_context = {
        let app = app.clone();
        move || app.provide_request_context()
    };
    let render = {
        let shell = shell.clone();
        move || shell.render()
    };
    Router::new()
        .leptos_routes_with_context(&shell, routes, provide_context, render)
        .method_not_allowed_fallback(async || site_pages::error_page(StatusCode::METHOD_NOT_ALLOWED, None))
        .layer(middleware::from_fn(request_limits::require_json))
        .route(suggestions::PATH, get(suggestions::suggest))
        .merge(sessions::router(&app).layer(Extension(app.bff.clone())))
        .fallback(file_or_not_found)
        .layer(middleware::map_response(async |response: Response| {
            headers::set_retry_after(response)
        }))
        .layer(Extension(app))
        .layer(middleware::from_fn_with_state(people, visitor::identify_visitor))
        .with_state(shell)
}

/// A file of `public/`, or the "not found" page.
async fn file_or_not_found(
    State(shell): State<Shell>,
    Extension(app): Extension<Arc<AppState>>,
    request: Request,
) -> Response {
    if let Some(file_request) = files::file_request(&request)
        && let Some(file) = files::file(&shell.0.0, file_request).await
    {
        return if files::is_get_or_head(request.method()) {
            file
        } else {
            files::method_not_allowed()
        };
    }
    if !files::is_get_or_head(request.method()) {
        return site_pages::error_page(StatusCode::NOT_FOUND, None);
    }
    let render = render_app_async_with_context(move || app.provide_request_context(), move || shell.render());
    let mut response = render(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{body::Body, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn px_2_an_upstream_may_take_longer_than_a_page() {
        let (received, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (received, finish) = (received.clone(), finish.clone());
            async move || {
                received.notify_one();
                finish.notified().await;
                "an order"
            }
        };
        let router = with_timeout(
            Router::new().route("/page", get(std::future::pending::<()>)),
            Duration::from_millis(1),
            Router::new().route("/api/orders", get(slow)),
        );
        let get_path = |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let order = tokio::spawn(get_path("/api/orders"));
        received.notified().await;
        assert_eq!(get_path("/page").await.unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
        finish.notify_one();
        assert_eq!(order.await.unwrap().unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn ui_4_a_timeout_is_a_page_with_retry_after() {
        let site = Router::new()
            .route("/page", get(std::future::pending::<()>))
            .route("/api/fn/slow", get(std::future::pending::<()>));
        let router = with_timeout(site, Duration::from_millis(1), Router::new());
        for (path, retry_after, words) in [("/page", Some("10"), "This took too long"), ("/api/fn/slow", None, "")] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT, "{path}");
            let header = response
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().unwrap());
            assert_eq!(header, retry_after, "{path}");
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(
                body.contains(words) && body.is_empty() == words.is_empty(),
                "{path}: {body}"
            );
        }
    }
}
