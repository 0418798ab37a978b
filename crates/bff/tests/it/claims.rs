//! Claims as providers really send them: `null`, subjects that are no names, tokens of every size (ID-12, TK-2).

use demo::{Endpoint, Patch, Signing};
use serde_json::{Map, Value, json};

use crate::support::{Browser, Harness, Setup, expect_accepted, expect_refused, patch};

async fn harnesses() -> [Harness; 2] {
    let postgres = Setup {
        postgres: true,
        ..Setup::default()
    };
    [Harness::new().await, Harness::build(postgres).await]
}

async fn claims(browser: &mut Browser) -> Value {
    let me: Value = serde_json::from_str(&browser.open("/me").await.body).unwrap();
    me["claims"].clone()
}

/// Texts that are no name of anybody.
const NO_NAMES: [&str; 12] = [
    "",
    " ",
    "\0",
    "alice\0",
    "\0alice",
    "al\0ice",
    "alice\n",
    "\talice",
    "alice ",
    "\u{1b}[2Jalice",
    "al\u{85}ice",
    "al\u{2028}ice",
];

#[tokio::test]
async fn id_12_a_subject_that_is_no_name_is_a_refused_token_in_either_database() {
    for harness in harnesses().await {
        for subject in NO_NAMES {
            harness.provider.change(|faults| {
                faults.id_token = patch("sub", subject);
                faults.userinfo = patch("sub", subject);
            });
            expect_refused(&harness, &format!("{subject:?}"), "id_token_subject").await;
        }
        harness
            .provider
            .change(|faults| (faults.id_token, faults.userinfo) = (Patch::new(), Patch::new()));
        expect_accepted(&harness, "an ordinary one").await;
    }
}

#[tokio::test]
async fn id_12_a_session_of_the_provider_with_a_control_character_is_a_refused_token() {
    for harness in harnesses().await {
        for sid in ["\0", "s\0", "\0s", "s\n", "s\u{7f}"] {
            harness.provider.change(|faults| faults.id_token = patch("sid", sid));
            expect_refused(&harness, &format!("{sid:?}"), "id_token_session_id").await;
        }
        harness.provider.change(|faults| faults.id_token = patch("sid", ""));
        expect_accepted(&harness, "no name is none").await;
    }
}

#[tokio::test]
async fn id_12_a_bearer_who_is_no_name_is_refused() {
    let harness = Harness::new().await;
    let read = async |changes: &[(&str, &str)]| {
        let mut claims = json!({
            "iss": harness.issuer, "aud": "https://api.portico.example", "sub": "alice", "client_id": "tool",
            "scope": "messages:read", "exp": harness.provider.now() + 60,
        });
        for (name, value) in changes {
            claims[*name] = (*value).into();
        }
        let token = harness
            .provider
            .mint(&patch("typ", "at+jwt"), claims.as_object().unwrap(), Signing::Proper);
        let mut caller = harness.browser();
        let send = caller
            .get("/api/read")
            .header("authorization", &format!("Bearer {token}"));
        caller.send(send).await.status
    };
    assert_eq!(read(&[]).await, 200, "the control");
    for name in NO_NAMES {
        assert_eq!(read(&[("sub", name)]).await, 401, "{name:?}");
    }
    assert_eq!(read(&[("client_id", "tool\0")]).await, 401);
}

#[tokio::test]
async fn tk_2_null_and_blank_in_userinfo_take_nothing_away() {
    let harness = Harness::new().await;
    let shown = json!({ "name": "Alice Archer", "groups": ["Engineering"], "realm_access": { "roles": ["editor"] }, "middle_name": null });
    let reported = json!({ "groups": null, "realm_access": { "roles": null }, "nickname": null });
    let mut reported = reported.as_object().unwrap().clone();
    let object = |value: &Value| value.as_object().unwrap().clone();
    harness.provider.change(|faults| faults.id_token = object(&shown));
    // A patch removes what is `null`, so the response is written whole.
    for name in [Value::Null, json!(""), json!(" ")] {
        reported.insert("sub".into(), "alice".into());
        reported.insert("name".into(), name);
        let response = demo::FaultResponse::Json(200, Value::Object(reported.clone()));
        harness.provider.change(|faults| {
            faults.responses.insert(Endpoint::Userinfo, response);
        });
        let mut browser = harness.browser();
        assert_eq!(browser.sign_in("alice").await.status, 303);
        let claims = claims(&mut browser).await;
        assert_eq!(claims["name"], "Alice Archer");
        assert_eq!(claims["groups"], json!(["Engineering"]));
        assert_eq!(claims["realm_access"], json!({ "roles": ["editor"] }));
        assert!(
            claims.get("nickname").is_none() && claims.get("middle_name").is_none(),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn tk_2_null_in_signed_userinfo_takes_nothing_away() {
    let harness = Harness::new().await;
    let kid = harness.provider.published_key()["kid"].clone();
    let header = json!({ "alg": "ES256", "kid": kid, "typ": "JWT" });
    let reported =
        json!({ "iss": harness.issuer, "aud": "portico", "sub": "alice", "name": null, "job_title": "Gardener" });
    let token = harness.provider.mint(
        header.as_object().unwrap(),
        reported.as_object().unwrap(),
        Signing::Proper,
    );
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Userinfo, demo::FaultResponse::Jwt(token));
    });
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    let claims = claims(&mut browser).await;
    assert_eq!(
        (&claims["job_title"], claims["name"].is_string()),
        (&json!("Gardener"), true),
        "{claims}"
    );
}

