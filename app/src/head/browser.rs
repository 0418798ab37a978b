//! A page drawn in the browser has no HTTP status, and its title is text; the server's part is in `head.rs`.

/// Does nothing: the status was sent before.
pub(crate) fn set_status(_status: u16) {}

/// A title as `document.title` takes it.
pub(crate) fn title(text: &str) -> String {
    text.to_owned()
}
