//! The list of documents and the page of one.

use std::sync::Arc;

use domain::{Count, Cursor, DocumentId, DocumentLink, FolderEntry, LibraryError, Listing, SortKey, Visibility};

use crate::site::{HOSTILE, TestSite, alice, document, listing, refusal, row};

fn outage() -> LibraryError {
    LibraryError::Unavailable(Arc::new(std::io::Error::other("disk on fire")))
}

#[tokio::test]
async fn wow_1_each_row_says_why_it_is_there() {
    let mut site = TestSite::with(alice());
    let mut public = row(7, "Onboarding");
    public.visibility = Visibility::Public;
    site.list = Some(Ok(listing(vec![row(9, "Runbook"), public])));
    let page = site.get("/docs").await;
    page.has_status(200)
        .shows("title=\"because you are in Engineering\"")
        .shows(">Engineering</span>")
        .shows("title=\"3 Nov 2026, 14:05 UTC\"")
        .shows("href=\"/docs/9\"")
        .shows("href=\"/docs?folder=handbook/people\"");
    // What is public is usual.
    assert_eq!(page.html.matches(">Private<").count(), 1, "{}", page.html);
    page.hides(">Public</span>");
}

#[tokio::test]
async fn fi_1_a_list_is_sorted_filtered_and_of_one_folder_as_its_address_says() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(Listing {
        previous: Some(Cursor("a+b".to_owned())),
        count: Some(Count {
            number: Count::CAP,
            is_capped: true,
        }),
        ..listing(vec![row(9, "Runbook")])
    }));
    let page = site
        .get("/docs?folder=handbook/people&sort=title&order=desc&q=run&cursor=12")
        .await;
    let query = site.queries.lock().unwrap().pop().unwrap();
    assert_eq!(query.cursor, Some(Cursor("12".to_owned())));
    assert_eq!(
        (query.folder.as_deref(), query.filter.as_str()),
        (Some("handbook/people"), "run")
    );
    assert_eq!((query.sort.key, query.sort.is_descending), (SortKey::Title, true));
    let list = "/docs?folder=handbook/people&amp;sort=title";
    page.has_status(200)
        .shows("<p role=\"status\" class=\"count\">1,000+ documents")
        .shows("aria-sort=\"descending\"")
        .shows(&format!("href=\"{list}&amp;q=run\" class=\"sort\""))
        .shows("href=\"/docs?folder=handbook/people&amp;q=run\" class=\"sort\"")
        .shows(&format!(
            "href=\"{list}&amp;order=desc&amp;q=run&amp;cursor=a%2Bb\" rel=\"prev\""
        ))
        .shows(&format!(
            "href=\"{list}&amp;order=desc&amp;q=run&amp;cursor=9\" rel=\"next\""
        ))
        .hides("First page");
    // The filter keeps folder and order, and can be cleared.
    page.shows("type=\"hidden\" name=\"folder\" value=\"handbook/people\"")
        .shows("name=\"sort\" value=\"title\"")
        .shows(&format!(
            "href=\"{list}&amp;order=desc\" aria-label=\"Clear the filter\""
        ))
        .shows("value=\"run\"");
    assert_eq!(page.html.matches("aria-sort").count(), 1, "{}", page.html);
}

/// One column of times: that which the list is sorted by, and a link to the other order.
#[tokio::test]
async fn fi_1_the_time_that_a_list_is_sorted_by_is_the_one_it_shows() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(listing(vec![row(9, "Runbook")])));
    site.get("/docs?sort=created")
        .await
        .shows("aria-label=\"Created\" aria-sort=\"descending\"")
        .shows("href=\"/docs?sort=created&amp;order=asc\" class=\"sort\">Created")
        .shows("href=\"/docs\" class=\"sort other\">Updated")
        .shows("datetime=\"2023-12-01T12:00:00Z\"")
        .hides("datetime=\"2026-11-03");
    for address in ["/docs", "/docs?sort=title"] {
        site.list = Some(Ok(listing(vec![row(9, "Runbook")])));
        site.get(address)
            .await
            .shows("aria-label=\"Updated\"")
            .shows("href=\"/docs?sort=created\" class=\"sort other\">Created")
            .shows("datetime=\"2026-11-03")
            .hides("datetime=\"2023-12-01");
    }
}

