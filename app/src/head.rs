//! What of a page is outside its body, on the server: the HTTP status, the title, and the time. The browser's part is `head/browser.rs`.

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the HTTP status of the page being rendered. Does nothing outside a request, or for a number that is not a status.
pub(crate) fn set_status(status: u16) {
    let status = http::StatusCode::from_u16(status);
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), status) {
        response.set_status(status);
    }
}

/// The title, escaped: `leptos_meta` 0.8 writes titles unescaped, and document titles are untrusted.
pub(crate) fn title(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The time: seconds since 1970 (UTC); 0 outside a request, so that no age is shown.
pub(crate) fn now() -> i64 {
    crate::request_context::now().unwrap_or_default()
}
