//! The tree of folders with script: one tab stop, arrow keys, and levels that are loaded when a folder is opened (WAI-ARIA Authoring Practices,
//! "Navigation Treeview"). It works on the lists of links that the island of `documents/tree.rs` consists of; which folders are open and how far the tree is
//! scrolled stays from page to page.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use domain::FolderEntry;
use leptos::{
    mount::mount_to,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent},
};
use wasm_bindgen_futures::spawn_local;

use super::{element, target};
use crate::documents::{entries, list_folders};

thread_local! {
    /// Levels that were opened, by the path of their folder.
    static OPENED: RefCell<BTreeMap<String, Vec<FolderEntry>>> = const { RefCell::new(BTreeMap::new()) };
    static SCROLLED: Cell<Option<i32>> = const { Cell::new(None) };
}

const ITEM: &str = "[role=treeitem]";

/// A click in the tree: on the corner of a folder it opens and closes it.
pub(crate) fn click(event: &MouseEvent) {
    SCROLLED.set(element(".folders").map(|tree| tree.scroll_top()));
    let item = target(event).and_then(|target| target.closest(".twig").ok().flatten());
    let item = item.and_then(|twig| twig.closest(ITEM).ok().flatten());
    if let Some(item) = item.filter(|item| item.has_attribute("aria-expanded")) {
        event.prevent_default();
        set_open(&item, !is_open(&item));
    }
}

/// A key in the tree. One that is the tree's is none of the page.
pub(crate) fn key(event: &KeyboardEvent) {
    if press(event) {
        event.prevent_default();
    }
}

/// Makes a tree of the lists of a page that came: what was open is open again.
pub(crate) fn show() {
    let Some(tree) = element("ul.tree") else { return };
    for (folder, entries) in OPENED.with_borrow(Clone::clone) {
        let closed = items().into_iter().chain(links(&tree));
        let mut closed = closed.filter(|item| path(item) == folder && item.has_attribute("data-closed"));
        if let Some(item) = closed.next() {
            insert(&item, entries);
        }
    }
    let _ = tree.set_attribute("role", "tree");
    let _ = tree.set_attribute("aria-label", "Folders");
    dress(&tree);
    let present = element("ul.tree [aria-current]");
    if let Some(nav) = element(".folders") {
        let middle = present.as_ref().map(|item| item.offset_top() - nav.client_height() / 2);
        nav.set_scroll_top(SCROLLED.get().or(middle).unwrap_or_default());
    }
    let stop = present.or_else(|| element(&format!("ul.tree {ITEM}")));
    if let Some(stop) = stop {
        stop.set_tab_index(0);
    }
}

/// Gives links and lists what a tree says of itself.
fn dress(tree: &Element) {
    for (number, link) in links(tree).enumerate() {
        let says = |name: &str, value: &str| {
            let _ = link.set_attribute(name, value);
        };
        if !link.has_attribute("role") {
            says("role", "treeitem");
            says("tabindex", "-1");
            says("aria-level", &(path(&link).matches('/').count() + 1).to_string());
        }
        if let Some(item) = link.parent_element() {
            let _ = item.set_attribute("role", "none");
        }
        if let Some(level) = level(&link) {
            let id = format!("folders-{number}");
            let _ = level.set_attribute("role", "group");
            level.set_id(&id);
            says("aria-owns", &id);
            says(
                "aria-expanded",
                if level.has_attribute("hidden") { "false" } else { "true" },
            );
        } else if link.has_attribute("data-closed") {
            says("aria-expanded", "false");
        }
    }
}

fn links(tree: &Element) -> impl Iterator<Item = Element> + use<> {
    let list = tree.query_selector_all("a[data-folder]").ok();
    let count = list.as_ref().map_or(0, leptos::web_sys::NodeList::length);
    (0..count).filter_map(move |index| list.as_ref()?.get(index)?.dyn_into().ok())
}

/// The items that can be seen.
fn items() -> Vec<Element> {
    let is_seen = |item: &Element| !matches!(item.closest("ul[hidden]"), Ok(Some(_)));
    let items = element("ul.tree").into_iter().flat_map(|tree| links(&tree));
    items.filter(is_seen).collect()
}

fn path(item: &Element) -> String {
    item.get_attribute("data-folder").unwrap_or_default()
}