#[tokio::test]
async fn fi_2_the_page_of_a_folder_has_its_name_and_crumbs() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(listing(vec![row(9, "Runbook")])));
    let page = site.get("/docs?folder=handbook/people").await;
    page.has_status(200)
        .shows("<title>people · Portico</title>")
        .shows("<h1 dir=\"auto\">people</h1>")
        .shows("<a href=\"/docs?folder=handbook\" dir=\"auto\">handbook</a>")
        .hides("class=\"folder\"");
    site.list = None;
    site.get("/docs?folder=handbook/empty")
        .await
        .has_status(200)
        .shows("no document you may read in this folder")
        .shows("Show all documents");
}

#[tokio::test]
async fn fi_1_where_the_page_before_is_not_known_a_link_leads_to_the_first() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(listing(vec![row(9, "Runbook")])));
    site.get("/docs").await.hides("First page").hides("Previous page");
    site.get("/docs?q=run&cursor=12")
        .await
        .shows("<a href=\"/docs?q=run\" class=\"button quiet\">First page");
}

#[tokio::test]
async fn fi_2_a_document_leads_to_those_before_and_behind() {
    let mut site = TestSite::with(alice());
    let mut open = document("Runbook");
    site.open = Some(Ok(open.clone()));
    site.get("/docs/7").await.hides("Reading order");
    let link = |number, title: &str| {
        Some(DocumentLink {
            id: DocumentId::new(number).unwrap(),
            title: title.to_owned(),
        })
    };
    (open.previous, open.next) = (link(3, HOSTILE), link(4, "Second <b>"));
    site.open = Some(Ok(open));
    site.get("/docs/7")
        .await
        .shows("href=\"/docs/3\" rel=\"prev\"")
        .shows("href=\"/docs/4\" rel=\"next\"")
        .shows("Second &lt;b&gt;")
        .hides("<script>alert");
}

#[tokio::test]
async fn wow_1_a_refusal_says_as_whom_one_is_signed_in_and_leads_on() {
    let mut site = TestSite::with(alice());
    site.open = Some(Err(LibraryError::Refused(refusal())));
    let page = site.get("/docs/2").await;
    page.has_status(403)
        .shows("You are signed in as <strong dir=\"auto\">Alice Archer</strong>")
        .shows("To get access, ask Bob Baker.")
        .shows("<a href=\"/docs\" class=\"button\">")
        .shows("<form method=\"post\" action=\"/auth/logout\"><button type=\"submit\" class=\"button quiet\">Sign in as somebody else");
    site.open = None;
    site.get("/docs/2").await.has_status(404).hides("You are signed in as");
}

#[tokio::test]
async fn do_4_an_empty_list_says_what_to_do_next() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(Listing {
        rows: Vec::new(),
        ..Listing::default()
    }));
    site.get("/docs")
        .await
        .has_status(200)
        .shows("no document you may read yet");
    site.get("/docs?q=zebra")
        .await
        .shows("“zebra”")
        .shows("Show all documents");
}

#[tokio::test]
async fn do_4_a_page_without_a_row_leads_on_where_there_is_more() {
    let mut site = TestSite::with(alice());
    site.list = Some(Ok(Listing {
        rows: Vec::new(),
        next: Some(Cursor("5000".to_owned())),
        ..Listing::default()
    }));
    let page = site.get("/docs").await;
    page.has_status(200)
        .shows("There are more to look through.")
        .shows("/docs?cursor=5000")
        .shows("Next page")
        .hides("no document you may read yet");
}

#[tokio::test]
async fn do_2_a_document_is_shown_with_its_reason() {
    let mut site = TestSite::with(alice());
    site.open = Some(Ok(document("Runbook")));
    let page = site.get("/docs/7").await;
    page.has_status(200)
        .shows("<title>Runbook · Portico</title>")
        .shows("<em>text</em>");
    page.shows("You can see this because you are in Engineering.")
        .shows("href=\"#second\"");
    page.shows("/docs?folder=handbook/people");
}

#[tokio::test]
async fn do_2_a_refusal_is_a_403_page_that_explains() {
    let mut site = TestSite::with(alice());
    site.open = Some(Err(LibraryError::Refused(refusal())));
    let page = site.get("/docs/2").await;
    page.has_status(403)
        .shows("Only members of Marketing can read this.")
        .shows("Bob Baker");
}

