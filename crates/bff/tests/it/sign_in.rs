//! The features of signing in: any provider (SI-5), both ways back (SI-7), return addresses (SI-12),
//! tabs (SI-13).

use demo::{Endpoint, Kind};
use serde_json::{Value, json};

use crate::support::{Harness, Setup, parameter, patch};

#[tokio::test]
async fn si_5_any_provider_is_found_by_its_issuer() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let page = browser.sign_in("carol").await;
    assert_eq!((page.status, page.location().path()), (303, "/me"), "{}", page.body);
    let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
    assert_eq!(
        (&me["issuer"], &me["subject"], &me["provider"]),
        (&json!(harness.issuer), &json!("carol"), &json!("demo"))
    );
    assert_eq!(
        (&me["claims"]["name"], &me["claims"]["job_title"]),
        (&json!("Carol Chen"), &json!("CEO"))
    );
    assert_eq!(me["claims"]["groups"], json!([]));
    let counts = [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Token, Endpoint::Userinfo];
    assert_eq!(counts.map(|endpoint| harness.provider.requests(endpoint)), [1, 1, 1, 1]);
}

#[tokio::test]
async fn si_5_discovery_is_queried_once_for_many_sign_ins() {
    let harness = Harness::new().await;
    for person in ["alice", "bob", "dave", "erin"] {
        let mut browser = harness.browser();
        browser.sign_in(person).await;
        assert_eq!(browser.open("/").await.body, format!("hello {person}"));
    }
    assert_eq!(harness.provider.requests(Endpoint::Discovery), 1);
    assert_eq!(harness.rows().await, 4);
}

#[tokio::test]
async fn si_5_the_secret_is_sent_the_way_the_provider_requires() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let basic = harness.provider.bodies(Endpoint::Token).remove(0);
    assert!(
        basic.contains("\nBasic ") && !basic.contains("client_secret"),
        "{basic}"
    );

    let harness = Harness::new().await;
    let only_post = json!(["client_secret_post"]);
    harness
        .provider
        .change(|faults| faults.metadata = patch("token_endpoint_auth_methods_supported", only_post));
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
    let post = harness.provider.bodies(Endpoint::Token).remove(0);
    assert!(post.contains("client_secret=") && !post.contains("Basic"), "{post}");
}

#[tokio::test]
async fn si_6_with_several_providers_a_person_chooses() {
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    let page = browser.open("/auth/login?return_to=/me").await;
    assert_eq!(page.status, 200);
    for id in ["demo", "other"] {
        assert!(page.body.contains(&format!("provider={id}")), "{}", page.body);
    }
    assert!(browser.pending().is_empty());
    assert_eq!(browser.open("/auth/login?provider=nobody").await.status, 404);
    let page = browser
        .sign_in_by("/auth/login?provider=other&return_to=/me", "bob")
        .await;
    assert_eq!(page.status, 303, "{}", page.body);
    let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
    assert_eq!(me["provider"], "other");
}

#[tokio::test]
async fn si_7_the_response_can_arrive_by_a_form_from_another_site() {
    let setup = Setup {
        https: true,
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(parameter(&authorize, "response_mode").as_deref(), Some("form_post"));
    let page = browser.open(authorize.as_str()).await;
    let fields = form_fields(&page.body);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert!(fields.iter().any(|(name, _)| *name == "code"), "{}", page.body);
    let page = browser.post_cross_site("/auth/callback/demo", &fields).await;
    assert_eq!((page.status, page.location().path()), (303, "/me"), "{}", page.body);
    assert_eq!(browser.open("/").await.body, "hello alice");
    // Once only.
    let again = browser.post_cross_site("/auth/callback/demo", &fields).await;
    assert!(again.status == 400 || again.status == 303, "{}", again.status);
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
}

/// Names and values of the hidden fields of a page.
pub(crate) fn form_fields(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            (name.to_owned(), rest.split_once('"').unwrap().0.replace("&amp;", "&"))
        })
        .collect()
}

