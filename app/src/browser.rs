//! Script beyond the views, all of it optional: links followed without loading a page (`browser/navigation.rs`), islands (`browser/islands.rs`), a
//! look at who is signed in (`browser/person.rs`), keys (`browser/keys.rs`), help for reading (`browser/reading.rs`), suggestions below the search
//! box (`browser/search.rs`), menus that close themselves, and links that sign in and lead back to where in the page somebody was. All of it works
//! on what the server has drawn and is a convenience: no page needs it.

use std::cell::Cell;

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, Event, HtmlElement},
};

#[cfg(feature = "hydrate")]
mod islands;
pub(crate) mod keys;
#[cfg(feature = "hydrate")]
mod navigation;
pub(crate) mod person;
#[cfg(feature = "hydrate")]
mod positions;
#[cfg(feature = "hydrate")]
mod reading;
mod search;
pub(crate) mod tree;
#[cfg(feature = "hydrate")]
mod visit;

use crate::sign_in::with_fragment;

/// Takes over the page that the server has written: hydrates its islands and follows its links. `module` is the WebAssembly's own module, with a
/// function for each island.
#[cfg(feature = "hydrate")]
pub fn hydrate(module: leptos::wasm_bindgen::JsValue) {
    attach();
    reading::attach();
    islands::start(module);
    page_shown();
    // Behind the listeners of islands, which may have handled a click.
    navigation::attach();
}

/// Starts listening, for as long as the page lives.
pub fn attach() {
    person::attach();
    search::attach();
    // Dropping the handles keeps the listeners: they end with the page.
    let went = Cell::new(false);
    let _ = window_event_listener(ev::keydown, move |event| keys::press(&event, &went));
    let _ = window_event_listener(ev::click, |event| {
        let target = target(&event);
        close_menus_around(target.as_ref(), true);
    });
    // Before the link is followed, by whichever button.
    for name in ["click", "auxclick", "contextmenu"] {
        let _ = window_event_listener_untyped(name, |event| {
            if let Some(target) = target(&event) {
                keep_fragment(&target);
            }
        });
    }
    // What has the focus is not covered by a menu that was left (WCAG 2.4.11).
    let _ = window_event_listener_untyped("focusin", |event| close_menus_around(target(&event).as_ref(), false));
    let _ = window_event_listener_untyped("change", |event| {
        if is_or_is_in(target(&event).as_ref(), "#keys-on") {
            keys::remember();
        }
    });
}

/// Adds to the page that is shown now what needs script; for each page that comes.
#[cfg(feature = "hydrate")]
fn page_shown() {
    islands::hydrate();
    reading::page_shown();
}

fn target(event: &Event) -> Option<Element> {
    event.target().and_then(|target| target.dyn_into().ok())
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

/// Closes an open menu unless what happened was in it; a followed link closes its own.
fn close_menus_around(target: Option<&Element>, follows: bool) {
    let followed = follows && target.is_some_and(|target| target.closest("a").ok().flatten().is_some());
    // There is never more than one: the menus share a name.
    if let Some(menu) = element("details.menu[open]")
        && (followed || !menu.contains(target.map(AsRef::as_ref)))
    {
        let _ = menu.remove_attribute("open");
    }
}

/// Closes an open menu, whatever happened.
fn close_menus() {
    close_menus_around(None, false);
}

/// Tells a screen reader.
#[cfg(feature = "hydrate")]
fn announce(words: &str) {
    if let Some(live_region) = element("#page-announcement") {
        live_region.set_text_content(Some(words));
    }
}

fn is_or_is_in(target: Option<&Element>, selector: &str) -> bool {
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}

fn element(selector: &str) -> Option<HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()
        .and_then(|found| found.dyn_into().ok())
}