#[tokio::test]
async fn do_2_unknown_and_malformed_documents_are_404() {
    let site = TestSite::with(alice());
    for address in [
        "/docs/99",
        "/docs/0",
        "/docs/-1",
        "/docs/one",
        "/docs/1%00",
        "/docs/%3Cscript%3E",
    ] {
        site.get(address)
            .await
            .has_status(404)
            .shows("There is nothing at this address")
            .hides("<script>");
    }
}

#[tokio::test]
async fn do_2_anonymous_visitors_are_asked_to_sign_in_first() {
    let site = TestSite::default();
    site.get("/docs/7")
        .await
        .has_status(401)
        .shows("/auth/login?return_to=/docs/7")
        .shows("Sign in to see this page");
    site.get("/docs")
        .await
        .has_status(401)
        .shows("/auth/login?return_to=/docs");
}

#[tokio::test]
async fn ui_4_an_outage_is_a_503_page_with_a_reference_and_without_the_cause() {
    let mut site = TestSite::with(alice());
    (site.open, site.list) = (Some(Err(outage())), Some(Err(outage())));
    for address in ["/docs", "/docs/7"] {
        site.get(address)
            .await
            .has_status(503)
            .shows("give the number")
            .shows("Try again")
            .hides("disk on fire");
    }
}

#[tokio::test]
async fn ui_4_home_tells_an_outage_in_the_place_of_the_documents_and_keeps_the_rest() {
    let mut site = TestSite::with(alice());
    site.list = Some(Err(outage()));
    let page = site.get("/").await;
    page.has_status(503)
        .shows("<title>Portico</title>")
        .shows("Welcome, Alice Archer")
        .shows("<h2>Your documents are not available right now</h2>")
        .shows("give the number");
    page.hides("no document you may read yet").hides("disk on fire");
    assert_eq!(page.html.matches("<h1").count(), 1, "{}", page.html);
}

#[tokio::test]
async fn fi_8_home_is_a_desk_with_what_was_read_what_is_new_and_folders() {
    let mut site = TestSite::with(alice());
    let mut newer = row(9, "Newer");
    newer.updated_at += 60;
    site.list = Some(Ok(listing(vec![newer, row(8, "Older")])));
    site.recent = vec![row(7, "Half read")];
    site.folders.insert(
        String::new(),
        vec![FolderEntry {
            path: "hand book".to_owned(),
            name: "hand book".to_owned(),
            has_folders: true,
        }],
    );
    let page = site.get("/").await;
    page.has_status(200)
        .shows("Newest for you")
        .shows(">Older<")
        .shows(">Newer<");
    page.shows("Continue reading")
        .shows("<a href=\"/docs/7\"><strong dir=\"auto\">Half read</strong>")
        .shows("href=\"/docs?folder=hand%20book\"");

    site.previous_visit = Some(1_793_714_700);
    let page = site.get("/").await;
    page.shows("New since your last visit")
        .shows(">Newer<")
        .hides(">Older<");
    site.previous_visit = Some(1_793_714_760);
    let page = site.get("/").await;
    page.shows("Nothing has changed since then.")
        .hides(">Newer<")
        .shows("Half read");
}

#[tokio::test]
async fn fi_8_what_was_opened_is_remembered_and_what_was_refused_is_not() {
    let mut site = TestSite::with(alice());
    site.open = Some(Err(LibraryError::Refused(refusal())));
    site.get("/docs/2").await.has_status(403);
    site.open = Some(Ok(document("Runbook")));
    site.get("/docs/7").await.has_status(200);
    assert_eq!(*site.remembered.lock().unwrap(), [DocumentId::new(7).unwrap()]);
}

#[tokio::test]
async fn do_4_home_without_a_row_leads_on_where_there_is_more() {
    let mut site = TestSite::with(alice());
    site.get("/").await.shows("no document you may read yet");
    site.list = Some(Ok(Listing {
        rows: Vec::new(),
        next: Some(Cursor("5000".to_owned())),
        ..Listing::default()
    }));
    let page = site.get("/").await;
    page.has_status(200)
        .shows("There are more to look through.")
        .shows("href=\"/docs?cursor=5000\"")
        .hides("no document you may read yet");
}

