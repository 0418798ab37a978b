//! What runs in the browser beyond the views? A look at the session now and then, keys, and menus that
//! close themselves. All of it works on what the layout has drawn and is a convenience: no page needs it.

use std::{cell::Cell, time::Duration};

use gloo_net::http::Request;
use leptos::{
    ev,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent},
};

/// How often an open tab asks whether its session goes on; asking does not extend it.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Starts listening, for as long as the page lives.
pub fn attach() {
    // Dropping the handles keeps the listeners: they end with the page.
    let _ = window_event_listener_untyped("visibilitychange", |_| {
        if !document().hidden() {
            spawn_local(look_at_session());
        }
    });
    set_interval(
        || {
            if !document().hidden() {
                spawn_local(look_at_session());
            }
        },
        LOOK_EVERY,
    );
    let went = Cell::new(false);
    let _ = window_event_listener(ev::keydown, move |event| press(&event, &went));
    let _ = window_event_listener(ev::click, |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        close_menu(target.as_ref());
    });
}

/// Shows the bar "You have been signed out" if the page was drawn for somebody and the session has ended since.
async fn look_at_session() {
    let Some(bar) = element("#session-ended") else { return };
    let Ok(answer) = Request::get("/auth/session").send().await else {
        return;
    };
    // One fact of a small object: a JSON reader for it would cost every visitor a kilobyte.
    if let Ok(session) = answer.text().await {
        bar.set_hidden(!session.replace(' ', "").contains("\"signed_in\":false"));
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
