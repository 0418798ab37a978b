//! SI-1 and SI-2 of the features, checklist 7: Microsoft Entra ID, by one tenant and by some. What else depends on the
//! tenant is in [`crate::tenants`].

use std::time::Duration;

use bff::{EntraAudience, ProviderConfig};
use demo::{DemoConfig, DemoHandle, Endpoint, Patch};
use serde_json::{Value, json};

use crate::support::{
    Browser, Harness, Setup, at_demo, client_key, decoded, field, like_microsoft, parameter, patch, without,
};

const REAL: &str = "https://login.microsoftonline.com";
pub(crate) const OURS: &str = "b7e2c1a3-9f4d-4e2a-8c1b-3a7d2e5f6b8c";
pub(crate) const PARTNER: &str = "c0ffee00-0000-4000-8000-00000000beef";
pub(crate) const THEIRS: &str = "deadbeef-0000-4000-8000-00000000dead";
const MANY: &str = "organizations/v2.0";
const DOMAIN: &str = "contoso.onmicrosoft.com";

fn one_tenant(demo: &mut DemoConfig) {
    demo.issuer = format!("{}/{OURS}/v2.0", demo.issuer);
    demo.mounts = vec![format!("{OURS}/v2.0"), format!("{DOMAIN}/v2.0")];
    demo.faults.tenant = Some(OURS.to_owned());
    like_microsoft(demo);
}

fn many_tenants(demo: &mut DemoConfig) {
    demo.issuer = format!("{}/{{tenantid}}/v2.0", demo.issuer);
    demo.mounts = vec![MANY.to_owned()];
    demo.faults.tenant = Some(OURS.to_owned());
    like_microsoft(demo);
}

fn some_tenants(known: &mut ProviderConfig) {
    let audience = EntraAudience::Organizations;
    let preset = ProviderConfig::entra_multi_tenant("demo", audience, &[OURS, PARTNER], "portico");
    at_demo(known, preset.unwrap(), REAL);
}

