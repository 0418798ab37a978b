//! What of a page is outside its body, where a browser draws it alone (`make look`). The server's part is `head.rs`; pages that script follows
//! are announced by `browser.rs`.

/// Does nothing: there is no response.
pub(crate) fn set_status(_status: u16) {}

/// The title as `document.title` takes it: unescaped.
pub(crate) fn title(text: &str) -> String {
    text.to_owned()
}

/// The time: seconds since 1970 (UTC).
#[expect(
    clippy::cast_possible_truncation,
    reason = "a browser's clock is whole seconds of this century"
)]
pub(crate) fn now() -> i64 {
    (leptos::web_sys::js_sys::Date::now() / 1000.0) as i64
}
