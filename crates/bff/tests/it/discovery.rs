//! Checklist 4.5: discovery and keys.

use std::time::Duration;

use demo::{Endpoint, FaultResponse};
use serde_json::json;

use crate::support::{Harness, Setup, expect_accepted, patch};

/// Expects that nobody is sent to the provider, and that the site states which one is missing.
async fn is_not_ready(harness: &Harness, why: &str) {
    let mut browser = harness.browser();
    let page = browser.open("/auth/login?provider=demo").await;
    assert!(
        (500..600).contains(&page.status),
        "{why}: {} {:?}",
        page.status,
        page.headers
    );
    assert!(
        page.headers.get("location").is_none() && browser.pending().is_empty(),
        "{why}"
    );
    let status = harness
        .bff
        .readiness()
        .into_iter()
        .find(|status| status.id.as_str() == "demo")
        .unwrap();
    assert!(!status.ready && status.problem.is_some(), "{why}: {status:?}");
}

#[tokio::test]
async fn ds_1_metadata_of_another_issuer_are_refused_and_other_providers_continue() {
    for wrong in ["https://evil.example", "", "slash"] {
        let harness = Harness::build(Setup {
            second: true,
            ..Setup::default()
        })
        .await;
        let wrong = if wrong == "slash" {
            format!("{}/", harness.issuer)
        } else {
            wrong.to_owned()
        };
        harness
            .provider
            .change(|faults| faults.metadata = patch("issuer", wrong.clone()));
        is_not_ready(&harness, &wrong).await;
        let mut browser = harness.browser();
        let page = browser
            .sign_in_by("/auth/login?provider=other&return_to=/me", "alice")
            .await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(browser.open("/me").await.status, 200);
    }
}

#[tokio::test]
async fn ds_2_redirects_are_not_followed() {
    for endpoint in [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Token, Endpoint::Userinfo] {
        let harness = Harness::new().await;
        let elsewhere = FaultResponse::Redirect(format!("{}/people/alice.svg", harness.issuer));
        harness.provider.change(|faults| {
            faults.responses.insert(endpoint, elsewhere);
        });
        let mut browser = harness.browser();
        let login = browser.open("/auth/login").await;
        if login.status == 303 {
            let callback = browser.authorize(&login.location(), "alice").await;
            let page = browser.open(callback.as_str()).await;
            assert!(page.status >= 400, "{endpoint:?}: {}", page.status);
        }
        assert!(harness.provider.requests(endpoint) > 0, "{endpoint:?} was not asked");
        assert_eq!(
            harness.provider.requests(Endpoint::Other),
            0,
            "{endpoint:?}: a redirect was followed"
        );
        assert_eq!(browser.session(), None, "{endpoint:?}");
    }
}

#[tokio::test]
async fn ds_2_responses_have_a_limit_in_size_and_time() {
    let slow = Setup {
        config: |config| config.http.timeout = Duration::from_secs(1),
        ..Setup::default()
    };
    let harness = Harness::build(slow).await;
    for response in [FaultResponse::Oversize(2 * 1024 * 1024), FaultResponse::Hold] {
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Discovery, response.clone());
        });
        is_not_ready(&harness, &format!("{response:?}").chars().take(20).collect::<String>()).await;
    }
}

#[tokio::test]
async fn ds_2_a_good_response_that_is_too_large_is_none() {
    let padding = || patch("padding", "x".repeat(2 * 1024 * 1024));
    let harness = Harness::new().await;
    harness.provider.change(|faults| faults.metadata = padding());
    is_not_ready(&harness, "metadata").await;
    let harness = Harness::new().await;
    harness.provider.change(|faults| faults.token_response = padding());
    assert_eq!(harness.browser().sign_in("alice").await.status, 502, "token response");
    harness.provider.change(|faults| {
        faults.token_response.clear();
        faults.userinfo = padding();
    });
    assert_eq!(harness.browser().sign_in("alice").await.status, 502, "userinfo");
    assert_eq!(harness.rows().await, 0);
}

#[tokio::test]
async fn ds_2_a_provider_that_hangs_stops_nobody_else() {
    let harness = Harness::new().await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut browser = harness.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        waiting.push((browser, callback));
    }
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let hung: Vec<_> = waiting
        .into_iter()
        .map(|(mut browser, callback)| tokio::spawn(async move { browser.open(callback.as_str()).await.status }))
        .collect();
    harness
        .until("all are at the provider", |provider| provider.held() == 20)
        .await;
    assert_eq!(harness.browser().open("/").await.body, "stranger");
    assert!(hung.iter().all(|callback| !callback.is_finished()));
    harness.provider.change(|faults| faults.responses.clear());
    for callback in hung {
        assert_eq!(callback.await.unwrap(), 303);
    }
}

#[tokio::test]
async fn ds_3_endpoints_must_be_https_except_on_loopback() {
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
        "revocation_endpoint",
    ] {
        for address in [
            "http://login.example.com/x",
            "http://10.0.0.1/x",
            "ftp://login.example.com/x",
            "javascript:alert(1)",
        ] {
            let harness = Harness::new().await;
            harness.provider.change(|faults| faults.metadata = patch(name, address));
            is_not_ready(&harness, &format!("{name}: {address}")).await;
        }
    }
}

#[tokio::test]
async fn ds_4_a_provider_that_is_down_at_the_start_is_named_and_recovers() {
    let setup = Setup {
        demo: |demo| {
            demo.faults
                .responses
                .insert(Endpoint::Discovery, FaultResponse::Json(503, json!({})));
        },
        second: true,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    assert_eq!(harness.browser().open("/").await.body, "stranger");
    is_not_ready(&harness, "down").await;
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(Duration::from_mins(10));
    accepted_at_demo(&harness).await;
    assert!(
        harness
            .bff
            .readiness()
            .iter()
            .any(|status| status.id.as_str() == "demo" && status.ready)
    );
}

async fn accepted_at_demo(harness: &Harness) {
    let mut browser = harness.browser();
    let page = browser.sign_in_by("/auth/login?provider=demo", "alice").await;
    assert_eq!(page.status, 303, "{}", page.body);
}

#[tokio::test]
async fn ds_4_a_provider_that_disappears_later_preserves_who_is_signed_in() {
    let harness = Harness::new().await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.provider.change(|faults| {
        for endpoint in [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Token, Endpoint::Userinfo] {
            faults.responses.insert(endpoint, FaultResponse::Json(503, json!({})));
        }
    });
    harness.advance(Duration::from_hours(2));
    assert_eq!(browser.open("/").await.body, "hello alice");
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(Duration::from_mins(10));
    expect_accepted(&harness, "back again").await;
}
