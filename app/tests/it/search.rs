//! What the pages of a search show, whatever comes of it.

use domain::{SearchError, SearchPage, SearchResult, Snippet};
use std::sync::Arc;

use crate::site::{HOSTILE, TestSite, alice, row};

fn marked(text: &str, mark: std::ops::Range<usize>) -> Snippet {
    Snippet {
        text: text.to_owned(),
        marks: vec![mark],
        is_cut_before: false,
        is_cut_behind: true,
    }
}

fn result(number: i64, title: &str) -> SearchResult {
    SearchResult {
        summary: row(number, title),
        title: marked(title, 0..title.len().min(4)),
        snippet: Some(marked("some words of a text", 5..10)),
    }
}

fn site(found: Result<SearchPage, SearchError>) -> TestSite {
    TestSite {
        search: Some(found),
        ..TestSite::with(alice())
    }
}

/// Every byte as `%XX`.
fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}

fn page(results: Vec<SearchResult>, similar: usize, is_cut: bool) -> SearchPage {
    SearchPage {
        results,
        similar,
        is_cut,
    }
}

#[tokio::test]
async fn fi_3_a_result_says_where_it_is_whose_it_is_why_it_is_there_and_quotes_the_text() {
    let page = site(Ok(page(vec![result(7, "Plan B")], 0, false)))
        .get("/search?q=plan")
        .await;
    page.has_status(200);
    for part in [
        "1 result",
        "href=\"/docs/7\"",
        "<mark>Plan</mark>",
        "<mark>words</mark>",
        "handbook/people",
        "Bob Baker",
        "because you are in Engineering",
        "<title>plan – Search · Portico</title>",
        "value=\"plan\"",
    ] {
        page.shows(part);
    }
    page.hides("Similar words");
}

#[tokio::test]
async fn fi_3_similar_words_stand_apart_and_more_than_fit_are_said() {
    let results = vec![result(1, "Plan"), result(2, "Plane"), result(3, "Plans")];
    let answer = site(Ok(page(results, 2, true))).get("/search?q=plan").await;
    answer.shows("More than 3 results").shows("Similar words");
    let (exact, similar) = answer.html.split_once("Similar words").unwrap();
    assert!(exact.contains("/docs/1") && !exact.contains("/docs/2"));
    assert!(similar.contains("/docs/2") && similar.contains("/docs/3"));
    // Nothing but similar ones.
    let answer = site(Ok(page(vec![result(2, "Plane")], 1, false)))
        .get("/search?q=plan")
        .await;
    answer.shows("1 result").shows("Similar words");
}

#[tokio::test]
async fn fi_5_hostile_text_is_text_everywhere() {
    let hostile = SearchResult {
        summary: row(7, HOSTILE),
        title: marked(HOSTILE, 0..8),
        snippet: Some(marked(HOSTILE, 8..20)),
    };
    let mut summary = row(7, HOSTILE);
    summary.folder = HOSTILE.to_owned();
    summary.owner = HOSTILE.to_owned();
    let hostile = SearchResult { summary, ..hostile };
    let encoded: String = percent_encoded(HOSTILE);
    for typed in [encoded.clone(), format!("folder:{encoded}")] {
        let page = site(Ok(page(vec![hostile.clone()], 0, false)))
            .get(&format!("/search?q={typed}"))
            .await;
        page.has_status(200).hides("<script>alert").hides("<img src=x");
        page.shows("<mark>&lt;script&gt;</mark>");
    }
    let list = app::suggestions(
        HOSTILE,
        SearchPage {
            results: vec![hostile],
            ..SearchPage::default()
        },
    );
    assert!(!list.contains("<script") && !list.contains("<img"), "{list}");
    assert!(list.contains("<mark>&lt;script&gt;</mark>"), "{list}");
}

#[tokio::test]
async fn fi_3_without_a_result_the_page_says_what_to_try() {
    for (address, expected) in [
        ("/search", "Type a few words"),
        ("/search?q=unheard", "Nothing you may read fits “unheard”"),
    ] {
        let page = site(Ok(page(Vec::new(), 0, false))).get(address).await;
        page.has_status(200)
            .shows(expected)
            .shows("folder:handbook")
            .shows("role=\"status\"");
    }
}

#[tokio::test]
async fn fi_6_while_the_index_is_built_or_fails_the_list_is_offered() {
    let building = site(Err(SearchError::Building { percent: 40 }))
        .get("/search?q=a%20b")
        .await;
    building.has_status(200).shows("40 % is done").shows("/docs?q=a%20b");
    let failed = site(Err(SearchError::Unavailable(Arc::new(std::io::Error::other(
        "a cause",
    )))));
    let failed = failed.get("/search?q=plan").await;
    failed
        .has_status(503)
        .shows("7c2k9m4x")
        .shows("/docs?q=plan")
        .shows("value=\"plan\"")
        .hides("a cause");
}

#[tokio::test]
async fn fi_4_filters_that_were_understood_are_links_to_the_search_without_them() {
    let page = site(Ok(page(vec![result(7, "Plan")], 0, false)))
        .get("/search?q=plan%20folder:hr%20owner:me")
        .await;
    page.shows("Search without folder:hr")
        .shows("/search?q=plan%20owner%3Ame");
    page.shows("Search without owner:me")
        .shows("/search?q=plan%20folder%3Ahr");
}

#[tokio::test]
async fn fi_7_the_box_is_on_every_page_of_somebody_signed_in_and_on_no_other() {
    for address in ["/", "/about", "/docs", "/search?q=x", "/nowhere"] {
        let page = TestSite::with(alice()).get(address).await;
        page.shows("role=\"search\"")
            .shows("action=\"/search\"")
            .shows("id=\"site-search\"");
    }
    TestSite::default().get("/about").await.hides("id=\"site-search\"");
    TestSite::default()
        .get("/search?q=plan")
        .await
        .has_status(401)
        .hides("id=\"site-search\"");
}
