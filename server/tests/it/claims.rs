//! Persons are made of what their provider sends. Tested with a whole site.

use http::StatusCode;
use serde_json::{Value, json};
use server::Config;

use crate::support::{Log, TestSite, Visitor, documents};

fn send(site: &TestSite, claims: &Value) {
    site.provider.change(|faults| {
        for patch in [&mut faults.id_token, &mut faults.userinfo] {
            patch.extend(claims.as_object().unwrap().clone());
        }
    });
}

async fn profile(visitor: &mut Visitor) -> Value {
    visitor.call("profile", &json!({})).await.json()
}

#[tokio::test]
async fn po_2_the_texts_of_a_group_list_count_and_the_rest_is_reported_and_logged_once() {
    let log = Log::start();
    let site = TestSite::start().await;
    let [plan, _] = documents(&site).await;
    send(
        &site,
        &json!({"groups": ["Engineering", 7, {"id": "x"}], "roles": ["Admin", null]}),
    );
    let mut alice = site.sign_in("alice").await;
    assert_eq!(alice.get(&format!("/docs/{plan}")).await.status, StatusCode::OK);
    let reported = alice.get("/profile").await.body;
    assert!(
        reported.contains("Engineering (and 2 more that could not be read: your provider did not send a text)"),
        "{reported}"
    );
    assert_eq!(profile(&mut alice).await["roles"], json!(["Admin"]));
    for _ in 0..3 {
        alice.get("/").await;
    }
    let logged = log.operator();
    let lines: Vec<&str> = logged
        .lines()
        .filter(|line| line.contains("values that are not texts"))
        .collect();
    assert_eq!(lines.len(), 2, "{logged}");
    assert!(
        lines[0].contains("groups") && lines[0].contains("unreadable=2"),
        "{lines:?}"
    );
    assert!(
        lines[1].contains("roles") && lines[1].contains("unreadable=1"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn po_2_a_group_list_without_a_text_is_unknown_and_the_refusal_explains_why() {
    let site = TestSite::start().await;
    let [plan, _] = documents(&site).await;
    for (sent, who) in [(json!([7]), "alice"), (json!({"0": "Engineering"}), "erin")] {
        send(&site, &json!({"groups": sent}));
        let mut reader = site.sign_in(who).await;
        assert_eq!(profile(&mut reader).await["groups"], Value::Null);
        let reported = reader.get("/profile").await.body;
        assert!(reported.contains("none that could be read"), "{reported}");
        let refused = reader.get(&format!("/docs/{plan}")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(
            refused.body.contains("sent groups that could not be read"),
            "{}",
            refused.body
        );
    }
}

#[tokio::test]
async fn po_2_groups_are_found_below_names_with_dots() {
    use server::config::ClaimPath;
    let paths = [
        ClaimPath::parse(r"resource_access.my\.client.groups").unwrap(),
        ClaimPath::parse("resource_access.my.client.groups").unwrap(),
        ClaimPath::from_names(["resource_access", "my.client", "groups"].map(str::to_owned).to_vec()).unwrap(),
    ];
    for path in paths {
        let site = TestSite::with_provider(move |config: &mut Config| config.providers[0].claims.groups = path).await;
        let [plan, _] = documents(&site).await;
        send(
            &site,
            &json!({"groups": null, "resource_access": {"my.client": {"groups": ["Engineering"]}, "my": {"client": 7}}}),
        );
        let mut alice = site.sign_in("alice").await;
        assert_eq!(alice.get(&format!("/docs/{plan}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn po_3_a_member_is_let_in_however_their_provider_writes_the_letters_of_the_group() {
    let site = TestSite::start().await;
    let config = site.config.clone();
    let text = "---\ntitle: Plan\nowner: demo:dave\ngroups: [München]\nprivate: true\nid: 201\n---\nplan\n";
    server::import::seed_demo(&site.store, &[("plan.md", text)], &move |who| {
        config.resolve_person(who)
    })
    .await
    .unwrap();
    send(&site, &json!({"groups": ["Mu\u{308}nchen"]}));
    let mut alice = site.sign_in("alice").await;
    let opened = alice.get("/docs/201").await;
    assert!(
        opened.status == StatusCode::OK && opened.body.contains("you are in München"),
        "{}",
        opened.body
    );
}

#[tokio::test]
async fn si_1_a_blank_name_is_none() {
    let site = TestSite::start().await;
    for (claims, shown) in [
        (
            json!({"name": " ", "given_name": "Ali", "family_name": "Archer"}),
            "Ali Archer",
        ),
        (
            json!({"given_name": "", "family_name": "\u{200b}", "preferred_username": "ali"}),
            "ali",
        ),
        (
            json!({"preferred_username": "\u{a0}", "email": "ali@example.org"}),
            "ali@example.org",
        ),
    ] {
        send(&site, &claims);
        let mut alice = site.sign_in("alice").await;
        assert_eq!(profile(&mut alice).await["name"], shown, "{claims}");
        assert!(alice.get("/").await.body.contains(&format!("Welcome, {shown}")));
    }
}

/// Whether somebody has this address, by a search for its person, as an administrator does.
async fn is_found(site: &TestSite, address: &str) -> bool {
    site.until_idle().await;
    !site.store.people_matching(address).await.unwrap().is_empty()
}

#[tokio::test]
async fn si_1_a_new_address_is_stored_when_it_changes() {
    for site in TestSite::both().await {
        let mut before = site.sign_in("alice").await;
        before.get("/").await;
        assert!(is_found(&site, "alice@portico.example").await);
        send(&site, &json!({"email": "archer@example.org"}));
        site.advance(60);
        site.sign_in("alice").await.get("/").await;
        assert!(is_found(&site, "archer@example.org").await);
        assert!(!is_found(&site, "alice@portico.example").await);
        // The older session continues with its claims, which are not stored again.
        for _ in 0..3 {
            before.get("/").await;
        }
        send(&site, &json!({"email": null}));
        site.advance(60);
        site.sign_in("alice").await.get("/").await;
        assert!(
            !is_found(&site, "archer@example.org").await,
            "the address is still there"
        );
        assert!(!is_found(&site, "alice@portico.example").await);
    }
}
