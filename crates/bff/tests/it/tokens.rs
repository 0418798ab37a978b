//! Checklist 4.6: the token response, userinfo and access tokens; and TO-1 of the features.

use std::time::Duration;

use demo::{Endpoint, FaultResponse, Kind, Patch};
use serde_json::{Value, json};

use crate::support::{Browser, Harness, Setup, expect_accepted, patch, without};

#[tokio::test]
async fn tk_1_what_a_token_response_may_leave_out_is_not_missed() {
    let harness = Harness::new().await;
    for response in [
        without("expires_in"),
        without("scope"),
        without("refresh_token"),
        patch("token_type", "bearer"),
        patch("token_type", "bEARER"),
    ] {
        harness
            .provider
            .change(|faults| faults.token_response = response.clone());
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!(page.status, 303, "{response:?}: {}", page.body);
        assert_eq!(browser.open("/token").await.status, 200, "{response:?}");
    }
}

#[tokio::test]
async fn tk_1_a_token_of_unknown_lifetime_does_not_live_for_ever() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.token_response = without("expires_in"));
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_hours(2));
    assert_eq!(browser.open("/token").await.status, 200);
    assert_eq!(
        harness.provider.requests(Endpoint::Token),
        2,
        "the old token was handed out"
    );
}

#[tokio::test]
async fn tk_1_a_token_that_is_no_bearer_token_is_refused() {
    let harness = Harness::new().await;
    for wrong in [
        patch("token_type", "mac"),
        without("token_type"),
        without("access_token"),
        without("id_token"),
    ] {
        harness.provider.change(|faults| faults.token_response = wrong.clone());
        fails(&harness, &format!("{wrong:?}")).await;
    }
}

/// Expects that a sign-in ends with an error page, without a session, and cannot be taken up again.
async fn fails(harness: &Harness, why: &str) -> u16 {
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login").await;
    let callback = browser.authorize(&authorize, "alice").await;
    let page = browser.open(callback.as_str()).await;
    assert!(page.status >= 400, "{why}: {}", page.status);
    assert_eq!((browser.session(), browser.pending().len()), (None, 0), "{why}");
    assert_eq!(harness.rows().await, 0, "{why}");
    let requested = harness.provider.requests(Endpoint::Token);
    assert_eq!(
        browser.open(callback.as_str()).await.status,
        400,
        "{why}: taken up again"
    );
    assert_eq!(harness.provider.requests(Endpoint::Token), requested, "{why}");
    page.status
}

#[tokio::test]
async fn tk_2_userinfo_of_somebody_else_fails_the_sign_in() {
    let harness = Harness::new().await;
    for wrong in [
        patch("sub", "bob"),
        without("sub"),
        patch("sub", ""),
        patch("sub", "Alice"),
    ] {
        harness.provider.change(|faults| faults.userinfo = wrong.clone());
        fails(&harness, &format!("{wrong:?}")).await;
    }
    harness.provider.change(|faults| faults.userinfo = Patch::new());
    expect_accepted(&harness, "the right one").await;
}

#[tokio::test]
async fn tk_2_userinfo_adds_to_what_the_id_token_states() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.id_token = without("job_title");
        faults.userinfo = patch("job_title", "Gardener");
    });
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
    assert_eq!(me["claims"]["job_title"], "Gardener");
    for protocol in ["nonce", "at_hash", "c_hash"] {
        assert!(me["claims"].get(protocol).is_none(), "{protocol}");
    }
}

#[tokio::test]
async fn tk_3_the_access_token_travels_in_the_header_only() {
    let harness = Harness::new().await;
    harness.browser().sign_in("alice").await;
    let token = harness.provider.newest(Kind::AccessToken).unwrap();
    let requested = harness.provider.bodies(Endpoint::Userinfo);
    assert_eq!(requested.len(), 1);
    assert_eq!(requested[0], format!("\nBearer {token}"), "query and body are empty");
}

