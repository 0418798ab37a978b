//! What a visitor may know of an error: the only error type that is sent to a browser, without room for a cause. Its page is in
//! `problem.rs`; `request_context.rs` makes it of the errors of the ports.

use domain::Refusal;
use leptos::server_fn::{
    Bytes, Decodes,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

use crate::head;

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PageError {
    /// Nobody is signed in: 401.
    SignInFirst,
    /// The session can no longer ask other services for this person: 401.
    SignInAgain,
    /// The policy says no: 403.
    Refused(Refusal),
    /// The messages API refused the access token.
    ApiRefused {
        /// Its HTTP status.
        status: u16,
        /// Its own message, possibly empty.
        message: String,
    },
    /// Nothing is there, or its existence may not be revealed: 404.
    NotFound,
    /// The document exists and cannot be rendered to safe HTML: 500.
    ///
    /// Holds the reference that finds the cause in the log.
    Unshowable(String),
    /// A service behind the site does not respond; a retry may help: 503.
    ///
    /// Holds the reference that finds the cause in the log.
    Unavailable(String),
    /// The server provided no `RequestContext`, which is a mistake in the program: 500.
    Fault,
    /// The server could not parse the call, perhaps because browser and server run different versions: 400.
    Malformed,
    /// The browser could not reach the site, or a proxy in front of it responded; never sent by the server.
    Unreachable,
}

impl PageError {
    /// The HTTP status of a page that shows this.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::SignInFirst | Self::SignInAgain | Self::ApiRefused { status: 401, .. } => 401,
            Self::Refused(_) | Self::ApiRefused { .. } => 403,
            Self::NotFound => 404,
            Self::Malformed => 400,
            Self::Unavailable(_) | Self::Unreachable => 503,
            Self::Unshowable(_) | Self::Fault => 500,
        }
    }
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    /// Drops the text of a framework error: it names types, addresses and input.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                head::set_status(400);
                Self::Malformed
            }
            _ => Self::Unreachable,
        }
    }

    /// A body that is no `PageError` comes from a proxy, or from a layer of the server outside Leptos: an outage, not a mistake of the
    /// browser.
    fn de(data: Bytes) -> Self {
        JsonEncoding::decode(data).unwrap_or(Self::Unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_4_an_error_body_in_another_form_is_an_outage() {
        for body in [
            "",
            "<!DOCTYPE html><h1>502 Bad Gateway</h1>",
            "upstream timed out",
            "{}",
        ] {
            let error = PageError::de(Bytes::from_static(body.as_bytes()));
            assert_eq!(error, PageError::Unreachable, "{body:?}");
        }
    }

    #[test]
    fn ui_4_an_error_survives_serialisation() {
        for error in [PageError::Malformed, PageError::Unavailable("0badcafe".to_owned())] {
            assert_eq!(PageError::de(error.ser()), error);
        }
    }
}
