//! Which HTTP status does the page being rendered have? In the browser there is none: `status/browser.rs`.

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the status of the page being rendered. Does nothing outside a request or with a number that is no status.
pub(crate) fn set(status: u16) {
    let status = http::StatusCode::from_u16(status);
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), status) {
        response.set_status(status);
    }
}
