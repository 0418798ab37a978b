//! Which addresses are there? All under `/auth/`, all plain requests that need no script.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::config::ProviderId;
use oidc::provider::ClientAddresses;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use url::Url;

use crate::event::What;
use crate::guard::csrf;
use crate::problem::Failure;
use crate::session::person_key::put_person;
use crate::state::Inner;
use crate::{sign_in, sign_out};

/// No form that reaches us is larger.
const MAX_BODY: usize = 64 * 1024;

/// Where the provider called `id` finds this site.
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

pub(crate) fn routes(inner: Arc<Inner>) -> Router {
    // The provider's page posts to the callback; what protects it is `state`.
    let callback = get(sign_in::callback::by_get)
        .post(sign_in::callback::by_post)
        .head(act_on_nothing);
    let defended = Router::new()
        .route("/auth/logout", post(sign_out::here::sign_out))
        .layer(from_fn_with_state(Arc::clone(&inner), csrf::defend));
    Router::new()
        .route("/auth/login", get(sign_in::start::sign_in).head(act_on_nothing))
        .route("/auth/signup", get(sign_in::start::sign_up).head(act_on_nothing))
        .route("/auth/callback/{provider}", callback)
        .route(
            "/auth/edit-profile",
            get(sign_in::user_flow::edit_profile).head(act_on_nothing),
        )
        .route(
            "/auth/initiate",
            get(sign_in::initiate::by_get)
                .post(sign_in::initiate::by_post)
                .head(act_on_nothing),
        )
        .route("/auth/device", get(sign_in::device::begin::start).head(act_on_nothing))
        .route("/auth/device/wait", get(sign_in::device::wait).head(act_on_nothing))
        .route("/auth/signed-out", get(sign_out::here::signed_out).head(act_on_nothing))
        .route("/auth/session", get(session))
        .route(
            "/auth/backchannel-logout/{provider}",
            post(sign_out::back_channel::by_post),
        )
        .route(
            "/auth/frontchannel-logout/{provider}",
            get(sign_out::front_channel::by_frame).head(act_on_nothing),
        )
        .merge(defended)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(keep_private))
        .with_state(inner)
}

/// HEAD is answered wherever GET is (RFC 9110 §9.1), and is nobody's wish to sign in or out: where GET acts, HEAD does not.
async fn act_on_nothing() -> StatusCode {
    StatusCode::OK
}

/// Addresses here carry codes and `state`: they are kept neither in caches nor in referrers (RFC 9700 §4.2.4). Nobody clicks in
/// somebody else's frame (§4.16), but for the one address that is made for it and says by whom.
async fn keep_private(request: Request, next: Next) -> Response {
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

/// Who is signed in and until when, for scripts; the person's key in a header. Asking does not extend the session.
async fn session(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    let session = match inner.sessions.of_request(&inner.cookies, &headers).await {
        Ok(Some(session)) => session,
        Ok(None) => {
            let nobody = json!({ "signed_in": false, "name": null, "expires_at": null });
            return told(nobody, None);
        }
        Err(error) => return inner.show(Failure::ours(&error).about(What::Access), None),
    };
    let name = session
        .identity
        .claims
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or(&session.identity.subject);
    let expires_at = inner.sessions.end_of(&session).format(&Rfc3339).ok();
    let key = inner.sealer.person_key(&session.identity);
    told(
        json!({ "signed_in": true, "name": name, "expires_at": expires_at }),
        Some(&key),
    )
}

fn told(session: Value, key: Option<&str>) -> Response {
    let mut response = Json(session).into_response();
    put_person(response.headers_mut(), key);
    response
}
