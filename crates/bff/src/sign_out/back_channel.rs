//! Back-channel logout: the provider's server posts a logout token, and the sessions it names end here
//! (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8). No browser is there, and no cookie.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use oidc::Provider;
use oidc::logout_token::{LogoutToken, LogoutTokenError};
use serde_json::json;
use time::OffsetDateTime;
use url::form_urlencoded;

use super::SignOuts;
use super::provider_session::{owners_of, sessions_of};
use crate::event::{Outcome, What, event};
use crate::problem::LATER;
use crate::session::index::SessionSelector;
use crate::session::lifecycle::SessionError;

/// `POST /auth/backchannel-logout/{provider}`: 200 when its sessions have ended, whether or not there were any;
/// 400 when the token is refused; 503 when sessions could not be ended, so that the provider sends it again.
pub(crate) async fn by_post(
    State(sign_outs): State<SignOuts>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(provider) = sign_outs.providers.find(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match receive(&sign_outs, provider, &headers, &body).await {
        Ok(ended) => {
            let ended = format!("{ended} sessions ended");
            event(What::LogoutChannel, Outcome::Success)
                .provider(&id)
                .reason(&ended)
                .record();
            StatusCode::OK.into_response()
        }
        Err(error @ LogoutError::Sessions(_)) => {
            event(What::LogoutChannel, Outcome::Failed)
                .provider(&id)
                .failure(&error)
                .record();
            let error = Json(json!({ "error": "temporarily_unavailable" }));
            (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, LATER)], error).into_response()
        }
        Err(error) => {
            event(What::LogoutChannel, Outcome::Refused)
                .provider(&id)
                .failure(&error)
                .record();
            (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request" }))).into_response()
        }
    }
}

/// Verifies the logout token of a request and ends the sessions that it names; how many those were.
async fn receive(
    sign_outs: &SignOuts,
    provider: &Provider,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<usize, LogoutError> {
    let token = logout_token(headers, body)?;
    let token = provider.verify_logout_token(&token).await?;
    end(sign_outs, provider, &token).await
}

/// The one `logout_token` of a form; other fields do not matter.
fn logout_token(headers: &HeaderMap, body: &[u8]) -> Result<String, LogoutError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(LogoutError::NotAForm);
    }
    let mut tokens = form_urlencoded::parse(body).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err(LogoutError::DuplicateToken),
        _ => Err(LogoutError::NoToken),
    }
}

/// Why a request to end sessions ends none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutError {
    #[error("the body is not a form")]
    NotAForm,
    #[error("`logout_token` was sent twice")]
    DuplicateToken,
    #[error("`logout_token` is missing")]
    NoToken,
    #[error(transparent)]
    Token(#[from] LogoutTokenError),
    #[error("the session that `sid` names is not one of the person that `sub` names")]
    OtherSubject,
    #[error(transparent)]
    Sessions(#[from] SessionError),
}

oidc::error_codes!(LogoutError {
    Self::NotAForm => "logout_not_a_form",
    Self::DuplicateToken => "logout_duplicate_token",
    Self::NoToken => "logout_no_token",
    Self::OtherSubject => "logout_other_subject",
} from {
    Self::Token(error) => error,
    Self::Sessions(error) => error,
});

/// Ends what the token names; a second time it names nothing.
async fn end(sign_outs: &SignOuts, provider: &Provider, token: &LogoutToken) -> Result<usize, LogoutError> {
    let issuer = token.issuer.as_str();
    if sign_outs.sessions.is_logout_token_used(issuer, &token.jti).await? {
        return Ok(0);
    }
    let subject = token.subject.as_deref();
    let which = match &token.sid {
        Some(sid) => {
            let owners = owners_of(sign_outs, provider, sid, issuer).await?;
            if subject.is_some_and(|subject| owners.iter().any(|owner| owner != subject)) {
                return Err(LogoutError::OtherSubject);
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
    // Last: a logout that failed half-way may be sent again.
    sign_outs
        .sessions
        .mark_logout_token_used(issuer, &token.jti, until)
        .await?;
    Ok(ended)
}
