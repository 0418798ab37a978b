//! What may a visitor know of a failure? This is the only error that crosses the wire; it has no room for a cause.
//! How it looks is in `problem.rs`; how the errors of the ports become it, in `request.rs`.

use domain::Refusal;
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PageError {
    /// Nobody is signed in: 401.
    SignInFirst,
    /// The session can no longer ask other services for this person: 401.
    SignInAgain,
    /// The policy says no: 403.
    Refused {
        /// Why, and whom to ask.
        refusal: Refusal,
    },
    /// The messages API said no.
    ApiRefused {
        /// Its HTTP status.
        status: u16,
        /// Its own words, possibly none.
        message: String,
    },
    /// Nothing is there, or nothing that may be told: 404.
    NotFound,
    /// Something behind the site does not answer; worth trying again: 503.
    Unavailable {
        /// Finds the cause in the log.
        reference: String,
    },
    /// The site itself is at fault: 500.
    Fault {
        /// Finds the cause in the log.
        reference: String,
    },
    /// The browser asked for something that is not understood: 400.
    Malformed,
    /// The browser could not reach the site; never sent by the server.
    Unreachable,
}

impl PageError {
    /// The HTTP status of a page that shows this.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::SignInFirst | Self::SignInAgain | Self::ApiRefused { status: 401, .. } => 401,
            Self::Refused { .. } | Self::ApiRefused { .. } => 403,
            Self::NotFound => 404,
            Self::Malformed => 400,
            Self::Unavailable { .. } | Self::Unreachable => 503,
            Self::Fault { .. } => 500,
        }
    }
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    /// The text of a framework error stays where it is: it names types, addresses and input.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::Malformed,
            _ => Self::Unreachable,
        }
    }
}
