//! What holds for every input: what reads bytes from elsewhere never panics, and what it lets through has a form that the rest
//! relies on.

mod invariants;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oidc::authorization_response::AuthorizationResponse;
use oidc::jws::{Compact, algorithm};
use oidc::profile::merged;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use self::invariants::{NOW, authorization_response, logout_token};

/// Any JSON value, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Halves are the same after a journey through text.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 2.0)),
        prop::sample::select(vec![1e300, -1e300, 9.5e18, -9.5e18]).prop_map(Value::from)
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        "\\PC{0,12}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Claims under the names that something here reads.
fn any_claims() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop::sample::select(vec![
        "iss",
        "sub",
        "aud",
        "azp",
        "exp",
        "iat",
        "nbf",
        "auth_time",
        "nonce",
        "at_hash",
        "c_hash",
        "s_hash",
        "sid",
        "jti",
        "scope",
        "scp",
        "events",
        "name",
        "groups",
    ]);
    prop::collection::vec((name, any_json()), 0..8).prop_map(|claims| {
        claims
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    })
}

/// Whether it is a number that a calendar holds.
fn is_moment(value: &Value) -> bool {
    value.as_f64().is_some_and(|seconds| seconds.abs() < 8e12 + 1.0)
}

/// Whether no moment among them is something else.
fn moments_are_moments(claims: &Map<String, Value>) -> bool {
    let moments = ["exp", "nbf", "iat", "auth_time"]
        .into_iter()
        .filter_map(|name| claims.get(name));
    moments.into_iter().all(|moment| is_moment(moment) || moment.is_null())
}

/// A compact JWS with this header and these claims, and a signature of nobody.
fn token(header: &Value, claims: &Map<String, Value>) -> String {
    let part = |bytes: String| URL_SAFE_NO_PAD.encode(bytes);
    let claims = Value::Object(claims.clone());
    format!("{}.{}.c2ln", part(header.to_string()), part(claims.to_string()))
}

proptest! {
    #[test]
    fn id_5_no_text_is_too_strange_for_a_token(text in "\\PC{0,60}|[A-Za-z0-9_.=-]{0,60}|(\\.|eyJ9|e30|bnVsbA|W10){0,8}") {
        if let Ok(token) = Compact::parse(&text) {
            prop_assert_eq!(text.matches('.').count(), 2);
            prop_assert!(!token.is_signed_by(&[]));
        }
    }

    #[test]
    fn id_5_a_header_is_read_whatever_else_it_holds(
        alg in "none|nOnE|RS256|ES256|EdDSA|\\PC{0,8}",
        typ in prop::option::of("(application/)?(JWT|at\\+jwt|LOGOUT\\+JWT|\\PC{0,6})"),
        more in any_json(),
        claims in any_claims(),
    ) {
        let text = token(&json!({ "alg": alg, "typ": typ, "jku": more, "jwk": more, "x5c": more }), &claims);
        let read = Compact::parse(&text);
        prop_assert_eq!(read.is_ok(), moments_are_moments(&claims));
        let Ok(read) = read else { return Ok(()) };
        prop_assert_eq!(&read.claims, &claims);
        prop_assert!(read.kind().is_none_or(|kind| !kind.starts_with("application/") && kind.to_ascii_lowercase() == kind));
        prop_assert_eq!(read.kind().is_some(), typ.is_some());
        prop_assert!(!alg.eq_ignore_ascii_case("none") || algorithm(&alg).is_none());
        prop_assert!(!read.is_signed_by(&[]));
        let critical = token(&json!({ "alg": alg, "crit": ["exp"] }), &claims);
        prop_assert!(Compact::parse(&critical).is_err());
    }

    #[test]
    fn id_2_claims_of_any_type_are_read_or_not_there(claims in any_claims()) {
        let text = token(&json!({ "alg": "ES256" }), &claims);
        let read = Compact::parse(&text);
        prop_assert_eq!(read.is_ok(), moments_are_moments(&claims));
        let Ok(read) = read else { return Ok(()) };
        for (name, value) in &claims {
            prop_assert_eq!(read.text(name), value.as_str());
            prop_assert_eq!(read.seconds(name).is_some(), is_moment(value));
            if let Some(seconds) = value.as_i64().filter(|_| is_moment(value)) {
                prop_assert_eq!(read.seconds(name), Some(seconds));
            }
        }
        let named = |aud: &str| match claims.get("aud") {
            Some(Value::Array(many)) => many.iter().all(Value::is_string) && many.iter().any(|one| one == aud),
            one => one.and_then(Value::as_str) == Some(aud),
        };
        prop_assert!(read.audiences().into_iter().all(named));
        prop_assert!(claims.contains_key("aud") || read.audiences().is_empty());
    }

    #[test]
    fn tk_2_userinfo_changes_no_claim_that_identifies_the_person(id_token in any_claims(), userinfo in any_claims()) {
        let claims = merged(id_token.clone(), userinfo.clone());
        for fixed in ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "auth_time"] {
            let expected = id_token.get(fixed).filter(|value| !value.is_null());
            prop_assert_eq!(claims.get(fixed), expected, "{}", fixed);
        }
        for protocol in ["nonce", "at_hash", "c_hash", "s_hash", "sid", "jti"] {
            prop_assert!(!claims.contains_key(protocol), "{}", protocol);
        }
        for name in ["name", "groups", "scope"] {
            let known = id_token.get(name).filter(|value| !value.is_null());
            let is_blank = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
            let counts = |value: &&Value| !(value.is_null() || known.is_some() && is_blank(value));
            let expected = userinfo.get(name).filter(counts).or(known);
            // Members of objects are put together one by one.
            if !expected.is_some_and(Value::is_object) {
                prop_assert_eq!(claims.get(name), expected, "{}", name);
            }
        }
    }

    #[test]
    fn cb_7_a_response_is_the_same_however_it_is_encoded(
        pairs in prop::collection::vec(("state|code|iss|error|error_description|other", "\\PC{0,12}"), 0..6),
    ) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let encoded = form.extend_pairs(&pairs).finish();
        let response = AuthorizationResponse::parse(encoded.as_bytes());
        let first = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        prop_assert_eq!(&response.state, &first("state"));
        prop_assert_eq!(&response.code, &first("code"));
        prop_assert_eq!(&response.iss, &first("iss"));
        authorization_response(encoded.as_bytes());
    }

    #[test]
    fn cb_7_no_query_is_too_strange(data in prop::collection::vec(any::<u8>(), 0..80)) {
        authorization_response(&data);
    }

    #[test]
    fn bc_3_an_accepted_logout_token_names_whose_sessions_end(
        claims in any_claims(),
        age in -120_i64..240,
        present in prop::collection::vec(prop::bool::weighted(0.9), 7),
    ) {
        let proper = [
            ("iss", json!("https://login.example")),
            ("aud", json!("portal")),
            ("iat", json!(NOW - age)),
            ("exp", json!(NOW - age + 120)),
            ("jti", json!("1")),
            ("sid", json!("s")),
            ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
        ];
        let chosen = proper.into_iter().zip(present).filter(|(_, present)| *present).map(|((name, value), _)| (name.to_owned(), value));
        let mut all = claims;
        all.extend(chosen);
        logout_token(Value::Object(all).to_string().as_bytes());
    }
}
