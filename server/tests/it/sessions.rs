//! Do people see and end their own sessions, and administrators anybody's (SI-14)?

use http::{Method, StatusCode};

use crate::support::{TestSite, Visitor};

/// The references on the page, the one used last first.
async fn endable(visitor: &mut Visitor, address: &str) -> Vec<String> {
    let page = visitor.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let forms = page.body.split("name=\"session\" value=\"").skip(1);
    forms
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

async fn is_signed_in(visitor: &mut Visitor) -> bool {
    visitor.get("/profile").await.status == StatusCode::OK
}

#[tokio::test]
async fn si_14_a_person_ends_one_session_and_the_others_go_on() {
    let site = TestSite::start().await;
    let (mut desk, mut phone, mut bob) = (
        site.sign_in("alice").await,
        site.sign_in("alice").await,
        site.sign_in("bob").await,
    );
    let others = endable(&mut desk, "/sessions").await;
    assert_eq!(others.len(), 1, "one other session, and none of bob");
    let answer = desk.post_form("/sessions/end", &[("session", &others[0])]).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, Some("/sessions?ended=1"))
    );
    assert!(
        desk.get("/sessions?ended=1")
            .await
            .body
            .contains("One session was ended.")
    );
    assert!(!is_signed_in(&mut phone).await);
    assert!(is_signed_in(&mut desk).await && is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn si_14_nobody_ends_or_sees_sessions_of_others_but_administrators() {
    let site = TestSite::start().await;
    let (mut alice, mut bob, mut erin) = (
        site.sign_in("alice").await,
        site.sign_in("bob").await,
        site.sign_in("erin").await,
    );
    alice.get("/").await;
    bob.get("/").await;
    site.wait_for_person("bob").await;
    let theirs = endable(&mut erin, "/sessions?person=BAKER").await;
    assert_eq!(theirs.len(), 1, "bob by a part of his name in another case");

    let refused = alice.post_form("/sessions/end", &[("session", &theirs[0])]).await;
    assert_eq!(
        refused.location(),
        Some("/sessions?ended=0"),
        "not hers: nothing ends, nothing is told"
    );
    assert!(is_signed_in(&mut bob).await);
    assert_eq!(alice.get("/sessions?person=bob").await.status, StatusCode::NOT_FOUND);

    let done = erin
        .post_form("/sessions/end", &[("session", &theirs[0]), ("person", "bob & co")])
        .await;
    assert_eq!(done.location(), Some("/sessions?ended=1&person=bob+%26+co"));
    assert!(!is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn si_14_signing_out_everywhere_ends_all_of_them() {
    let site = TestSite::start().await;
    let (mut desk, mut phone, mut bob) = (
        site.sign_in("alice").await,
        site.sign_in("alice").await,
        site.sign_in("bob").await,
    );
    let answer = desk.post_form("/sessions/end-all", &[]).await;
    assert_eq!(answer.location(), Some("/auth/signed-out"));
    assert!(!is_signed_in(&mut desk).await && !is_signed_in(&mut phone).await);
    assert!(is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn si_14_ending_a_session_is_a_form_of_this_site_and_needs_a_reference() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let foreign = alice
        .foreign_request(Method::POST, "/sessions/end-all")
        .header("sec-fetch-site", "cross-site");
    let answer = alice.send(foreign.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let nonsense = alice.post_form("/sessions/end", &[("session", "../x")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    assert!(is_signed_in(&mut alice).await);
    let stranger = site.visitor().post_form("/sessions/end-all", &[]).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}