/// Group names as directories number them.
fn groups(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{number:08x}-0000-4000-8000-{number:012x}"))
        .collect()
}

#[tokio::test]
async fn id_12_a_person_in_two_thousand_groups_signs_in_uses_tokens_and_signs_out() {
    for harness in harnesses().await {
        let mut shown = Map::new();
        shown.insert("groups".into(), json!(groups(2_000)));
        harness.provider.change(|faults| faults.id_token = shown);
        harness
            .provider
            .change(|faults| faults.userinfo = patch("groups", json!(groups(2_000))));
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!(page.status, 303, "{}", page.body);
        let id_token = harness.provider.newest(demo::Kind::IdToken).unwrap();
        assert!(id_token.len() > 64 * 1024, "{}", id_token.len());
        assert_eq!(claims(&mut browser).await["groups"].as_array().unwrap().len(), 2_000);
        harness.advance(std::time::Duration::from_mins(6));
        assert_eq!(
            browser.open("/token").await.status,
            200,
            "a renewal brings as large a token"
        );
        assert!(browser.set_cookies.iter().all(|cookie| cookie.len() < 4_096));

        let page = browser.submit("/auth/logout", &[]).await;
        // Without the hint it fits into an address again, and servers take no form as large as the token.
        assert_eq!(page.status, 303, "{}", page.body.len());
        let away = page.location();
        assert_eq!(
            crate::support::parameter(&away, "client_id").as_deref(),
            Some("portico")
        );
        assert_eq!(crate::support::parameter(&away, "id_token_hint"), None);
        assert_eq!(browser.open("/me").await.status, 401);
    }
}

#[tokio::test]
async fn id_12_an_id_token_may_have_256_kb_and_no_more() {
    let harness = Harness::new().await;
    let with_padding = async |bytes: usize| {
        harness
            .provider
            .change(|faults| faults.id_token = patch("padding", "x".repeat(bytes)));
        let status = harness.browser().sign_in("alice").await.status;
        (status, harness.provider.newest(demo::Kind::IdToken).unwrap().len())
    };
    let (status, length) = with_padding(190 * 1024).await;
    assert!(length > 250 * 1024 && length <= 256 * 1024, "{length}");
    assert_eq!(status, 303);
    let (status, length) = with_padding(194 * 1024).await;
    assert!(length > 256 * 1024, "{length}");
    assert_eq!(status, 400);
}

#[tokio::test]
async fn id_9_the_right_one_of_five_hundred_keys_is_found() {
    let harness = Harness::new().await;
    harness.provider.change(|faults| {
        faults.extra_keys = (0..499).map(|_| demo::DemoHandle::stranger_key()).collect();
    });
    expect_accepted(&harness, "five hundred keys").await;
}

#[tokio::test]
async fn id_7_thirty_tokens_with_unknown_keys_cause_a_few_reads_and_a_rotation_still_works() {
    let harness = Harness::new().await;
    expect_accepted(&harness, "before").await;
    let requested = harness.provider.requests(Endpoint::Jwks);
    harness.provider.change(|faults| faults.signing = Signing::Unpublished);
    for number in 0..30 {
        harness
            .provider
            .change(|faults| faults.id_token_header = patch("kid", format!("random-{number}")));
        assert_eq!(harness.browser().sign_in("alice").await.status, 400, "{number}");
    }
    let reads = harness.provider.requests(Endpoint::Jwks) - requested;
    assert!((1..=8).contains(&reads), "{reads}");
    harness
        .provider
        .change(|faults| (faults.signing, faults.id_token_header) = (Signing::Proper, Patch::new()));
    expect_accepted(&harness, "with the key that is known").await;
    harness.provider.rotate_key();
    harness.advance(std::time::Duration::from_secs(2));
    expect_accepted(&harness, "a real rotation").await;
}

#[tokio::test]
async fn id_7_a_new_key_right_after_a_read_in_vain_is_found() {
    let harness = Harness::new().await;
    expect_accepted(&harness, "before").await;
    harness.provider.change(|faults| {
        faults.signing = Signing::Unpublished;
        faults.id_token_header = patch("kid", "nobody's");
    });
    for _ in 0..30 {
        assert_eq!(harness.browser().sign_in("alice").await.status, 400);
    }
    harness
        .provider
        .change(|faults| (faults.signing, faults.id_token_header) = (Signing::Proper, Patch::new()));
    harness.provider.rotate_key();
    expect_accepted(&harness, "at once").await;
}
