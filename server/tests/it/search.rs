//! Searching over HTTP: from the page to the index and back, on both databases.

use crate::support::{TestSite, documents};

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