#[tokio::test]
async fn do_2_a_document_names_its_owner_once_and_its_contents_can_be_unfolded() {
    let mut site = TestSite::with(alice());
    site.open = Some(Ok(document("Runbook")));
    let page = site.get("/docs/7").await;
    let reading = page.html.split("class=\"document\"").nth(1);
    let reading = reading
        .and_then(|rest| rest.split("</article>").next())
        .unwrap_or_default();
    assert_eq!(reading.matches("Bob Baker").count(), 1, "{reading}");
    page.shows("<details class=\"contents-folded\"><summary>On this page</summary>");
}

/// Rules may let in others, and keep out some of these: a page that says who can see it would say what nobody decided.
#[tokio::test]
async fn wow_1_a_document_says_whom_it_is_meant_for_and_that_the_rules_decide() {
    let groups = ["Engineering", "Sales"].map(str::to_owned).to_vec();
    for (visibility, groups, audience) in [
        (Visibility::Public, groups.clone(), ">everybody who is signed in<"),
        (
            Visibility::Private,
            groups,
            ">its owner, and members of Engineering, Sales<",
        ),
        (Visibility::Private, Vec::new(), ">its owner alone<"),
    ] {
        let mut open = document("Runbook");
        (open.summary.visibility, open.summary.groups) = (visibility, groups);
        let mut site = TestSite::with(alice());
        site.open = Some(Ok(open));
        let page = site.get("/docs/7").await;
        page.shows("Meant for").shows(audience).shows("the rules decide");
        page.hides("Who can see this");
    }
}

#[tokio::test]
async fn hostile_titles_folders_and_names_are_escaped() {
    let mut site = TestSite::with(alice());
    let mut hostile = row(7, HOSTILE);
    (hostile.owner, hostile.folder) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    hostile.reasons[0].because = HOSTILE.to_owned();
    let mut document = document(HOSTILE);
    document.summary = hostile.clone();
    document.headings[0].text = HOSTILE.to_owned();
    (site.list, site.open) = (Some(Ok(listing(vec![hostile]))), Some(Ok(document)));
    for address in ["/docs", "/docs/7", "/", "/docs?q=%3Cscript%3Ealert('x')%3C/script%3E"] {
        site.get(address)
            .await
            .has_status(200)
            .hides("<script>alert")
            .hides("<img src=x");
    }
}

#[tokio::test]
async fn what_a_server_function_answers_has_a_status_too() {
    let mut site = TestSite::with(alice());
    site.call("open_document", r#"{"id":"x"}"#).await.has_status(404);
    site.open = Some(Err(LibraryError::Refused(refusal())));
    site.call("open_document", r#"{"id":"2"}"#)
        .await
        .has_status(403)
        .shows("Only members of Marketing");
    site.call("open_document", "{").await.has_status(400);
    TestSite::default()
        .call(
            "list_documents",
            r#"{"query":{"cursor":null,"filter":"","folder":null,"sort":{"key":"updated","is_descending":true}}}"#,
        )
        .await
        .has_status(401);
}

#[tokio::test]
async fn a_text_is_sent_once_and_nothing_beside_what_the_page_shows() {
    let mut site = TestSite::with(alice());
    site.open = Some(Ok(document("Runbook")));
    let page = site.get("/docs/7").await;
    page.has_status(200).shows("<em>text</em>").hides("because\\\"");
    assert_eq!(
        page.html.matches(">Second<").count(),
        1 + 2,
        "its heading and the two lists: {}",
        page.html
    );
    assert_eq!(page.html.matches("em>text").count(), 1, "{}", page.html);
}

#[tokio::test]
async fn do_2_a_document_that_cannot_be_shown_says_so_and_shows_nothing_of_it() {
    let mut site = TestSite::with(alice());
    site.open = Some(Err(LibraryError::Unshowable(Arc::new(std::io::Error::other(
        "nested too deeply",
    )))));
    let page = site.get("/docs/7").await;
    page.has_status(500)
        .shows("This document cannot be shown")
        .shows("href=\"/docs\"")
        .hides("nested too deeply");
}
