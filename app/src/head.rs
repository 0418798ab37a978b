//! What of a page stands outside its body: its HTTP status, and its title as HTML? In the browser: `head/browser.rs`.

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the status of the page being rendered. Does nothing outside a request or with a number that is no status.
pub(crate) fn set_status(status: u16) {
    let status = http::StatusCode::from_u16(status);
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), status) {
        response.set_status(status);
    }
}

/// Nobody has to be told of a page that is loaded: the browser does that.
pub(crate) fn arrived(_title: &str) {}

/// The server sees one address.
pub(crate) fn follow_address() {}

/// A title as it may stand in HTML. `leptos_meta` 0.8 writes titles as they are, and a document's title is anybody's.
pub(crate) fn title(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
