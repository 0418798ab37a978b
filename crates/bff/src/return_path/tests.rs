//! A return path is on this site, whatever somebody writes.

use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn lg_5_paths_of_this_site_pass() {
    for good in [
        "/",
        "/docs/7",
        "/docs?q=a%20b&after=3",
        "/docs/7#part",
        "/a//b",
        "/x?next=https://other.example/",
    ] {
        assert_eq!(ReturnPath::parse(good).as_str(), good);
    }
}

#[test]
fn lg_5_everything_else_becomes_the_home_page() {
    let long = format!("/{}", "a".repeat(3000));
    for evil in [
        "",
        "docs",
        "//evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%2F%2Fevil.example",
        "https:evil",
        "https://evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/%09/evil.example",
        "///evil.example",
        "\\\\evil.example",
        "http:\\\\evil.example",
        "//user@evil.example",
        "javascript:alert(1)",
        "/%00",
        "/a\r\nSet-Cookie: a=b",
        "/.//evil.example",
        "/..//evil.example",
        "/%2e//evil.example",
        "/auth/login",
        "/é",
        &long,
    ] {
        assert_eq!(ReturnPath::parse(evil).as_str(), "/", "{evil:?}");
    }
}

#[test]
fn lg_8_of_a_whole_address_the_path_is_taken_when_it_is_ours() {
    let home = Url::parse("https://site.example/").unwrap();
    for (address, path) in [
        ("https://site.example/docs/7?a=b#c", "/docs/7?a=b#c"),
        ("https://user:word@site.example/docs", "/docs"),
        ("https://site.example:443/docs", "/docs"),
        ("https://site.example//evil.example", "/"),
        ("https://site.example/auth/login", "/"),
        ("https://site.example.evil.example/docs", "/"),
        ("https://evil.example/docs", "/"),
        ("http://site.example/docs", "/"),
        ("https://site.example:444/docs", "/"),
        ("/docs", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        assert_eq!(ReturnPath::from_address(&home, address).as_str(), path, "{address}");
    }
}

proptest! {
    #[test]
    fn lg_5_a_return_path_is_one_slash_and_visible_letters(text in "\\PC{0,40}|[/\\\\.%25fFcC#?@:\t\n a]{0,24}|(/|\\\\|%2f|%5C|%09|\\.\\.|a){0,12}") {
        let path = ReturnPath::parse(&text);
        let path = path.as_str();
        prop_assert!(path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'), "{:?}", path);
        prop_assert!(path.bytes().all(|b| b.is_ascii_graphic()), "{:?}", path);
        prop_assert!(path == "/" || path == text, "what passes is not changed");
        let again = ReturnPath::parse(path);
        prop_assert_eq!(again.as_str(), path);
        let query = format!("return_to={}", again.as_query_value());
        let read = url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned());
        prop_assert_eq!(read.as_deref(), Some(path));
        let stored = serde_json::to_string(&again).unwrap();
        prop_assert_eq!(serde_json::from_str::<ReturnPath>(&stored).unwrap(), again);
    }

    #[test]
    fn lg_5_a_stored_return_path_is_read_with_the_same_eyes(text in "\\PC{0,30}") {
        let read: ReturnPath = serde_json::from_value(json!(text)).unwrap();
        prop_assert_eq!(read, ReturnPath::parse(&text));
        let home = Url::parse("https://site.example/").unwrap();
        prop_assert_eq!(home.join(ReturnPath::parse(&text).as_str()).unwrap().origin(), home.origin());
    }

    #[test]
    fn lg_5_a_return_path_never_leaves_the_origin(text in "[ -~\\t\\n\\r]{0,40}|/[/\\\\%25cCfF.a:@?#\\t]{0,20}|\\PC{0,20}") {
        let path = ReturnPath::parse(&text);
        let home = Url::parse("http://localhost:4040/auth/callback/demo").unwrap();
        let target = home.join(path.as_str()).unwrap();
        prop_assert_eq!(target.origin(), home.origin());
        prop_assert!(path.as_str().starts_with('/') && !path.as_str().starts_with("//"));
        prop_assert!(http::HeaderValue::from_str(path.as_str()).is_ok());
    }
}
