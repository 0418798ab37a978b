//! A page drawn in the browser has no HTTP status, its title is text, and nobody notices it by themselves who does not see
//! the screen; the server's part is in `head.rs`.

use std::cell::RefCell;

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};
use leptos_router::hooks::use_location;

thread_local! {
    /// Path and query of the page that is shown.
    static SHOWN: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// Does nothing: the status was sent before.
pub(crate) fn set_status(_status: u16) {}

/// Remembers where the router is going, for a page that has to be loaded anew on the way.
pub(crate) fn follow_address() {
    let location = use_location();
    Effect::new(move |_| {
        let (path, search) = (location.pathname.get(), location.search.get());
        crate::browser::person::remember_address(&path, &search);
    });
}

/// A title as `document.title` takes it.
pub(crate) fn title(text: &str) -> String {
    text.to_owned()
}

/// Does what a browser does for a page it loads: says its title and begins reading at its start. Not for the first page, which
/// was loaded, nor while somebody works in a form of the page and only the query changes.
pub(crate) fn arrived(title: &str) {
    let location = use_location();
    let here = (location.pathname.get_untracked(), location.search.get_untracked());
    let Some(before) = SHOWN.replace(Some(here.clone())) else {
        return;
    };
    let document = document();
    let in_form = || {
        let focused = document.active_element();
        focused.is_some_and(|focused| focused.closest("form").ok().flatten().is_some())
    };
    if before == here || (before.0 == here.0 && in_form()) {
        return;
    }
    if let Some(told) = document.get_element_by_id("arrived") {
        told.set_text_content(Some(if title.is_empty() { "Portico" } else { title }));
    }
    let main = document.get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        // Where the page is scrolled to is for the router and the browser to say.
        let top = window().scroll_y().unwrap_or_default();
        let _ = main.focus();
        window().scroll_to_with_x_and_y(0.0, top);
    }
}
