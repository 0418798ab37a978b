//! The tree of folders beside the list and a document, as the server draws it.

use std::sync::Arc;

use domain::{FolderEntry, LibraryError};

use crate::site::{HOSTILE, TestSite, alice, document};

fn entry(path: &str, has_folders: bool) -> FolderEntry {
    FolderEntry {
        path: path.to_owned(),
        name: path.rsplit('/').next().unwrap_or_default().to_owned(),
        has_folders,
    }
}

fn site() -> TestSite {
    let mut site = TestSite::with(alice());
    let mut put = |parent: &str, entries: Vec<FolderEntry>| site.folders.insert(parent.to_owned(), entries);
    put(
        "",
        vec![entry("board", true), entry("handbook", true), entry("notes", false)],
    );
    put("board", vec![entry("board/people", false)]);
    put(
        "handbook",
        vec![entry("handbook/people", false), entry("handbook/R&D", false)],
    );
    site
}

#[tokio::test]
async fn fi_2_the_open_path_is_drawn_without_script_and_closed_folders_are_not() {
    let page = site().get("/docs?folder=handbook").await;
    page.has_status(200)
        .shows("href=\"/docs?folder=handbook/people\"")
        .shows("href=\"/docs?folder=handbook/R%26D\"")
        .shows("data-folder=\"handbook\" aria-current=\"page\"")
        .hides("board/people\"");
    assert_eq!(
        page.html.matches("data-closed").count(),
        1,
        "board alone can be opened: {}",
        page.html
    );
    let all = site().get("/docs").await;
    all.shows("href=\"/docs\" aria-current=\"page\" class=\"folders-all\"");
    assert_eq!(all.html.matches("data-closed").count(), 2);
}

#[tokio::test]
async fn fi_2_a_folder_that_is_not_shown_is_not_looked_into() {
    let mut site = site();
    site.folders
        .insert("secret".to_owned(), vec![entry("secret/plans", false)]);
    let page = site.get("/docs?folder=secret").await;
    page.has_status(200).hides("plans");
}

#[tokio::test]
async fn fi_2_a_document_stands_in_its_folder() {
    let mut site = site();
    site.open = Some(Ok(document("Runbook")));
    let page = site.get("/docs/7").await;
    page.has_status(200)
        .shows("data-folder=\"handbook/people\" aria-current=\"page\"")
        .shows("popovertarget=\"folder-tree\"");
}

#[tokio::test]
async fn fi_2_names_of_folders_are_escaped() {
    let mut site = TestSite::with(alice());
    site.folders.insert(String::new(), vec![entry(HOSTILE, false)]);
    let page = site.get("/docs").await;
    page.has_status(200).hides("<script>alert").hides("<img src=x");
}

#[tokio::test]
async fn fi_2_a_level_is_sent_to_the_person_who_is_signed_in() {
    let level = site().call("list_folders", r#"{"parent":"board"}"#).await;
    level.has_status(200).shows("\"path\":\"board/people\"");
    let anonymous = TestSite::default().call("list_folders", r#"{"parent":""}"#).await;
    anonymous.has_status(401);
}

#[tokio::test]
async fn fi_2_where_folders_cannot_be_read_the_page_says_so_and_is_there() {
    let mut site = TestSite::with(alice());
    site.folders_fail = Some(LibraryError::Unavailable(Arc::new(std::io::Error::other(
        "disk on fire",
    ))));
    let page = site.get("/docs").await;
    page.has_status(200)
        .shows("The folders cannot be shown right now.")
        .hides("disk on fire");
}
