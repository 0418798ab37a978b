//! A cached token is used for exactly the request that brought it.

use super::*;

fn granted(access_token: &str, scope: Option<&str>) -> TokenResponse {
    TokenResponse {
        access_token: access_token.to_owned(),
        expires_at: 300,
        renew_at: 240,
        refresh_token: None,
        refresh_expires_in: None,
        id_token: None,
        scope: scope.map(str::to_owned),
        proof_key: None,
    }
}

fn for_api(api: &str) -> TokenRequest {
    TokenRequest {
        resource: Some(api.to_owned()),
        ..TokenRequest::default()
    }
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

#[test]
fn px_5_a_stored_token_is_for_what_it_was_requested_alone() {
    let mut cached = CachedTokens::default();
    cached.put(&for_api("a"), &granted("token", None));
    let scoped = TokenRequest {
        scopes: vec!["read".into()],
        ..for_api("a")
    };
    let by_audience = TokenRequest {
        audience: Some("a".into()),
        ..TokenRequest::default()
    };
    assert!(cached.fresh(&for_api("a"), at(0)).is_some());
    for other in [for_api("b"), scoped, by_audience, TokenRequest::default()] {
        assert!(cached.usable(&other, at(0)).is_none(), "{other:?}");
    }
    assert!(cached.fresh(&for_api("a"), at(240)).is_none() && cached.usable(&for_api("a"), at(240)).is_some());
    assert!(cached.usable(&for_api("a"), at(299)).is_none());
}

#[test]
fn to_2_few_tokens_are_stored_and_the_oldest_is_evicted() {
    let mut cached = CachedTokens::default();
    for number in 0..=MAX_CACHED {
        cached.put(&for_api(&number.to_string()), &granted("token", None));
        cached.put(&for_api("1"), &granted("renewed", None));
    }
    assert_eq!(cached.0.len(), MAX_CACHED);
    assert!(cached.fresh(&for_api("0"), at(0)).is_none());
    assert_eq!(cached.fresh(&for_api("1"), at(0)).unwrap().secret(), "renewed");
}

#[test]
fn to_2_fewer_scopes_than_requested_are_not_enough() {
    let request = TokenRequest {
        scopes: vec!["write".into(), "read".into(), "read".into()],
        ..TokenRequest::default()
    };
    let request = request.normalized();
    assert_eq!(request.scopes, ["read", "write"]);
    assert!(request.is_granted(&granted("t", None)) && request.is_granted(&granted("t", Some("write x read"))));
    assert!(!request.is_granted(&granted("t", Some("read"))) && !request.is_granted(&granted("t", Some("readwrite"))));
}

#[test]
fn to_2_what_belongs_to_the_request_is_sent_and_nothing_else() {
    let mut config = ProviderConfig::new("demo", "https://idp.example", "portal").unwrap();
    config.resource = Some("https://home.example".into());
    let scopes = TokenRequest {
        scopes: vec!["a".into(), "b".into()],
        ..TokenRequest::default()
    };
    let expected = [
        ("scope", "a b".to_owned()),
        ("resource", "https://home.example".to_owned()),
    ];
    assert_eq!(scopes.fields(&config), expected);
    let audience = TokenRequest {
        audience: Some("other".into()),
        ..TokenRequest::default()
    };
    assert_eq!(audience.fields(&config), [("audience", "other".to_owned())]);
}

#[test]
fn px_5_a_token_that_names_another_known_api_is_recognised() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let token = |aud: &str| {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        format!(
            "{}.{}.c2ln",
            part(r#"{"alg":"ES256"}"#),
            part(&format!(r#"{{"aud":"{aud}"}}"#))
        )
    };
    let mut config = ProviderConfig::new("demo", "https://idp.example", "portal").unwrap();
    config.audience = Some("home".into());
    let mut cached = CachedTokens::default();
    cached.put(&for_api("a"), &granted("t", None));
    let is_foreign = |token: &str, request: &TokenRequest| cached.is_for_another_api(token, request, &config);
    assert!(is_foreign(&token("home"), &for_api("b")));
    assert!(is_foreign(&token("a"), &for_api("b")));
    assert!(!is_foreign(&token("b"), &for_api("b")));
    assert!(!is_foreign(&token("name of b at the provider"), &for_api("b")));
    assert!(!is_foreign("opaque", &for_api("b")));
    assert!(!is_foreign(&token("home"), &TokenRequest::default()));
}
