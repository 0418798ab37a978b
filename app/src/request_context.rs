//! What a page or server function of a request may use. The visitor, the ports of [`domain`], and facts of the site. The server provides
//! one [`RequestContext`] per request, in the closure of `leptos_routes_with_context`.
//!
//! Leptos' context may be gone after an `.await`, so a server function calls `RequestContext::current` once, in its first line. A missing
//! context is a mistake in how the site was put together: it is answered with 500, never with "not signed in".

use std::{error::Error, sync::Arc};

use domain::{
    DocumentSources, Library, LibraryError, MessageError, Messages, ReadingHistory, Search, SearchError, Sessions,
    SessionsError, SourcesError, Visitor,
};
use http::StatusCode;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use crate::{SiteFacts, page_error::PageError};

/// Logs an error with its causes, once, and returns the reference that finds the line in the log: eight characters, not secret.
pub type ReportError = fn(&dyn Error) -> String;

/// Everything a page or server function can reach. Cheap to make: the ports are shared.
#[derive(Clone)]
pub struct RequestContext {
    /// Who made the request.
    pub visitor: Visitor,
    /// The documents.
    pub library: Arc<dyn Library>,
    /// Searching them.
    pub search: Arc<dyn Search>,
    /// What the visitor read.
    pub reading: Arc<dyn ReadingHistory>,
    /// Where people are signed in.
    pub sessions: Arc<dyn Sessions>,
    /// Where documents are pulled from.
    pub sources: Arc<dyn DocumentSources>,
    /// The messages API, called with the visitor's own access token.
    pub messages: Arc<dyn Messages>,
    /// Links that exist for this visitor alone.
    pub links: ProfileLinks,
    /// Facts of the site, the same for everybody.
    pub facts: SiteFacts,
    /// When the request is answered: seconds since 1970 (UTC).
    pub now: i64,
    /// Where an error goes whose cause a visitor may not know.
    pub report: ReportError,
}

/// Links of the profile menu, and the key by which browsers tell one person's page from another's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileLinks {
    /// An address on this site that leads to the provider's page for editing the profile, and back; `None` if the provider has no such
    /// page.
    pub edit_profile: Option<String>,
    /// Opaque key of the signed-in person; responses of server functions carry the same in a header.
    pub person_key: Option<String>,
}

/// A [`RequestContext`] with the response of its request.
struct Provided {
    context: RequestContext,
    response: ResponseOptions,
}

/// The context of the request that is being answered; still valid after an `.await`.
pub(crate) struct CurrentRequest(Arc<Provided>);

impl RequestContext {
    /// Puts this into Leptos' context, for the page or server function of this request.
    pub fn provide(self) {
        provide_context(Arc::new(Provided {
            context: self,
            response: use_context().unwrap_or_default(),
        }));
    }

    /// Reads the context of this request; to be called before any `.await`.
    ///
    /// # Errors
    /// [`PageError::Fault`] if the server provided none.
    pub(crate) fn current() -> Result<CurrentRequest, PageError> {
        let provided = use_context().ok_or_else(|| {
            tracing::error!("the request has no context: `RequestContext::provide` was not called for it");
            crate::head::set_status(500);
            PageError::Fault
        })?;
        Ok(CurrentRequest(provided))
    }
}

/// When the request is answered: seconds since 1970 (UTC); `None` outside a request.
pub(crate) fn now() -> Option<i64> {
    use_context::<Arc<Provided>>().map(|provided| provided.context.now)
}

impl std::ops::Deref for CurrentRequest {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.0.context
    }
}

impl CurrentRequest {
    /// Turns the error of a port into what the visitor may know, and gives the response its status.
    pub(crate) fn respond<T, E: PortError>(&self, result: Result<T, E>) -> Result<T, PageError> {
        result.map_err(|error| {
            let error = error.into_page_error(self.report);
            if let Ok(status) = StatusCode::from_u16(error.status()) {
                self.0.response.set_status(status);
            }
            error
        })
    }
}

/// An error of a port of [`domain`]: it becomes a [`PageError`], and whatever a visitor may not know is reported.
pub(crate) trait PortError: Error {
    /// What the visitor may know.
    fn into_page_error(self, report: ReportError) -> PageError;
}

impl PortError for LibraryError {
    fn into_page_error(self, report: ReportError) -> PageError {
        match self {
            Self::SignInFirst => PageError::SignInFirst,
            Self::NotFound => PageError::NotFound,
            Self::Refused(refusal) => PageError::Refused(refusal),
            Self::Unshowable(_) => PageError::Unshowable(report(&self)),
            Self::Unavailable(_) => PageError::Unavailable(report(&self)),
        }
    }
}

impl PortError for SearchError {
    /// An index that is being built is not an error of the page, which says so before it comes to this.
    fn into_page_error(self, report: ReportError) -> PageError {
        match self {
            Self::SignInFirst => PageError::SignInFirst,
            Self::Building { .. } | Self::Unavailable(_) => PageError::Unavailable(report(&self)),
        }
    }
}

impl PortError for MessageError {
    fn into_page_error(self, report: ReportError) -> PageError {
        match self {
            Self::SignInFirst => PageError::SignInFirst,
            Self::SignInAgain => PageError::SignInAgain,
            Self::Refused { status, message } => PageError::ApiRefused { status, message },
            // The pages of messages explain it before it comes to this.
            Self::NotConfigured => PageError::NotFound,
            Self::Unavailable => PageError::Unavailable(report(&self)),
        }
    }
}

impl PortError for SourcesError {
    fn into_page_error(self, report: ReportError) -> PageError {
        match self {
            Self::SignInFirst => PageError::SignInFirst,
            // Whether there is such a page for administrators is not said.
            Self::NotAllowed => PageError::NotFound,
            Self::Unavailable(_) => PageError::Unavailable(report(&self)),
        }
    }
}

impl PortError for SessionsError {
    fn into_page_error(self, report: ReportError) -> PageError {
        match self {
            Self::SignInFirst => PageError::SignInFirst,
            // Whether there is such a page for administrators is not said.
            Self::NotAllowed => PageError::NotFound,
            Self::Unavailable => PageError::Unavailable(report(&self)),
        }
    }
}
