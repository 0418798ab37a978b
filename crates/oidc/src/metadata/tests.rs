//! Metadata are of the configured issuer, and their endpoints are safe to call.

use serde_json::json;

use super::*;

fn read(issuer: &str, changes: &[(&str, serde_json::Value)]) -> Result<Metadata, MetadataError> {
    let mut body = json!({
        "issuer": "https://idp.example", "authorization_endpoint": "https://idp.example/a",
        "token_endpoint": "https://idp.example/t", "jwks_uri": "https://idp.example/k",
        "subject_types_supported": ["new kind"], "response_types_supported": 7, "scopes_supported": null
    });
    for (name, value) in changes {
        body[*name] = value.clone();
    }
    let answer = HttpResponse {
        status: StatusCode::OK,
        retry_after: None,
        body: body.to_string().into_bytes(),
        headers: http::HeaderMap::new(),
    };
    Metadata::from_response(&ProviderConfig::new("demo", issuer, "portico").unwrap(), &answer)
}

#[test]
fn ds_1_the_issuer_must_be_the_configured_one_character_by_character() {
    assert!(read("https://idp.example", &[]).is_ok());
    for other in ["https://idp.example/", "https://IDP.example", "https://idp.example:443"] {
        assert!(read(other, &[]).is_err(), "{other}");
    }
}

#[test]
fn ds_3_endpoints_are_https_or_as_local_as_the_issuer() {
    assert!(
        read(
            "https://idp.example",
            &[("token_endpoint", json!("http://localhost:1/t"))]
        )
        .is_err()
    );
    let local = [
        ("issuer", json!("http://localhost:1")),
        ("token_endpoint", json!("http://127.0.0.1:1/t")),
    ];
    assert!(read("http://localhost:1", &local).is_ok());
    let away = [
        ("issuer", json!("http://localhost:1")),
        ("userinfo_endpoint", json!("http://idp.example/u")),
    ];
    assert!(read("http://localhost:1", &away).is_err());
}

#[test]
fn ds_3_a_provider_elsewhere_names_no_address_of_a_local_network() {
    let local = [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "localhost",
        "idp.localhost.",
        "[::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:10.0.0.5]",
        "2130706433",
        "0x7f.1",
    ];
    for host in local {
        let url = json!(format!("https://{host}/x"));
        for name in [
            "token_endpoint",
            "jwks_uri",
            "userinfo_endpoint",
            "end_session_endpoint",
        ] {
            assert!(
                read("https://idp.example", &[(name, url.clone())]).is_err(),
                "{name} {host}"
            );
        }
        let issuer = "https://10.0.0.9";
        let inside = [("issuer", json!(issuer)), ("token_endpoint", url)];
        assert!(read(issuer, &inside).is_ok(), "{host}");
    }
    for host in [
        "9.9.9.9",
        "172.32.0.1",
        "100.128.0.1",
        "[2001:db8::1]",
        "localhost.example",
    ] {
        let url = json!(format!("https://{host}/x"));
        assert!(
            read("https://idp.example", &[("token_endpoint", url)]).is_ok(),
            "{host}"
        );
    }
    let mut config = ProviderConfig::new("demo", "https://idp.example", "portico").unwrap();
    config.metadata = json!({
        "authorization_endpoint": "https://idp.example/a",
        "token_endpoint": "https://10.0.0.5/t", "jwks_uri": "https://10.0.0.5/k"
    })
    .as_object()
    .cloned();
    assert!(Metadata::written(&config).unwrap().is_ok(), "an operator may");
}

#[test]
fn the_secret_is_sent_in_the_form_only_if_nothing_else_is_accepted() {
    let methods = |list: serde_json::Value| {
        read(
            "https://idp.example",
            &[("token_endpoint_auth_methods_supported", list)],
        )
        .unwrap()
    };
    assert!(methods(json!(["client_secret_post"])).takes_secret_in_form_only());
    assert!(!methods(json!(["client_secret_post", "client_secret_basic"])).takes_secret_in_form_only());
    assert!(!methods(json!(null)).takes_secret_in_form_only());
}
