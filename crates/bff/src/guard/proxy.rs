//! A reverse proxy by which pages reach the API of another service at a path of this site: the person's access token is added
//! here, and the page never gets it.
//!
//! | part | where ||
//! |---|---|
//! | The API (upstream) and its settings | [`upstream`] |
//! | The address of the forwarded request | [`target`] |
//! | Header allow-lists | [`headers`] |
//! | Streaming bodies within limits | [`body`] |
//! | The access token for the upstream | [`token`] |
//! | The HTTP client | [`client`] |
//! | The challenge of a 401 response (RFC 9470) | [`challenge`] |
//! | Error responses of the proxy itself | [`refusal`] |

mod body;
mod challenge;
mod client;
pub(crate) mod error;
mod headers;
mod refusal;
mod target;
mod token;
pub(crate) mod upstream;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, ORIGIN, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Version};
use oidc::Providers;

use self::body::{RequestBody, as_u64, response_body};
use self::client::{Client, UpstreamRequest};
use self::refusal::Refusal;
use self::token::UpstreamTokens;
use self::upstream::{InvalidUpstream, Upstream};
use super::csrf::OriginCheck;
use super::session_lookup::SessionLookup;
use super::signed_in::SignedIn;
use crate::problem::error_chain;
use crate::tokens::AccessToken;

/// One upstream, with what is needed to forward requests to it.
struct Proxy {
    lookup: SessionLookup,
    upstream: Upstream,
    client: Client,
    tokens: UpstreamTokens,
}

/// Routes at which pages reach `upstream`. Documented at [`Bff::proxy`](crate::Bff::proxy).
///
/// # Errors
/// If the upstream needs something that is never passed on, or no provider grants tokens for its audience.
pub(crate) fn routes(
    upstream: Upstream,
    lookup: SessionLookup,
    providers: &Providers,
) -> Result<Router, InvalidUpstream> {
    upstream.check()?;
    let mount = upstream.mount.clone();
    let proxy = Arc::new(Proxy {
        lookup,
        client: Client::new(&upstream)?,
        tokens: UpstreamTokens::new(providers, &upstream)?,
        upstream,
    });
    let router = Router::new()
        .route(&mount, any(forward))
        .route(&format!("{mount}/"), any(forward))
        .route(&format!("{mount}/{{*rest}}"), any(forward));
    Ok(router.with_state(proxy))
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    match proxy.forward(&mut parts, body).await {
        Ok(response) => response,
        Err(refusal) => {
            refusal.log(&proxy.upstream.mount, parts.extensions.get());
            refusal.into_response()
        }
    }
}

impl Proxy {
    /// Forwards a request. The signed-in person is put into the extensions of `parts`, for the log.
    async fn forward(&self, parts: &mut Parts, body: Body) -> Result<Response, Refusal> {
        self.check(parts)?;
        let has_authority = parts.version > Version::HTTP_11;
        let request = UpstreamRequest {
            url: target::target(&parts.uri, &self.upstream, has_authority)?,
            method: parts.method.clone(),
            headers: headers::request_headers(&parts.headers, &self.upstream),
        };
        let person = self.signed_in(parts).await?;
        parts.extensions.insert(person.clone());
        let token = self.tokens.token_for(&person).await?;
        let body = RequestBody::read(body, length(&parts.headers), &self.upstream.limits).await?;
        let response = self.send(&request, token, body, &person).await?;
        self.page_response(&request, response)
    }

    /// Sends the request, with at most two retries after 401: one with a nonce for the proof, with the same token (RFC 9449 §9), and
    /// one with a newer token, in either order. A body that was not buffered is sent once.
    async fn send(
        &self,
        request: &UpstreamRequest,
        mut token: AccessToken,
        mut body: RequestBody,
        person: &SignedIn,
    ) -> Result<reqwest::Response, Refusal> {
        let buffered = body.clone_buffered();
        let (mut has_nonce, mut is_newer) = (false, false);
        loop {
            let response = self.client.send(request, &token, body).await?;
            // Every response may have the nonce for the next proof (§8.2).
            let needs_nonce = token.needs_retry(&request.url, response.status(), response.headers());
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            refuse_step_up(&response)?;
            if needs_nonce && !has_nonce {
                has_nonce = true;
            } else if needs_nonce || is_newer {
                return Err(Refusal::token_refused());
            } else {
                let newer = self.tokens.replace(&token, person).await?;
                if newer == token {
                    return Err(Refusal::token_refused());
                }
                (token, is_newer) = (newer, true);
            }
            body = buffered
                .as_ref()
                .and_then(RequestBody::clone_buffered)
                .ok_or_else(Refusal::token_refused)?;
        }
    }

    /// Checks whether such a request may be forwarded, whoever sends it.
    fn check(&self, request: &Parts) -> Result<(), Refusal> {
        let headers = &request.headers;
        if headers.contains_key(UPGRADE) || has_upgrade_option(headers) || request.method == Method::CONNECT {
            return Err(Refusal::upgrade());
        }
        if !self.upstream.methods.contains(&request.method) {
            return Err(Refusal::method(&self.upstream.methods));
        }
        // The request is authenticated by the session, so a token in it does not mean that a program sent it.
        let mut browser_headers = headers.clone();
        browser_headers.remove(AUTHORIZATION);
        let site = &self.lookup.site;
        match site.check_origin(&request.method, &browser_headers) {
            OriginCheck::CrossSite => Err(Refusal::cross_site()),
            OriginCheck::WrongContentType => Err(Refusal::media_type()),
            OriginCheck::Passed if is_cross_site(headers, site.origin()) => Err(Refusal::cross_site()),
            OriginCheck::Passed => Ok(()),
        }
    }

    /// The signed-in person, found by [`Bff::protect`](crate::Bff::protect) or here.
    async fn signed_in(&self, request: &Parts) -> Result<SignedIn, Refusal> {
        match self.lookup.of_request(request).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(Refusal::unauthenticated()),
            Err(error) => {
                tracing::error!(target: "bff", error = error_chain(&error), "a session could not be read");
                Err(Refusal::unavailable())
            }
        }
    }

    /// The response for the page: within limits, and only with headers of the allow-list.
    fn page_response(&self, request: &UpstreamRequest, response: reqwest::Response) -> Result<Response, Refusal> {
        let status = response.status();
        if status.is_informational() {
            return Err(Refusal::no_final_response());
        }
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(Refusal::redirect());
        }
        let limit = self.upstream.limits.max_response_bytes;
        let has_body = request.method != Method::HEAD;
        if has_body && response.content_length().is_some_and(|length| length > as_u64(limit)) {
            return Err(Refusal::large_response());
        }
        let headers = headers::response_headers(status, response.headers(), &request.url, &self.upstream);
        let mut forwarded = Response::new(response_body(response, limit));
        *forwarded.status_mut() = status;
        *forwarded.headers_mut() = headers;
        Ok(forwarded)
    }
}

fn refuse_step_up(response: &reqwest::Response) -> Result<(), Refusal> {
    match challenge::step_up(response.headers()) {
        Some(required) => Err(Refusal::step_up(&required)),
        None => Ok(()),
    }
}

/// Whether the browser states that a page of another site sends this, also if it is a safe method: an API may do more than read.
fn is_cross_site(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    let other = text(ORIGIN.as_str()).is_some_and(|from| from != origin && from != "null");
    site || other
}

/// Whether the `Connection` header has the option `upgrade`.
fn has_upgrade_option(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("upgrade"))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
