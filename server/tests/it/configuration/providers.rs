//! `[[providers]]`: kinds, credentials, registration, claims.

use std::fs;

use server::config::{ApiToken, ProviderSettings};
use tempfile::TempDir;

use super::read;
use crate::support::Program;

#[test]
fn two_providers_cannot_share_an_id_and_a_secret_is_configured_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "from a file\n").unwrap();
    let provider = format!(
        "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\nclient_id = \"p\"\nclient_secret_file = {:?}\n",
        file.display().to_string()
    );
    assert!(read(&provider, &[]).is_ok());
    let problems = read(&format!("{provider}client_secret = \"x\"\n{provider}"), &[]).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("client_secret_file: stands beside `client_secret`")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("providers[1].id: is taken")),
        "{problems:?}"
    );
    fs::remove_file(file).unwrap();
    assert!(read(&provider, &[]).unwrap_err()[0].contains("cannot be read"));
}

#[test]
fn po_2_a_claim_is_named_by_a_text_or_by_a_list_of_names() {
    let issuer = "issuer = \"https://a.example\"\n";
    let groups =
        |claim: &str| settings("", &format!("{issuer}groups = {{ claim = {claim} }}\n")).map(|read| read.claims.groups);
    let read = groups(r#"["resource_access", "my.client", "roles"]"#).unwrap();
    assert_eq!(read, groups(r"'resource_access.my\.client.roles'").unwrap());
    assert_eq!(read, groups(r#""resource_access.my\\.client.roles""#).unwrap());
    assert_eq!(read.to_string(), r"resource_access.my\.client.roles");
    assert_eq!(
        groups(r#""https://a.example/groups""#).unwrap(),
        "https://a.example/groups"
    );
    for (wrong, expected) in [
        ("[]", "groups.claim: has an empty name"),
        (r#"["a", ""]"#, "groups.claim: has an empty name"),
        (r"'a\b'", "groups.claim: `a\\b` has a backslash before something else"),
        (r"'a\'", "groups.claim: `a\\` has a backslash before something else"),
        (r"'a..\.b'", "groups.claim: has an empty name"),
        ("[1]", "groups.claim: is a list of other things than texts"),
        ("\"\"", "groups.claim: is empty"),
    ] {
        let problems = groups(wrong).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].contains(expected),
            "{wrong}: {problems:?}"
        );
    }
}

const GUID: &str = "11111111-2222-3333-4444-555555555555";

/// The one provider of a file that holds this table.
fn provider(table: &str) -> Result<bff::ProviderConfig, Vec<String>> {
    settings("", table).map(|settings| settings.provider)
}

/// The one provider of a file that holds this section of the API and this table.
fn settings(api: &str, table: &str) -> Result<ProviderSettings, Vec<String>> {
    let text = format!("{api}[[providers]]\nid = \"p\"\nclient_id = \"portal\"\n{table}");
    let mut config = read(&text, &[])?;
    Ok(config.providers.remove(0))
}

#[test]
fn to_2_the_token_for_the_api_is_the_one_that_is_for_it() {
    let entra = format!("kind = \"entra\"\ntenant = \"{GUID}\"\n");
    let plain = "issuer = \"https://id.example.com\"\n".to_owned();
    let beside = ApiToken::Beside(bff::TokenRequest {
        scopes: vec!["api://app/read".to_owned()],
        ..bff::TokenRequest::default()
    });
    for (base, keys, required) in [
        (&plain, "", ApiToken::OfSignIn),
        (&plain, "api_scopes = [\"api://app/read\"]", beside.clone()),
        (&entra, "", ApiToken::None),
        (&entra, "scopes = [\"openid\", \"User.Read\"]", ApiToken::None),
        (
            &entra,
            "scopes = [\"openid\", \"https://graph.microsoft.com/Mail.Read\"]",
            ApiToken::None,
        ),
        (&entra, "scopes = [\"openid\", \"api://app/read\"]", ApiToken::OfSignIn),
        (&entra, "api_scopes = [\"api://app/read\"]", beside),
    ] {
        let token = |api: &str| settings(api, &format!("{base}{keys}")).unwrap().api_token;
        assert_eq!(token("[api]\naudience = \"app\"\n"), required, "{base}{keys}");
        assert_eq!(token(""), ApiToken::None, "no API: {base}{keys}");
    }
}

#[test]
fn si_1_si_2_entra_by_tenant_and_with_a_list_of_tenants() {
    let one = provider(&format!("kind = \"entra\"\ntenant = \"{GUID}\"")).unwrap();
    assert_eq!(one.issuer, format!("https://login.microsoftonline.com/{GUID}/v2.0"));
    assert!(one.scopes.iter().any(|scope| scope == "User.Read"));
    let many = provider(&format!(
        "kind = \"entra\"\ntenant = \"organizations\"\ntenants = [\"{GUID}\"]\nscopes = [\"openid\"]\ntitle = \"Work\""
    ))
    .unwrap();
    assert_eq!((many.scopes, many.title.as_str()), (vec!["openid".to_owned()], "Work"));
    for (wrong, position) in [
        ("tenant = \"common\"", "tenants"),
        ("tenant = \"no tenant\"", "tenant"),
        ("", "tenant"),
        ("tenant = \"contoso.com\"\nissuer = \"https://a.example\"", "issuer"),
    ] {
        let problems = provider(&format!("kind = \"entra\"\n{wrong}")).unwrap_err();
        let at = format!("providers[0].{position}: ");
        assert!(problems.iter().any(|line| line.contains(&at)), "{wrong}: {problems:?}");
    }
}

#[test]
fn si_3_si_4_b2c_has_its_flows_and_auth0_its_domain() {
    let b2c = provider(&format!(
        "kind = \"b2c\"\ntenant = \"contoso\"\ntenant_id = \"{GUID}\"\nuser_flows = {{ sign_in = \"B2C_1_susi\", edit_profile = \"B2C_1_edit\" }}"
    ))
    .unwrap();
    assert_eq!(b2c.user_flows.len(), 1);
    let auth0 = provider("kind = \"auth0\"\ndomain = \"acme.eu.auth0.com\"").unwrap();
    assert_eq!(auth0.issuer, "https://acme.eu.auth0.com/");
    assert!(
        provider("kind = \"b2c\"").unwrap_err().len() >= 3,
        "every missing key is named"
    );
    assert!(provider("kind = \"auth0\"\ndomain = \"https://x\"").unwrap_err()[0].contains("providers[0].domain"));
}

/// Each as an operator would paste it; only the secret is in no file here.
#[test]
fn the_examples_of_the_providers_page_are_good() {
    let page = include_str!("../../../../docs/providers.md");
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 5, "{blocks:#?}");
    for block in blocks {
        let above = if block.starts_with('[') {
            ""
        } else {
            "[[providers]]\nid = \"p\"\nkind = \"entra\"\nclient_id = \"portal\"\n"
        };
        let text = format!("{above}{block}").replace("client_secret_file", "client_secret");
        read(&text, &[]).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
    }
}

#[test]
fn si_5_a_registered_provider_takes_no_client_id() {
    let registers = "issuer = \"https://a.example\"\nregistration = { client_name = \"Portal\" }";
    let problems = provider(registers).unwrap_err();
    let expected = "portico.toml:3: providers[0].client_id: stands beside `registration` — keep one of the two";
    assert_eq!(problems, [expected]);
}

#[test]
fn si_5_a_provider_is_written_down_or_the_site_registers_itself() {
    let program = Program::new();
    program.write("key.pem", "no key");
    let base = "issuer = \"https://a.example\"\n";
    let registering =
        "[[providers]]\nid = \"p\"\nissuer = \"https://a.example\"\nregistration = { client_name = \"Portal\" }\n";
    let config = read(registering, &[]).unwrap();
    assert_eq!(
        config.providers[0].provider.registration.as_ref().unwrap().client_name,
        "Portal"
    );
    let plain = provider(&format!(
        "{base}dpop = true\npushed_requests = \"always\"\ndevice_sign_in = true"
    ))
    .unwrap();
    assert!(plain.dpop && plain.device_sign_in);
    assert_eq!(plain.pushed_requests, bff::PushedRequests::Always);
    for (wrong, position) in [
        ("client_auth = \"private_key_jwt\"", "client_auth"),
        ("private_key_file = \"/nowhere/key.pem\"", "private_key_file"),
        ("metadata_file = \"/nowhere/a.json\"", "metadata_file"),
        ("pushed_requests = \"maybe\"", "pushed_requests"),
        ("dpop = \"yes\"", "dpop"),
    ] {
        let problems = provider(&format!("{base}{wrong}")).unwrap_err();
        let at = format!("providers[0].{position}: ");
        assert!(problems.iter().any(|line| line.contains(&at)), "{wrong}: {problems:?}");
    }
}

#[test]
fn what_sign_in_would_refuse_is_reported_with_line_and_key() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("elsewhere.json");
    let elsewhere = r#"{"issuer": "https://b.example", "authorization_endpoint": "https://b.example/a", "token_endpoint": "https://b.example/t", "jwks_uri": "https://b.example/k"}"#;
    fs::write(&file, elsewhere).unwrap();
    let metadata = format!("metadata_file = {:?}", file.display().to_string());
    let base = "issuer = \"https://a.example\"\n";
    for (wrong, expected) in [
        (
            "client_auth = \"client_secret_post\"",
            "portico.toml:5: providers[0].client_auth: `client_secret_post` needs a client_secret — write it as well",
        ),
        (
            "client_secret = \"s\"\nclient_auth = \"none\"",
            "portico.toml:6: providers[0].client_auth: `none` never sends the client_secret — remove it, here and at the provider",
        ),
        (
            &metadata,
            "portico.toml:5: providers[0].metadata_file: the metadata name the issuer `https://b.example`",
        ),
    ] {
        let problems = provider(&format!("{base}{wrong}\n")).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(expected),
            "{wrong}: {problems:#?}"
        );
    }
    for (session, expected) in [
        ("idle = \"30s\"", "portico.toml:2: session.idle: is under a minute — "),
        (
            "idle = \"2h\"\nabsolute = \"1h\"",
            "portico.toml:3: session.absolute: is shorter than session.idle — make it",
        ),
        (
            "absolute = \"500d\"",
            "portico.toml:2: session.absolute: is more than 400 days",
        ),
    ] {
        let problems = read(&format!("[session]\n{session}\n"), &[]).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(expected),
            "{session}: {problems:#?}"
        );
    }
    // One mistake hides no other.
    let both = read("[session]\nidle = \"2h\"\nabsolute = \"1h\"\nrecent = \"x\"\n", &[]);
    assert_eq!(both.unwrap_err().len(), 2);
    let both = read(
        &format!(
            "listen = \"x\"\n[[providers]]\nid = \"p\"\nclient_id = \"p\"\n{base}client_auth = \"client_secret_basic\"\n"
        ),
        &[],
    );
    assert_eq!(both.unwrap_err().len(), 2);
}

