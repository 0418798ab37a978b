//! Hydrates islands: the parts of a page that the browser takes over from the server's HTML, each a component marked with `#[island]`.
//!
//! The server writes an island as `<leptos-island data-component="…">`, and the WebAssembly exports a function of that name. Pages are shown one
//! after the other by `visit.rs`, so the islands of each are hydrated when it is shown, and not only those of the first.

use std::cell::RefCell;

use leptos::{prelude::*, wasm_bindgen::JsCast, wasm_bindgen::JsValue};
use web_sys::{
    Element, HtmlElement,
    js_sys::{Function, Reflect},
};

/// Islands that are not hydrated yet and stand in no other, which hydrates what is in it.
const WAITING: &str = "leptos-island:not([data-hydrated]):not(leptos-island leptos-island)";

thread_local! {
    /// The module of the WebAssembly, with a function for each island.
    static MODULE: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Starts the reactive system, and remembers where the functions of islands are.
pub(super) fn start(module: JsValue) {
    MODULE.set(Some(module));
    leptos::mount::hydrate_islands();
}

/// Hydrates the islands of the page that were not before.
pub(super) fn hydrate() {
    let Ok(waiting) = document().query_selector_all(WAITING) else {
        return;
    };
    for index in 0..waiting.length() {
        if let Some(island) = waiting.get(index).and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
            hydrate_one(&island);
        }
    }
}

fn hydrate_one(island: &HtmlElement) {
    let Some(component) = island.get_attribute("data-component") else {
        return;
    };
    let function = MODULE.with_borrow(|module| {
        let function = Reflect::get(module.as_ref()?, &JsValue::from_str(&component)).ok()?;
        function.dyn_into::<Function>().ok()
    });
    if let Some(function) = function
        && function.call1(&JsValue::NULL, island).is_ok()
    {
        let island: &Element = island.as_ref();
        let _ = island.set_attribute("data-hydrated", "");
    }
}
