//! SI-6 of the features: several providers at once, a page to choose, and routes that name the one they require.

use axum::Router;
use axum::routing::get;
use bff::{ReturnPath, SignedIn, StepUp};
use serde_json::json;
use url::Url;

use crate::support::{Browser, Harness, Page, Setup, parameter, without};

async fn harness() -> Harness {
    Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await
}

/// Pages for people of `other` beside the site, on the same host, and their address.
async fn for_people_of_other(harness: &Harness) -> Url {
    let who = async |person: SignedIn| person.identity().provider.to_string();
    let required = harness.bff.require_provider("other").unwrap();
    let inside = Router::new().route("/papers", get(who)).layer(required);
    let router = harness.bff.protect(Router::new().nest("/acme", inside));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/acme/papers?page=2", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

/// The link on a page that begins with `start`.
fn link(page: &Page, start: &str) -> String {
    let at = page.body.find(&format!("href=\"{start}"));
    let at = at.unwrap_or_else(|| panic!("no link to {start}: {}", page.body));
    page.body[at + 6..].split('"').next().unwrap().replace("&amp;", "&")
}

async fn provider_of(browser: &mut Browser) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(&browser.open("/me").await.body).unwrap()["provider"].clone()
}

#[tokio::test]
async fn si_6_who_is_not_signed_in_chooses_and_reaches_the_page() {
    let harness = harness().await;
    let mut browser = harness.browser();
    let refusal = browser.open("/me?a=b").await;
    assert_eq!(refusal.status, 401);
    let chooser = browser.open(&link(&refusal, "/auth/login")).await;
    assert_eq!(chooser.status, 200);
    assert!(browser.pending().is_empty(), "nothing begins before somebody chooses");
    link(&chooser, "/auth/login?provider=demo&amp;");
    let way = link(&chooser, "/auth/login?provider=other&amp;");
    let page = browser.sign_in_by(&way, "alice").await;
    assert_eq!(page.location().as_str(), harness.site.join("/me?a=b").unwrap().as_str());
    assert_eq!(provider_of(&mut browser).await, json!("other"));
}

#[tokio::test]
async fn si_6_trying_again_is_sent_to_the_same_provider_and_page() {
    let harness = harness().await;
    let other = harness.other.as_ref().unwrap();
    other.change(|faults| faults.error = Some(("server_error".into(), "x".into())));
    let mut browser = harness.browser();
    let page = browser
        .sign_in_by("/auth/login?provider=other&return_to=/me", "alice")
        .await;
    assert_eq!(page.status, 502);
    let again = link(&page, "/auth/login");
    assert_eq!(again, "/auth/login?provider=other&return_to=%2Fme");
    other.change(|faults| {
        faults.error = None;
        faults.id_token = without("sub");
    });
    let page = browser.sign_in_by(&again, "alice").await;
    assert_eq!((page.status, link(&page, "/auth/login")), (400, again.clone()));
    other.change(|faults| faults.id_token.clear());
    assert_eq!(browser.sign_in_by(&again, "alice").await.location().path(), "/me");
}

#[tokio::test]
async fn si_6_a_route_names_the_provider_it_requires() {
    let harness = harness().await;
    let papers = for_people_of_other(&harness).await;
    let mut browser = harness.browser();
    let way = "/auth/login?provider=other&return_to=%2Facme%2Fpapers%3Fpage%3D2";
    let page = browser.open(papers.as_str()).await;
    assert_eq!((page.status, link(&page, "/auth/login")), (401, way.to_owned()));

    browser.sign_in_by("/auth/login?provider=demo", "alice").await;
    let page = browser.open(papers.as_str()).await;
    assert_eq!(
        (page.status, link(&page, "/auth/login")),
        (403, way.to_owned()),
        "{}",
        page.body
    );
    assert_eq!(
        provider_of(&mut browser).await,
        json!("demo"),
        "being asked changes nothing"
    );

    let page = browser.sign_in_by(way, "alice").await;
    assert_eq!(
        (page.location().path(), page.location().query()),
        ("/acme/papers", Some("page=2"))
    );
    let page = browser.open(papers.as_str()).await;
    assert_eq!((page.status, page.body.as_str()), (200, "other"));
    assert_eq!(harness.rows().await, 1, "one session per browser");
}

#[tokio::test]
async fn si_6_a_site_can_link_to_one_provider() {
    let harness = harness().await;
    let path = harness
        .bff
        .sign_in_path("other", &ReturnPath::parse("/me?a=b&c=d"))
        .unwrap();
    let authorize = harness.browser().start(&path).await;
    let callback = harness.site.join("auth/callback/other").unwrap();
    assert_eq!(
        parameter(&authorize, "redirect_uri").as_deref(),
        Some(callback.as_str())
    );
    assert_eq!(harness.bff.sign_in_path("nobody", &ReturnPath::default()), None);
    assert!(harness.bff.require_provider("nobody").is_err());
    assert_eq!(harness.browser().open("/auth/login?provider=nobody").await.status, 404);
}

#[tokio::test]
async fn si_6_a_new_account_needs_no_choice_where_one_provider_makes_them() {
    let harness = harness().await;
    harness
        .provider
        .change(|faults| faults.metadata = without("prompt_values_supported"));
    for provider in ["demo", "other"] {
        harness
            .browser()
            .start(&format!("/auth/login?provider={provider}"))
            .await;
    }
    let authorize = harness.browser().start("/auth/signup?return_to=/me").await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("create"));
    assert!(parameter(&authorize, "redirect_uri").unwrap().ends_with("/other"));
}

#[tokio::test]
async fn si_6_a_new_account_is_made_where_somebody_chooses_among_those_that_make_them() {
    let harness = harness().await;
    for provider in ["demo", "other"] {
        harness
            .browser()
            .start(&format!("/auth/login?provider={provider}"))
            .await;
    }
    let mut browser = harness.browser();
    let chooser = browser.open("/auth/signup?return_to=/me").await;
    assert_eq!(chooser.status, 200);
    link(&chooser, "/auth/signup?provider=demo&amp;");
    let way = link(&chooser, "/auth/signup?provider=other&amp;");
    assert_eq!(way, "/auth/signup?provider=other&return_to=%2Fme");
    let authorize = browser.start(&way).await;
    assert_eq!(parameter(&authorize, "prompt").as_deref(), Some("create"));
    assert!(parameter(&authorize, "redirect_uri").unwrap().ends_with("/other"));
}

#[tokio::test]
async fn si_12_a_page_of_a_router_within_a_router_is_returned_to() {
    let harness = harness().await;
    let who = async |person: SignedIn| person.identity().subject.clone();
    let shelf = Router::new().route("/{id}", get(who));
    let safe = Router::new()
        .route("/{id}", get(who))
        .layer(harness.bff.require_step_up(StepUp::acr("mfa")));
    let router = harness
        .bff
        .protect(Router::new().nest("/docs", shelf).nest("/safe", safe));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut browser = harness.browser();
    let page = browser.open(address.join("docs/7?page=2").unwrap().as_str()).await;
    assert_eq!(page.status, 401);
    assert_eq!(
        link(&page, "/auth/login"),
        "/auth/login?return_to=%2Fdocs%2F7%3Fpage%3D2"
    );
    browser.sign_in_by("/auth/login?provider=demo", "alice").await;
    let page = browser.open(address.join("safe/7").unwrap().as_str()).await;
    assert_eq!(page.status, 303, "{}", page.body);
    assert!(
        page.location().as_str().contains("return_to=%2Fsafe%2F7"),
        "{}",
        page.location()
    );
}
