//! Tests of issuer rules: each accepts the provider's issuers and no others.

use serde_json::json;

use super::*;

const TEMPLATE: &str = "https://login.example/{tenantid}/v2.0";
const OURS: &str = "b7e2c1a3-9f4d-4e2a-8c1b-3a7d2e5f6b8c";
const THEIRS: &str = "deadbeef-0000-4000-8000-00000000dead";

fn provider(issuer: &str, rule: IssuerRule) -> ProviderConfig {
    let mut provider = ProviderConfig::new("demo", issuer, "portico").unwrap();
    provider.metadata_url = Some("https://login.example/common/v2.0/.well-known/openid-configuration".into());
    provider.issuer_rule = rule;
    provider
}

fn of_tenant(tenant: &str) -> String {
    TEMPLATE.replace(TENANT, tenant)
}

fn issuer_of(provider: &ProviderConfig, claims: &Value, named: &str) -> Option<String> {
    provider
        .issuer_of(claims.as_object().unwrap(), named)
        .map(str::to_owned)
}

fn problems(provider: &ProviderConfig) -> Vec<String> {
    let mut keys = Vec::new();
    check(provider, &mut |key, _| keys.push(key));
    keys
}

#[test]
fn si_2_an_exact_issuer_is_compared_character_by_character() {
    let exact = provider("https://login.example", IssuerRule::Exact);
    let named = "https://login.example";
    assert_eq!(
        issuer_of(&exact, &json!({ "iss": named }), named).as_deref(),
        Some(named)
    );
    for other in ["https://login.example/", "https://LOGIN.example", ""] {
        assert!(!exact.may_name(other) && !exact.is_issuer(other, named), "{other}");
        assert_eq!(issuer_of(&exact, &json!({ "iss": other }), named), None);
    }
    assert_eq!(issuer_of(&exact, &json!({}), named), None);
}

#[test]
fn si_2_the_issuers_of_people_are_never_a_template() {
    let one = provider("https://login.example", IssuerRule::Exact);
    assert_eq!(one.issuers(), ["https://login.example"]);
    let many = provider(TEMPLATE, IssuerRule::Tenants(vec![OURS.into(), THEIRS.into()]));
    assert_eq!(many.issuers(), [of_tenant(OURS), of_tenant(THEIRS)]);
    let unknown = provider(TEMPLATE, IssuerRule::TenantOfMetadata);
    assert_eq!(unknown.issuers(), Vec::<String>::new());
    for provider in [one, many] {
        assert!(provider.issuers().iter().all(|issuer| provider.could_be(issuer)));
    }
}

#[test]
fn si_2_a_token_of_a_listed_tenant_passes_by_iss_and_tid_together() {
    let many = provider(TEMPLATE, IssuerRule::Tenants(vec![OURS.into()]));
    assert!(many.may_name(TEMPLATE) && !many.may_name(&of_tenant(OURS)));
    let token = |iss: &str, tid: Value| issuer_of(&many, &json!({ "iss": iss, "tid": tid }), TEMPLATE);
    assert_eq!(token(&of_tenant(OURS), json!(OURS)), Some(of_tenant(OURS)));
    assert_eq!(token(&of_tenant(THEIRS), json!(THEIRS)), None, "not in the list");
    assert_eq!(token(&of_tenant(OURS), json!(THEIRS)), None, "`tid` of another");
    assert_eq!(token(&of_tenant(THEIRS), json!(OURS)), None, "`iss` of another");
    assert_eq!(token(TEMPLATE, json!(TENANT)), None, "the template itself");
    assert_eq!(
        issuer_of(&many, &json!({ "iss": of_tenant(OURS) }), TEMPLATE),
        None,
        "no `tid`"
    );
    for tid in [json!([OURS]), json!(null), json!(""), json!(OURS.to_uppercase())] {
        assert_eq!(token(&of_tenant(OURS), tid.clone()), None, "{tid}");
    }
}

