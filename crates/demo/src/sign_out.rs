//! The end session endpoint. RP-Initiated Logout 1.0 §2.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::authorize::{COOKIE, cookie};
use crate::page;
use crate::params::Params;
use crate::provider::{Provider, Shared};

/// The field of our own page that means "yes, sign me out".
pub(crate) const CONFIRMED_FIELD: &str = "demo_confirmed";

/// `GET /end_session`
pub(crate) async fn by_query(
    State(provider): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).map(|params| params.without(CONFIRMED_FIELD));
    reply(&provider, &headers, params)
}

/// `POST /end_session`
pub(crate) async fn by_form(State(provider): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    reply(&provider, &headers, Params::parse(&body))
}

fn reply(provider: &Provider, headers: &HeaderMap, params: Option<Params>) -> Response {
    let Some(params) = params else {
        return page::problem(StatusCode::BAD_REQUEST, "A parameter was sent twice.");
    };
    let back = params.value("post_logout_redirect_uri");
    if back.is_some_and(|back| {
        !provider
            .config
            .post_logout_redirect_uris
            .iter()
            .any(|known| known == back)
    }) {
        return page::problem(
            StatusCode::BAD_REQUEST,
            "This address to return to is not registered for the client.",
        );
    }
    // An expired ID token is a good hint (§2); a foreign or forged one is none.
    let hint = params
        .value("id_token_hint")
        .and_then(|hint| provider.read(hint, "JWT"));
    let ours =
        hint.is_some_and(|claims| claims.get("aud").and_then(|aud| aud.as_str()) == Some(&provider.config.client_id));
    if !ours && params.value(CONFIRMED_FIELD).is_none() {
        return page::sign_out(provider, &params);
    }
    let response = match back {
        Some(back) => {
            let state = params
                .value("state")
                .map(|state| Params::default().with("state", state).encode());
            Redirect::to(&state.map_or_else(|| back.to_owned(), |state| format!("{back}?{state}"))).into_response()
        }
        None => page::signed_out(),
    };
    forgotten(provider, headers, response)
}

/// `GET /v2/logout?client_id=&returnTo=`: as some providers had it before there was a specification. Whoever sends it is
/// signed out.
pub(crate) async fn by_own_address(
    State(provider): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let known = |back: &&str| {
        provider
            .config
            .post_logout_redirect_uris
            .iter()
            .any(|known| known == back)
    };
    if params.value("client_id") != Some(&provider.config.client_id) {
        return page::problem(StatusCode::BAD_REQUEST, "This client is not registered.");
    }
    let Some(back) = params.value("returnTo").filter(known) else {
        return page::problem(StatusCode::BAD_REQUEST, "This address to return to is not registered.");
    };
    forgotten(&provider, &headers, Redirect::to(back).into_response())
}

/// `response` for somebody who is not known here any more.
fn forgotten(provider: &Provider, headers: &HeaderMap, mut response: Response) -> Response {
    if let Some(key) = cookie(headers) {
        provider.grants().forget(&key);
    }
    let removal = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(removal) = HeaderValue::from_str(&removal) {
        response.headers_mut().append(header::SET_COOKIE, removal);
    }
    response
}
