//! Fetches a page and shows it in the place of the one before. The old page and its title stay until the new one is there, `<main>` is
//! marked as busy meanwhile, and the style sheet draws a line under the bar when that takes long.

use std::cell::{Cell, RefCell};

use gloo_net::http::{Request, Response};
use leptos::{prelude::*, wasm_bindgen::JsCast};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Document, DomParser, HtmlElement, HtmlInputElement, SupportedType, Url};

use super::{announce, element, person, positions};

/// How a page is reached.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// By a link: a new entry in the history.
    Forward,
    /// By the history, which is there already.
    Back,
}

/// What the bar shows of a page: the current tab, where signing in leads back to.
const PARTS_OF_BAR: [&str; 3] = [".tabs", ".tabs-menu", ".bar-end"];

/// Shown where nothing answers.
const NO_ANSWER: &str = include_str!("no_answer.html");

thread_local! {
    /// The visit that is under way; dropping it ends its request.
    static VISIT: RefCell<Option<Visit>> = const { RefCell::new(None) };
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

struct Visit(AbortController);

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Shows the page at `url`; a visit before it that has not come to its end is given up.
pub(super) fn start(url: Url, step: Step) {
    person::remember_address(&url.pathname(), url.search().trim_start_matches('?'));
    if step == Step::Forward {
        positions::remember();
    }
    let Ok(controller) = AbortController::new() else {
        load(&url.href());
        return;
    };
    let signal = controller.signal();
    let number = COUNT.get() + 1;
    COUNT.set(number);
    VISIT.set(Some(Visit(controller)));
    set_busy(true);
    spawn_local(async move {
        let page = fetch(&url, &signal).await;
        // Another visit has begun.
        if COUNT.get() != number {
            return;
        }
        match page {
            Fetched::Page(page) => show(&page, &url, step),
            Fetched::NoAnswer => show_no_answer(&url, step),
            Fetched::NoPage => load(&url.href()),
            Fetched::OfAnother => return,
        }
        set_busy(false);
    });
}

/// Lets the browser load an address.
pub(super) fn load(address: &str) {
    let _ = window().location().assign(address);
}

/// What came for a visit.
enum Fetched {
    /// A page of this app, for the person who is signed in here.
    Page(Document),
    /// The site does not answer.
    NoAnswer,
    /// Something else: a file, a page of the sign-in, another version of the app.
    NoPage,
    /// A page for another person. The page is being loaded again, which says so.
    OfAnother,
}

async fn fetch(url: &Url, signal: &web_sys::AbortSignal) -> Fetched {
    let request = Request::get(&url.href())
        .header("accept", "text/html")
        .abort_signal(Some(signal));
    let Ok(response) = request.send().await else {
        return Fetched::NoAnswer;
    };
    if !is_html(&response) || is_elsewhere(&response, url) {
        return Fetched::NoPage;
    }
    let Ok(text) = response.text().await else {
        return Fetched::NoAnswer;
    };
    let Some(page) = parse(&text) else {
        return Fetched::NoPage;
    };
    let Some(shown) = person_of(&page) else {
        // A page without a bar: of the sign-in, or from a proxy in front of the site.
        return if response.status() >= 500 {
            Fetched::NoAnswer
        } else {
            Fetched::NoPage
        };
    };
    if !person::is_for_this_page(&shown) {
        return Fetched::OfAnother;
    }
    if version(&page) == version(&document()) {
        Fetched::Page(page)
    } else {
        Fetched::NoPage
    }
}

fn is_html(response: &Response) -> bool {
    response
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"))
}

/// Whether the answer was redirected to another address.
fn is_elsewhere(response: &Response, requested: &Url) -> bool {
    Url::new(&response.url())
        .is_ok_and(|url| url.pathname() != requested.pathname() || url.origin() != requested.origin())
}

fn parse(text: &str) -> Option<Document> {
    DomParser::new()
        .ok()?
        .parse_from_string(text, SupportedType::TextHtml)
        .ok()
}

/// The key of the person a page was made for.
fn person_of(page: &Document) -> Option<String> {
    let key = page
        .get_element_by_id("page-person")?
        .get_attribute("data-key")
        .unwrap_or_default();
    Some(if key.is_empty() { person::NOBODY.to_owned() } else { key })
}

/// The style sheet of a page, whose name changes with every build.
fn version(page: &Document) -> Option<String> {
    page.query_selector("link[rel=stylesheet]").ok()??.get_attribute("href")
}

fn show(page: &Document, url: &Url, step: Step) {
    let (Some(main), Ok(Some(new))) = (element("#main"), page.query_selector("#main")) else {
        load(&url.href());
        return;
    };
    let preserved = preserved_field(&main, url);
    for part in PARTS_OF_BAR {
        if let (Some(old), Ok(Some(new))) = (element(part), page.query_selector(part)) {
            let _ = old.replace_with_with_node_1(&new);
        }
    }
    let _ = main.replace_with_with_node_1(&new);
    document().set_title(&page.title());
    arrive(url, step, preserved);
}

fn show_no_answer(url: &Url, step: Step) {
    if let Some(main) = element("#main") {
        main.set_inner_html(NO_ANSWER);
        // Loads the page from the site once it answers.
        if let Ok(Some(link)) = main.query_selector("a") {
            let _ = link.set_attribute("href", &url.href());
        }
        document().set_title("No answer · Portico");
        arrive(url, step, None);
    }
}

/// Does what a browser does when it has loaded a page: history, announcement, focus, scrolling.
fn arrive(url: &Url, step: Step, preserved: Option<PreservedField>) {
    if step == Step::Forward {
        positions::push(url);
    }
    super::page_shown();
    if let Some(field) = preserved {
        field.restore();
        announce(
            &element("main [role=status]")
                .and_then(|line| line.text_content())
                .unwrap_or_default(),
        );
        return;
    }
    let title = document().title();
    announce(title.strip_suffix(" · Portico").unwrap_or(&title));
    if step == Step::Back && positions::restore() {
        return;
    }
    let part = url.hash();
    let part = part
        .strip_prefix('#')
        .and_then(|part| leptos::web_sys::js_sys::decode_uri_component(part).ok());
    let part = part.and_then(|part| document().get_element_by_id(&String::from(part)));
    positions::focus(element("#main").as_ref());
    match part {
        Some(part) => part.scroll_into_view(),
        None => window().scroll_to_with_x_and_y(0.0, 0.0),
    }
}

fn set_busy(is_busy: bool) {
    if let Some(main) = element("#main") {
        let _ = if is_busy {
            main.set_attribute("aria-busy", "true")
        } else {
            main.remove_attribute("aria-busy")
        };
    }
}

/// The field that somebody types in while the page around it changes to another view of the same.
struct PreservedField {
    id: String,
    value: String,
    caret: Option<u32>,
}

fn preserved_field(main: &HtmlElement, url: &Url) -> Option<PreservedField> {
    let is_same = window().location().pathname().is_ok_and(|path| path == url.pathname());
    let field: HtmlInputElement = document().active_element()?.dyn_into().ok()?;
    let is_kept = is_same && main.contains(Some(field.as_ref())) && !field.id().is_empty();
    is_kept.then(|| PreservedField {
        id: field.id(),
        value: field.value(),
        caret: field.selection_start().ok().flatten(),
    })
}

impl PreservedField {
    fn restore(self) {
        let field = document()
            .get_element_by_id(&self.id)
            .and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        if let Some(field) = field {
            field.set_value(&self.value);
            positions::focus(field.dyn_ref());
            let _ = field.set_selection_range(self.caret.unwrap_or_default(), self.caret.unwrap_or_default());
        }
    }
}
