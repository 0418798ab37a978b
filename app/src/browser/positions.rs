//! Where in each page of the history somebody was: how far down, and on which link. Going back leads there again (FI-8). The browser
//! cannot do it by itself, since it scrolls before the page of `visit.rs` has come.

use std::{cell::RefCell, collections::BTreeMap};

use leptos::{prelude::*, wasm_bindgen::JsValue};
use web_sys::{HtmlElement, ScrollRestoration, Url};

/// A place in a page.
#[derive(Clone, Default)]
pub(super) struct Position {
    /// Pixels from the top.
    top: f64,
    /// Address of the link that had the focus.
    link: Option<String>,
}

/// The entry of the history that is shown, and the places in the others.
#[derive(Default)]
struct Entries {
    /// Key and address, without fragment, of the entry that is shown.
    shown: Option<(String, String)>,
    positions: BTreeMap<String, Position>,
    made: u32,
}

thread_local! {
    static ENTRIES: RefCell<Entries> = RefCell::default();
}

/// Remembers where in the page that is about to go somebody is.
pub(super) fn remember() {
    let position = Position {
        top: window().scroll_y().unwrap_or_default(),
        link: document()
            .active_element()
            .and_then(|element| element.get_attribute("href")),
    };
    ENTRIES.with_borrow_mut(|entries| {
        let (key, address) = entries.shown.take().unwrap_or_else(current);
        entries.positions.insert(key.clone(), position);
        entries.shown = Some((key, address));
    });
}

/// Adds an entry for the page at `url`, which is shown now; none if the page was only fetched again.
pub(super) fn push(url: &Url) {
    let Ok(history) = window().history() else { return };
    if window().location().href().is_ok_and(|address| address == url.href()) {
        return;
    }
    // New entries take it over.
    let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    let key = ENTRIES.with_borrow_mut(|entries| {
        entries.made += 1;
        format!("{}", entries.made)
    });
    let _ = history.push_state_with_url(&JsValue::from_str(&key), "", Some(&url.href()));
    ENTRIES.with_borrow_mut(|entries| entries.shown = Some(current()));
}

/// After the browser went to another entry: its address, if that is another page.
pub(super) fn traversed() -> Option<Url> {
    let before = ENTRIES.with_borrow(|entries| entries.shown.clone());
    remember();
    let now = current();
    let is_same_page = before.is_none_or(|(_, address)| address == now.1);
    ENTRIES.with_borrow_mut(|entries| entries.shown = Some(now));
    if is_same_page {
        return None;
    }
    Url::new(&window().location().href().ok()?).ok()
}

/// Leads to where somebody was in the page that is shown. Says whether it knows.
pub(super) fn restore() -> bool {
    let (key, _) = current();
    let Some(Position { top, link }) = ENTRIES.with_borrow(|entries| entries.positions.get(&key).cloned()) else {
        return false;
    };
    let link = link.and_then(|link| super::element(&format!("main a[href={}]", quote(&link))));
    let focused = link.or_else(|| super::element("#main"));
    focus(focused.as_ref());
    window().scroll_to_with_x_and_y(0.0, top);
    true
}

/// Moves the focus and nothing else.
pub(super) fn focus(element: Option<&HtmlElement>) {
    if let Some(element) = element {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// The page goes: when it is loaded again, the browser knows best where somebody was.
pub(super) fn leave_to_browser() {
    if let Ok(history) = window().history() {
        let _ = history.set_scroll_restoration(ScrollRestoration::Auto);
    }
}

/// Key and address of the entry that the browser is at.
fn current() -> (String, String) {
    let key = window().history().and_then(|history| history.state()).ok();
    let location = window().location();
    let address = format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    );
    let key = key.and_then(|key| key.as_string()).unwrap_or_else(|| address.clone());
    (key, address)
}

/// A string of CSS (CSSOM §2.1).
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
