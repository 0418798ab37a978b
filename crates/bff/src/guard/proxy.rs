//! How does a page reach an API of somebody else? By a path of this site: the session's token is attached here, and the page
//! never sees it.
//!
//! | question | where |
//! |---|---|
//! | Which API, and what may pass? | [`upstream`] |
//! | Where does a request go? | [`target`] |
//! | Which headers pass? | [`headers`] |
//! | How do bodies pass? | [`body`] |
//! | Which token goes along? | [`token`] |
//! | How is the API asked? | [`client`] |
//! | What does it want when it says 401? | [`challenge`] |
//! | What does the page hear when nothing passes? | [`refusal`] |

mod body;
mod challenge;
mod client;
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

use self::body::{Outgoing, as_u64, incoming};
use self::client::{Asked, Client};
use self::refusal::Refusal;
use self::token::Tokens;
use self::upstream::{InvalidUpstream, Upstream};
use super::csrf::{Verdict, judge};
use super::person_of;
use super::signed_in::SignedIn;
use crate::problem::chain;
use crate::state::{Bff, Inner};
use crate::tokens::AccessToken;

/// One upstream and the way to it.
struct Proxy {
    inner: Arc<Inner>,
    upstream: Upstream,
    client: Client,
    tokens: Tokens,
}

impl Bff {
    /// Routes at which pages reach `upstream` with the token of the person who is signed in. They guard themselves: it does not
    /// matter whether they are inside [`Bff::protect`].
    ///
    /// - A request passes when its method is allowed, it comes from a page of this site (also if it only reads) and somebody
    ///   is signed in. Cookies, `Authorization`, `Forwarded` and everything else that is not on a short list stay behind; so do
    ///   `Set-Cookie`, CORS headers and policies on the way back.
    /// - Bodies pass piece by piece within [`ProxyLimits`](crate::ProxyLimits). Redirects are not followed, and not passed on:
    ///   502. Upgrades (WebSocket) are not passed on: 501, and 502 where the upstream begins one.
    /// - An answer of 401 renews the token and asks once more, if the body was small enough to be kept (64 KiB). What remains a
    ///   401 is `{"message", "reason"}` with `reason` one of `no_session`, `sign_in_again`, `token_refused`, and `step_up` with
    ///   `acr_values` and `max_age` where the API challenges by RFC 9470. A provider without an answer is 503 with `Retry-After`.
    /// - Answers are `no-store` and inert: an HTML page of the API runs nothing here.
    ///
    /// # Errors
    /// When the upstream asks for something that never passes, or no provider gives tokens for its audience.
    pub fn proxy(&self, upstream: Upstream) -> Result<Router, InvalidUpstream> {
        upstream.check()?;
        let mount = upstream.mount.clone();
        let proxy = Arc::new(Proxy {
            inner: Arc::clone(&self.0),
            client: Client::new(&upstream)?,
            tokens: Tokens::new(&self.0, &upstream)?,
            upstream,
        });
        let router = Router::new()
            .route(&mount, any(forward))
            .route(&format!("{mount}/"), any(forward))
            .route(&format!("{mount}/{{*rest}}"), any(forward));
        Ok(router.with_state(proxy))
    }
}

async fn forward(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    match proxy.pass(&mut parts, body).await {
        Ok(response) => response,
        Err(refusal) => {
            refusal.log(&proxy.upstream.mount, parts.extensions.get());
            refusal.into_response()
        }
    }
}

impl Proxy {
    /// Who is found to be signed in is left in `parts`, for the log.
    async fn pass(&self, parts: &mut Parts, body: Body) -> Result<Response, Refusal> {
        self.admit(parts)?;
        let by_authority = parts.version > Version::HTTP_11;
        let asked = Asked {
            url: target::target(&parts.uri, &self.upstream, by_authority)?,
            method: parts.method.clone(),
            headers: headers::outbound(&parts.headers, &self.upstream),
        };
        let person = self.person(parts).await?;
        parts.extensions.insert(person.clone());
        let token = self.tokens.of(&person).await?;
        let body = Outgoing::read(body, length(&parts.headers), &self.upstream.limits).await?;
        let answer = self.ask(&asked, token, body, &person).await?;
        self.bring(&asked, answer)
    }

