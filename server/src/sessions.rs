//! Who is signed in where, and how is that ended? One's own for everybody, anybody's for administrators. What is shown is in
//! the `app` crate; a session ends by a plain form, answered here.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Extension, Form, Router,
    extract::rejection::FormRejection,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use bff::{Bff, ReturnPath, SessionInfo, SessionRef, SessionsUnavailable, SignedIn, StepUp};
use domain::{ADMIN, FoundSessions, SessionLine, Sessions, SessionsError, Visitor, WhichPerson, sessions::MAX_FOUND};
use http::StatusCode;
use serde::Deserialize;
use store::Store;

use crate::{
    context::{Asking, House},
    pages, telemetry,
};

/// Sessions for one request: knows who asks.
pub(crate) struct VisitorSessions {
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    /// The session of the visitor, if there is one.
    pub(crate) signed_in: Option<SignedIn>,
    /// How lately somebody has to have signed in who ends sessions.
    pub(crate) recent: Option<StepUp>,
}

#[async_trait]
impl Sessions for VisitorSessions {
    async fn sessions(&self, visitor: &Visitor, whom: &WhichPerson) -> Result<FoundSessions, SessionsError> {
        let (Some(signed_in), Some(person)) = (&self.signed_in, visitor.person()) else {
            return Err(SessionsError::SignInFirst);
        };
        match whom {
            WhichPerson::Myself => {
                let own = signed_in.sessions().await.map_err(|_| SessionsError::Unavailable)?;
                let lines = own.into_iter().map(|info| self.line(info, &person.name));
                Ok(FoundSessions {
                    lines: lines.collect(),
                    is_cut: false,
                })
            }
            WhichPerson::Like(_) if !person.has_role(ADMIN) => Err(SessionsError::NotAllowed),
            WhichPerson::Like(text) => self.of_everybody_like(text).await,
        }
    }

    fn confirm_at(&self, return_to: &str) -> Option<String> {
        let (signed_in, recent) = (self.signed_in.as_ref()?, self.recent.as_ref()?);
        if signed_in.satisfies(recent) {
            return None;
        }
        signed_in.step_up_address(recent, &ReturnPath::parse(return_to))
    }
}

impl VisitorSessions {
    async fn of_everybody_like(&self, text: &str) -> Result<FoundSessions, SessionsError> {
        let people = self.store.people_like(text).await.map_err(|error| {
            tracing::error!(%error, "people could not be looked for");
            SessionsError::Unavailable
        })?;
        let is_cut = people.len() > MAX_FOUND;
        let mut lines = Vec::new();
        for (id, name) in people.into_iter().take(MAX_FOUND) {
            let Some((issuer, subject)) = id.as_str().split_once('|') else {
                continue;
            };
            let found = self.bff.sessions_of(issuer, subject).await;
            let found = found.map_err(|_| SessionsError::Unavailable)?;
            lines.extend(found.into_iter().map(|info| self.line(info, &name)));
        }
        Ok(FoundSessions { lines, is_cut })
    }

    fn line(&self, info: SessionInfo, person: &str) -> SessionLine {
        let providers = self.bff.providers();
        let provider = providers.iter().find(|known| known.id.as_str() == info.provider);
        let this = self.signed_in.as_ref().map(SignedIn::reference);
        SessionLine {
            is_this: this == Some(info.reference),
            reference: info.reference.to_string(),
            person: person.to_owned(),
            provider: provider.map_or(info.provider, |known| known.title.clone()),
            signed_in_at: info.signed_in_at.unix_timestamp(),
            last_seen_at: info.last_seen_at.unix_timestamp(),
            ends_at: info.ends_at.unix_timestamp(),
        }
    }
}

/// `POST /sessions/end` and `POST /sessions/end-all`, for people who signed in lately (ASVS 7.5.2). Requests of other sites
/// are refused before they come here.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(house: &House) -> Router<S> {
    let routes = Router::new()
        .route("/sessions/end", post(end))
        .route("/sessions/end-all", post(end_all));
    match &house.recent {
        Some(recent) => routes.layer(house.bff.require_step_up(recent.clone())),
        None => routes,
    }
}

/// Which session, and whose list to return to.
#[derive(Deserialize)]
struct End {
    session: String,
    #[serde(default)]
    person: String,
}

/// Whoever is not signed in any more is told so first: without them nobody is asking.
async fn end(
    signed_in: SignedIn,
    Extension(house): Extension<Arc<House>>,
    Extension(asking): Extension<Asking>,
    form: Result<Form<End>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(FormRejection::InvalidFormContentType(_)) => {
            return pages::refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not the form of a session");
        }
        Err(_) => return pages::refuse(StatusCode::BAD_REQUEST, "the form of a session is not whole"),
    };
    let Ok(session) = form.session.parse::<SessionRef>() else {
        return pages::refuse(StatusCode::BAD_REQUEST, "not a session reference");
    };
    let is_admin = asking.visitor.person().is_some_and(|person| person.has_role(ADMIN));
    let ended = match signed_in.end_session(session).await {
        Ok(false) if is_admin => end_of_another(&house.bff, session, &signed_in).await,
        own => own,
    };
    match ended {
        Ok(ended) => back(usize::from(ended), &form.person),
        Err(error) => unavailable(error),
    }
}

/// Ends a session that is not the administrator's own. Whose it was stands in the line of its end; this one says by whom.
async fn end_of_another(bff: &Bff, session: SessionRef, by: &SignedIn) -> Result<bool, SessionsUnavailable> {
    let ended = bff.end_session(session).await?;
    if ended {
        let (admin, by_session) = (by.identity(), by.reference());
        tracing::info!(
            event = "session_end_by_admin",
            outcome = "success",
            %session,
            by = admin.subject.as_str(),
            by_provider = admin.provider.as_str(),
            %by_session,
        );
    }
    Ok(ended)
}

async fn end_all(signed_in: SignedIn) -> Response {
    match signed_in.end_all_sessions().await {
        Ok(_) => Redirect::to("/auth/signed-out").into_response(),
        Err(error) => unavailable(error),
    }
}

/// To the list, which says what was done.
fn back(ended: usize, person: &str) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("ended", &ended.to_string());
    if !person.is_empty() {
        query.append_pair("person", person);
    }
    Redirect::to(&format!("/sessions?{}", query.finish())).into_response()
}

fn unavailable(error: SessionsUnavailable) -> Response {
    let reference = telemetry::reference();
    tracing::error!(%reference, %error, "a session could not be ended");
    pages::fault(StatusCode::SERVICE_UNAVAILABLE, Some(reference))
}
