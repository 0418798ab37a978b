//! Tests of parsing compact tokens.

use super::*;

fn token(header: &str) -> String {
    format!(
        "{}.{}.c2ln",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(r#"{"aud":["a","b"],"exp":1.9}"#)
    )
}

#[test]
fn a_token_is_taken_apart() {
    let text = token(r#"{"alg":"ES256","typ":"application/AT+JWT"}"#);
    let token = Compact::parse(&text).unwrap();
    assert_eq!(token.kind().as_deref(), Some("at+jwt"));
    assert_eq!((token.audiences(), token.seconds("exp")), (vec!["a", "b"], Some(1)));
    assert!(!token.is_signed_by(&[]));
}

#[test]
fn id_3_an_audience_that_is_no_text_makes_none_of_them_count() {
    for (aud, read) in [
        (r#""a""#, Some(vec!["a"])),
        (r#"["a","b"]"#, Some(vec!["a", "b"])),
        ("[]", Some(vec![])),
        (r#"["a",7]"#, None),
        (r#"["a",{"b":1}]"#, None),
        ("7", None),
        ("null", None),
    ] {
        let claims = serde_json::from_str(&format!(r#"{{"aud":{aud}}}"#)).unwrap();
        assert_eq!(audiences_of(&claims), read, "{aud}");
    }
}

#[test]
fn id_10_a_moment_that_is_no_number_is_not_overlooked() {
    let with = |claim: &str, value: &str| {
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"{claim}":{value}}}"#));
        Compact::parse(&format!(
            "{}.{claims}.c2ln",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#)
        ))
        .is_ok()
    };
    for claim in MOMENTS {
        for value in ["1", "1.5", "-1", "253402300800", "null"] {
            assert!(with(claim, value), "{claim} {value}");
        }
        for value in [
            "1e30",
            "9223372036854775807",
            r#""1""#,
            r#""2099-01-01T00:00:00Z""#,
            "[1]",
            "true",
            "{}",
        ] {
            assert!(!with(claim, value), "{claim} {value}");
        }
    }
}

#[test]
fn a_claim_that_is_there_twice_is_no_claim() {
    let with = |claims: &str| {
        let claims = URL_SAFE_NO_PAD.encode(claims);
        Compact::parse(&format!(
            "{}.{claims}.c2ln",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#)
        ))
        .is_ok()
    };
    assert!(with(r#"{"sub":"alice","x":{"a":1,"a":2}}"#));
    assert!(!with(r#"{"sub":"alice","exp":1,"sub":"bob"}"#));
    assert!(!with(r#"{"sub":"alice","s\u0075b":"bob"}"#) && !with("[]") && !with("null"));
}

#[test]
fn id_5_none_is_no_algorithm_and_critical_members_are_not_understood() {
    assert!(algorithm("none").is_none() && algorithm("nOnE").is_none());
    assert!(Compact::parse(&token(r#"{"alg":"ES256","crit":["exp"]}"#)).is_err());
    assert!(Compact::parse(&token(r#"{"alg":"ES256","cty":"JWT"}"#)).is_err());
    assert!(Compact::parse("a.b").is_err() && Compact::parse("").is_err() && Compact::parse("....").is_err());
}

#[test]
fn id_5_a_mac_of_another_length_is_refused_without_a_panic() {
    let keys = [Key::of_secret(&"a secret of thirty-two characters".into())];
    for (alg, right) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}"}}"#));
        for len in [0, 1, 31, 32, 33, 48, 64, 65] {
            let text = format!("{header}.e30.{}", URL_SAFE_NO_PAD.encode(vec![7; len]));
            let read = Compact::parse(&text);
            assert_eq!(read.is_ok(), len == right, "{alg} {len}");
            assert!(read.is_err() || !read.unwrap().is_signed_by(&keys));
        }
    }
}

#[test]
fn a_token_of_a_provider_may_be_four_times_as_long_as_one_of_anybody() {
    let of_length = |len: usize| {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"alice"}"#);
        let start = format!("{header}.{claims}.");
        format!("{start}{}", "A".repeat(len - start.len()))
    };
    // Lengths that Base64 without padding can have: the signature is a multiple of four characters.
    let fits = |len: usize| {
        (len..len + 4)
            .map(of_length)
            .find(|text| Compact::parse_within(text, usize::MAX).is_ok())
    };
    for (len, anybody, provider) in [
        (64 * 1024 - 4, true, true),
        (64 * 1024 + 1, false, true),
        (256 * 1024 - 4, false, true),
        (256 * 1024 + 1, false, false),
    ] {
        let text = fits(len).unwrap();
        assert_eq!(Compact::parse(&text).is_ok(), anybody, "{len}");
        assert_eq!(Compact::parse_of_provider(&text).is_ok(), provider, "{len}");
    }
}