#[tokio::test]
async fn si_7_on_loopback_the_form_returns_as_well() {
    let setup = Setup {
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let fields = form_fields(&browser.open(authorize.as_str()).await.body);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let send = crate::support::Browser::from(
        browser.form("/auth/callback/demo", &fields),
        &harness.issuer,
        "same-site",
    );
    assert_eq!(browser.send(send).await.status, 303);
    assert_eq!(browser.open("/").await.body, "hello alice");
}

/// What the provider's form holds after `person` has signed in there.
pub(crate) async fn posted_for(
    browser: &mut crate::support::Browser,
    authorize: &url::Url,
    person: &str,
) -> Vec<(String, String)> {
    let mut authorize = authorize.clone();
    authorize.query_pairs_mut().append_pair("login_hint", person);
    form_fields(&browser.open(authorize.as_str()).await.body)
}

#[tokio::test]
async fn cb_10_a_posted_response_ends_the_session_that_another_tab_began_meanwhile() {
    let setup = Setup {
        https: true,
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    // Both tabs leave while nobody is signed in.
    let first = browser.start("/auth/login").await;
    let second = browser.start("/auth/login").await;
    let mut sessions = Vec::new();
    for (authorize, person) in [(&first, "alice"), (&second, "bob")] {
        let fields = posted_for(&mut browser, authorize, person).await;
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let page = browser.post_cross_site("/auth/callback/demo", &fields).await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(browser.open("/").await.body, format!("hello {person}"));
        sessions.push(browser.session().unwrap());
    }
    let mut stale = harness.clone_of(&browser);
    stale.add_cookie("__Host-portico", &sessions[0]);
    assert_eq!(stale.open("/").await.body, "stranger", "nothing of alice is left");
    assert_eq!(harness.rows().await, 1);
    assert_eq!(harness.provider.requests(Endpoint::Token), 2);
}

#[tokio::test]
async fn si_7_a_form_from_another_site_finds_its_sign_in_without_a_secure_cookie() {
    // On plain http no cookie travels with a form of another site: the response returns in a second step, sealed.
    let setup = Setup {
        provider: |provider| provider.response_mode = bff::ResponseMode::FormPost,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let fields = form_fields(&browser.open(authorize.as_str()).await.body);
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let page = browser.post_cross_site("/auth/callback/demo", &fields).await;
    let again = page.location();
    let code = harness.provider.newest(Kind::Code).unwrap();
    assert!(page.status == 303 && !again.as_str().contains(&code), "{again}");
    assert_eq!(
        harness.browser().open(again.as_str()).await.status,
        400,
        "another browser gets nowhere with it"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 0);
    assert_eq!(browser.open(again.as_str()).await.location().path(), "/me");
    assert_eq!(browser.open("/").await.body, "hello alice");
    let page = browser.open(again.as_str()).await;
    assert_eq!(
        (page.status, page.location().path()),
        (303, "/me"),
        "once only, and then it leads on"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), 1);
}

#[tokio::test]
async fn si_12_a_page_opened_before_sign_in_is_reached_after_it() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let page = browser
        .sign_in_by("/auth/login?return_to=%2Fme%3Fa%3Db%26c%3Dd", "alice")
        .await;
    assert_eq!(
        page.location().as_str(),
        harness.site.join("/me?a=b&c=d").unwrap().as_str()
    );
    assert_eq!(browser.open(page.location().as_str()).await.status, 200);
}

#[tokio::test]
async fn si_12_a_return_address_on_another_site_is_refused() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let page = browser
        .sign_in_by("/auth/login?return_to=https%3A%2F%2Fevil.example%2Fme", "alice")
        .await;
    assert_eq!(page.location().as_str(), harness.site.as_str());
}

#[tokio::test]
async fn si_13_two_tabs_sign_in_at_the_same_time() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let first = browser.start("/auth/login?return_to=/first").await;
    let second = browser.start("/auth/login?return_to=/second").await;
    let (one, two) = (
        browser.authorize(&first, "alice").await,
        browser.authorize(&second, "alice").await,
    );
    // The later tab returns first.
    assert_eq!(browser.open(two.as_str()).await.location().path(), "/second");
    assert_eq!(browser.open(one.as_str()).await.location().path(), "/first");
    assert_eq!(browser.open("/").await.body, "hello alice");
    assert_eq!(harness.rows().await, 1);
}

#[tokio::test]
async fn si_4_signing_up_requests_a_new_account() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/signup").await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("create"));
    let callback = browser.authorize(&authorize, "dave").await;
    assert_eq!(browser.open(callback.as_str()).await.status, 303);
    assert!(harness.bff.can_sign_up());
}