    /// Asks until the upstream is content: once more for want of a nonce, with the same token and a new proof (RFC 9449 §9), and
    /// once more with a newer token, whichever it misses first. A body that was not kept is sent once.
    async fn ask(
        &self,
        asked: &Asked,
        mut token: AccessToken,
        mut body: Outgoing,
        person: &SignedIn,
    ) -> Result<reqwest::Response, Refusal> {
        let kept = body.again();
        let (mut has_nonce, mut is_newer) = (false, false);
        loop {
            let answer = self.client.send(asked, &token, body).await?;
            // Every answer may bring the nonce of the next proof (§8.2).
            let wants_nonce = token.wants_again(&asked.url, answer.status(), answer.headers());
            if answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            refuse_step_up(&answer)?;
            if wants_nonce && !has_nonce {
                has_nonce = true;
            } else if wants_nonce || is_newer {
                return Err(Refusal::token_refused());
            } else {
                let newer = self.tokens.instead_of(&token, person).await?;
                if newer == token {
                    return Err(Refusal::token_refused());
                }
                (token, is_newer) = (newer, true);
            }
            body = kept
                .as_ref()
                .and_then(Outgoing::again)
                .ok_or_else(Refusal::token_refused)?;
        }
    }

    /// Whether such a request may pass at all, whoever sends it.
    fn admit(&self, request: &Parts) -> Result<(), Refusal> {
        let headers = &request.headers;
        if headers.contains_key(UPGRADE) || names_upgrade(headers) || request.method == Method::CONNECT {
            return Err(Refusal::upgrade());
        }
        if !self.upstream.methods.contains(&request.method) {
            return Err(Refusal::method(&self.upstream.methods));
        }
        let origin = self.inner.config.public_url.origin().ascii_serialization();
        // The session opens the way, so a token that comes along is no sign of a program.
        let mut by_browser = headers.clone();
        by_browser.remove(AUTHORIZATION);
        match judge(&request.method, &by_browser, &origin, self.inner.cookies.session()) {
            Verdict::Foreign => Err(Refusal::foreign()),
            Verdict::WrongType => Err(Refusal::media_type()),
            Verdict::Pass if from_elsewhere(headers, &origin) => Err(Refusal::foreign()),
            Verdict::Pass => Ok(()),
        }
    }

    /// Who is signed in, found by [`Bff::protect`] or here.
    async fn person(&self, request: &Parts) -> Result<SignedIn, Refusal> {
        match person_of(&self.inner, request).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => Err(Refusal::nobody()),
            Err(error) => {
                tracing::error!(target: "bff", error = chain(&error), "a session could not be read");
                Err(Refusal::unavailable())
            }
        }
    }

    /// The answer as the page may have it.
    fn bring(&self, asked: &Asked, answer: reqwest::Response) -> Result<Response, Refusal> {
        let status = answer.status();
        if status.is_informational() {
            return Err(Refusal::no_final_answer());
        }
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(Refusal::redirect());
        }
        let most = self.upstream.limits.max_response_bytes;
        let has_body = asked.method != Method::HEAD;
        if has_body && answer.content_length().is_some_and(|length| length > as_u64(most)) {
            return Err(Refusal::large_answer());
        }
        let brought = headers::inbound(status, answer.headers(), &asked.url, &self.upstream);
        let mut response = Response::new(incoming(answer, most));
        *response.status_mut() = status;
        *response.headers_mut() = brought;
        Ok(response)
    }
}

fn refuse_step_up(answer: &reqwest::Response) -> Result<(), Refusal> {
    match challenge::step_up(answer.headers()) {
        Some(wanted) => Err(Refusal::step_up(&wanted)),
        None => Ok(()),
    }
}

/// Whether the browser says that a page of somebody else causes this, if only to read: an API may do more than read.
fn from_elsewhere(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    let other = text(ORIGIN.as_str()).is_some_and(|from| from != origin && from != "null");
    site || other
}

fn names_upgrade(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(CONNECTION).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("upgrade"))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
