//! SI-3 of the features, checklist 7: a tenant of Azure AD B2C, whose user flows have addresses, metadata and keys of
//! their own. What the further flows do is in [`crate::user_flows`].

use std::time::Duration;

use bff::{B2cFlows, B2cTenant, ProviderConfig};
use demo::{DemoConfig, DemoHandle, Endpoint, Kind, Signing};
use serde_json::{Value, json};

use crate::entra::me;
use crate::support::{Browser, Harness, Setup, at_demo, like_microsoft, parameter};

const TENANT: &str = "b7e2c1a3-9f4d-4e2a-8c1b-3a7d2e5f6b8c";
pub(crate) const SIGN_IN: &str = "contoso.onmicrosoft.com/b2c_1_signupsignin1/v2.0";
pub(crate) const PROFILE: &str = "contoso.onmicrosoft.com/b2c_1_profileediting1/v2.0";
pub(crate) const RESET: &str = "contoso.onmicrosoft.com/b2c_1_passwordreset1/v2.0";

fn tenant(demo: &mut DemoConfig) {
    demo.issuer = format!("{}/{TENANT}/v2.0/", demo.issuer);
    demo.mounts = [SIGN_IN, PROFILE, RESET].map(str::to_owned).to_vec();
    like_microsoft(demo);
    for absent in ["userinfo_endpoint", "introspection_endpoint"] {
        demo.faults.metadata.insert(absent.into(), json!(null));
    }
    let reported = json!({
        "oid": "0b1d", "name": "Alice Archer", "given_name": "Alice", "family_name": "Archer",
        "emails": ["alice@contoso.example"], "jobTitle": "Engineer", "tfp": "B2C_1_signupsignin1",
    });
    demo.faults.id_token.clone_from(reported.as_object().unwrap());
}

pub(crate) fn preset(known: &mut ProviderConfig) {
    let tenant = B2cTenant {
        name: "contoso",
        id: TENANT,
    };
    let flows = B2cFlows {
        sign_in: "B2C_1_signupsignin1",
        edit_profile: Some("B2C_1_profileediting1"),
        reset_password: Some("B2C_1_passwordreset1"),
    };
    let preset = ProviderConfig::b2c("demo", tenant, flows, "portico").unwrap();
    at_demo(known, preset, "https://contoso.b2clogin.com");
}

pub(crate) fn setup() -> Setup {
    Setup {
        demo: tenant,
        provider: preset,
        ..Setup::default()
    }
}

pub(crate) fn at(harness: &Harness, position: &str) -> DemoHandle {
    harness.provider.at(position).unwrap()
}

