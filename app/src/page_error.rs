//! What may a visitor know of a failure? This is the only error that crosses the wire; it has no room for a cause.
//! How it looks is in `problem.rs`; how the errors of the ports become it, in `request.rs`.

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
    /// The messages API said no.
    ApiRefused {
        /// Its HTTP status.
        status: u16,
        /// Its own words, possibly none.
        message: String,
    },
    /// Nothing is there, or nothing that may be told: 404.
    NotFound,
    /// The document is there and cannot be made into a page that is safe: 500.
    ///
    /// Holds the reference that finds the cause in the log.
    Unshowable(String),
    /// Something behind the site does not answer; worth trying again: 503.
    ///
    /// Holds the reference that finds the cause in the log.
    Unavailable(String),
    /// The site itself is at fault: 500.
    ///
    /// Holds the reference that finds the cause in the log.
    Fault(String),
    /// Browser and site do not understand each other, perhaps being of different versions: 400.
    Malformed,
    /// The browser could not reach the site, or was answered by something that stands before its pages; never sent by
    /// the server.
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
            Self::Unshowable(_) | Self::Fault(_) => 500,
        }
    }
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    /// The text of a framework error stays where it is: it names types, addresses and input.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                head::set_status(400);
                Self::Malformed
            }
            _ => Self::Unreachable,
        }
    }

    /// What is not written in our words comes from a proxy, or from a part of the site that knows no page: an outage, and
    /// no mistake of the browser's.
    fn de(data: Bytes) -> Self {
        JsonEncoding::decode(data).unwrap_or(Self::Unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ui_4_an_error_in_other_words_than_ours_is_an_outage() {
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
    fn ui_4_an_error_of_ours_is_read_as_it_was_written() {
        for error in [PageError::Malformed, PageError::Unavailable("0badcafe".to_owned())] {
            assert_eq!(PageError::de(error.ser()), error);
        }
    }
}
