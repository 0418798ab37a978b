//! Notices when the browser's session is no longer that of the person the page was made for. Another tab may have signed out, or in as
//! somebody else: they share
//! the cookie. Answers of the server say whose they are by an opaque key, the page knows the one it was made for (`layout.rs`).
//!
//! Another person: the page says so, and is loaded anew. Nobody: the bar says so, and what is read stays.

use std::{cell::Cell, cell::RefCell, time::Duration};

use gloo_net::http::Request;
use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::{
        HtmlElement,
        js_sys::{Object, Reflect},
    },
};
use wasm_bindgen_futures::spawn_local;

/// The header of answers with the key of their person.
pub(crate) const PERSON: &str = "session-person";

/// Its value where nobody is signed in.
pub(crate) const NOBODY: &str = "none";

/// How often an open tab asks whether its session goes on where nothing else tells; asking does not extend it.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Pauses between looks while another tab signs out: when the site has done it, nobody can tell this tab.
const LOOKS: [u64; 6] = [100, 200, 400, 800, 1_600, 3_200];

/// What other tabs see: whose page was loaded last, or that somebody leaves.
const SHARED: &str = "portico-session";

/// What the page before was opened as, for the page that takes its place.
const OPENED_AS: &str = "portico-opened-as";

thread_local! {
    /// The page is being loaded anew.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
    /// Path and query that the router shows or is about to show.
    static PENDING_ADDRESS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Starts looking, for as long as the page lives.
pub(super) fn attach() {
    say_what_changed();
    if let Some((key, _)) = page() {
        tell_other_tabs(&key);
    }
    // Dropping the handles keeps the listeners: they end with the page. `pageshow` also comes for a page that was put away.
    for event in ["visibilitychange", "focus", "pageshow"] {
        let _ = window_event_listener_untyped(event, |_| look_if_seen());
    }
    let _ = window_event_listener(ev::storage, |event| {
        if event.key().as_deref() == Some(SHARED) {
            // Whoever waits behind another tab shall know before anybody looks.
            let leaves = event.new_value().is_none_or(|value| value.starts_with(LEAVES));
            spawn_local(look_at_session());
            if leaves {
                for pause in LOOKS {
                    set_timeout(|| spawn_local(look_at_session()), Duration::from_millis(pause));
                }
            }
        }
    });
    let _ = window_event_listener(ev::submit, |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let action = form.and_then(|form| form.get_attribute("action")).unwrap_or_default();
        if action == "/auth/logout" || action.starts_with("/sessions/") {
            tell_other_tabs(LEAVES);
        }
    });
    set_interval(look_if_seen, LOOK_EVERY);
}

/// What [`SHARED`] begins with while a tab signs out; no key begins so.
const LEAVES: &str = "leaves ";

/// Remembers where the router is, for a page that is loaded anew on its way to another.
#[cfg(feature = "hydrate")]
pub(crate) fn remember_address(path: &str, search: &str) {
    let address = if search.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{search}")
    };
    PENDING_ADDRESS.set(Some(address));
}

/// Whether an answer for the person with this key may be shown; if not, the page is loaded anew, and says why.
pub(crate) fn is_for_this_page(answered: &str) -> bool {
    let Some((shown, name)) = page() else { return true };
    if is_same(&shown, answered) {
        return !LEAVING.get();
    }
    load_anew(&name);
    false
}

/// Two lists of keys are of one person if they have a key in common.
fn is_same(shown: &str, answered: &str) -> bool {
    let mut shown = shown.split('.');
    shown.any(|key| answered.split('.').any(|other| key == other))
}

/// Key and name of the person the page was made for; `None` while the page does not know.
fn page() -> Option<(String, String)> {
    let element = super::element("#page-person")?;
    let read = |name: &str| element.get_attribute(name).filter(|value| !value.is_empty());
    let key = read("data-key").unwrap_or_else(|| NOBODY.to_owned());
    Some((key, read("data-name").unwrap_or_default()))
}

fn look_if_seen() {
    if !document().hidden() {
        spawn_local(look_at_session());
    }
}

/// Looks who is signed in now.
async fn look_at_session() {
    let Ok(answer) = Request::get("/auth/session").send().await else {
        return;
    };
    // Read to its end, or the browser keeps the connection for whoever may still want the rest.
    let _ = answer.text().await;
    let Some(answered) = answer.headers().get(PERSON) else {
        return;
    };
    let Some((shown, name)) = page() else { return };
    let same = is_same(&shown, &answered);
    if answered == NOBODY || same {
        if let Some(bar) = super::element("#session-ended") {
            bar.set_hidden(same);
        }
    } else {
        load_anew(&name);
    }
}

/// Says that the page is of somebody else, and loads it as who is signed in now.
fn load_anew(name: &str) {
    if LEAVING.replace(true) {
        return;
    }
    announce(&format!("This page was opened {}. It is loaded again.", opened(name)));
    if let Some(storage) = storage("sessionStorage") {
        let _ = Reflect::set(&storage, &OPENED_AS.into(), &JsValue::from_str(name));
    }
    let location = window().location();
    let here = format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    );
    // The router may be on its way to another page.
    let _ = match PENDING_ADDRESS.take().filter(|pending| *pending != here) {
        Some(pending) => location.set_href(&pending),
        None => location.reload(),
    };
}

/// On the page that took the place of one for somebody else.
fn say_what_changed() {
    let Some(storage) = storage("sessionStorage") else {
        return;
    };
    let Some(before) = Reflect::get(&storage, &OPENED_AS.into())
        .ok()
        .and_then(|name| name.as_string())
    else {
        return;
    };
    let _ = Reflect::delete_property(storage.unchecked_ref::<Object>(), &OPENED_AS.into());
    let Some((key, name)) = page() else { return };
    let now = if key == NOBODY {
        "You have been signed out.".to_owned()
    } else {
        format!("You are now signed in as {name}.")
    };
    announce(&format!(
        "{now} This page was opened {}, and has been loaded again.",
        opened(&before)
    ));
}

fn opened(name: &str) -> String {
    if name.is_empty() {
        "before you signed in".to_owned()
    } else {
        format!("as {name}")
    }
}

/// Shows a line above the page.
fn announce(words: &str) {
    if let Some(bar) = super::element("#person-changed") {
        if let Ok(Some(line)) = bar.query_selector("p") {
            line.set_text_content(Some(words));
        }
        bar.set_hidden(false);
    }
}

/// Other tabs of this browser hear of it when the value changes.
fn tell_other_tabs(value: &str) {
    if let Some(storage) = storage("localStorage") {
        let value = if value == LEAVES {
            format!("{LEAVES}{}", leptos::web_sys::js_sys::Date::now())
        } else {
            value.to_owned()
        };
        let _ = Reflect::set(&storage, &SHARED.into(), &JsValue::from_str(&value));
    }
}

/// A store of this browser; none where it may not be used.
fn storage(name: &str) -> Option<JsValue> {
    let storage = Reflect::get(&window(), &name.into()).ok()?;
    storage.is_object().then_some(storage)
}