/// Alice, signed in.
pub(crate) async fn signed_in() -> (Harness, Browser) {
    let harness = Harness::build(setup()).await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

#[tokio::test]
async fn si_3_the_sign_in_flow_signs_people_in_with_the_claims_of_its_id_token() {
    let harness = Harness::build(setup()).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(authorize.path(), format!("/{SIGN_IN}/authorize"));
    let scope = parameter(&authorize, "scope").unwrap();
    assert!(scope.starts_with("openid offline_access portico"), "{scope}");
    let callback = browser.authorize(&authorize, "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.location().path(), "/me");
    let me = me(&mut browser).await;
    assert_eq!(me["issuer"], json!(harness.issuer), "neither the address nor the flow");
    for (claim, value) in [
        ("oid", json!("0b1d")),
        ("name", json!("Alice Archer")),
        ("given_name", json!("Alice")),
        ("family_name", json!("Archer")),
        ("emails", json!(["alice@contoso.example"])),
        ("jobTitle", json!("Engineer")),
    ] {
        assert_eq!(me["claims"][claim], value, "{claim}");
    }
    for position in [SIGN_IN, PROFILE, RESET] {
        assert_eq!(
            at(&harness, position).requests(Endpoint::Userinfo),
            0,
            "none is offered"
        );
    }
    assert_eq!(
        harness.provider.requests(Endpoint::Discovery),
        0,
        "the issuer has no metadata"
    );
}

#[tokio::test]
async fn si_3_metadata_of_a_flow_have_to_name_a_listed_issuer() {
    let (harness, mut browser) = signed_in().await;
    let wrong: [Value; 3] = [
        json!(harness.issuer.trim_end_matches('/')),
        json!(format!("{}x/", harness.issuer)),
        json!(harness.issuer.replace(TENANT, &format!("tfp/{TENANT}/b2c_1_other"))),
    ];
    for issuer in wrong {
        at(&harness, PROFILE).change(|faults| drop(faults.metadata.insert("issuer".into(), issuer.clone())));
        let page = browser.open("/auth/edit-profile").await;
        assert_eq!(page.status, 503, "{issuer}: {}", page.body);
        harness.advance(Duration::from_mins(1));
    }
    at(&harness, PROFILE).change(|faults| drop(faults.metadata.remove("issuer")));
    assert_eq!(browser.open("/auth/edit-profile").await.status, 303);
}

#[tokio::test]
async fn si_3_readiness_names_a_flow_that_is_not_there() {
    let harness = Harness::build(setup()).await;
    let state = || -> Vec<(String, bool)> {
        let all = harness.bff.readiness().into_iter();
        all.map(|status| (status.user_flow.unwrap_or_default(), status.ready))
            .collect()
    };
    at(&harness, PROFILE).change(|faults| drop(faults.metadata.insert("issuer".into(), json!("https://evil.example"))));
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(browser.open("/auth/edit-profile").await.status, 503);
    let of = |name: &str, ready| (name.to_owned(), ready);
    assert_eq!(state()[0], of("", true));
    assert!(state()[1..].contains(&of("edit-profile", false)), "{:?}", state());
    let reported = harness.bff.readiness();
    let flow = reported
        .iter()
        .find(|status| status.user_flow.as_deref() == Some("edit-profile"));
    assert!(
        flow.unwrap().problem.as_ref().unwrap().contains("issuer"),
        "{reported:?}"
    );
    assert!(reported.iter().all(|status| status.id.as_str() == "demo"));
    at(&harness, PROFILE).change(|faults| drop(faults.metadata.remove("issuer")));
    harness.advance(Duration::from_mins(1));
    assert_eq!(browser.open("/auth/edit-profile").await.status, 303);
    assert!(state()[1..].contains(&of("edit-profile", true)), "{:?}", state());
    assert_eq!(state().len(), 3, "each of them");
}

#[tokio::test]
async fn si_3_a_tenant_may_have_issuers_with_the_flow_in_them() {
    let harness = Harness::build(setup()).await;
    let of_flow = |policy: &str| json!(harness.issuer.replace(TENANT, &format!("tfp/{TENANT}/{policy}")));
    let own = of_flow("b2c_1_signupsignin1");
    let provider = at(&harness, SIGN_IN);
    provider.change(|faults| {
        faults.metadata.insert("issuer".into(), own.clone());
    });
    assert_eq!(
        harness.browser().sign_in("alice").await.status,
        400,
        "the token names the other form"
    );
    for other in ["b2c_1_profileediting1", "b2c_1_other"] {
        provider.change(|faults| drop(faults.id_token.insert("iss".into(), of_flow(other))));
        assert_eq!(harness.browser().sign_in("alice").await.status, 400, "{other}");
    }
    provider.change(|faults| drop(faults.id_token.insert("iss".into(), own.clone())));
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(me(&mut browser).await["issuer"], own);

    // The flows differ in their issuer and are one party: the person stays who they were.
    at(&harness, PROFILE).change(|faults| {
        let issuer = of_flow("b2c_1_profileediting1");
        faults.metadata.insert("issuer".into(), issuer.clone());
        faults
            .id_token
            .extend([("iss".to_owned(), issuer), ("name".to_owned(), json!("New"))]);
    });
    assert_eq!(
        browser
            .sign_in_by("/auth/edit-profile?return_to=/me", "alice")
            .await
            .status,
        303
    );
    let me = me(&mut browser).await;
    assert_eq!((&me["issuer"], &me["claims"]["name"]), (&own, &json!("New")));
}

#[tokio::test]
async fn si_3_a_flow_s_tokens_are_verified_with_its_own_keys() {
    let harness = Harness::build(setup()).await;
    at(&harness, SIGN_IN).change(|faults| faults.signing = Signing::Stranger);
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 400);
    assert_eq!(browser.session(), None);
    assert_eq!(
        at(&harness, PROFILE).requests(Endpoint::Jwks),
        0,
        "no other flow is asked"
    );
}

#[tokio::test]
async fn si_3_tokens_are_renewed_and_people_sign_out_where_they_signed_in() {
    let (harness, mut browser) = signed_in().await;
    assert_eq!(
        browser
            .sign_in_by("/auth/edit-profile?return_to=/me", "alice")
            .await
            .status,
        303
    );
    harness.advance(Duration::from_hours(1));
    assert_eq!(browser.open("/token").await.status, 200);
    let requested = at(&harness, SIGN_IN).bodies(Endpoint::Token);
    assert!(
        requested.len() == 2 && requested[1].contains("grant_type=refresh_token"),
        "{requested:?}"
    );
    assert_eq!(at(&harness, PROFILE).requests(Endpoint::Token), 1);
    let hint = at(&harness, SIGN_IN).newest(Kind::IdToken);
    let to = browser.submit("/auth/logout", &[]).await.location();
    assert_eq!(to.path(), format!("/{SIGN_IN}/end_session"));
    assert_eq!(parameter(&to, "id_token_hint"), hint);
}
