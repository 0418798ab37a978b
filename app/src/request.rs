//! Who is asking, and where do answers come from? From the request's context, which the server fills once.
//!
//! Context may be gone after an `.await`, so a server function makes its `Asked` in its first line and asks it for
//! everything. Something missing here is a mistake in how the site was put together: it is answered with 500, never
//! with "not signed in".

use std::{
    any::type_name,
    error::Error,
    fmt::Write as _,
    hash::{BuildHasher, Hasher, RandomState},
    sync::Arc,
};

use domain::{Library, LibraryError, MessageError, Messages, Sessions, SessionsError, Visitor};
use http::StatusCode;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{SiteFacts, page_error::PageError};

/// Ways that are there for this visitor alone. The server puts them into the context beside the visitor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// An address on this site that leads to where they edit their profile, and back; none where their provider has no page
    /// for that.
    pub edit_profile: Option<String>,
    /// Opaque key of the signed-in person; answers of server functions carry the same in a header.
    pub person_key: Option<String>,
}

/// A question to the site: who asks, and the answer whose status is still open.
pub(crate) struct Asked {
    /// Who is asking.
    pub(crate) visitor: Visitor,
    response: Option<ResponseOptions>,
}

impl Asked {
    /// Reads the request; to be called before any `.await`.
    pub(crate) fn now() -> Result<Self, PageError> {
        Ok(Self {
            visitor: from_context()?,
            response: use_context(),
        })
    }

    /// The documents.
    pub(crate) fn library() -> Result<Arc<dyn Library>, PageError> {
        from_context()
    }

    /// The messages API.
    pub(crate) fn messages() -> Result<Arc<dyn Messages>, PageError> {
        from_context()
    }

    /// Who is signed in where.
    pub(crate) fn sessions() -> Result<Arc<dyn Sessions>, PageError> {
        from_context()
    }

    /// The site's facts.
    pub(crate) fn site() -> Result<SiteFacts, PageError> {
        from_context()
    }

    /// The visitor's own ways.
    pub(crate) fn ways() -> Result<Ways, PageError> {
        from_context()
    }

    /// Turns what a port said into what the visitor may know, and gives the response its status.
    pub(crate) fn answer<T, E: Into<PageError>>(self, outcome: Result<T, E>) -> Result<T, PageError> {
        outcome.map_err(|cause| {
            let error = cause.into();
            if let (Some(response), Ok(status)) = (self.response, StatusCode::from_u16(error.status())) {
                response.set_status(status);
            }
            error
        })
    }
}

fn from_context<T: Clone + 'static>() -> Result<T, PageError> {
    use_context().ok_or_else(|| {
        let reference = reference();
        tracing::error!(%reference, missing = type_name::<T>(), "the request has no such context");
        crate::head::set_status(500);
        PageError::Fault(reference)
    })
}

impl From<LibraryError> for PageError {
    /// Logs the cause of an outage, once, with the reference the visitor is shown.
    fn from(error: LibraryError) -> Self {
        match error {
            LibraryError::SignInFirst => Self::SignInFirst,
            LibraryError::NotFound => Self::NotFound,
            LibraryError::Refused(refusal) => Self::Refused(refusal),
            LibraryError::Unshowable(cause) => {
                let reference = reference();
                tracing::error!(%reference, cause = %with_sources(cause.as_ref()), "a document cannot be shown");
                Self::Unshowable(reference)
            }
            LibraryError::Unavailable(cause) => {
                let reference = reference();
                tracing::error!(%reference, cause = %with_sources(cause.as_ref()), "the library is unavailable");
                Self::Unavailable(reference)
            }
        }
    }
}

impl From<MessageError> for PageError {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::SignInFirst => Self::SignInFirst,
            MessageError::SignInAgain => Self::SignInAgain,
            MessageError::Refused { status, message } => Self::ApiRefused { status, message },
            // The pages of messages say more.
            MessageError::NotConfigured => Self::NotFound,
            MessageError::Unavailable => {
                let reference = reference();
                tracing::warn!(%reference, "the messages API is unavailable");
                Self::Unavailable(reference)
            }
        }
    }
}

impl From<SessionsError> for PageError {
    fn from(error: SessionsError) -> Self {
        match error {
            SessionsError::SignInFirst => Self::SignInFirst,
            // What others may see is nobody's business.
            SessionsError::NotAllowed => Self::NotFound,
            SessionsError::Unavailable => {
                let reference = reference();
                tracing::warn!(%reference, "the sessions are unavailable");
                Self::Unavailable(reference)
            }
        }
    }
}

/// Eight hexadecimal digits to find a line of the log by. Not a secret, so the standard library's random keys do.
pub(crate) fn reference() -> String {
    format!("{:08x}", RandomState::new().build_hasher().finish() & 0xffff_ffff)
}

fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
