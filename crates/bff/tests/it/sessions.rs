//! SI-14 of the features, SE-3 and SE-4 of the checklist: where is somebody signed in, and how is that ended?

use crate::support::{Browser, House};

async fn signed_in(house: &House, person: &str) -> Browser {
    let mut browser = house.browser();
    assert_eq!(browser.sign_in(person).await.status, 303);
    browser
}

#[tokio::test]
async fn si_14_the_sessions_of_a_person_are_listed_and_nobody_elses() {
    let house = House::new().await;
    let (_desk, _phone) = (signed_in(&house, "alice").await, signed_in(&house, "alice").await);
    let _bob = signed_in(&house, "bob").await;
    let found = house.bff.sessions_of(&house.issuer, "alice").await.unwrap();
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|s| s.subject == "alice" && s.provider == "demo" && s.ends_at > s.signed_in_at)
    );
    assert_ne!(found[0].sid, found[1].sid);
    assert!(
        house
            .bff
            .sessions_of("https://other.example", "alice")
            .await
            .unwrap()
            .is_empty()
    );
    house.advance(std::time::Duration::from_hours(9));
    let over = house.bff.sessions_of(&house.issuer, "alice").await.unwrap();
    assert!(over.is_empty(), "what has expired is no session");
}

#[tokio::test]
async fn se_4_one_session_is_ended_then_all() {
    let house = House::new().await;
    let (mut desk, mut phone) = (signed_in(&house, "alice").await, signed_in(&house, "alice").await);
    let mut bob = signed_in(&house, "bob").await;
    let one = house.bff.sessions_of(&house.issuer, "alice").await.unwrap()[0].reference;
    assert!(house.bff.end_session(one).await.unwrap());
    assert!(!house.bff.end_session(one).await.unwrap(), "once");
    let alive = [desk.go("/me").await.status, phone.go("/me").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(house.bff.end_sessions_of(&house.issuer, "alice").await.unwrap(), 1);
    assert_eq!((desk.go("/me").await.status, phone.go("/me").await.status), (401, 401));
    assert_eq!(bob.go("/me").await.status, 200);
}

#[tokio::test]
async fn se_4_sessions_are_ended_by_the_providers_session() {
    let house = House::new().await;
    let (mut desk, mut phone) = (signed_in(&house, "alice").await, signed_in(&house, "alice").await);
    let found = house.bff.sessions_of(&house.issuer, "alice").await.unwrap();
    let (provider, sid) = (house.bff.providers()[0].id.clone(), found[0].sid.clone().unwrap());
    assert_eq!(house.bff.end_sessions_by_sid(&provider, "unknown").await.unwrap(), 0);
    assert_eq!(house.bff.end_sessions_by_sid(&provider, &sid).await.unwrap(), 1);
    let alive = [desk.go("/me").await.status, phone.go("/me").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
}

#[tokio::test]
async fn se_7_a_reference_in_a_list_is_no_cookie() {
    let house = House::new().await;
    let browser = signed_in(&house, "alice").await;
    let found = house.bff.sessions_of(&house.issuer, "alice").await.unwrap();
    let reference = found[0].reference.to_string();
    let mut thief = house.browser();
    thief.cookies.clone_from(&browser.cookies);
    thief.plant("portico", &reference);
    assert_eq!(thief.go("/me").await.status, 401);
    assert!(!reference.contains(&browser.session().unwrap()));
}
