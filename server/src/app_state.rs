//! What pages and server functions are made of, and the [`RequestContext`] that each request gets of it.

use std::sync::{Arc, LazyLock};

use app::{ProfileLinks, RequestContext, SiteFacts};
use bff::{Bff, Clock, ReturnPath, SignedIn, StepUp};
use domain::{DocumentSources, Library, ReadingHistory, Search};
use http::request::Parts;
use leptos::prelude::use_context;
use store::Store;

use crate::{
    headers::SecurityHeaders,
    messages::{MessageSource, VisitorMessages},
    sessions::VisitorSessions,
    telemetry::{self, spans},
    visitor::CurrentVisitor,
};

/// After editing the profile at the provider, people return to their profile page.
static PROFILE: LazyLock<ReturnPath> = LazyLock::new(|| ReturnPath::parse("/profile"));

/// The state of pages and server functions, shared by all requests.
pub(crate) struct AppState {
    pub(crate) library: Arc<dyn Library>,
    pub(crate) search: Arc<dyn Search>,
    pub(crate) reading: Arc<dyn ReadingHistory>,
    pub(crate) sources: Arc<dyn DocumentSources>,
    pub(crate) messages: MessageSource,
    pub(crate) bff: Bff,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) headers: SecurityHeaders,
    /// Called per request, since providers may become ready while the site runs.
    pub(crate) facts: Box<dyn Fn() -> SiteFacts + Send + Sync>,
    /// How recent a sign-in has to be to end sessions; `None` requires no new sign-in.
    pub(crate) recent_sign_in: Option<StepUp>,
}

impl AppState {
    /// Provides the context of a page or server function; nothing else does.
    pub(crate) fn provide_request_context(&self) {
        let extensions = use_context::<Parts>().map(|parts| parts.extensions).unwrap_or_default();
        let CurrentVisitor { visitor, signed_in } = extensions.get().cloned().unwrap_or_default();
        let trace = extensions.get();
        let links = ProfileLinks {
            edit_profile: signed_in.as_ref().and_then(|person| person.edit_profile_path(&PROFILE)),
            person_key: signed_in.as_ref().map(SignedIn::person_key),
        };
        let picture = visitor.person().and_then(|person| person.picture.clone());
        let messages = VisitorMessages {
            source: self.messages.clone(),
            signed_in: signed_in.clone(),
        };
        let sessions = VisitorSessions {
            bff: self.bff.clone(),
            store: self.store.clone(),
            signed_in,
            recent_sign_in: self.recent_sign_in.clone(),
        };
        RequestContext {
            visitor,
            library: spans::traced_library(trace, &self.library),
            search: spans::traced_search(trace, &self.search),
            reading: Arc::clone(&self.reading),
            sessions: Arc::new(sessions),
            sources: Arc::clone(&self.sources),
            messages: spans::traced_messages(trace, Arc::new(messages)),
            links,
            facts: (self.facts)(),
            now: self.clock.now().unix_timestamp(),
            report: telemetry::report_error,
        }
        .provide();
        self.headers.allow_scripts_of_this_page(picture.as_deref());
    }
}
