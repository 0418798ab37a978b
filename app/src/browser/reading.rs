//! What script adds to the page of a document: links to its headings, a button that copies code, and the mark of the section that is read in
//! "On this page".

use std::cell::RefCell;

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;

use super::announce;

/// How much of the window is above the line at which a section counts as read.
const LINE: f64 = 0.3;

thread_local! {
    /// The headings of the page that is shown, if it lists them.
    static HEADINGS: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
    /// The id of the heading that is marked.
    static MARKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Starts listening, for as long as the page lives.
pub(super) fn attach() {
    let _ = window_event_listener(ev::click, |event| {
        if let Some(button) = super::target(&event).and_then(|target| target.closest(".copy").ok().flatten()) {
            copy_code(&button);
        }
    });
    for event in ["scroll", "hashchange", "resize"] {
        let _ = window_event_listener_untyped(event, |_| HEADINGS.with_borrow(|headings| mark_current(headings)));
    }
}

/// Adds to the page that is shown now.
pub(super) fn page_shown() {
    let headings = elements(".prose :is(h1, h2, h3, h4, h5, h6)[id]");
    for heading in &headings {
        add_link(heading);
    }
    for code in elements(".prose pre") {
        add_copy_button(&code);
    }
    let links = elements(".contents a");
    let is_listed = |heading: &Element| {
        let href = format!("#{}", heading.id());
        links
            .iter()
            .any(|link| link.get_attribute("href").as_deref() == Some(&href))
    };
    let listed: Vec<_> = headings.into_iter().filter(is_listed).collect();
    MARKED.set(None);
    mark_current(&listed);
    HEADINGS.set(listed);
}

fn elements(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into().ok())
        .collect()
}

/// A link to a heading, to copy or to send.
fn add_link(heading: &Element) {
    let Ok(link) = document().create_element("a") else {
        return;
    };
    link.set_class_name("heading-link");
    link.set_text_content(Some("#"));
    let _ = link.set_attribute("href", &format!("#{}", heading.id()));
    let _ = link.set_attribute("aria-label", "Link to this section");
    let _ = heading.append_child(&link);
}

/// A button over the corner of a block of code, which would scroll with it inside.
fn add_copy_button(code: &Element) {
    let (Ok(frame), Ok(button)) = (document().create_element("div"), document().create_element("button")) else {
        return;
    };
    frame.set_class_name("code");
    button.set_class_name("copy");
    button.set_text_content(Some("Copy"));
    let _ = button.set_attribute("type", "button");
    let _ = code.replace_with_with_node_1(&frame);
    let _ = frame.append_child(code);
    let _ = frame.append_child(&button);
}

/// Copies the code beside a button.
fn copy_code(button: &Element) {
    let code = button.previous_element_sibling().and_then(|code| code.text_content());
    let (Some(code), button) = (code, button.clone()) else {
        return;
    };
    let copied = window().navigator().clipboard().write_text(&code);
    spawn_local(async move {
        let words = if JsFuture::from(copied).await.is_ok() {
            "Copied"
        } else {
            "Not copied"
        };
        button.set_text_content(Some(words));
        announce(words);
    });
}

/// Marks the section that is read now: that of the last heading above the line, or at the end of the page the one that was asked for or the last.
/// Before the first heading there is none.
fn mark_current(headings: &[Element]) {
    if headings.is_empty() {
        return;
    }
    let number = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or_default();
    let (height, top) = (number(window().inner_height()), window().scroll_y().unwrap_or_default());
    let end = document().document_element().map_or(0, |root| root.scroll_height());
    let current = if top > 0.0 && top + height >= f64::from(end) - 2.0 {
        let part = window().location().hash().unwrap_or_default();
        let requested = headings.iter().find(|heading| format!("#{}", heading.id()) == part);
        let is_seen = |heading: &&Element| heading.get_bounding_client_rect().top() >= 0.0;
        requested.filter(is_seen).or(headings.last())
    } else {
        let is_above = |heading: &&Element| heading.get_bounding_client_rect().top() <= height * LINE;
        headings.iter().rfind(is_above)
    };
    let current = current.map(Element::id);
    if MARKED.replace(current.clone()) == current {
        return;
    }
    let href = current.map(|id| format!("#{id}"));
    for link in elements(".contents a") {
        let _ = if href.is_some() && link.get_attribute("href") == href {
            link.set_attribute("aria-current", "location")
        } else {
            link.remove_attribute("aria-current")
        };
    }
}
