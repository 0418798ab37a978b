//! Keyboard shortcuts. A few single letters; all of them can be switched off (WCAG 2.1.4), which a cookie of this site
//! remembers, so that nobody has to sign in for it.

use std::cell::Cell;

use leptos::{
    prelude::*,
    wasm_bindgen,
    wasm_bindgen::{JsCast, prelude::wasm_bindgen},
    web_sys::{Element, HtmlDialogElement, HtmlInputElement, KeyboardEvent},
};

use super::{close_menus, element, search};

/// What the cookie says where the keys are switched off.
const OFF: &str = "keys=off";
/// A year, in seconds: as long as browsers keep a cookie, or nearly.
const REMEMBERED: u32 = 31_536_000;

#[wasm_bindgen]
extern "C" {
    /// The part of a document that `web_sys` has only with another of its features.
    type WithCookies;

    #[wasm_bindgen(method, getter)]
    fn cookie(this: &WithCookies) -> String;

    #[wasm_bindgen(method, setter)]
    fn set_cookie(this: &WithCookies, cookie: &str);
}

fn cookies() -> WithCookies {
    document().unchecked_into()
}

/// Whether they are switched off: by the switch of this page, also where no cookie may be kept, or on another page before.
fn are_off() -> bool {
    let is_switched_off = switch().is_some_and(|switch| !switch.checked());
    is_switched_off || cookies().cookie().split(';').any(|cookie| cookie.trim() == OFF)
}

/// One key; `went` remembers a `g` waiting for its second key.
pub(super) fn press(event: &KeyboardEvent, went: &Cell<bool>) {
    let after_g = went.replace(false);
    // A key of the tree of folders is none of the page.
    if event.default_prevented() || event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let key = event.key();
    if key == "Escape" {
        leave_menu();
        return;
    }
    if is_typing(event) || are_off() {
        return;
    }
    match (after_g, key.as_str()) {
        (true, "d" | "p" | "h") => {
            if let Some(link) = element(&format!("a[data-key={key}]")) {
                link.click();
            }
        }
        (false, "g") => went.set(true),
        (false, "/") => {
            if search::focus() {
                event.prevent_default();
            }
        }
        (false, "?") => show_list(),
        _ => {}
    }
}

/// Back to where the menu was opened from; what had the focus in it is gone from sight.
fn leave_menu() {
    if let Some(summary) = element("details.menu[open] > summary") {
        let _ = summary.focus();
    }
    close_menus();
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Opens the list of the keys, where they are switched off and on.
pub(crate) fn show_list() {
    if let Some(switch) = switch() {
        switch.set_checked(!are_off());
    }
    if let Some(dialog) = element("#keys").and_then(|found| found.dyn_into::<HtmlDialogElement>().ok()) {
        let _ = dialog.show_modal();
    }
}

/// Remembers what the switch says.
pub(super) fn remember() {
    if let Some(switch) = switch() {
        let seconds = if switch.checked() { 0 } else { REMEMBERED };
        cookies().set_cookie(&format!("{OFF}; path=/; max-age={seconds}; samesite=lax"));
    }
}

fn switch() -> Option<HtmlInputElement> {
    element("#keys-on").and_then(|found| found.dyn_into().ok())
}