/// Everything a person can do, and every byte they receive doing it.
async fn journey(harness: &Harness) -> Browser {
    let mut browser = harness.browser();
    browser.open("/").await;
    browser.open("/auth/login").await;
    browser.sign_in("alice").await;
    for path in [
        "/",
        "/me",
        "/token",
        "/auth/session",
        "/nowhere",
        "/auth/callback/demo?state=x&code=y",
    ] {
        browser.open(path).await;
    }
    harness.advance(Duration::from_hours(1));
    browser.open("/token").await;
    browser.open("/me").await;
    browser.submit("/write", &[]).await;
    browser
}

#[tokio::test]
async fn tk_4_no_token_is_in_any_byte_the_browser_receives() {
    let harness = Harness::new().await;
    let browser = journey(&harness).await;
    let cookies = browser.set_cookies.join("\n");
    let issued = harness.provider.issued();
    for kind in [Kind::AccessToken, Kind::RefreshToken, Kind::IdToken] {
        assert!(
            issued.iter().filter(|token| token.kind == kind).count() >= 2,
            "{kind:?}: the journey was too short"
        );
    }
    for token in issued.iter().filter(|token| token.kind != Kind::Code) {
        assert!(
            !browser.received.contains(&token.value) && !cookies.contains(&token.value),
            "{:?}",
            token.kind
        );
        // Neither the claims nor the signature alone.
        for part in token.value.split('.').filter(|part| part.len() > 40) {
            assert!(
                !browser.received.contains(part) && !cookies.contains(part),
                "a part of {:?}",
                token.kind
            );
        }
    }
}

#[tokio::test]
async fn to_1_neither_token_nor_code_nor_session_id_is_readable_in_the_browser() {
    let harness = Harness::new().await;
    let browser = journey(&harness).await;
    let session = browser.session().unwrap();
    let addresses = browser.addresses.join("\n");
    let secrets: Vec<_> = harness
        .provider
        .issued()
        .into_iter()
        .map(|issued| issued.value)
        .chain([session])
        .collect();
    assert!(secrets.len() >= 8, "the journey was too short");
    for secret in secrets {
        assert!(!browser.received.contains(&secret), "in a page or header");
        assert!(!addresses.contains(&secret), "in an address");
    }
}

#[tokio::test]
async fn tk_5_an_unknown_member_is_ignored() {
    let harness = Harness::new().await;
    harness
        .provider
        .change(|faults| faults.token_response = patch("not_before_policy", json!({ "a": [1, 2] })));
    expect_accepted(&harness, "unknown member").await;
}

#[tokio::test]
async fn tk_5_a_response_that_cannot_be_read_is_502_and_ends_the_sign_in() {
    let harness = Harness::new().await;
    let answers = [
        FaultResponse::Html,
        FaultResponse::Oversize(2 * 1024 * 1024),
        FaultResponse::Json(200, json!([])),
        FaultResponse::Json(500, json!({})),
        FaultResponse::Json(503, json!({ "error": "temporarily_unavailable" })),
        FaultResponse::Json(204, Value::Null),
    ];
    for reply in answers {
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Token, reply.clone());
        });
        let why: String = format!("{reply:?}").chars().take(60).collect();
        let status = fails(&harness, &why).await;
        assert!([502, 503].contains(&status), "{why}: {status}");
    }
}

#[tokio::test]
async fn tk_5_a_code_the_provider_refuses_is_a_page_and_no_session() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.responses.insert(
            Endpoint::Token,
            FaultResponse::Json(400, json!({ "error": "invalid_grant" })),
        );
    });
    fails(&harness, "invalid_grant").await;
}

#[tokio::test]
async fn tk_5_a_provider_that_hangs_is_given_up() {
    let setup = Setup {
        config: |config| config.http.timeout = Duration::from_secs(1),
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    harness.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let status = fails(&harness, "hangs").await;
    assert!([502, 503, 504].contains(&status), "{status}");
}
