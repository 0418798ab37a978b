//! Tests of the presets against the providers' documentation.

use super::*;
use crate::config::issuer::IssuerRule;
use crate::config::user_flow::ErrorAction;

const GUID: &str = "b7e2c1a3-9f4d-4e2a-8c1b-3a7d2e5f6b8c";

fn problems(provider: &ProviderConfig) -> Vec<String> {
    provider.check().into_iter().map(|p| p.key).collect()
}

#[test]
fn si_1_a_tenant_of_entra_by_identifier_and_by_domain() {
    let by_id = ProviderConfig::entra("entra", &GUID.to_uppercase(), "client").unwrap();
    assert_eq!(by_id.issuer, format!("https://login.microsoftonline.com/{GUID}/v2.0"));
    assert_eq!(
        (by_id.metadata_url.clone(), by_id.issuer_rule.clone()),
        (None, IssuerRule::Exact)
    );
    assert!(by_id.scopes.iter().any(|s| s == "offline_access") && by_id.scopes.iter().any(|s| s == "User.Read"));
    assert!(problems(&by_id).is_empty());

    let by_domain = ProviderConfig::entra("entra", "contoso.onmicrosoft.com", "client").unwrap();
    let metadata = "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";
    assert_eq!(by_domain.metadata_address(), metadata);
    assert!(by_domain.may_name(&format!("https://login.microsoftonline.com/{GUID}/v2.0")));
    assert!(problems(&by_domain).is_empty());

    for wrong in [
        "common",
        "organizations",
        "",
        "a/b.example",
        "..",
        "tenant.example?x",
        "user@a.example",
        "1.2.3.4",
    ] {
        let error = ProviderConfig::entra("entra", wrong, "client").unwrap_err();
        assert_eq!(error, PresetError::Tenant(wrong.into()), "{wrong}");
    }
    assert!(matches!(
        ProviderConfig::entra("Entra!", GUID, "client"),
        Err(PresetError::Id(_))
    ));
}

#[test]
fn si_2_several_tenants_of_entra_need_a_list() {
    let many = |tenants: &[&str]| ProviderConfig::entra_multi_tenant("e", EntraAudience::Organizations, tenants, "c");
    let config = many(&[GUID]).unwrap();
    assert_eq!(config.issuer, "https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(
        config.metadata_address(),
        "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration"
    );
    assert!(problems(&config).is_empty());
    assert_eq!(problems(&many(&[]).unwrap()), ["providers.e.issuer_rule"]);
    assert!(many(&["common"]).is_err() && many(&["{tenantid}"]).is_err() && many(&["../evil"]).is_err());
}

#[test]
fn si_3_a_tenant_of_b2c_has_its_flows_by_name() {
    let tenant = B2cTenant {
        name: "contoso",
        id: GUID,
    };
    let flows = B2cFlows {
        sign_in: "B2C_1_signupsignin1",
        edit_profile: Some("B2C_1_profileediting1"),
        reset_password: Some("B2C_1_passwordreset1"),
    };
    let config = ProviderConfig::b2c("b2c", tenant, flows, "client").unwrap();
    assert_eq!(config.issuer, format!("https://contoso.b2clogin.com/{GUID}/v2.0/"));
    let metadata = |policy| {
        format!("https://contoso.b2clogin.com/contoso.onmicrosoft.com/{policy}/v2.0/.well-known/openid-configuration")
    };
    assert_eq!(config.metadata_address(), metadata("b2c_1_signupsignin1"));
    assert_eq!(config.user_flows[0].metadata_url, metadata("b2c_1_profileediting1"));
    assert!(config.may_name(&format!(
        "https://contoso.b2clogin.com/tfp/{GUID}/b2c_1_signupsignin1/v2.0/"
    )));
    assert!(!config.may_name(&format!("https://contoso.b2clogin.com/tfp/{GUID}/other/v2.0/")));
    assert_eq!(config.scopes, ["openid", "offline_access", "client"]);
    assert_eq!(
        config.action_for("AADB2C90091: cancelled"),
        Some(&ErrorAction::ReturnQuietly)
    );
    assert_eq!(
        config.action_for("AADB2C90118: x"),
        Some(&ErrorAction::Start("reset-password".into()))
    );
    assert!(problems(&config).is_empty());

    let bare = B2cFlows {
        edit_profile: None,
        reset_password: None,
        ..flows
    };
    let config = ProviderConfig::b2c("b2c", tenant, bare, "client").unwrap();
    assert!(config.user_flows.is_empty() && config.action_for("AADB2C90118: x").is_none());
    assert!(problems(&config).is_empty());
    for name in ["", "a/b", "a b", "..", "a?p=b"] {
        let flows = B2cFlows { sign_in: name, ..flows };
        assert_eq!(
            ProviderConfig::b2c("b2c", tenant, flows, "client").unwrap_err(),
            PresetError::UserFlow(name.into())
        );
    }
    for tenant in [
        B2cTenant {
            name: "evil.example/",
            ..tenant
        },
        B2cTenant {
            id: "contoso",
            ..tenant
        },
    ] {
        assert!(matches!(
            ProviderConfig::b2c("b2c", tenant, flows, "c"),
            Err(PresetError::Tenant(_))
        ));
    }
}

#[test]
fn si_4_a_tenant_of_auth0_by_its_domain() {
    let config = ProviderConfig::auth0("auth0", "Acme.eu.auth0.com", "client").unwrap();
    assert_eq!(config.issuer, "https://acme.eu.auth0.com/");
    assert_eq!(
        config.metadata_address(),
        "https://acme.eu.auth0.com/.well-known/openid-configuration"
    );
    assert_eq!(config.scopes, ["openid", "profile", "email"]);
    let out = config.sign_out_address.as_ref().unwrap();
    assert_eq!(
        out.url("https://site.example/auth/signed-out", "client")
            .unwrap()
            .as_str(),
        "https://acme.eu.auth0.com/v2/logout?client_id=client&returnTo=https%3A%2F%2Fsite.example%2Fauth%2Fsigned-out"
    );
    assert!(config.typed_logout_tokens && problems(&config).is_empty());
    for wrong in [
        "",
        "acme",
        "https://acme.example",
        "acme.example:8080",
        "acme.example/x",
        "127.0.0.1",
        "a..b",
    ] {
        assert!(ProviderConfig::auth0("auth0", wrong, "client").is_err(), "{wrong}");
    }
}
