//! What if the provider says that somebody signed out? Its server posts a logout token; the sessions it names end here
//! (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8). No browser is there, and no cookie.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::logout_token::LogoutToken;
use serde_json::json;
use time::OffsetDateTime;
use url::form_urlencoded;

use super::SignOuts;
use super::provider_session::{owners_of, sessions_of};
use crate::event::{Outcome, What, event};
use crate::problem::{LATER, chain};
use crate::session::index::SessionSelector;
use crate::session::lifecycle::SessionError;

/// `POST /auth/backchannel-logout/{provider}`: 200 when what the token says is so, whether or not there was a session;
/// 400 when it is not believed; 503 when it could not be done, so that the provider says it again.
pub(crate) async fn by_post(
    State(sign_outs): State<SignOuts>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(provider) = sign_outs.providers.find(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let token = match logout_token(&headers, &body) {
        Ok(raw) => provider.verify_logout_token(&raw).await.map_err(|e| chain(&e)),
        Err(why) => Err(why.to_owned()),
    };
    let done = match token {
        Ok(token) => end(&sign_outs, provider, &token).await,
        Err(reason) => return refused(&id, &reason),
    };
    match done {
        Ok(ended) => {
            let ended = format!("{ended} sessions ended");
            event(What::LogoutChannel, Outcome::Success)
                .provider(&id)
                .reason(&ended)
                .record();
            StatusCode::OK.into_response()
        }
        Err(error @ EndError::OtherSubject) => refused(&id, &chain(&error)),
        Err(error @ EndError::Sessions(_)) => {
            event(What::LogoutChannel, Outcome::Failed)
                .provider(&id)
                .reason(&chain(&error))
                .record();
            let error = Json(json!({ "error": "temporarily_unavailable" }));
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, LATER)], error).into_response()
        }
    }
}

fn refused(provider: &str, reason: &str) -> Response {
    event(What::LogoutChannel, Outcome::Refused)
        .provider(provider)
        .reason(reason)
        .record();
    (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request" }))).into_response()
}

/// The one `logout_token` of a form; other fields do not matter.
fn logout_token(headers: &HeaderMap, body: &[u8]) -> Result<String, &'static str> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err("the body is not a form");
    }
    let mut tokens = form_urlencoded::parse(body).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err("`logout_token` was sent twice"),
        _ => Err("`logout_token` is missing"),
    }
}

/// Why a token that is believed ends nothing.
#[derive(Debug, thiserror::Error)]
enum EndError {
    #[error(transparent)]
    Sessions(#[from] SessionError),
    #[error("the session that `sid` names is not one of the person that `sub` names")]
    OtherSubject,
}

/// Ends what the token names; a second time it names nothing.
async fn end(sign_outs: &SignOuts, provider: &Provider, token: &LogoutToken) -> Result<usize, EndError> {
    let issuer = token.issuer.as_str();
    if sign_outs.sessions.is_logout_token_used(issuer, &token.jti).await? {
        return Ok(0);
    }
    let subject = token.subject.as_deref();
    let which = match &token.sid {
        Some(sid) => {
            let owners = owners_of(sign_outs, provider, sid, issuer).await?;
            if subject.is_some_and(|subject| owners.iter().any(|owner| owner != subject)) {
                return Err(EndError::OtherSubject);
            }
            SessionSelector::ProviderSession {
                provider: provider.config.id.as_str(),
                sid,
            }
        }
        None => SessionSelector::Person {
            issuer,
            subject: subject.unwrap_or_default(),
        },
    };
    let until = OffsetDateTime::from_unix_timestamp(token.until).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    sign_outs.sessions.mark_ended(which, subject, until).await?;
    let mut ended = 0;
    let meant = match &token.sid {
        Some(sid) => sessions_of(sign_outs, provider, sid, Some(issuer)).await?,
        None => vec![which],
    };
    for which in meant {
        ended += sign_outs.end_all(which).await?;
    }
    // Last: what failed half-way may be said again.
    sign_outs
        .sessions
        .mark_logout_token_used(issuer, &token.jti, until)
        .await?;
    Ok(ended)
}
