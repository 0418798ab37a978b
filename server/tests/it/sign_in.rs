//! Signing in on a whole site: provider, session, page, sign-out.

use http::StatusCode;

use crate::support::{Log, TestSite, soon};

#[tokio::test]
async fn si_12_a_page_opened_before_sign_in_is_reached_after_it() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    let refused = visitor.get("/docs?q=handbook").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let link = "/auth/login?return_to=/docs%3Fq%3Dhandbook";
    assert!(
        refused.body.contains(link),
        "no link to sign in and come back: {}",
        refused.body
    );

    let at_provider = visitor.start_sign_in("/docs?q=handbook").await;
    let back = visitor.choose(&at_provider, "bob").await;
    let arrived = visitor.get(&back).await;
    assert_eq!(
        (arrived.status, arrived.location()),
        (StatusCode::SEE_OTHER, Some("/docs?q=handbook"))
    );
    assert_eq!(visitor.get("/docs?q=handbook").await.status, StatusCode::OK);
}

#[tokio::test]
async fn lo_4_a_sign_out_too_long_for_an_address_is_a_form_page() {
    let site = TestSite::start().await;
    site.provider
        .change(|faults| drop(faults.id_token.insert("note".to_owned(), "x".repeat(12_000).into())));
    let mut alice = site.sign_in("alice").await;
    let page = alice.post_form("/auth/logout", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for part in [
        "class=\"mark\"",
        "rel=\"stylesheet\"",
        "/end_session\"",
        "name=\"id_token_hint\"",
        "<button",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert_eq!(alice.get("/profile").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn lo_5_an_old_sign_out_page_does_not_speak_for_a_new_session() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let page = alice.get("/auth/signed-out").await;
    assert!(page.body.contains("<h1>You are signed in</h1>"), "{}", page.body);
    alice.post_form("/auth/logout", &[]).await;
    let page = alice.get("/auth/signed-out").await;
    assert!(page.body.contains("<h1>Signed out</h1>"), "{}", page.body);
}

#[tokio::test]
async fn si_11_a_failure_at_the_provider_is_a_page_with_a_reference() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    let at_provider = visitor.start_sign_in("/").await;
    site.provider
        .change(|faults| faults.error = Some(("access_denied".into(), "<script>alert(1)</script>".into())));
    let back = visitor.choose(&at_provider, "alice").await;
    let page = visitor.get(&back).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    assert!(page.body.to_lowercase().contains("reference"), "{}", page.body);
    assert_eq!(visitor.get("/profile").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ds_4_a_provider_that_is_down_at_the_start_is_named_and_works_when_it_is_back() {
    let (log, mut site) = (Log::start(), TestSite::without_provider().await);
    let mut visitor = site.visitor();
    assert_eq!(
        visitor.get("/").await.status,
        StatusCode::OK,
        "the site serves without its provider"
    );
    let ready = visitor.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let provider = &ready.json()["providers"][0];
    assert_eq!(
        (&provider["id"], &provider["ready"]),
        (&"demo".into(), &false.into()),
        "{provider}"
    );
    // The error of the connection names hosts, and is for the log.
    assert_eq!(
        provider["problem"], "the provider cannot be used right now; the log says why",
        "{provider}"
    );
    let page = visitor.get("/auth/login").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        page.body.contains("<html") && page.headers.contains_key("content-security-policy"),
        "{}",
        page.body
    );

    site.start_provider().await;
    // Discovery is retried in the background.
    let ready = log.wait_for(|log| log.own().contains("the provider is ready"));
    soon("the provider is ready", ready).await;
    assert_eq!(visitor.get("/readyz").await.status, StatusCode::OK);
    let arrived = visitor.sign_in("alice", "/profile").await;
    assert_eq!(arrived.location(), Some("/profile"));
}

#[tokio::test]
async fn si_3_an_address_from_a_list_of_emails_is_shown() {
    let site = TestSite::start().await;
    site.provider.change(|faults| {
        for claims in [&mut faults.id_token, &mut faults.userinfo] {
            claims.insert("email".into(), serde_json::Value::Null);
            claims.insert(
                "emails".into(),
                serde_json::json!(["first@b2c.example", "second@b2c.example"]),
            );
        }
    });
    let home = site.sign_in("alice").await.get("/").await.body;
    assert!(
        home.contains("first@b2c.example") && !home.contains("second@b2c.example"),
        "{home}"
    );
}
