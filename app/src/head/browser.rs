//! What of a page is outside its body, in the browser: a title as text, and an announcement for screen readers when the router shows
//! another page. The server's part is `head.rs`.

use std::cell::RefCell;

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};
use leptos_router::hooks::use_location;

thread_local! {
    /// Path and query of the current page.
    static CURRENT: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Does nothing: the response's status was sent before.
pub(crate) fn set_status(_status: u16) {}

/// Records the router's current address, for a reload during navigation.
pub(crate) fn track_address() {
    let location = use_location();
    Effect::new(move |_| {
        let (path, search) = (location.pathname.get(), location.search.get());
        crate::browser::person::remember_address(&path, &search);
    });
}

/// The title as `document.title` takes it: unescaped.
pub(crate) fn title(text: &str) -> String {
    text.to_owned()
}

/// Does what a browser does when it loads a page: announces the title and moves the focus to the start. Skipped for the first page, which
/// was loaded, and while a form of the page has the focus and only the query changes.
pub(crate) fn announce_page(title: &str) {
    let location = use_location();
    let current = (location.pathname.get_untracked(), location.search.get_untracked());
    let Some(previous) = CURRENT.replace(Some(current.clone())) else {
        return;
    };
    let document = document();
    let in_form = || {
        let focused = document.active_element();
        focused.is_some_and(|focused| focused.closest("form").ok().flatten().is_some())
    };
    if previous == current || (previous.0 == current.0 && in_form()) {
        return;
    }
    if let Some(live_region) = document.get_element_by_id("page-announcement") {
        live_region.set_text_content(Some(if title.is_empty() { "Portico" } else { title }));
    }
    let main = document.get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        // The router and the browser decide about scrolling; focusing must not change it.
        let top = window().scroll_y().unwrap_or_default();
        let _ = main.focus();
        window().scroll_to_with_x_and_y(0.0, top);
    }
}

/// The time: seconds since 1970 (UTC).
#[expect(
    clippy::cast_possible_truncation,
    reason = "a browser's clock is whole seconds of this century"
)]
pub(crate) fn now() -> i64 {
    (leptos::web_sys::js_sys::Date::now() / 1000.0) as i64
}
