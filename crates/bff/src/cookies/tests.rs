//! Cookies are bound to the host, and found whatever stands around them.

use proptest::prelude::*;

use super::*;

fn cookies(url: &str) -> Cookies {
    Cookies::new("portico", &Url::parse(url).unwrap())
}

#[test]
fn ck_1_ck_2_a_cookie_is_bound_to_the_host_and_hidden_from_script() {
    let secure = cookies("https://site.example");
    assert_eq!(
        secure.set(secure.session(), "v", Duration::HOUR, SameSite::Lax).0,
        "__Host-portico=v; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"
    );
    assert!(
        secure
            .set("a", "v", Duration::HOUR, SameSite::None)
            .0
            .contains("SameSite=None; Secure")
    );
    let plain = cookies("http://localhost:4040");
    assert_eq!(
        plain.set(plain.session(), "v", Duration::HOUR, SameSite::None).0,
        "portico=v; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
    );
}

#[test]
fn ck_3_removal_preserves_the_attributes() {
    let secure = cookies("https://site.example");
    let expected = "__Host-portico=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(secure.remove(secure.session()).0, expected);
}

#[test]
fn cookies_are_read_from_every_line() {
    let mut headers = HeaderMap::new();
    headers.append(COOKIE, HeaderValue::from_static("a=1; b=2=3"));
    headers.append(COOKIE, HeaderValue::from_static("c=4;broken"));
    assert_eq!(
        all(&headers).collect::<Vec<_>>(),
        [("a", "1"), ("b", "2=3"), ("c", "4")]
    );
    assert_eq!(find(&headers, "b"), Some("2=3"));
    assert_eq!(find(&headers, "d"), None);
}

proptest! {
    #[test]
    fn ck_1_a_cookie_is_found_whatever_stands_around_it(
        before in prop::collection::vec("[ -~&&[^;=]]{0,8}=?[ -~&&[^;]]{0,8}", 0..4),
        value in "[A-Za-z0-9_=-]{0,24}",
        apart in any::<bool>(),
    ) {
        let before: Vec<_> = before.into_iter().filter(|pair| pair.split('=').next().unwrap().trim() != "portico").collect();
        let mut headers = HeaderMap::new();
        let ours = format!("portico={value}");
        if apart {
            headers.append(COOKIE, HeaderValue::from_str(&before.join("; ")).unwrap());
            headers.append(COOKIE, HeaderValue::from_str(&ours).unwrap());
        } else {
            let line = [before.join(";").as_str(), ours.as_str()].join(";");
            headers.append(COOKIE, HeaderValue::from_str(&line).unwrap());
        }
        headers.append(COOKIE, HeaderValue::from_static("portico=later"));
        prop_assert_eq!(find(&headers, "portico"), Some(value.as_str()), "the first counts");
    }

    #[test]
    fn ck_1_no_line_of_cookies_is_too_strange(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..3)) {
        let mut headers = HeaderMap::new();
        for line in lines {
            if let Ok(line) = HeaderValue::from_bytes(&line) {
                headers.append(COOKIE, line);
            }
        }
        for (name, value) in all(&headers) {
            prop_assert!(!name.contains([';', '=']) && !value.contains(';'));
            prop_assert!(find(&headers, name).is_some());
        }
    }
}