/// The list of what is in a folder, if it is there.
fn level(item: &Element) -> Option<Element> {
    item.next_element_sibling().filter(|next| next.tag_name() == "UL")
}

fn is_open(item: &Element) -> bool {
    item.get_attribute("aria-expanded").as_deref() == Some("true")
}

fn set_open(item: &Element, open: bool) {
    match level(item) {
        Some(level) => {
            let _ = item.set_attribute("aria-expanded", if open { "true" } else { "false" });
            let _ = level.toggle_attribute_with_force("hidden", !open);
            if !open {
                OPENED.with_borrow_mut(|opened| opened.remove(&path(item)));
            }
        }
        None if open && !item.has_attribute("aria-busy") => load(item.clone()),
        None => {}
    }
}

/// Loads what is in a folder, and shows it.
fn load(item: Element) {
    let _ = item.set_attribute("aria-busy", "true");
    spawn_local(async move {
        let folder = path(&item);
        let loaded = list_folders(folder.clone()).await;
        let _ = item.remove_attribute("aria-busy");
        match loaded {
            // Nothing leads on any more.
            Ok(entries) if entries.is_empty() => {
                let _ = item.remove_attribute("aria-expanded");
                let _ = item.remove_attribute("data-closed");
            }
            Ok(entries) => {
                OPENED.with_borrow_mut(|opened| opened.insert(folder, entries.clone()));
                insert(&item, entries);
                if let Some(tree) = element("ul.tree") {
                    dress(&tree);
                }
            }
            Err(_) => {
                let _ = item.set_attribute("title", "What is in it cannot be shown right now");
            }
        }
    });
}

/// Puts the level of a folder below it.
fn insert(item: &Element, folders: Vec<FolderEntry>) {
    let list = document().create_element("ul").ok();
    let list = list.and_then(|list| list.dyn_into::<HtmlElement>().ok());
    let Some((list, parent)) = list.zip(item.parent_element()) else {
        return;
    };
    let _ = item.remove_attribute("data-closed");
    let _ = parent.append_child(&list);
    mount_to(list, move || entries(folders, &[], None)).forget();
}

/// One key in the tree; whether it was one of the tree's.
fn press(event: &KeyboardEvent) -> bool {
    let item = target(event).and_then(|target| target.closest(ITEM).ok().flatten());
    let Some(item) = item else { return false };
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    let items = items();
    let Some(place) = items.iter().position(|other| *other == item) else {
        return false;
    };
    let expands = item.has_attribute("aria-expanded");
    match event.key().as_str() {
        "ArrowDown" => focus(items.get(place + 1)),
        "ArrowUp" => focus(place.checked_sub(1).and_then(|place| items.get(place))),
        "Home" => focus(items.first()),
        "End" => focus(items.last()),
        "ArrowRight" if expands && is_open(&item) => focus(items.get(place + 1)),
        "ArrowRight" if expands => set_open(&item, true),
        "ArrowLeft" if expands && is_open(&item) => set_open(&item, false),
        "ArrowLeft" => {
            let path = path(&item);
            let above = path.rsplit_once('/').map(|(above, _)| above);
            focus(items.iter().find(|other| Some(&*self::path(other)) == above));
        }
        "ArrowRight" => {}
        " " => {
            if let Some(link) = item.dyn_ref::<HtmlElement>() {
                link.click();
            }
        }
        key => return find(key, &items, place),
    }
    true
}

/// Moves to the next item whose name begins with a letter that was typed.
fn find(key: &str, items: &[Element], place: usize) -> bool {
    let mut letters = key.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else {
        return false;
    };
    if !letter.is_alphanumeric() {
        return false;
    }
    let begins = |item: &&Element| {
        let name = item.text_content().unwrap_or_default();
        name.trim().to_lowercase().starts_with(&key.to_lowercase())
    };
    let around = items.iter().cycle().skip(place + 1).take(items.len());
    focus(around.into_iter().find(begins));
    true
}

/// The item becomes the tree's tab stop and has the focus.
fn focus(item: Option<&Element>) {
    let Some(item) = item.and_then(|item| item.dyn_ref::<HtmlElement>()) else {
        return;
    };
    for other in items() {
        let _ = other.set_attribute("tabindex", "-1");
    }
    item.set_tab_index(0);
    let _ = item.focus();
}
