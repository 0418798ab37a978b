//! The router. Every request passes [`observe`], which counts it and lets faults answer first.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::faults::{Endpoint, FaultResponse};
use crate::people::Person;
use crate::proof::PROOF;
use crate::provider::{Provider, Shared};
use crate::{access, api, authorize, device, discovery, graph, page, pieces, pushed, register, sign_out, token};

/// Bodies are forms of a few hundred bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// Every route.
pub(crate) fn router(provider: &Shared) -> Router {
    let mut router = Router::new()
        .route("/", get(|| async { page::home() }))
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/jwks", get(discovery::keys))
        .route("/authorize", get(authorize::by_query).post(authorize::by_form))
        .route("/token", post(token::token))
        .route("/device_authorization", post(device::authorization))
        .route("/device", get(device::enter).post(device::decided))
        .route("/userinfo", get(access::userinfo).post(access::userinfo))
        .route("/revoke", post(access::revoke))
        .route("/introspect", post(access::introspect))
        .route("/end_session", get(sign_out::by_query).post(sign_out::by_form))
        .route("/v2/logout", get(sign_out::by_own_address))
        .route("/people/{file}", get(picture))
        .route("/api/messages/{name}", get(api::message))
        .nest(graph::GRAPH_PATH, graph::router(provider));
    if provider.config.registers.is_some() {
        router = router.route("/register", post(register::register));
    }
    if provider.config.pushed_requests {
        router = router.route("/par", post(pushed::push));
    }
    if provider.config.reveal_tokens {
        router = router.route("/demo/issued", get(issued));
    }
    router
        .layer(middleware::from_fn_with_state(provider.clone(), observe))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(provider.clone())
}

async fn picture(Path(file): Path<String>) -> Response {
    match file.strip_suffix(".svg").and_then(Person::named) {
        Some(person) => ([(header::CONTENT_TYPE, "image/svg+xml")], person.picture()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn issued(State(provider): State<Shared>) -> Response {
    let issued: Vec<_> = provider.record().issued.iter().cloned().collect();
    axum::Json(issued).into_response()
}

/// Refuses names that are not loopback (a page elsewhere may have rebound its name to us), counts, and answers as
/// faults demand.
async fn observe(State(provider): State<Shared>, request: Request, next: Next) -> Response {
    if !is_known_host(&provider, request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, "this is a demo for one machine").into_response();
    }
    let endpoint = Endpoint::of(request.uri().path());
    let is_proven = request.headers().contains_key(PROOF);
    let request = match remember(&provider, endpoint, request).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    let response = match provider.faults().responses.get(&endpoint) {
        None => next.run(request).await,
        Some(FaultResponse::Hold) => {
            lifted(&provider, endpoint).await;
            next.run(request).await
        }
        Some(FaultResponse::HoldResponse) => {
            let response = next.run(request).await;
            lifted(&provider, endpoint).await;
            response
        }
        Some(answer) => fault_response(answer),
    };
    // What the request changed, such as a grant, can be seen now.
    provider.notify();
    let response = if is_proven {
        with_nonce(&provider, response)
    } else {
        response
    };
    with_headers(response)
}

/// The nonce for the next proof, where proofs need one (RFC 9449 §8).
fn with_nonce(provider: &Provider, mut response: Response) -> Response {
    let faults = provider.faults();
    let next = faults
        .next_proof_nonce
        .as_ref()
        .filter(|_| response.status().is_success());
    let nonce = next.or(faults.proof_nonce.as_ref());
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        response.headers_mut().insert("dpop-nonce", nonce);
    }
    response
}

fn is_known_host(provider: &Provider, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return true;
    };
    let origin = provider.config.origin();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    host == origin.trim_start_matches("http://") || ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

/// Counts the request and records its body.
async fn remember(provider: &Provider, endpoint: Endpoint, request: Request) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let shown = format!(
        "{}{}\n{}",
        parts.uri.query().unwrap_or_default(),
        String::from_utf8_lossy(&bytes),
        parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    );
    let mut record = provider.record();
    *record.requests.entry(endpoint).or_default() += 1;
    if record.bodies.len() >= 1_000 {
        record.bodies.pop_front();
    }
    record.bodies.push_back((endpoint, shown));
    for proof in parts.headers.get_all(PROOF) {
        if record.proofs.len() >= 1_000 {
            record.proofs.pop_front();
        }
        let proof = String::from_utf8_lossy(proof.as_bytes()).into_owned();
        record.proofs.push_back((endpoint, proof));
    }
    drop(record);
    provider.notify();
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Waits until nothing holds `endpoint` any more.
async fn lifted(provider: &Provider, endpoint: Endpoint) {
    let held =
        |answer: Option<&FaultResponse>| matches!(answer, Some(FaultResponse::Hold | FaultResponse::HoldResponse));
    provider
        .hold_while(|faults| held(faults.responses.get(&endpoint)))
        .await;
}

fn fault_response(answer: &FaultResponse) -> Response {
    match answer {
        FaultResponse::Json(status, value) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, axum::Json(value.clone())).into_response()
        }
        FaultResponse::Jwt(token) => ([(header::CONTENT_TYPE, "application/jwt")], token.clone()).into_response(),
        FaultResponse::Html => {
            axum::response::Html("<!doctype html><title>Maintenance</title><p>Back soon").into_response()
        }
        FaultResponse::Oversize(bytes) => {
            let body = format!("{{\"padding\":\"{}\"}}", "x".repeat(*bytes));
            ([(header::CONTENT_TYPE, "application/json")], Bytes::from(body)).into_response()
        }
        FaultResponse::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to.clone())]).into_response(),
        FaultResponse::Forward(to) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to.clone())]).into_response()
        }
        FaultResponse::Pieces(all) => pieces::answer(all),
        FaultResponse::Hold | FaultResponse::HoldResponse => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Nothing here may be cached, framed or sniffed.
fn with_headers(mut response: Response) -> Response {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
