//! Front-channel logout: a page of the provider loads an address of this site in a frame (OpenID Connect
//! Front-Channel Logout 1.0 §2, §3). Browsers send no `Lax` cookie into such a frame, so what counts is the `sid`, which
//! only provider, browser and site know. Tokens are not touched: the request is not authenticated.

use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderMap, HeaderValue, StatusCode};
use oidc::Provider;
use url::{Url, form_urlencoded};

use super::SignOuts;
use super::provider_session::sessions_of;
use crate::event::{Outcome, What, event};
use crate::problem::Failure;
use crate::session::lifecycle::SessionError;
use crate::session::store::SessionRecord;

const DONE: &str = "<!doctype html><html lang=\"en\"><title>Signed out</title><p>Signed out.</p></html>";

/// `GET /auth/frontchannel-logout/{provider}?iss=&sid=`: 200 whether or not there was such a session.
pub(crate) async fn by_frame(
    State(sign_outs): State<SignOuts>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(provider) = sign_outs.providers.find(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some((sid, issuer)) = named(provider, query.as_deref().unwrap_or_default()) else {
        return framed(provider, StatusCode::BAD_REQUEST.into_response());
    };
    // Loaded before it ends: the cookie is removed only if it belongs to the session that ends.
    let own = sign_outs
        .sessions
        .of_request(&sign_outs.site.cookies, &headers)
        .await
        .ok()
        .flatten();
    let is_party = |known: &str| {
        let named = issuer.as_deref();
        named.is_none_or(|named| provider.config.is_same_party(named, known))
    };
    let own = own.is_some_and(|s| {
        let theirs = s.identity.provider == provider.config.id && s.sid.as_deref() == Some(&sid);
        theirs && is_party(&s.identity.issuer)
    });
    if let Err(error) = end(&sign_outs, provider, &sid, issuer.as_deref()).await {
        let failure = Failure::ours(&error).about(What::LogoutChannel);
        return framed(provider, sign_outs.failure_page(failure, Some(&provider.config.id)));
    }
    let mut response = framed(provider, Html(DONE).into_response());
    if own {
        sign_outs
            .site
            .cookies
            .remove(sign_outs.site.cookies.session())
            .add_to(response.headers_mut());
    }
    response
}

async fn end(sign_outs: &SignOuts, provider: &Provider, sid: &str, issuer: Option<&str>) -> Result<(), SessionError> {
    for which in sessions_of(sign_outs, provider, sid, issuer).await? {
        for SessionRecord { row, .. } in sign_outs.sessions.remove_all(which).await? {
            event(What::SessionEnd, Outcome::Success)
                .provider(&row.provider)
                .subject(&row.subject)
                .session(row.reference)
                .reason("a page of the provider signed the person out")
                .record();
        }
    }
    Ok(())
}

/// The session to end, and its issuer if the request names it. Both parameters once, and the issuer is the provider's; a
/// provider that is known to leave it out may do so.
fn named(provider: &Provider, query: &str) -> Option<(String, Option<String>)> {
    let values = |name: &str| {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
        pairs.map(|(_, value)| value.into_owned()).collect::<Vec<_>>()
    };
    let metadata = provider.discovery.current();
    let called = metadata.as_ref().map_or(&provider.config.issuer, |m| &m.issuer);
    let (issuer_fits, issuer) = match &*values("iss") {
        [] => (provider.config.front_channel_without_issuer, None),
        [issuer] => (provider.config.is_issuer(issuer, called), Some(issuer.clone())),
        _ => (false, None),
    };
    match <[String; 1]>::try_from(values("sid")) {
        Ok([sid]) if issuer_fits && !sid.is_empty() => Some((sid, issuer)),
        _ => None,
    }
}

/// The one response that may stand in a frame, and in nobody's but the provider's.
fn framed(provider: &Provider, mut response: Response) -> Response {
    let issuer = Url::parse(&provider.config.issuer).ok();
    let mut origins: Vec<_> = issuer
        .map(|url| url.origin().ascii_serialization())
        .into_iter()
        .collect();
    origins.extend(provider.sign_out_origin().filter(|origin| !origins.contains(origin)));
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {}",
        origins.join(" ")
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}
