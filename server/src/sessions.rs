//! The port to sessions, and the routes that end them: people list and end their own, administrators everybody's. The page is in the `app`
//! crate; its forms are handled here.

use async_trait::async_trait;
use axum::{
    Extension, Form, Router,
    extract::rejection::FormRejection,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use bff::{
    Bff, ReturnPath, SessionInfo, SessionRef, SessionsUnavailable, SignedIn, StepUp, error_chain, new_reference,
};
use domain::{
    ADMIN, FoundSessions, PersonQuery, SessionSummary, Sessions, SessionsError, Visitor, sessions::MAX_FOUND,
};
use http::StatusCode;
use serde::Deserialize;
use store::Store;

use crate::{app_state::AppState, site_pages, visitor::CurrentVisitor};

/// The sessions port of one request.
pub(crate) struct VisitorSessions {
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    /// The session of the visitor, if there is one.
    pub(crate) signed_in: Option<SignedIn>,
    /// How recent a sign-in has to be to end sessions; `None` requires no new sign-in.
    pub(crate) recent_sign_in: Option<StepUp>,
}

#[async_trait]
impl Sessions for VisitorSessions {
    async fn sessions(&self, visitor: &Visitor, query: &PersonQuery) -> Result<FoundSessions, SessionsError> {
        let (Some(signed_in), Some(person)) = (&self.signed_in, visitor.person()) else {
            return Err(SessionsError::SignInFirst);
        };
        match query {
            PersonQuery::Myself => {
                let own = signed_in.sessions().await.map_err(|_| SessionsError::Unavailable)?;
                let sessions = own.into_iter().map(|info| self.summary(info, &person.name));
                Ok(FoundSessions {
                    sessions: sessions.collect(),
                    is_cut: false,
                })
            }
            PersonQuery::Matching(_) if !person.has_role(ADMIN) => Err(SessionsError::NotAllowed),
            PersonQuery::Matching(text) => self.of_people_matching(text).await,
        }
    }

    fn step_up_address(&self, return_to: &str) -> Option<String> {
        let (signed_in, step_up) = (self.signed_in.as_ref()?, self.recent_sign_in.as_ref()?);
        if signed_in.satisfies(step_up) {
            return None;
        }
        signed_in.step_up_address(step_up, &ReturnPath::parse(return_to))
    }
}

impl VisitorSessions {
    async fn of_people_matching(&self, text: &str) -> Result<FoundSessions, SessionsError> {
        let people = self.store.people_matching(text).await.map_err(|error| {
            tracing::error!(error = error_chain(&error), "people could not be searched");
            SessionsError::Unavailable
        })?;
        let is_cut = people.len() > MAX_FOUND;
        let mut sessions = Vec::new();
        for (id, name) in people.into_iter().take(MAX_FOUND) {
            let Some((issuer, subject)) = id.as_str().split_once('|') else {
                continue;
            };
            let found = self.bff.sessions_of(issuer, subject).await;
            let found = found.map_err(|_| SessionsError::Unavailable)?;
            sessions.extend(found.into_iter().map(|info| self.summary(info, &name)));
        }
        Ok(FoundSessions { sessions, is_cut })
    }

    fn summary(&self, info: SessionInfo, person: &str) -> SessionSummary {
        let providers = self.bff.providers();
        let provider = providers.iter().find(|known| known.id.as_str() == info.provider);
        let current = self.signed_in.as_ref().map(SignedIn::reference);
        SessionSummary {
            is_this: current == Some(info.reference),
            reference: info.reference.to_string(),
            person: person.to_owned(),
            provider: provider.map_or(info.provider, |known| known.title.clone()),
            signed_in_at: info.signed_in_at.unix_timestamp(),
            last_seen_at: info.last_seen_at.unix_timestamp(),
            ends_at: info.ends_at.unix_timestamp(),
        }
    }
}

/// `POST /sessions/end` and `POST /sessions/end-all`, for people whose sign-in is recent (ASVS 7.5.2). `Bff::protect` has refused cross-site
/// requests before.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(app: &AppState) -> Router<S> {
    let routes = Router::new()
        .route("/sessions/end", post(end_session))
        .route("/sessions/end-all", post(end_all_sessions));
    match &app.recent_sign_in {
        Some(step_up) => routes.layer(app.bff.require_step_up(step_up.clone())),
        None => routes,
    }
}

/// The form: which session to end, and which search to return to.
#[derive(Deserialize)]
struct EndSessionForm {
    session: String,
    #[serde(default)]
    person: String,
}

/// Ends one session. The extractor of `signed_in` answers people whose own session has ended.
async fn end_session(
    signed_in: SignedIn,
    Extension(bff): Extension<Bff>,
    Extension(current): Extension<CurrentVisitor>,
    form: Result<Form<EndSessionForm>, FormRejection>,
) -> Response {
    let form = match form {
        Ok(Form(form)) => form,
        Err(FormRejection::InvalidFormContentType(_)) => {
            return site_pages::reject(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not the form of a session");
        }
        Err(_) => return site_pages::reject(StatusCode::BAD_REQUEST, "the form of a session is not whole"),
    };
    let Ok(session) = form.session.parse::<SessionRef>() else {
        return site_pages::reject(StatusCode::BAD_REQUEST, "not a session reference");
    };
    let is_admin = current.visitor.person().is_some_and(|person| person.has_role(ADMIN));
    let ended = match signed_in.end_session(session).await {
        Ok(false) if is_admin => end_session_of_another(&bff, session, &signed_in).await,
        own => own,
    };
    match ended {
        Ok(ended) => redirect_to_list(usize::from(ended), &form.person),
        Err(error) => unavailable(error),
    }
}

/// Ends a session that is not the administrator's own. The log line of the session's end names its person; the line here names the
/// administrator.
async fn end_session_of_another(bff: &Bff, session: SessionRef, by: &SignedIn) -> Result<bool, SessionsUnavailable> {
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

async fn end_all_sessions(signed_in: SignedIn) -> Response {
    match signed_in.end_all_sessions().await {
        Ok(_) => Redirect::to("/auth/signed-out").into_response(),
        Err(error) => unavailable(error),
    }
}

/// Redirects to the list, which shows how many sessions were ended.
fn redirect_to_list(ended: usize, person: &str) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("ended", &ended.to_string());
    if !person.is_empty() {
        query.append_pair("person", person);
    }
    Redirect::to(&format!("/sessions?{}", query.finish())).into_response()
}

fn unavailable(error: SessionsUnavailable) -> Response {
    let reference = new_reference();
    tracing::error!(%reference, error = error_chain(&error), "a session could not be ended");
    site_pages::error_page(StatusCode::SERVICE_UNAVAILABLE, Some(reference))
}
