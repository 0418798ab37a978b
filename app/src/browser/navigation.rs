//! Following links and sending forms of this site without loading a page: the next page is fetched as HTML and takes the place of what
//! `<main>` holds (UI-6). Which clicks and forms count is decided here; `visit.rs` fetches and shows, `positions.rs` remembers where in a
//! page somebody was. Without script, or where anything is unusual, the browser loads the page itself.

use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use web_sys::{
    Element, FormData, HtmlAnchorElement, HtmlButtonElement, HtmlFormElement, MouseEvent, SubmitEvent, Url,
    UrlSearchParams,
};

use super::{positions, visit};

/// Addresses that are no pages of the app: sign-in, APIs, files of the build.
const NOT_PAGES: [&str; 4] = ["/auth/", "/api/", "/pkg/", "/healthz"];

/// Starts listening, for as long as the page lives.
pub fn attach() {
    let _ = window_event_listener(ev::click, |event| {
        if let Some(url) = followed_link(&event) {
            event.prevent_default();
            visit::start(url, visit::Step::Forward);
        }
    });
    let _ = window_event_listener(ev::submit, |event| {
        if let Some(url) = sent_form(&event) {
            event.prevent_default();
            visit::start(url, visit::Step::Forward);
        }
    });
    let _ = window_event_listener(ev::popstate, |_| {
        if let Some(url) = positions::traversed() {
            visit::start(url, visit::Step::Back);
        }
    });
    let _ = window_event_listener_untyped("pagehide", |_| positions::leave_to_browser());
}

/// The page that a click leads to, if it is the app's to show: a plain click on a link of this site that leads to another page.
fn followed_link(event: &MouseEvent) -> Option<Url> {
    let is_plain =
        event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if event.default_prevented() || !is_plain {
        return None;
    }
    let link: HtmlAnchorElement = super::target(event)?.closest("a[href]").ok()??.dyn_into().ok()?;
    let is_for_browser = !matches!(link.target().as_str(), "" | "_self")
        || link.has_attribute("download")
        || link.rel().split_whitespace().any(|word| word == "external");
    if is_for_browser {
        return None;
    }
    let url = page_url(&link.href())?;
    // A part of the same page: browsers scroll to it and move the focus.
    let is_here = is_shown(&url) && !url.hash().is_empty();
    (!is_here).then_some(url)
}

/// The page that a form leads to, if it is a form of this site that only asks for another page.
fn sent_form(event: &SubmitEvent) -> Option<Url> {
    let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
    if event.default_prevented() || !form.method().eq_ignore_ascii_case("get") {
        return None;
    }
    let url = page_url(&form.action())?;
    let data = FormData::new_with_form(&form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    for field in form.query_selector_all("[name]").ok().into_iter().flat_map(elements) {
        let name = field.get_attribute("name").unwrap_or_default();
        // A field that is empty says nothing: the address stays short.
        if query.get(&name).is_some_and(|value| value.trim().is_empty()) {
            query.delete(&name);
        }
    }
    if let Some(button) = event
        .submitter()
        .and_then(|button| button.dyn_into::<HtmlButtonElement>().ok())
        && !button.name().is_empty()
    {
        query.set(&button.name(), &button.value());
    }
    url.set_search(&String::from(query.to_string()));
    Some(url)
}

fn elements(list: web_sys::NodeList) -> impl Iterator<Item = Element> {
    (0..list.length()).filter_map(move |index| list.get(index)?.dyn_into().ok())
}

/// The address, if it is one of a page of this site.
fn page_url(address: &str) -> Option<Url> {
    let location = window().location();
    let url = Url::new_with_base(address, &location.href().ok()?).ok()?;
    let is_page =
        url.origin() == location.origin().ok()? && !NOT_PAGES.iter().any(|path| url.pathname().starts_with(path));
    is_page.then_some(url)
}

/// Whether the page at this address is the one that is shown, whichever part of it.
fn is_shown(url: &Url) -> bool {
    let location = window().location();
    location.pathname().is_ok_and(|path| path == url.pathname())
        && location.search().is_ok_and(|search| search == url.search())
}
