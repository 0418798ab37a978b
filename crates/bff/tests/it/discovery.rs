//! Checklist 4.5: discovery and keys.

use std::time::Duration;

use demo::{Answer, Endpoint};
use serde_json::json;

use crate::support::{House, Plan, accepted, patch};

/// Expects that nobody is sent to the provider, and that the site says which one is missing.
async fn is_not_ready(house: &House, why: &str) {
    let mut browser = house.browser();
    let page = browser.go("/auth/login?provider=demo").await;
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
    let status = house
        .bff
        .readiness()
        .into_iter()
        .find(|status| status.id.as_str() == "demo")
        .unwrap();
    assert!(!status.ready && status.problem.is_some(), "{why}: {status:?}");
}

#[tokio::test]
async fn ds_1_metadata_of_another_issuer_are_refused_and_other_providers_go_on() {
    for wrong in ["https://evil.example", "", "slash"] {
        let house = House::build(Plan {
            second: true,
            ..Plan::default()
        })
        .await;
        let wrong = if wrong == "slash" {
            format!("{}/", house.issuer)
        } else {
            wrong.to_owned()
        };
        house
            .provider
            .change(|faults| faults.metadata = patch("issuer", wrong.clone()));
        is_not_ready(&house, &wrong).await;
        let mut browser = house.browser();
        let page = browser
            .sign_in_by("/auth/login?provider=other&return_to=/me", "alice")
            .await;
        assert_eq!(page.status, 303, "{}", page.body);
        assert_eq!(browser.go("/me").await.status, 200);
    }
}

#[tokio::test]
async fn ds_2_redirects_are_not_followed() {
    for endpoint in [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Token, Endpoint::Userinfo] {
        let house = House::new().await;
        let elsewhere = Answer::Redirect(format!("{}/people/alice.svg", house.issuer));
        house.provider.change(|faults| {
            faults.answers.insert(endpoint, elsewhere);
        });
        let mut browser = house.browser();
        let login = browser.go("/auth/login").await;
        if login.status == 303 {
            let callback = browser.authorize(&login.location(), "alice").await;
            let page = browser.go(callback.as_str()).await;
            assert!(page.status >= 400, "{endpoint:?}: {}", page.status);
        }
        assert!(house.provider.requests(endpoint) > 0, "{endpoint:?} was not asked");
        assert_eq!(
            house.provider.requests(Endpoint::Other),
            0,
            "{endpoint:?}: a redirect was followed"
        );
        assert_eq!(browser.session(), None, "{endpoint:?}");
    }
}

#[tokio::test]
async fn ds_2_answers_have_a_limit_in_size_and_time() {
    let slow = Plan {
        config: |config| config.http.timeout = Duration::from_secs(1),
        ..Plan::default()
    };
    let house = House::build(slow).await;
    for answer in [Answer::Oversize(2 * 1024 * 1024), Answer::Hold] {
        house.provider.change(|faults| {
            faults.answers.insert(Endpoint::Discovery, answer.clone());
        });
        is_not_ready(&house, &format!("{answer:?}").chars().take(20).collect::<String>()).await;
    }
}

#[tokio::test]
async fn ds_2_a_good_answer_that_is_too_large_is_none() {
    let padding = || patch("padding", "x".repeat(2 * 1024 * 1024));
    let house = House::new().await;
    house.provider.change(|faults| faults.metadata = padding());
    is_not_ready(&house, "metadata").await;
    let house = House::new().await;
    house.provider.change(|faults| faults.token_response = padding());
    assert_eq!(house.browser().sign_in("alice").await.status, 502, "token response");
    house.provider.change(|faults| {
        faults.token_response.clear();
        faults.userinfo = padding();
    });
    assert_eq!(house.browser().sign_in("alice").await.status, 502, "userinfo");
    assert_eq!(house.rows().await, 0);
}

#[tokio::test]
async fn ds_2_a_provider_that_hangs_stops_nobody_else() {
    let house = House::new().await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut browser = house.browser();
        let authorize = browser.start("/auth/login").await;
        let callback = browser.authorize(&authorize, "alice").await;
        waiting.push((browser, callback));
    }
    house.provider.change(|faults| {
        faults.answers.insert(Endpoint::Token, Answer::Hold);
    });
    let hung: Vec<_> = waiting
        .into_iter()
        .map(|(mut browser, callback)| tokio::spawn(async move { browser.go(callback.as_str()).await.status }))
        .collect();
    house
        .until("all are at the provider", |provider| provider.held() == 20)
        .await;
    assert_eq!(house.browser().go("/").await.body, "stranger");
    assert!(hung.iter().all(|callback| !callback.is_finished()));
    house.provider.change(|faults| faults.answers.clear());
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
            let house = House::new().await;
            house.provider.change(|faults| faults.metadata = patch(name, address));
            is_not_ready(&house, &format!("{name}: {address}")).await;
        }
    }
}

#[tokio::test]
async fn ds_4_a_provider_that_is_down_at_the_start_is_named_and_comes_back() {
    let plan = Plan {
        demo: |demo| {
            demo.faults
                .answers
                .insert(Endpoint::Discovery, Answer::Json(503, json!({})));
        },
        second: true,
        ..Plan::default()
    };
    let house = House::build(plan).await;
    assert_eq!(house.browser().go("/").await.body, "stranger");
    is_not_ready(&house, "down").await;
    house.provider.change(|faults| faults.answers.clear());
    house.advance(Duration::from_mins(10));
    accepted_at_demo(&house).await;
    assert!(
        house
            .bff
            .readiness()
            .iter()
            .any(|status| status.id.as_str() == "demo" && status.ready)
    );
}

async fn accepted_at_demo(house: &House) {
    let mut browser = house.browser();
    let page = browser.sign_in_by("/auth/login?provider=demo", "alice").await;
    assert_eq!(page.status, 303, "{}", page.body);
}

#[tokio::test]
async fn ds_4_a_provider_that_goes_away_later_keeps_who_is_signed_in() {
    let house = House::new().await;
    let mut browser = house.browser();
    browser.sign_in("alice").await;
    house.provider.change(|faults| {
        for endpoint in [Endpoint::Discovery, Endpoint::Jwks, Endpoint::Token, Endpoint::Userinfo] {
            faults.answers.insert(endpoint, Answer::Json(503, json!({})));
        }
    });
    house.advance(Duration::from_hours(2));
    assert_eq!(browser.go("/").await.body, "hello alice");
    house.provider.change(|faults| faults.answers.clear());
    house.advance(Duration::from_mins(10));
    accepted(&house, "back again").await;
}