#[test]
fn si_5_userinfo_is_requested_for_the_claims_that_the_table_names() {
    use bff::UserinfoMode::{Always, Auto, Never};
    let plain = "issuer = \"https://id.example.com\"\n";
    let keys = "groups = { claim = \"realm_access.groups\" }\nroles = { claim = \"https://example.com/roles\" }\njob_title = { claim = \"title\" }";
    let known = provider(&format!("{plain}{keys}")).unwrap();
    assert_eq!(known.userinfo, Auto);
    let required = [
        "name",
        "email",
        "picture",
        "realm_access.groups",
        "https://example.com/roles",
        "title",
    ];
    assert_eq!(known.required_claims.unwrap(), required);
    let directory = "client_secret = \"s\"\nobject_id = { claim = \"oid2\" }\nmanager = { graph = true }";
    let required = provider(&format!("{plain}{directory}"))
        .unwrap()
        .required_claims
        .unwrap();
    assert_eq!(required.last().map(String::as_str), Some("oid2"), "{required:?}");
    for (written, mode) in [("auto", Auto), ("always", Always), ("never", Never)] {
        assert_eq!(
            provider(&format!("{plain}userinfo = \"{written}\"")).unwrap().userinfo,
            mode
        );
    }
    let problems = provider(&format!("{plain}userinfo = \"sometimes\"")).unwrap_err();
    assert!(
        problems[0].contains("portico.toml:5") && problems[0].contains("providers[0].userinfo"),
        "{problems:?}"
    );
}

#[test]
fn bc_3_logout_tokens_without_exp_are_refused_by_default() {
    let plain = "issuer = \"https://id.example.com\"\n";
    assert!(!provider(plain).unwrap().logout_tokens_without_exp);
    let switched = provider(&format!("{plain}logout_tokens_without_exp = true")).unwrap();
    assert!(switched.logout_tokens_without_exp);
    let problems = provider(&format!("{plain}logout_tokens_without_exp = \"perhaps\"")).unwrap_err();
    assert!(
        problems[0].contains("providers[0].logout_tokens_without_exp"),
        "{problems:?}"
    );
}