/// A test site whose provider is all tenants together, and that provider.
pub(crate) async fn multi_tenant() -> (Harness, DemoHandle) {
    let setup = Setup {
        demo: many_tenants,
        provider: some_tenants,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let provider = harness.provider.at(MANY).unwrap();
    (harness, provider)
}

/// The issuer of a tenant.
pub(crate) fn issuer_of(harness: &Harness, tenant: &str) -> String {
    harness.issuer.replace("{tenantid}", tenant)
}

pub(crate) fn from_tenant(provider: &DemoHandle, tenant: &str) {
    provider.change(|faults| faults.tenant = Some(tenant.to_owned()));
}

pub(crate) async fn me(browser: &mut Browser) -> Value {
    let page = browser.open("/me").await;
    assert_eq!(page.status, 200, "{}", page.body);
    serde_json::from_str(&page.body).unwrap()
}

async fn is_refused(harness: &Harness, why: &str) {
    let mut browser = harness.browser();
    let page = browser.sign_in("alice").await;
    assert_eq!((page.status, browser.session()), (400, None), "{why}: {}", page.body);
    assert_eq!(harness.rows().await, 0, "{why}");
}

#[tokio::test]
async fn si_1_a_tenant_by_identifier_signs_people_in() {
    let setup = Setup {
        demo: one_tenant,
        provider: |known| {
            let preset = ProviderConfig::entra("demo", OURS, "portico").unwrap();
            at_demo(known, preset, REAL);
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    let authorize = browser.start("/auth/login?return_to=/me").await;
    assert_eq!(authorize.path(), format!("/{OURS}/v2.0/authorize"));
    let scope = parameter(&authorize, "scope").unwrap();
    for required in ["openid", "profile", "offline_access", "User.Read"] {
        assert!(scope.split(' ').any(|s| s == required), "{scope}");
    }
    for name in ["code_challenge", "state", "nonce"] {
        assert!(parameter(&authorize, name).is_some(), "{name}");
    }
    let callback = browser.authorize(&authorize, "alice").await;
    assert_eq!(browser.open(callback.as_str()).await.location().path(), "/me");
    let me = me(&mut browser).await;
    assert_eq!(
        (&me["issuer"], &me["claims"]["tid"]),
        (&json!(harness.issuer), &json!(OURS))
    );
}

#[tokio::test]
async fn si_1_a_tenant_by_domain_is_the_one_its_metadata_name() {
    let setup = Setup {
        demo: one_tenant,
        provider: |known| {
            let preset = ProviderConfig::entra("demo", DOMAIN, "portico").unwrap();
            at_demo(known, preset, REAL);
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let provider = harness.provider.at(&format!("{DOMAIN}/v2.0")).unwrap();
    let real = issuer_of(&harness, OURS);
    provider.change(|faults| {
        drop(
            faults
                .metadata
                .insert("issuer".into(), json!("https://evil.example/x/v2.0")),
        );
    });
    assert_eq!(
        harness.browser().open("/auth/login").await.status,
        503,
        "metadata of somebody else"
    );
    provider.change(|faults| drop(faults.metadata.remove("issuer")));
    harness.advance(Duration::from_mins(1));

    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    assert_eq!(me(&mut browser).await["issuer"], json!(real));
    provider.change(|faults| {
        faults.id_token = json!({ "iss": real.replace(OURS, THEIRS), "tid": THEIRS })
            .as_object()
            .unwrap()
            .clone();
    });
    let mut other = harness.browser();
    assert_eq!(other.sign_in("bob").await.status, 400, "a token of another tenant");
    assert_eq!((other.session(), harness.rows().await), (None, 1));
}

#[tokio::test]
async fn si_2_people_of_listed_tenants_sign_in_under_their_own_issuer() {
    let (harness, provider) = multi_tenant().await;
    let (mut ours, mut partner) = (harness.browser(), harness.browser());
    assert_eq!(ours.sign_in("alice").await.status, 303);
    from_tenant(&provider, PARTNER);
    assert_eq!(partner.sign_in("alice").await.status, 303);
    for (browser, tenant) in [(&mut ours, OURS), (&mut partner, PARTNER)] {
        let issuer = issuer_of(&harness, tenant);
        assert_eq!(me(browser).await["issuer"], json!(issuer));
        let sessions = harness.bff.sessions_of(&issuer, "alice").await.unwrap();
        assert_eq!(sessions.len(), 1, "the same name in two tenants is two people");
    }
    assert_eq!(provider.requests(Endpoint::Discovery), 1);
    assert_eq!(
        harness.provider.requests(Endpoint::Discovery),
        0,
        "only the metadata address is asked"
    );
}

#[tokio::test]
async fn si_2_people_of_other_tenants_are_refused() {
    let (harness, provider) = multi_tenant().await;
    for tenant in [
        THEIRS,
        "9188040d-6c67-4c5b-b112-36a304b66dad",
        &format!("{THEIRS}/../{OURS}"),
        &format!("{OURS}/../{OURS}"),
        &format!("{OURS}/"),
        &OURS.to_uppercase(),
        "{tenantid}",
        "",
    ] {
        from_tenant(&provider, tenant);
        is_refused(&harness, tenant).await;
    }
    from_tenant(&provider, OURS);
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
}

#[tokio::test]
async fn si_2_iss_and_tid_have_to_agree() {
    let (harness, provider) = multi_tenant().await;
    let wrong: [Patch; 6] = [
        patch("tid", PARTNER),
        patch("tid", THEIRS),
        without("tid"),
        patch("tid", json!([OURS])),
        patch("iss", issuer_of(&harness, PARTNER)),
        patch("iss", harness.issuer.clone()),
    ];
    for claims in wrong {
        let why = format!("{claims:?}");
        provider.change(|faults| faults.id_token = claims);
        is_refused(&harness, &why).await;
    }
}

#[tokio::test]
async fn si_2_the_metadata_name_the_template_and_nothing_else() {
    let (harness, provider) = multi_tenant().await;
    for wrong in [
        issuer_of(&harness, OURS),
        "https://evil.example/{tenantid}/v2.0".to_owned(),
    ] {
        provider.change(|faults| drop(faults.metadata.insert("issuer".into(), json!(wrong))));
        let page = harness.browser().open("/auth/login").await;
        assert_eq!(page.status, 503, "{wrong}: {}", page.body);
        harness.advance(Duration::from_mins(1));
    }
}

#[tokio::test]
async fn si_2_a_key_of_one_tenant_signs_for_no_other() {
    let (harness, provider) = multi_tenant().await;
    for other in [THEIRS, PARTNER] {
        provider.change(|faults| faults.published_key = patch("issuer", issuer_of(&harness, other)));
        is_refused(&harness, other).await;
        harness.advance(Duration::from_hours(2));
    }
    for fits in [harness.issuer.clone(), issuer_of(&harness, OURS)] {
        provider.change(|faults| faults.published_key = patch("issuer", fits.clone()));
        harness.advance(Duration::from_hours(2));
        assert_eq!(harness.browser().sign_in("alice").await.status, 303, "{fits}");
    }
}

#[tokio::test]
async fn ca_1_an_assertion_names_the_issuer_of_the_metadata_and_no_pattern() {
    let setup = Setup {
        demo: |demo| {
            one_tenant(demo);
            demo.client_keys = vec![client_key().jwk.clone()];
        },
        provider: |known| {
            let preset = ProviderConfig::entra("demo", DOMAIN, "portico").unwrap();
            at_demo(known, preset, REAL);
            known.client_secret = None;
            known.client_auth = client_key().method();
        },
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let provider = harness.provider.at(&format!("{DOMAIN}/v2.0")).unwrap();
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
    let bodies = provider.bodies(Endpoint::Token);
    let (_, claims) = decoded(&field(&bodies[0], "client_assertion").unwrap());
    assert_eq!(claims["aud"], json!(issuer_of(&harness, OURS)));
}
