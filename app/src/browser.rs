//! What runs in the browser beyond the views? A look at who is signed in (`browser/person.rs`), keys, menus that close
//! themselves, and links that sign in and lead back to where in the page somebody was. All of it works on what the layout has drawn and is a convenience: no page needs it.

use std::cell::Cell;

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent},
};

pub(crate) mod person;

use crate::sign_in::with_fragment;

/// Starts listening, for as long as the page lives.
pub fn attach() {
    person::attach();
    // Dropping the handles keeps the listeners: they end with the page.
    let went = Cell::new(false);
    let _ = window_event_listener(ev::keydown, move |event| press(&event, &went));
    let _ = window_event_listener(ev::click, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        close_menu(target.as_ref());
    });
    // Before the link is followed, by whichever button.
    for event in ["click", "auxclick", "contextmenu"] {
        let _ = window_event_listener_untyped(event, |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(target) = target {
                keep_fragment(&target);
            }
        });
    }
}

/// A link that signs in and returns to this page returns to the part of it that is shown: the server never sees the fragment of
/// an address (RFC 3986 §3.5), and browsers lose it over the form of a provider.
fn keep_fragment(target: &Element) {
    let Some(link) = target.closest("a[href^='/auth/']").ok().flatten() else {
        return;
    };
    let location = window().location();
    let (Ok(path), Ok(fragment)) = (location.pathname(), location.hash()) else {
        return;
    };
    let href = link.get_attribute("href").unwrap_or_default();
    if let Some(href) = with_fragment(&href, &path, &fragment) {
        let _ = link.set_attribute("href", &href);
    }
}

/// One key; `went` remembers a `g` waiting for its second key.
fn press(event: &KeyboardEvent, went: &Cell<bool>) {
    let after_g = went.replace(false);
    if event.ctrl_key() || event.alt_key() || event.meta_key() || is_typing(event) {
        return;
    }
    let key = event.key();
    match (after_g, key.as_str()) {
        (true, "d" | "p" | "h") => {
            if let Some(link) = element(&format!("a[data-key={key}]")) {
                link.click();
            }
        }
        (false, "g") => went.set(true),
        (false, "/") => {
            if let Some(filter) = element("#filter") {
                event.prevent_default();
                let _ = filter.focus();
            }
        }
        (false, "?") => {
            if let Some(dialog) = element("#keys").and_then(|found| found.dyn_into::<HtmlDialogElement>().ok()) {
                let _ = dialog.show_modal();
            }
        }
        (_, "Escape") => {
            // Back to where the menu was opened from; what had the focus in it is gone from sight.
            if let Some(summary) = element("details.menu[open] > summary") {
                let _ = summary.focus();
            }
            close_menu(None);
        }
        _ => {}
    }
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Closes the open menu unless the click was in it; a followed link closes its own. Without a click, in any case.
/// There is never more than one: the menus share a name.
fn close_menu(target: Option<&Element>) {
    let followed = target.is_some_and(|target| target.closest("a").ok().flatten().is_some());
    if let Some(menu) = element("details.menu[open]")
        && (followed || !menu.contains(target.map(AsRef::as_ref)))
    {
        let _ = menu.remove_attribute("open");
    }
}

fn element(selector: &str) -> Option<HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|found| found.dyn_into().ok())
}
