//! What script adds to the search box of the bar: documents that fit what was typed so far, to be walked through by arrow keys (the combobox
//! pattern of the ARIA Authoring Practices). The server writes the list (`search/suggestions.rs`); for which person it is, is compared before it is
//! shown. Without script the box is a form.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use gloo_net::http::Request;
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, wasm_bindgen::JsCast, web_sys::js_sys};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Element, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{element, is_or_is_in, person, target};

/// How long somebody pauses before their words are looked up.
const PAUSE: Duration = Duration::from_millis(150);

thread_local! {
    /// The pause that is going on.
    static PAUSING: Cell<Option<TimeoutHandle>> = const { Cell::new(None) };
    /// The request that is under way; dropping it ends it.
    static REQUEST: RefCell<Option<Pending>> = const { RefCell::new(None) };
}

struct Pending(AbortController);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts listening, for as long as the page lives.
pub(super) fn attach() {
    if let Some(field) = field() {
        for (name, value) in [
            ("role", "combobox"),
            ("aria-autocomplete", "list"),
            ("aria-controls", "search-suggestions"),
            ("aria-expanded", "false"),
        ] {
            let _ = field.set_attribute(name, value);
        }
    }
    let _ = window_event_listener_untyped("input", |event| {
        if is_or_is_in(target(&event).as_ref(), "#site-search") {
            typed();
        }
    });
    let _ = window_event_listener(ev::keydown, |event| {
        if is_or_is_in(target(&event).as_ref(), "#site-search") {
            press(&event);
        }
    });
    let _ = window_event_listener_untyped("focusin", |event| {
        if !is_or_is_in(target(&event).as_ref(), ".search-box") {
            close();
        }
    });
    // A suggestion that was chosen, a search that was sent, or something else on the page.
    let _ = window_event_listener(ev::click, |event| {
        if !is_or_is_in(target(&event).as_ref(), "#site-search") {
            close();
        }
    });
    let _ = window_event_listener(ev::submit, |_| close());
}

/// Moves the focus to where one searches: the box of the bar, or the page where there is no room for it. Whether there is any.
pub(super) fn focus() -> bool {
    let shown = |selector: &str| element(selector).filter(|field| field.offset_parent().is_some());
    if let Some(field) = shown("#site-search").or_else(|| shown("#search-words")) {
        let _ = field.focus();
        if let Some(field) = field.dyn_ref::<HtmlInputElement>() {
            field.select();
        }
        return true;
    }
    let link = shown(".search-link");
    if let Some(link) = &link {
        link.click();
    }
    link.is_some()
}

fn field() -> Option<HtmlInputElement> {
    element("#site-search").and_then(|field| field.dyn_into().ok())
}

/// Looks up what was typed, after a pause. What is under way for what was typed before ends.
fn typed() {
    stop();
    let Some(words) = words() else {
        close();
        return;
    };
    let pause = set_timeout_with_handle(move || look_up(words), PAUSE);
    PAUSING.set(pause.ok());
}

/// What is in the box, if it is anything.
fn words() -> Option<String> {
    field()
        .map(|field| field.value())
        .filter(|words| !words.trim().is_empty())
}

fn stop() {
    if let Some(pause) = PAUSING.take() {
        pause.clear();
    }
    REQUEST.set(None);
}

fn look_up(words: String) {
    let Ok(controller) = AbortController::new() else {
        return;
    };
    let signal = controller.signal();
    REQUEST.set(Some(Pending(controller)));
    spawn_local(async move {
        let query = String::from(js_sys::encode_uri_component(&words));
        let request = Request::get(&format!("/search/suggestions?q={query}")).abort_signal(Some(&signal));
        let Ok(response) = request.send().await else { return };
        let for_whom = response.headers().get(person::PERSON);
        // For another person the page is loaded again, and nothing of the answer is shown.
        if !for_whom.is_some_and(|key| person::is_for_this_page(&key)) || !response.ok() {
            return;
        }
        let Ok(list) = response.text().await else { return };
        if !signal.aborted() && self::words().as_ref() == Some(&words) {
            show(&list);
        }
    });
}

fn show(list: &str) {
    let (Some(field), Some(suggestions)) = (field(), element("#search-suggestions")) else {
        return;
    };
    // Written by the server, which escapes every text in it.
    suggestions.set_inner_html(list);
    suggestions.set_hidden(false);
    let _ = field.set_attribute("aria-expanded", "true");
    let _ = field.remove_attribute("aria-activedescendant");
    if let Some(line) = element("#page-announcement") {
        // The last option is the search itself.
        let message = match options().len().saturating_sub(1) {
            1 => "1 document".to_owned(),
            count => format!("{count} documents"),
        };
        line.set_text_content(Some(&message));
    }
}

fn close() {
    stop();
    if let Some(suggestions) = element("#search-suggestions") {
        suggestions.set_hidden(true);
        suggestions.set_inner_html("");
    }
    if let Some(field) = field() {
        let _ = field.set_attribute("aria-expanded", "false");
        let _ = field.remove_attribute("aria-activedescendant");
    }
}

fn options() -> Vec<HtmlElement> {
    let found = document().query_selector_all("#search-suggestions [role=option]");
    let found = found
        .into_iter()
        .flat_map(|list| (0..list.length()).filter_map(move |index| list.get(index)));
    found.filter_map(|option| option.dyn_into().ok()).collect()
}

fn press(event: &KeyboardEvent) {
    // A word is being put together, as in Japanese: the keys belong to that.
    if event.is_composing() {
        return;
    }
    let options = options();
    let selected = options.iter().position(|option| option.has_attribute("aria-selected"));
    match event.key().as_str() {
        "ArrowDown" if options.is_empty() => typed(),
        "ArrowDown" => select(&options, selected, selected.map_or(Some(0), |at| Some(at + 1))),
        "ArrowUp" if options.is_empty() => return,
        "ArrowUp" => select(
            &options,
            selected,
            selected.map_or(options.len().checked_sub(1), |at| at.checked_sub(1)),
        ),
        "Enter" => match selected.and_then(|at| options.get(at)) {
            Some(option) => option.click(),
            None => return,
        },
        "Escape" if !options.is_empty() => close(),
        _ => return,
    }
    event.prevent_default();
}

/// Selects an option; beyond the last and before the first there is the box itself, where nothing is selected.
fn select(options: &[HtmlElement], before: Option<usize>, now: Option<usize>) {
    let Some(field) = field() else { return };
    if let Some(option) = before.and_then(|at| options.get(at)) {
        let _ = option.remove_attribute("aria-selected");
    }
    let option: Option<&Element> = now.and_then(|at| options.get(at)).map(AsRef::as_ref);
    let _ = match option {
        Some(option) => {
            let _ = option.set_attribute("aria-selected", "true");
            option.scroll_into_view_with_bool(false);
            field.set_attribute("aria-activedescendant", &option.id())
        }
        None => field.remove_attribute("aria-activedescendant"),
    };
}
