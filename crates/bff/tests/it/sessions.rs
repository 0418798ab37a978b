//! SI-14 of the features, SE-3 and SE-4 of the checklist: listing and ending sessions.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use bff::SignedIn;
use url::Url;

use crate::support::{Browser, Harness};

async fn signed_in(harness: &Harness, person: &str) -> Browser {
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in(person).await.status, 303);
    browser
}

#[tokio::test]
async fn si_14_the_sessions_of_a_person_are_listed_and_nobody_elses() {
    let harness = Harness::new().await;
    let (_desk, _phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
    let _bob = signed_in(&harness, "bob").await;
    let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|s| s.subject == "alice" && s.provider == "demo" && s.ends_at > s.signed_in_at)
    );
    assert_ne!(found[0].sid, found[1].sid);
    assert!(
        harness
            .bff
            .sessions_of("https://other.example", "alice")
            .await
            .unwrap()
            .is_empty()
    );
    harness.advance(std::time::Duration::from_hours(9));
    let over = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    assert!(over.is_empty(), "what has expired is no session");
}

#[tokio::test]
async fn se_4_one_session_is_ended_then_all() {
    let harness = Harness::new().await;
    let (mut desk, mut phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
    let mut bob = signed_in(&harness, "bob").await;
    let one = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap()[0].reference;
    assert!(harness.bff.end_session(one).await.unwrap());
    assert!(!harness.bff.end_session(one).await.unwrap(), "once");
    let alive = [desk.open("/me").await.status, phone.open("/me").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(harness.bff.end_sessions_of(&harness.issuer, "alice").await.unwrap(), 1);
    assert_eq!(
        (desk.open("/me").await.status, phone.open("/me").await.status),
        (401, 401)
    );
    assert_eq!(bob.open("/me").await.status, 200);
}

#[tokio::test]
async fn se_4_sessions_are_ended_by_the_providers_session() {
    let harness = Harness::new().await;
    let (mut desk, mut phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
    let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    let (provider, sid) = (harness.bff.providers()[0].id.clone(), found[0].sid.clone().unwrap());
    assert_eq!(harness.bff.end_sessions_by_sid(&provider, "unknown").await.unwrap(), 0);
    assert_eq!(harness.bff.end_sessions_by_sid(&provider, &sid).await.unwrap(), 1);
    let alive = [desk.open("/me").await.status, phone.open("/me").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
}

#[tokio::test]
async fn se_7_a_reference_in_a_list_is_no_cookie() {
    let harness = Harness::new().await;
    let browser = signed_in(&harness, "alice").await;
    let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
    let reference = found[0].reference.to_string();
    let mut thief = harness.browser();
    thief.cookies.clone_from(&browser.cookies);
    thief.add_cookie("portico", &reference);
    assert_eq!(thief.open("/me").await.status, 401);
    assert!(!reference.contains(&browser.session().unwrap()));
}

/// Pages beside the site, on the same host: the browser's cookies are sent there, too.
async fn my_sessions(harness: &Harness) -> Url {
    let list = async |person: SignedIn| {
        let found = person.sessions().await.unwrap();
        let references: Vec<_> = found.iter().map(|s| s.reference.to_string()).collect();
        format!("{} {}", person.reference(), references.join(" "))
    };
    let end = async |Path(reference): Path<String>, person: SignedIn| {
        let ended = person.end_session(reference.parse().unwrap()).await.unwrap();
        ended.to_string()
    };
    let end_all = async |person: SignedIn| person.end_all_sessions().await.unwrap().to_string();
    let pages = Router::new()
        .route("/mine", get(list))
        .route("/mine/{reference}", post(end))
        .route("/all", post(end_all));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let router = harness.bff.protect(pages);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

#[tokio::test]
async fn se_3_a_person_sees_and_ends_their_own_sessions_and_nobody_elses() {
    let harness = Harness::new().await;
    let pages = my_sessions(&harness).await;
    let (mut desk, mut phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
    let mut bob = signed_in(&harness, "bob").await;
    let mine = desk.open(pages.join("mine").unwrap().as_str()).await.body;
    let (own, all) = mine.split_once(' ').unwrap();
    let other = all.split(' ').find(|reference| *reference != own).unwrap();
    assert_eq!((all.split(' ').count(), all.contains(own)), (2, true));

    let end = pages.join(&format!("mine/{other}")).unwrap();
    assert_eq!(bob.submit(end.as_str(), &[]).await.body, "false", "not his");
    assert_eq!(phone.open("/me").await.status, 200);
    assert_eq!(desk.submit(end.as_str(), &[]).await.body, "true");
    assert_eq!(
        (desk.open("/me").await.status, phone.open("/me").await.status),
        (200, 401)
    );
    assert_eq!(desk.submit(pages.join("all").unwrap().as_str(), &[]).await.body, "1");
    assert_eq!(
        (desk.open("/me").await.status, bob.open("/me").await.status),
        (401, 200)
    );
}
