//! The routes of this crate: all under `/auth/`, all plain requests that need no script.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::client_addresses::ClientAddresses;
use oidc::config::ProviderId;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::event::What;
use crate::guard::csrf::{self, CrossSiteDefence};
use crate::pages::SharedPages;
use crate::problem::Failure;
use crate::session::lifecycle::Sessions;
use crate::session::person_key::put_person;
use crate::sign_in::SignIns;
use crate::sign_in::device::DeviceSignIns;
use crate::sign_out::SignOuts;
use crate::site::Site;
use crate::{sign_in, sign_out};

/// Largest form, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// The addresses of this site that the provider called `id` uses.
pub(crate) fn client_addresses(public_url: &Url, id: &ProviderId) -> ClientAddresses {
    let here = |path: &str| format!("{public_url}auth/{path}");
    ClientAddresses {
        redirect_uri: here(&format!("callback/{id}")),
        post_logout_redirect_uri: here("signed-out"),
        backchannel_logout_uri: here(&format!("backchannel-logout/{id}")),
        frontchannel_logout_uri: here(&format!("frontchannel-logout/{id}")),
        initiate_login_uri: (public_url.scheme() == "https").then(|| here("initiate")),
    }
}

/// The state of the routes; each handler extracts the part it needs.
#[derive(Clone)]
pub(crate) struct RouterState {
    pub(crate) site: Arc<Site>,
    pub(crate) sessions: Sessions,
    pub(crate) pages: SharedPages,
    pub(crate) devices: DeviceSignIns,
    pub(crate) sign_outs: SignOuts,
}

impl FromRef<RouterState> for Arc<Site> {
    fn from_ref(state: &RouterState) -> Self {
        Self::clone(&state.site)
    }
}

impl FromRef<RouterState> for Sessions {
    fn from_ref(state: &RouterState) -> Self {
        state.sessions.clone()
    }
}

impl FromRef<RouterState> for SharedPages {
    fn from_ref(state: &RouterState) -> Self {
        Self::clone(&state.pages)
    }
}

impl FromRef<RouterState> for SignIns {
    fn from_ref(state: &RouterState) -> Self {
        state.devices.sign_ins.clone()
    }
}

impl FromRef<RouterState> for DeviceSignIns {
    fn from_ref(state: &RouterState) -> Self {
        state.devices.clone()
    }
}

impl FromRef<RouterState> for SignOuts {
    fn from_ref(state: &RouterState) -> Self {
        state.sign_outs.clone()
    }
}

pub(crate) fn routes(state: RouterState) -> Router {
    // The provider's page posts to the callback; `state` protects it.
    let defence = CrossSiteDefence {
        site: Arc::clone(&state.site),
        pages: Arc::clone(&state.pages),
    };
    let callback = get(sign_in::callback::by_get)
        .post(sign_in::callback::by_post)
        .head(head_without_effect);
    let defended = Router::new()
        .route("/auth/logout", post(sign_out::rp_initiated::sign_out))
        .layer(from_fn_with_state(defence, csrf::defend));
    Router::new()
        .route("/auth/login", get(sign_in::start::sign_in).head(head_without_effect))
        .route("/auth/signup", get(sign_in::start::sign_up).head(head_without_effect))
        .route("/auth/callback/{provider}", callback)
        .route(
            "/auth/edit-profile",
            get(sign_in::user_flow::edit_profile).head(head_without_effect),
        )
        .route(
            "/auth/initiate",
            get(sign_in::initiate::by_get)
                .post(sign_in::initiate::by_post)
                .head(head_without_effect),
        )
        .route(
            "/auth/device",
            get(sign_in::device::start::start).head(head_without_effect),
        )
        .route(
            "/auth/device/wait",
            get(sign_in::device::wait).head(head_without_effect),
        )
        .route(
            "/auth/signed-out",
            get(sign_out::rp_initiated::signed_out).head(head_without_effect),
        )
        .route("/auth/session", get(session))
        .route(
            "/auth/backchannel-logout/{provider}",
            post(sign_out::back_channel::by_post),
        )
        .route(
            "/auth/frontchannel-logout/{provider}",
            get(sign_out::front_channel::by_frame).head(head_without_effect),
        )
        .merge(defended)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(add_security_headers))
        .with_state(state)
}

/// HEAD is supported wherever GET is (RFC 9110 §9.1), but signs nobody in or out.
async fn head_without_effect() -> StatusCode {
    StatusCode::OK
}

/// Middleware that adds security headers: these addresses have codes and `state` in them, which must not get into caches or
/// referrers (RFC 9700 §4.2.4). They are not shown in frames (§4.16), except for the one that is made for a frame.
async fn add_security_headers(request: Request, next: Next) -> Response {
    let is_for_frames = request.uri().path().starts_with("/auth/frontchannel-logout/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !is_for_frames {
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

/// `GET /auth/session`: who is signed in and until when, for scripts; the person's key in a header. It does not extend the session.
async fn session(
    State(sessions): State<Sessions>,
    State(site): State<Arc<Site>>,
    State(pages): State<SharedPages>,
    headers: HeaderMap,
) -> Response {
    let session = match sessions.of_request(&site.cookies, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => {
            let signed_out = json!({ "signed_in": false, "name": null, "expires_at": null });
            return session_response(signed_out, None);
        }
        Err(error) => return Failure::ours(&error).about(What::Access).into_response(&*pages, None),
    };
    let name = session
        .identity
        .claims
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or(&session.identity.subject);
    let expires_at = sessions.end_of(&session).format(&Rfc3339).ok();
    let key = sessions.sealer.person_key(&session.identity);
    session_response(
        json!({ "signed_in": true, "name": name, "expires_at": expires_at }),
        Some(&key),
    )
}

fn session_response(session: Value, key: Option<&str>) -> Response {
    let mut response = Json(session).into_response();
    put_person(response.headers_mut(), key);
    response
}
