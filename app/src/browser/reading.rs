//! What script adds to the page of a document: links to its headings, a button that copies code, and the mark of the section that is read in
//! "On this page".

use std::cell::RefCell;

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, IntersectionObserver, IntersectionObserverInit, js_sys::Array};

use super::{announce, element};

/// How much of the window is above the line at which a section counts as read.
const LINE: f64 = 0.3;

thread_local! {
    /// Watches the headings of the page that is shown.
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// An observer, and the function it calls.
struct Watch(
    IntersectionObserver,
    #[expect(dead_code, reason = "called by the observer")] Closure<dyn FnMut(Array)>,
);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// Starts listening, for as long as the page lives.
pub(super) fn attach() {
    let _ = window_event_listener(ev::click, |event| {
        if let Some(button) = super::target(&event).and_then(|target| target.closest(".copy").ok().flatten()) {
            copy_code(&button);
        }
    });
}

/// Adds to the page that is shown now.
pub(super) fn page_shown() {
    WATCH.set(None);
    let headings = elements(".prose :is(h1, h2, h3, h4, h5, h6)[id]");
    for heading in &headings {
        add_link(heading);
    }
    for code in elements(".prose pre") {
        add_copy_button(&code);
    }
    if !headings.is_empty() && element(".contents").is_some() {
        WATCH.set(watch(headings));
    }
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

/// Marks the section that is read now, and again whenever a heading comes or goes.
fn watch(headings: Vec<Element>) -> Option<Watch> {
    let options = IntersectionObserverInit::new();
    options.set_root_margin(&format!("0px 0px -{}% 0px", (1.0 - LINE) * 100.0));
    let targets = headings.clone();
    let react = Closure::new(move |_: Array| mark_current(&headings));
    let observer = IntersectionObserver::new_with_options(react.as_ref().unchecked_ref(), &options).ok()?;
    for heading in &targets {
        observer.observe(heading);
    }
    Some(Watch(observer, react))
}

/// The section is that of the last heading above the line; before the first heading there is none.
fn mark_current(headings: &[Element]) {
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default();
    let links = elements(".contents a");
    let is_listed = |heading: &Element| {
        let href = format!("#{}", heading.id());
        links
            .iter()
            .any(|link| link.get_attribute("href").as_deref() == Some(&href))
    };
    let above = headings
        .iter()
        .filter(|heading| heading.get_bounding_client_rect().top() <= height * LINE);
    let current = above
        .filter(|heading| is_listed(heading))
        .next_back()
        .map(|heading| format!("#{}", heading.id()));
    for link in links {
        let is_current = current.is_some() && link.get_attribute("href") == current;
        let _ = if is_current {
            link.set_attribute("aria-current", "location")
        } else {
            link.remove_attribute("aria-current")
        };
    }
}
