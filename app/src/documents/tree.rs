//! The tree of folders beside lists and documents: only what leads to something the visitor may read (FI-2).
//!
//! The server draws every level from the top to the present folder as nested lists of links, so that the tree works without script. The lists
//! are an island: in the browser, `browser/tree.rs` makes them a tree with one tab stop and arrow keys, and loads further levels.

use domain::{FolderEntry, folder::MAX_ENTRIES};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    client::PersonClient,
    icons::{FOLDER, Icon},
    page_error::PageError,
    resource::{PageResource, page_after},
    sign_in::encode_query_value,
};

#[cfg(feature = "ssr")]
use {
    crate::request_context::{PortError as _, RequestContext},
    domain::{LibraryError, predicate::folder_and_ancestors},
};

#[cfg(any(feature = "hydrate", feature = "csr"))]
use crate::browser::tree as keys;

/// Only browsers have keys and clicks.
#[cfg(not(any(feature = "hydrate", feature = "csr")))]
mod keys {
    use leptos::web_sys::{KeyboardEvent, MouseEvent};

    pub(super) fn show() {}

    pub(super) fn key(_: &KeyboardEvent) {}

    pub(super) fn click(_: &MouseEvent) {}
}

/// Most levels of a path that are drawn at once.
#[cfg(feature = "ssr")]
const MAX_LEVELS: usize = 24;

/// The folders in one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderLevel {
    /// Its path; empty at the top.
    parent: String,
    /// By name.
    folders: Vec<FolderEntry>,
}

/// The folders in `parent` that lead to something the visitor may read.
#[server(name = ListFoldersCall, prefix = "/api/fn", endpoint = "list_folders", input = Json, client = PersonClient)]
pub(crate) async fn list_folders(parent: String) -> Result<Vec<FolderEntry>, PageError> {
    let context = RequestContext::current()?;
    let folders = context.library.folders(&context.visitor, &parent).await;
    context.respond(folders)
}

/// The levels from the top down to what is in `folder`, as far as they lead to something the visitor may read; none for an anonymous visitor.
#[server(name = OpenFoldersCall, prefix = "/api/fn", endpoint = "open_folders", input = Json, client = PersonClient)]
pub(crate) async fn open_folders(folder: String) -> Result<Vec<FolderLevel>, PageError> {
    let context = RequestContext::current()?;
    let mut path: Vec<&str> = folder_and_ancestors(&folder).collect();
    path.reverse();
    let mut levels: Vec<FolderLevel> = Vec::new();
    for parent in path.into_iter().take(MAX_LEVELS) {
        // What the visitor may not know of is not looked into.
        let is_shown = levels
            .last()
            .is_none_or(|above| above.folders.iter().any(|entry| entry.path == parent));
        if !is_shown {
            break;
        }
        match context.library.folders(&context.visitor, parent).await {
            Ok(folders) if folders.is_empty() => break,
            Ok(folders) => levels.push(FolderLevel {
                parent: parent.to_owned(),
                folders,
            }),
            Err(LibraryError::SignInFirst) => return Ok(Vec::new()),
            // The page is there without the tree, so its status stays.
            Err(error) => return Err(error.into_page_error(context.report)),
        }
    }
    Ok(levels)
}

/// A page made of one resource, with the tree beside it; `current` is the folder of what the page shows, `None` where that is all documents.
///
/// The folders are read in the future that waits for the page, and not in a suspense boundary of their own: one boundary inside another makes
/// Leptos (0.8) lose a wake-up now and then, and the page hangs.
pub(crate) fn page_beside_tree<T>(
    resource: PageResource<T>,
    current: impl Fn(&T) -> Option<String> + Clone + Send + Sync + 'static,
    show: fn(T) -> AnyView,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    page_after(resource, move |content| {
        let current = current(&content);
        Box::pin(async move {
            let levels = open_folders(current.clone().unwrap_or_default()).await;
            view! {
                <div class="beside-tree">
                    <div class="tree-column">
                        <FolderTree levels current />
                    </div>
                    <div class="tree-page">{show(content)}</div>
                </div>
            }
            .into_any()
        })
    })
}

/// The tree; `current` is the folder of what is shown, `None` where documents of all folders are.
#[component]
fn FolderTree(levels: Result<Vec<FolderLevel>, PageError>, current: Option<String>) -> impl IntoView {
    match levels {
        Ok(levels) if levels.is_empty() => ().into_any(),
        Ok(levels) => view! { <Drawer levels current /> }.into_any(),
        Err(_) => view! { <p class="folders-missing">"The folders cannot be shown right now."</p> }.into_any(),
    }
}

/// Beside the page where there is room for it; else a drawer that a button opens, without script too.
#[component]
fn Drawer(levels: Vec<FolderLevel>, current: Option<String>) -> impl IntoView {
    let all = current.is_none().then_some("page");
    let is_deep = levels.first().is_some_and(|top| top.folders.len() >= MAX_ENTRIES);
    view! {
        <button class="button quiet folders-open" type="button" popovertarget="folder-tree">
            <Icon path=FOLDER />
            "Folders"
        </button>
        <nav class="folders" id="folder-tree" popover="auto" aria-label="Folders">
            <a class="folders-all" href="/docs" aria-current=all>
                "All documents"
            </a>
            <Levels levels current />
            {is_deep.then(|| view! { <p>"There are more folders; search for what you miss."</p> })}
        </nav>
    }
}

/// The levels that are open at first.
#[island]
fn Levels(levels: Vec<FolderLevel>, current: Option<String>) -> impl IntoView {
    Effect::new(|_| keys::show());
    view! {
        <div on:keydown=|event| keys::key(&event) on:click=|event| keys::click(&event)>
            <Level levels current />
        </div>
    }
}

/// The first of the levels, with the next one inside of it.
#[component]
fn Level(levels: Vec<FolderLevel>, current: Option<String>) -> impl IntoView {
    let mut levels = levels.into_iter();
    let Some(FolderLevel { parent, folders }) = levels.next() else {
        return ().into_any();
    };
    let class = parent.is_empty().then_some("tree");
    let inner: Vec<FolderLevel> = levels.collect();
    let items = entries(folders, &inner, current.as_deref());
    view! { <ul class=class>{items}</ul> }.into_any()
}

/// The items of a level; the first of the `inner` levels is what one of them holds.
pub(crate) fn entries(folders: Vec<FolderEntry>, inner: &[FolderLevel], current: Option<&str>) -> Vec<AnyView> {
    let item = |entry: FolderEntry| {
        let is_open = inner.first().is_some_and(|level| level.parent == entry.path);
        let below = is_open.then(|| view! { <Level levels=inner.to_vec() current=current.map(str::to_owned) /> });
        let is_current = (current == Some(entry.path.as_str())).then_some("page");
        let href = format!("/docs?folder={}", encode_query_value(&entry.path));
        view! {
            <li>
                <a href=href data-folder=entry.path aria-current=is_current data-closed=entry.has_folders && !is_open>
                    <span class="twig" aria-hidden="true"></span>
                    <span dir="auto">{entry.name}</span>
                </a>
                {below}
            </li>
        }
        .into_any()
    };
    folders.into_iter().map(item).collect()
}
