//! Outages of the directory are shown, bridged for the configured time, and not made worse.

use demo::{Endpoint, FaultResponse};
use http::StatusCode;
use serde_json::{Value, json};

use super::{document, groups, groups_of, profile, requested};
use crate::support::TestSite;

fn break_down(site: &TestSite) {
    site.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Graph, FaultResponse::Json(500, json!({})));
    });
}

#[tokio::test]
async fn po_2_an_outage_preserves_the_last_known_groups_for_the_stated_time_and_reports_it() {
    let site = TestSite::with_provider(groups).await;
    let id = document(&site, demo::group_id("Engineering").unwrap()).await;
    let path = format!("/docs/{id}");
    let (mut alice, mut bob) = (site.sign_in("alice").await, site.sign_in("bob").await);
    assert_eq!(alice.get(&path).await.status, StatusCode::OK);
    assert_eq!(bob.get(&path).await.status, StatusCode::FORBIDDEN);
    break_down(&site);
    site.advance(301);
    assert_eq!(alice.get(&path).await.status, StatusCode::OK);
    let stored = profile(&mut alice).await;
    assert_eq!(
        (&stored["groups"], &stored["groups_are_stale"]),
        (&json!(["Engineering"]), &json!(true))
    );
    assert!(alice.get("/profile").await.body.contains("as last known"));
    let refused = bob.get(&path).await;
    assert!(
        refused.body.contains("The directory does not answer just now"),
        "{}",
        refused.body
    );
    site.advance(3300);
    assert_eq!(
        alice.get(&path).await.status,
        StatusCode::FORBIDDEN,
        "longer than `directory.keep`"
    );
    assert_eq!(groups_of(&mut alice).await, Value::Null);
    let unknown = alice.get("/profile").await.body;
    assert!(
        unknown.contains("Unknown just now") && !unknown.contains("your provider did not"),
        "{unknown}"
    );
    site.provider.change(|faults| faults.responses.clear());
    site.advance(31);
    assert_eq!(groups_of(&mut alice).await, json!(["Engineering"]));
    assert_eq!(profile(&mut alice).await["groups_are_stale"], json!(false));
}

#[tokio::test]
async fn po_2_trouble_is_not_made_worse_by_asking_at_every_page() {
    let site = TestSite::with_provider(groups).await;
    break_down(&site);
    let mut alice = site.sign_in("alice").await;
    for _ in 0..20 {
        assert_eq!(groups_of(&mut alice).await, Value::Null);
    }
    assert_eq!(requested(&site), 1);
}

#[tokio::test]
async fn po_2_a_busy_directory_is_queried_again_when_it_allows_and_not_before() {
    let site = TestSite::with_provider(groups).await;
    site.provider
        .change(|faults| (faults.graph.throttle, faults.graph.times) = (Some((429, 0)), 2));
    let mut alice = site.sign_in("alice").await;
    assert_eq!(
        groups_of(&mut alice).await,
        json!(["Engineering"]),
        "a moment is waited for"
    );
    assert_eq!(requested(&site), 4, "twice refused, then groups and names");

    site.provider
        .change(|faults| (faults.graph.throttle, faults.graph.times) = (Some((503, 120)), 100));
    let mut bob = site.sign_in("bob").await;
    assert_eq!(groups_of(&mut bob).await, Value::Null);
    assert_eq!(requested(&site), 5);
    // No request may be sent to it until its `Retry-After` is over.
    let mut erin = site.sign_in("erin").await;
    site.advance(119);
    for person in [&mut bob, &mut erin] {
        assert_eq!(groups_of(person).await, Value::Null);
    }
    assert_eq!(requested(&site), 5);
    site.provider.change(|faults| faults.graph.times = 0);
    site.advance(2);
    assert_eq!(groups_of(&mut bob).await, json!(["Marketing"]));
}

#[tokio::test]
async fn po_2_a_directory_that_continues_being_busy_is_given_up() {
    let site = TestSite::with_provider(groups).await;
    site.provider
        .change(|faults| (faults.graph.throttle, faults.graph.times) = (Some((429, 0)), 100));
    let mut alice = site.sign_in("alice").await;
    assert_eq!(groups_of(&mut alice).await, Value::Null);
    assert_eq!(requested(&site), 3);
}

#[tokio::test]
async fn po_2_somebody_who_left_the_directory_has_nothing_cached() {
    let site = TestSite::with_provider(groups).await;
    let mut alice = site.sign_in("alice").await;
    assert_eq!(groups_of(&mut alice).await, json!(["Engineering"]));
    site.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Graph, FaultResponse::Json(404, json!({})));
    });
    site.advance(301);
    assert_eq!(groups_of(&mut alice).await, Value::Null);
}

#[tokio::test]
async fn se_6_a_slow_directory_is_queried_once_and_holds_no_page_up_for_long() {
    let site = TestSite::with_provider(groups).await;
    site.provider.change(|faults| {
        faults.responses.insert(Endpoint::Graph, FaultResponse::Hold);
    });
    let (mut one, mut other) = (site.sign_in("alice").await, site.sign_in("alice").await);
    let patience = std::time::Duration::from_millis(4500);
    let both = async { (groups_of(&mut one).await, groups_of(&mut other).await) };
    let reported = tokio::time::timeout(patience, both).await.expect("pages wait too long");
    assert_eq!(reported, (Value::Null, Value::Null));
    assert_eq!(requested(&site), 1);
}
