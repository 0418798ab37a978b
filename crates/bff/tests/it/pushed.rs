//! Checklist LG-9: requests that do not pass through the browser (RFC 9126).

use bff::{ProviderConfig, PushedRequests};
use demo::{DemoConfig, Endpoint, FaultResponse};
use serde_json::{Value, json};

use crate::support::{Harness, Log, Setup, field, parameter};

fn offered(demo: &mut DemoConfig) {
    demo.pushed_requests = true;
}

async fn harness(demo: fn(&mut DemoConfig), provider: fn(&mut ProviderConfig)) -> Harness {
    let setup = Setup {
        demo,
        provider,
        ..Setup::default()
    };
    Harness::build(setup).await
}

#[tokio::test]
async fn lg_9_the_browser_carries_the_name_and_a_reference_and_nothing_else() {
    let harness = harness(offered, |_| {}).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    let names: Vec<_> = authorize.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    let pushed = harness.provider.bodies(Endpoint::Par);
    assert_eq!(pushed.len(), 1);
    assert!(pushed[0].contains("\nBasic "), "without authentication: {}", pushed[0]);
    for name in [
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "audience",
    ] {
        assert!(field(&pushed[0], name).is_some(), "{name}");
    }
    assert_eq!(pushed[0].matches("client_id=").count(), 1);
    assert_eq!(field(&pushed[0], "request_uri"), None);
    let page = browser.open(authorize.as_str()).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let page = browser.open(page.location().as_str()).await;
    assert_eq!((page.status, page.location().path()), (303, "/me"), "{}", page.body);
}

#[tokio::test]
async fn lg_9_every_sign_in_pushes_its_own_request_and_a_reference_works_once() {
    let harness = harness(offered, |_| {}).await;
    let mut browser = harness.browser();
    let first = browser.start("/auth/login").await;
    let second = browser.start("/auth/signup").await;
    assert_ne!(parameter(&first, "request_uri"), parameter(&second, "request_uri"));
    let pushed = harness.provider.bodies(Endpoint::Par);
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(field(&pushed[0], name), field(&pushed[1], name), "{name}");
    }
    assert_eq!(field(&pushed[1], "prompt").as_deref(), Some("create"));
    assert_eq!(browser.open(first.as_str()).await.status, 303);
    assert_eq!(
        browser.open(first.as_str()).await.status,
        400,
        "the reference worked twice"
    );
}

#[tokio::test]
async fn lg_9_it_is_used_where_advertised_unless_switched_off() {
    let plain = harness(|_| {}, |_| {}).await.browser().start("/auth/login").await;
    assert!(parameter(&plain, "state").is_some() && parameter(&plain, "request_uri").is_none());
    let off = harness(offered, |p| p.pushed_requests = PushedRequests::Never).await;
    let authorize = off.browser().start("/auth/login").await;
    assert!(parameter(&authorize, "state").is_some());
    assert_eq!(off.provider.requests(Endpoint::Par), 0);
    let always = harness(offered, |p| p.pushed_requests = PushedRequests::Always).await;
    let authorize = always.browser().start("/auth/login").await;
    assert!(parameter(&authorize, "state").is_none());
}

#[tokio::test]
async fn lg_9_a_setting_that_does_not_fit_the_provider_makes_it_not_ready() {
    let needed = |demo: &mut DemoConfig| {
        offered(demo);
        let name = "require_pushed_authorization_requests";
        demo.faults.metadata.insert(name.into(), true.into());
    };
    let required = harness(needed, |_| {}).await;
    assert_eq!(required.browser().sign_in("alice").await.status, 303);
    let misfits = [
        harness(|_| {}, |p| p.pushed_requests = PushedRequests::Always).await,
        harness(needed, |p| p.pushed_requests = PushedRequests::Never).await,
    ];
    for harness in misfits {
        let mut browser = harness.browser();
        let page = browser.open("/auth/login").await;
        assert_eq!((page.status, browser.cookies.len()), (503, 0), "{}", page.body);
        let status = &harness.bff.readiness()[0];
        let problem = status.problem.clone().unwrap_or_default();
        assert!(
            !status.ready && problem.contains("pushed authorization requests"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn lg_9_an_endpoint_that_fails_is_a_page_and_no_redirect() {
    let log = Log::start();
    let harness = harness(offered, |_| {}).await;
    let lengthy = format!("urn:{}", "x".repeat(3_000));
    let uri = |uri: &str| FaultResponse::Json(201, json!({ "request_uri": uri, "expires_in": 60 }));
    let answers = [
        (503, FaultResponse::Json(503, Value::Null)),
        (503, FaultResponse::Json(429, Value::Null)),
        (503, FaultResponse::Oversize(2 * 1024 * 1024)),
        (502, FaultResponse::Json(400, json!({ "error": "invalid_request" }))),
        (502, FaultResponse::Json(401, json!({ "error": "invalid_client" }))),
        (502, FaultResponse::Json(400, Value::Null)),
        (502, FaultResponse::Html),
        (502, FaultResponse::Redirect("http://127.0.0.1:1/elsewhere".into())),
        (502, FaultResponse::Json(201, json!({ "expires_in": 60 }))),
        (502, FaultResponse::Json(202, json!({ "request_uri": "urn:x:y" }))),
        (502, uri("")),
        (502, uri("no uri")),
        (502, uri("urn:a\r\nb")),
        (502, uri(&lengthy)),
    ];
    for (status, response) in answers {
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Par, response.clone());
        });
        let mut browser = harness.browser();
        let page = browser.open("/auth/login?return_to=/me").await;
        assert_eq!(page.status, status, "{response:?}: {}", page.body);
        assert!(!page.headers.contains_key("location"), "{response:?}");
        assert!(browser.cookies.is_empty(), "{response:?}: something is pending");
        assert!(page.body.contains("/auth/login?provider=demo"), "no way to try again");
    }
    assert!(log.own().contains("failure=\"pushed_request_refused\""));
    harness.provider.change(|faults| {
        faults.responses.insert(
            Endpoint::Par,
            FaultResponse::Json(200, json!({ "request_uri": "urn:x:y&state=z" })),
        );
    });
    let authorize = harness.browser().start("/auth/login").await;
    assert_eq!(parameter(&authorize, "request_uri").as_deref(), Some("urn:x:y&state=z"));
    assert_eq!(parameter(&authorize, "state"), None);
}
