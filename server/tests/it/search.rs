//! Searching over HTTP: from the page to the index and back, on both databases.

mod finder;
mod freshness;
mod property;
mod rights;

use server::search::Phase;

use crate::support::{Program, Serving, TestSite, documents, free_ports, soon};

/// A title and a text with the word marked, as the page shows them.
const MARKED: &str = "<mark>plan</mark>";

#[tokio::test]
async fn fi_3_a_word_is_found_in_title_and_text_and_marked() {
    for site in TestSite::both().await {
        documents(&site).await;
        site.until_found().await;
        let mut alice = site.sign_in("alice").await;
        let page = alice.get("/search?q=plan").await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("1 result"), "{}", page.body);
        assert!(page.body.contains("/docs/101"), "{}", page.body);
        assert_eq!(page.body.matches(MARKED).count(), 2, "{}", page.body);
        assert!(
            page.body.contains("<title>plan – Search · Portico</title>"),
            "{}",
            page.body
        );

        let call = alice.call("search", &serde_json::json!({ "words": "simple" })).await;
        assert_eq!(
            call.json()["outcome"]["Found"]["results"][0]["summary"]["id"],
            101,
            "{}",
            call.body
        );
        let suggestions = alice.get("/search/suggestions?q=pla").await;
        assert!(
            suggestions.body.contains("Secret <mark>plan</mark>"),
            "{}",
            suggestions.body
        );
        assert!(!suggestions.header("session-person").is_empty());

        let mut bob = site.sign_in("bob").await;
        for address in ["/search?q=plan", "/search?q=simple", "/search/suggestions?q=pla"] {
            let page = bob.get(address).await;
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(
                !page.body.contains("101") && !page.body.contains("<mark>"),
                "{}",
                page.body
            );
        }
        let mut nobody = site.visitor();
        assert_eq!(nobody.get("/search?q=plan").await.status, 401);
        assert_eq!(nobody.get("/search/suggestions?q=plan").await.status, 401);
    }
}

#[tokio::test]
async fn fi_3_whatever_is_typed_is_a_search() {
    let site = TestSite::start().await;
    documents(&site).await;
    site.until_found().await;
    let mut alice = site.sign_in("alice").await;
    let long = "x".repeat(5_000);
    for typed in [
        "\"",
        "\"plan",
        "\"\"",
        "*",
        "**",
        "pl*n",
        "-",
        "--plan",
        "-plan",
        "plan -\"",
        "plan AND (",
        "title:plan",
        "rights:p",
        "_all:*",
        "plan~2",
        "[a TO b]",
        "/re.*/",
        "plan^5",
        "\\",
        "%00",
        "\0plan",
        "\u{202e}nalp",
        "\u{feff}",
        "folder:../",
        "folder:/",
        "folder:\"",
        "owner:",
        "owner:*",
        "owner:%",
        "owner:_",
        "group:' OR 1=1 --",
        "updated:9999-99-99",
        "updated:>",
        "updated:99999999999d",
        "日本",
        "😀",
        &long,
        "<script>alert(1)</script>",
        "plan folder:<b>",
    ] {
        let call = alice.call("search", &serde_json::json!({ "words": typed })).await;
        assert_eq!(call.status, 200, "{typed:?}: {}", call.body);
        assert!(call.json()["outcome"]["Found"].is_object(), "{typed:?}: {}", call.body);
        let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        for address in [format!("/search?q={query}"), format!("/search/suggestions?q={query}")] {
            let page = alice.get(&address).await;
            assert_eq!(page.status, 200, "{typed:?}: {}", page.body);
            assert!(!page.body.contains("<script>alert"), "{typed:?}: {}", page.body);
        }
    }
    // Of an address of any length, the beginning is read.
    let longer = format!("/search?q={}", "x".repeat(20_000));
    assert_eq!(alice.get(&longer).await.status, 200);
}

#[tokio::test]
async fn fi_6_a_site_without_a_usable_index_serves_everything_else() {
    let site = TestSite::configured(|config| {
        let file = config.site_root.as_ref().unwrap().with_file_name("a-file");
        std::fs::write(&file, "no folder").unwrap();
        config.search.folder = Some(file);
    })
    .await;
    documents(&site).await;
    soon("searching fails", site.search.reaches(|phase| phase == Phase::Failed)).await;
    let ready = site.ready().await;
    assert_eq!(
        (ready.status.as_u16(), &ready.json()["ready"]),
        (200, &true.into()),
        "{}",
        ready.body
    );
    let search = &ready.json()["search"];
    assert_eq!(
        (&search["ready"], &search["state"]),
        (&false.into(), &"failed".into()),
        "{}",
        ready.body
    );
    assert!(!ready.body.contains("a-file"), "{}", ready.body);

    let mut alice = site.sign_in("alice").await;
    assert_eq!(alice.get("/docs/101").await.status, 200);
    let page = alice.get("/search?q=plan").await;
    assert_eq!(page.status, 503, "{}", page.body);
    for part in ["Searching does not work right now", "/docs?q=plan", "value=\"plan\""] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains("a-file"), "{}", page.body);
    // The form in the bar of other pages says nothing of it, and suggests the search itself.
    let suggestions = alice.get("/search/suggestions?q=plan").await;
    assert_eq!(
        suggestions.body.matches("role=\"option\"").count(),
        1,
        "{}",
        suggestions.body
    );
}

#[tokio::test]
async fn fi_6_readyz_says_that_the_index_follows() {
    let site = TestSite::start().await;
    site.until_found().await;
    let ready = site.ready().await;
    assert_eq!(
        ready.json()["search"],
        serde_json::json!({ "ready": true, "state": "ready", "percent": null, "problem": null })
    );
}

/// Waits until a program that logs `server=debug` finds everything.
#[cfg(unix)]
fn until_it_follows(serving: &Serving) -> Vec<String> {
    serving.until("the search index follows", |line| {
        line.contains("the search index follows the documents")
    })
}

#[cfg(unix)]
#[test]
fn fi_6_a_program_that_is_killed_finds_everything_when_it_runs_again() {
    let program = Program::new();
    let (port, provider) = free_ports();
    let (listen, provider) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{provider}"));
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_DEMO_LISTEN", provider.as_str()),
        ("PORTICO_LOG", "info,server=debug"),
    ];
    // Killed as soon as it says where it is, while documents are written into the index.
    drop(program.serve(&["--demo"], &variables));
    assert!(program.exists("data/demo.search"));
    let again = program.serve(&["--demo"], &variables);
    until_it_follows(&again);
    drop(again);
    // Killed when all of it was there: nothing is made anew.
    let third = program.serve(&["--demo"], &variables);
    let log = until_it_follows(&third);
    assert!(
        !log.iter()
            .any(|line| line.contains("made anew") || line.contains("cannot follow")),
        "{log:#?}"
    );
}