#[test]
fn si_2_a_tenant_with_path_characters_is_no_tenant() {
    let many = provider(TEMPLATE, IssuerRule::Tenants(vec![OURS.into()]));
    for evil in [
        &format!("{THEIRS}/../{OURS}"),
        &format!("{OURS}/"),
        &format!("{OURS}/v2.0/{OURS}"),
        "..",
        "%2e%2e",
        "a\\b",
        "a?b",
        "a#b",
    ] {
        assert_eq!(
            issuer_of(&many, &json!({ "iss": of_tenant(evil), "tid": evil }), TEMPLATE),
            None
        );
        assert!(!many.is_issuer(&of_tenant(evil), TEMPLATE), "{evil}");
        let listed = provider(TEMPLATE, IssuerRule::Tenants(vec![evil.to_owned()]));
        assert_eq!(problems(&listed), ["providers.demo.issuer_rule"], "{evil}");
        assert!(
            !provider(TEMPLATE, IssuerRule::TenantOfMetadata).may_name(&of_tenant(evil)),
            "{evil}"
        );
    }
}

#[test]
fn si_1_a_tenant_known_by_name_is_the_one_its_metadata_name() {
    let one = provider(TEMPLATE, IssuerRule::TenantOfMetadata);
    let named = of_tenant(OURS);
    assert!(one.may_name(&named) && !one.may_name(TEMPLATE) && !one.may_name("https://evil.example/x/v2.0"));
    assert_eq!(
        issuer_of(&one, &json!({ "iss": named, "tid": OURS }), &named),
        Some(named.clone())
    );
    assert_eq!(
        issuer_of(&one, &json!({ "iss": of_tenant(THEIRS), "tid": THEIRS }), &named),
        None
    );
    assert_eq!(issuer_of(&one, &json!({ "iss": named, "tid": THEIRS }), &named), None);
}

#[test]
fn si_3_a_token_names_the_listed_issuer_of_its_own_metadata() {
    let (plain, policy) = ("https://t.example/guid/v2.0/", "https://t.example/tfp/guid/p/v2.0/");
    let b2c = provider(plain, IssuerRule::AnyOf(vec![plain.into(), policy.into()]));
    assert!(b2c.may_name(plain) && b2c.may_name(policy) && !b2c.may_name("https://t.example/guid/v2.0"));
    assert!(issuer_of(&b2c, &json!({ "iss": policy }), policy).is_some());
    assert_eq!(
        issuer_of(&b2c, &json!({ "iss": policy }), plain),
        None,
        "of other metadata"
    );
    assert_eq!(
        problems(&provider("https://t.example/", IssuerRule::AnyOf(vec![plain.into()]))),
        ["providers.demo.issuer_rule"]
    );
}

#[test]
fn si_2_keys_of_one_tenant_sign_for_nobody_else() {
    let many = provider(TEMPLATE, IssuerRule::Tenants(vec![OURS.into()]));
    assert!(many.key_may_sign(None, &of_tenant(OURS)) && many.key_may_sign(Some(TEMPLATE), &of_tenant(OURS)));
    assert!(many.key_may_sign(Some(&of_tenant(OURS)), &of_tenant(OURS)));
    assert!(!many.key_may_sign(Some(&of_tenant(THEIRS)), &of_tenant(OURS)));
}

#[test]
fn si_2_a_template_without_a_list_of_tenants_is_refused() {
    assert_eq!(
        problems(&provider(TEMPLATE, IssuerRule::Exact)),
        ["providers.demo.issuer"]
    );
    assert_eq!(
        problems(&provider(TEMPLATE, IssuerRule::Tenants(vec![]))),
        ["providers.demo.issuer_rule"]
    );
    let ours = || IssuerRule::Tenants(vec![OURS.into()]);
    assert!(problems(&provider(TEMPLATE, ours())).is_empty());
    for issuer in [
        "https://login.example/v2.0",
        "https://login.example/x{tenantid}/v2.0",
        "https://login.example/{tenantid}/{tenantid}",
        "https://login.example/{tenantid}/{policy}",
    ] {
        assert_eq!(
            problems(&provider(issuer, ours())),
            ["providers.demo.issuer"],
            "{issuer}"
        );
    }
    let mut nowhere = provider(TEMPLATE, ours());
    for (url, expected) in [
        (None, 1),
        (Some("http://login.example/x"), 1),
        (Some("https://a.example/#x"), 1),
    ] {
        nowhere.metadata_url = url.map(str::to_owned);
        assert_eq!(problems(&nowhere).len(), expected, "{url:?}");
    }
}
