//! Which address is answered by what? And what happens to every request on its way there.
//!
//! | question | where |
//! |---|---|
//! | How are script, styles and pictures served? | `router/files.rs` |
//! | Is the site alive, is it ready? | `router/health.rs` |
//! | In which form can a client read an answer? | `router/encoding.rs` |
//! | Which part of a file does it get? | `router/range.rs` |
//! | Which requests are turned away at the door? | `router/door.rs`, `router/host.rs` |
//! | Where does an address with a trailing slash lead? | `router/trailing_slash.rs` |
//! | Which errors become a page at last? | `router/bare.rs` |
//! | Pages | the `app` crate; their context is made in `context.rs` |
//! | `/auth/…`, and the paths of `[[upstreams]]` | the `bff` crate |

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
};
use bff::Bff;
use http::StatusCode;
use leptos::{IntoView, config::LeptosOptions};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list, render_app_async_with_context};
use store::Store;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use crate::{context, context::House, headers, pages, sessions, telemetry};

mod bare;
mod door;
mod encoding;
mod files;
mod health;
pub(crate) mod host;
mod range;
mod trailing_slash;

/// Longest time an answer may take, request body included.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The pages there are. Listed once per process: while Leptos lists them, no page anywhere in the process loads its data
/// (a process-wide switch in `leptos_server`), so a second site being made would stop the first.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Shared, not copied: axum clones its state several times for each request.
#[derive(Clone)]
struct Shell(Arc<(LeptosOptions, BuildFiles)>);

impl Shell {
    /// The document around a page.
    fn draw(&self) -> impl IntoView + use<> {
        let (options, files) = self.0.as_ref();
        shell(options.clone(), files.clone())
    }
}

impl FromRef<Shell> for LeptosOptions {
    fn from_ref(shell: &Shell) -> Self {
        shell.0.0.clone()
    }
}

/// What the router is made from.
pub(crate) struct Parts {
    pub(crate) house: Arc<House>,
    pub(crate) options: LeptosOptions,
    pub(crate) files: BuildFiles,
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    pub(crate) api: Router,
    /// Ways to APIs of others.
    pub(crate) proxies: Router,
}

/// Everything a site answers.
pub(crate) fn router(parts: Parts) -> Router {
    let Parts {
        house,
        options,
        files,
        bff,
        store,
        api,
        proxies,
    } = parts;
    let headers = house.headers.clone();
    // Compressed answers tell their length: only what holds no secret of a session is compressed, so not `/auth`.
    let compressed = CompressionLayer::new().br(true).gzip(true);
    let negotiated = middleware::from_fn(encoding::negotiate_encoding);
    let build = files::hashed(&options)
        .layer(compressed.clone())
        .layer(negotiated.clone());
    let pages = pages(house, Shell(Arc::new((options, files))))
        .layer(compressed)
        .layer(negotiated);
    let site = pages.merge(api).merge(bff.router());
    let timed = bff
        .protect(site)
        .layer(middleware::from_fn(door::limit_body))
        // Files of the build are the same for everybody: no session is looked up for them.
        .merge(build)
        .merge(health::router(bff, store))
        .layer(middleware::from_fn(trailing_slash::redirect_trailing_slash));
    limited(timed, TIMEOUT, proxies)
        .layer(middleware::from_fn(door::refuse_malformed))
        .layer(middleware::from_fn(host::require_host))
        .layer(CatchPanicLayer::custom(telemetry::answer_panic))
        .layer(middleware::from_fn_with_state(headers, headers::protect_answer))
        .layer(middleware::from_fn(telemetry::log_request))
        .layer(middleware::from_fn(telemetry::trace_request))
}

/// `site` within its time, and beside it the ways to upstreams: they guard themselves, limit bodies as they pass, piece by
/// piece, and each has a time of its own.
fn limited(site: Router, time: Duration, proxies: Router) -> Router {
    site.layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time))
        .layer(middleware::from_fn(bare::give_page))
        .merge(proxies)
}

/// Pages, server functions, and the page for everything else.
fn pages(house: Arc<House>, shell: Shell) -> Router {
    let routes = ROUTES.clone();
    let furnish = {
        let house = house.clone();
        move || house.furnish()
    };
    let draw = {
        let shell = shell.clone();
        move || shell.draw()
    };
    Router::new()
        .leptos_routes_with_context(&shell, routes, furnish, draw)
        .method_not_allowed_fallback(async || pages::fault(StatusCode::METHOD_NOT_ALLOWED, None))
        .layer(middleware::from_fn(door::want_json))
        .merge(sessions::router(&house))
        .fallback(everything_else)
        .layer(middleware::map_response(async |answer: Response| {
            headers::say_when_again(answer)
        }))
        .layer(Extension(house.clone()))
        .layer(middleware::from_fn_with_state(house, context::introduce))
        .with_state(shell)
}

/// A file of `public/`, or the page that says there is nothing here.
async fn everything_else(
    State(shell): State<Shell>,
    Extension(house): Extension<Arc<House>>,
    request: Request,
) -> Response {
    if let Some(asking) = files::asking_for_file(&request)
        && let Some(file) = files::file(&shell.0.0, asking).await
    {
        return if files::is_read(request.method()) {
            file
        } else {
            files::read_only()
        };
    }
    if !files::is_read(request.method()) {
        return pages::fault(StatusCode::NOT_FOUND, None);
    }
    let draw = render_app_async_with_context(move || house.furnish(), move || shell.draw());
    let mut response = draw(request).await.into_response();
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
        let (asked, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (asked, done) = (asked.clone(), done.clone());
            async move || {
                asked.notify_one();
                done.notified().await;
                "an order"
            }
        };
        let router = limited(
            Router::new().route("/page", get(std::future::pending::<()>)),
            Duration::from_millis(1),
            Router::new().route("/api/orders", get(slow)),
        );
        let ask = |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        let order = tokio::spawn(ask("/api/orders"));
        asked.notified().await;
        assert_eq!(ask("/page").await.unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
        done.notify_one();
        assert_eq!(order.await.unwrap().unwrap().status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn ui_4_what_takes_too_long_says_so_and_when_to_ask_again() {
        let site = Router::new()
            .route("/page", get(std::future::pending::<()>))
            .route("/api/fn/slow", get(std::future::pending::<()>));
        let router = limited(site, Duration::from_millis(1), Router::new());
        for (path, again, words) in [("/page", Some("10"), "This took too long"), ("/api/fn/slow", None, "")] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::GATEWAY_TIMEOUT, "{path}");
            let told = answer.headers().get("retry-after").map(|value| value.to_str().unwrap());
            assert_eq!(told, again, "{path}");
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(
                body.contains(words) && body.is_empty() == words.is_empty(),
                "{path}: {body}"
            );
        }
    }
}
