//! The directory completes people, soon enough and not too often, and shows when it does not respond.

use demo::{Endpoint, FaultResponse};
use domain::{DocumentId, GroupMatch};
use http::StatusCode;
use serde_json::{Value, json};
use server::Config;
use tokio::net::TcpListener;

use crate::support::{TestSite, Visitor};

mod people;
mod trouble;

/// The demo's provider, with groups of its directory.
fn groups(config: &mut Config) {
    config.providers[0].directory.groups = true;
}

/// The text of the profile page.
async fn profile(visitor: &mut Visitor) -> Value {
    visitor.call("profile", &json!({})).await.json()
}

async fn groups_of(visitor: &mut Visitor) -> Value {
    profile(visitor).await["groups"].clone()
}

/// A private document of dave's that belongs to a group.
async fn document(site: &TestSite, group: &str) -> DocumentId {
    let text =
        format!("---\ntitle: Plan\nowner: demo:dave\ngroups: [\"{group}\"]\nprivate: true\nid: 201\n---\nplan\n");
    let texts = [("plan.md", text.leak() as &'static str)];
    let config = site.config.clone();
    let report = server::import::seed_demo(&site.store, &texts, &move |who| config.resolve_person(who))
        .await
        .unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    DocumentId::new(201).unwrap()
}

fn requested(site: &TestSite) -> usize {
    site.provider.requests(Endpoint::Graph)
}

/// A token without groups, with `more` instead.
fn tokens_without_groups(site: &TestSite, more: &Value) {
    site.provider.change(|faults| {
        for claims in [&mut faults.id_token, &mut faults.userinfo] {
            claims.insert("groups".to_owned(), Value::Null);
            claims.extend(more.as_object().unwrap().clone());
        }
    });
}

#[tokio::test]
async fn po_2_groups_are_from_the_directory_by_the_applications_own_token() {
    let site = TestSite::with_provider(groups).await;
    let id = document(&site, demo::group_id("Engineering").unwrap()).await;
    tokens_without_groups(&site, &json!({}));
    let (mut alice, mut bob) = (site.sign_in("alice").await, site.sign_in("bob").await);
    assert_eq!(groups_of(&mut alice).await, json!(["Engineering"]));
    let opened = alice.get(&format!("/docs/{id}")).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.body.contains("you are in Engineering"), "{}", opened.body);
    assert_eq!(bob.get(&format!("/docs/{id}")).await.status, StatusCode::FORBIDDEN);
    // The demo's directory refuses every token but the application's; a person's was never tried.
    let of_people: Vec<_> = site.provider.bodies(Endpoint::Token);
    let ours = of_people.iter().filter(|body| body.contains("client_credentials"));
    assert_eq!(ours.count(), 1, "one token serves everybody");
}

#[tokio::test]
async fn po_2_a_document_calls_its_groups_as_the_readers_directory_does() {
    let site = TestSite::with_provider(groups).await;
    let engineering = demo::group_id("Engineering").unwrap();
    let id = document(&site, engineering).await;
    // Carol reads everything and is in no group: the name of this one is unknown.
    for (who, called) in [("alice", "Engineering"), ("carol", engineering)] {
        let mut reader = site.sign_in(who).await;
        let opened = reader.call("open_document", &json!({"id": id.to_string()})).await;
        assert_eq!(opened.json()["summary"]["groups"], json!([called]), "{who}");
        let listed = reader
            .call(
                "list_documents",
                &json!({"query": {"filter": "plan", "sort": {"key": "updated", "is_descending": true}}}),
            )
            .await;
        assert_eq!(listed.json()["rows"][0]["groups"], json!([called]), "{who}");
    }
}

#[tokio::test]
async fn po_2_a_token_that_cannot_hold_all_groups_leads_to_the_directory() {
    let site = TestSite::start().await;
    let endpoint = format!("{}/users/x/getMemberObjects", site.config.directory.base_url);
    let more = json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": endpoint}}});
    tokens_without_groups(&site, &more);
    let mut alice = site.sign_in("alice").await;
    assert_eq!(groups_of(&mut alice).await, json!(["Engineering"]));
    tokens_without_groups(
        &site,
        &json!({"_claim_names": null, "_claim_sources": null, "hasgroups": true}),
    );
    let mut bob = site.sign_in("bob").await;
    assert_eq!(groups_of(&mut bob).await, json!(["Marketing"]));
}

#[tokio::test]
async fn po_2_a_claim_that_is_absent_is_unknown_and_sends_no_request() {
    let site = TestSite::start().await;
    tokens_without_groups(&site, &json!({}));
    let mut alice = site.sign_in("alice").await;
    assert_eq!(groups_of(&mut alice).await, Value::Null);
    assert!(
        alice
            .get("/profile")
            .await
            .body
            .contains("Unknown just now: neither your provider nor a directory said")
    );
    assert_eq!(requested(&site), 0);
}

#[tokio::test]
async fn po_2_somebody_in_no_group_is_known_to_be_in_none() {
    let site = TestSite::with_provider(groups).await;
    let mut dave = site.sign_in("dave").await;
    assert_eq!(groups_of(&mut dave).await, json!([]));
    assert!(dave.get("/profile").await.body.contains(">None<"));
}

#[tokio::test]
async fn po_2_two_hundred_groups_are_read_in_pages_with_their_names() {
    let site = TestSite::with_provider(groups).await;
    site.provider.change(|faults| {
        let many = (0..200).map(|number| (format!("id-{number}"), format!("Group {number}")));
        faults.graph.groups = Some(many.collect());
        faults.graph.page_size = Some(60);
    });
    let mut alice = site.sign_in("alice").await;
    let reported = groups_of(&mut alice).await;
    let reported = reported.as_array().unwrap();
    assert_eq!(
        (reported.len(), &reported[0], &reported[199]),
        (200, &json!("Group 0"), &json!("Group 199"))
    );
    assert_eq!(requested(&site), 5, "four pages and one request for names");
    let id = document(&site, "id-199").await;
    assert_eq!(alice.get(&format!("/docs/{id}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn po_2_a_next_page_elsewhere_is_never_followed() {
    let site = TestSite::with_provider(groups).await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    let ours = site.config.directory.base_url.clone();
    let beside = ours.as_str().replace("/graph/v1.0", "/issued");
    let mut people = ["alice", "bob", "carol"].into_iter();
    for link in [
        format!("http://127.0.0.1:{port}/graph/v1.0/more"),
        beside,
        "more".to_owned(),
    ] {
        site.provider.change(|faults| {
            faults.graph.groups = Some(vec![("a".to_owned(), "A".to_owned()), ("b".to_owned(), "B".to_owned())]);
            faults.graph.page_size = Some(1);
            faults.graph.next_link = Some(link.clone());
        });
        let before = requested(&site);
        let mut person = site.sign_in(people.next().unwrap()).await;
        assert_eq!(
            groups_of(&mut person).await,
            Value::Null,
            "half a list was taken for the whole: {link}"
        );
        assert_eq!(requested(&site) - before, 1, "{link}");
    }
    let connected = tokio::time::timeout(std::time::Duration::ZERO, elsewhere.accept()).await;
    assert!(connected.is_err(), "somebody else was asked");
}

#[tokio::test]
async fn se_6_a_change_takes_effect_within_the_stated_age_without_a_new_sign_in() {
    let site = TestSite::with_provider(groups).await;
    let id = document(&site, demo::group_id("Engineering").unwrap()).await;
    let mut alice = site.sign_in("alice").await;
    assert_eq!(alice.get(&format!("/docs/{id}")).await.status, StatusCode::OK);
    site.provider.change(|faults| faults.graph.groups = Some(Vec::new()));
    site.advance(301);
    assert_eq!(alice.get(&format!("/docs/{id}")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(groups_of(&mut alice).await, json!([]));
}

#[tokio::test]
async fn se_6_pages_send_the_directory_no_request_while_its_response_is_young() {
    let site = TestSite::with_provider(|config| {
        groups(config);
        config.providers[0].directory.manager = true;
        config.providers[0].directory.profile = server::config::ProfileToken::Application;
    })
    .await;
    let mut alice = site.sign_in("alice").await;
    alice.get("/").await;
    let once = requested(&site);
    assert_eq!(once, 5, "groups, names, profile, manager, reports");
    for _ in 0..10 {
        for path in ["/", "/docs", "/profile"] {
            assert_eq!(alice.get(path).await.status, StatusCode::OK);
        }
    }
    let mut again = site.sign_in("alice").await;
    again.get("/").await;
    assert_eq!(requested(&site), once);
}

#[tokio::test]
async fn po_3_names_match_without_regard_to_case_only_where_the_operator_chose_names() {
    for (by, expected) in [
        (GroupMatch::Name, StatusCode::OK),
        (GroupMatch::Id, StatusCode::FORBIDDEN),
    ] {
        let site = TestSite::with_provider(move |config| {
            groups(config);
            config.providers[0].directory.group_match = by;
        })
        .await;
        let id = document(&site, "eNGINEERING").await;
        let mut alice = site.sign_in("alice").await;
        let opened = alice.get(&format!("/docs/{id}")).await;
        assert_eq!(opened.status, expected, "{by:?}");
        assert_eq!(opened.body.contains("you are in eNGINEERING"), by == GroupMatch::Name);
        let mut bob = site.sign_in("bob").await;
        assert_eq!(
            bob.get(&format!("/docs/{id}")).await.status,
            StatusCode::FORBIDDEN,
            "{by:?}"
        );
    }
    // Ids are never names: upper and lower case differ in them.
    let site = TestSite::with_provider(groups).await;
    let id = document(&site, &demo::group_id("Engineering").unwrap().to_uppercase()).await;
    let mut alice = site.sign_in("alice").await;
    assert_eq!(alice.get(&format!("/docs/{id}")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn po_2_a_directory_that_redirects_or_floods_is_no_response() {
    let site = TestSite::with_provider(groups).await;
    for (who, response) in [
        ("alice", FaultResponse::Redirect("http://127.0.0.1:1/".to_owned())),
        ("bob", FaultResponse::Oversize(3 * 1024 * 1024)),
        ("carol", FaultResponse::Html),
        ("dave", FaultResponse::Json(200, json!({"value": [7]}))),
        ("erin", FaultResponse::Json(403, json!({}))),
    ] {
        site.provider.change(|faults| {
            faults.responses.insert(Endpoint::Graph, response);
        });
        let mut person = site.sign_in(who).await;
        assert_eq!(groups_of(&mut person).await, Value::Null, "{who}");
    }
}
