//! The address of a forwarded request: the configured one and below it. A page chooses the rest of the path and the query; a path
//! that some server might interpret differently (dot segments, encoded slashes) is refused.

use http::Uri;
use url::Url;

use super::refusal::Refusal;
use super::upstream::Upstream;

/// Longest path and query together, in bytes.
const MAX_LEN: usize = 8 * 1024;
/// How often servers behind this one might decode a path.
const MAX_DECODINGS: usize = 3;

/// The upstream's address for `uri`, a path of this site; `has_authority` if the protocol version sends one with every request.
pub(super) fn target(uri: &Uri, upstream: &Upstream, has_authority: bool) -> Result<Url, Refusal> {
    // In HTTP/1.1 only a forward proxy gets an absolute form (RFC 9112 §3.2.2).
    let absolute_form = !has_authority && (uri.scheme().is_some() || uri.authority().is_some());
    if absolute_form
        || uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err(Refusal::address("a whole address is asked for"));
    }
    if uri.path_and_query().is_none_or(|both| both.as_str().len() > MAX_LEN) {
        return Err(Refusal::address("the address is too long"));
    }
    let rest = uri.path().strip_prefix(&upstream.mount);
    let rest = rest.ok_or_else(|| Refusal::address("the path is not behind this proxy"))?;
    let rest = match rest.strip_prefix('/') {
        Some(rest) => rest,
        None if rest.is_empty() => "",
        None => return Err(Refusal::address("the path is not behind this proxy")),
    };
    check_path(rest).map_err(Refusal::address)?;
    let query = uri.query();
    if query.is_some_and(|query| !query.bytes().all(is_in_query)) {
        return Err(Refusal::address("the query has a character that should be encoded"));
    }
    let path = format!("{}{rest}", upstream.base.path());
    let mut url = upstream.base.clone();
    url.set_path(&path);
    url.set_query(query);
    // The URL parser of the client must not have moved, joined or dropped anything.
    let is_unchanged = url.origin() == upstream.base.origin() && url.path() == path;
    if is_unchanged && url.username().is_empty() && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(Refusal::address("the path is read in more than one way"))
    }
}

/// Checks that every server interprets `path` (without its first slash) in the same way, however often it decodes it.
fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.bytes().all(is_in_path) {
        return Err("the path has a character that should be encoded");
    }
    let mut last = path.as_bytes().to_vec();
    check_segments(&last)?;
    for _ in 0..MAX_DECODINGS {
        let decoded = decoded(&last, last.as_slice() == path.as_bytes())?;
        if decoded == last {
            return Ok(());
        }
        let text = std::str::from_utf8(&decoded).map_err(|_| "the path is not UTF-8")?;
        // Decoding must reveal no separator.
        let parts = |bytes: &[u8]| bytes.split(|b| *b == b'/').count();
        if parts(&decoded) != parts(&last) || text.contains('\\') || text.chars().any(char::is_control) {
            return Err("the path has an encoded slash, backslash or control character");
        }
        check_segments(&decoded)?;
        last = decoded;
    }
    Err("the path is encoded too often")
}

/// No dot segment, also not one with parameters (`..;x`), and no empty one except the last.
fn check_segments(path: &[u8]) -> Result<(), &'static str> {
    let mut segments = path.split(|b| *b == b'/').peekable();
    while let Some(segment) = segments.next() {
        let name = segment.split(|b| *b == b';').next().unwrap_or_default();
        if name == b"." || name == b".." {
            return Err("the path has a dot segment");
        }
        if segment.is_empty() && segments.peek().is_some() {
            return Err("the path has an empty segment");
        }
    }
    Ok(())
}

/// Percent-decodes `path` once; in the path as it was sent, a `%` without digits is an error.
fn decoded(path: &[u8], as_sent: bool) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail
            .get(..2)
            .filter(|d| first == b'%' && d.iter().all(u8::is_ascii_hexdigit));
        let value = digits
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u8::from_str_radix(d, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = &tail[2..];
            }
            None if first == b'%' && as_sent => return Err("the path has a broken encoding"),
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    Ok(bytes)
}

/// `pchar` and `/` (RFC 3986 §3.3).
fn is_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&byte)
}

/// Visible, and neither the end of the query nor a character that browsers encode. Some APIs use `[` and `|`.
fn is_in_query(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>#".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn upstream() -> Upstream {
        Upstream::new("/api/orders", "https://orders.example:8443/v1/").unwrap()
    }

    fn to(uri: &str) -> Result<String, Refusal> {
        target(&uri.parse().unwrap(), &upstream(), false).map(String::from)
    }

    #[test]
    fn px_1_a_plain_path_leads_below_the_configured_address() {
        for (path, expected) in [
            ("/api/orders", ""),
            ("/api/orders/", ""),
            ("/api/orders?a=1", "?a=1"),
            ("/api/orders/7/lines/?a=b%2fc&d=..%2f", "7/lines/?a=b%2fc&d=..%2f"),
            ("/api/orders/a%20b/100%25/c:d@e;f=1", "a%20b/100%25/c:d@e;f=1"),
            ("/api/orders/...?filter[name]=x|y", "...?filter[name]=x|y"),
        ] {
            assert_eq!(
                to(path).unwrap(),
                format!("https://orders.example:8443/v1/{expected}"),
                "{path}"
            );
        }
    }

    #[test]
    fn px_1_a_path_that_could_be_read_in_two_ways_is_refused() {
        let long = format!("/api/orders/{}", "a".repeat(9000));
        for evil in [
            "/api/orders/..",
            "/api/orders/../admin",
            "/api/orders/a/../../admin",
            "/api/orders/./a",
            "/api/orders/%2e%2e/admin",
            "/api/orders/.%2E/admin",
            "/api/orders/%252e%252e/admin",
            "/api/orders/%25252e%25252e/admin",
            "/api/orders/..;/admin",
            "/api/orders/%2e%2e%3bx/admin",
            "/api/orders/a%2fb",
            "/api/orders/a%2Fb",
            "/api/orders/a%252fb",
            "/api/orders/a%5cb",
            "/api/orders/..%5cadmin",
            "/api/orders/..%c0%afadmin",
            "/api/orders/%c0%ae%c0%ae/admin",
            "/api/orders//evil.example/",
            "/api/orders/a//b",
            "/api/orders/%00",
            "/api/orders/a%0d%0ab",
            "/api/orders/a%7f",
            "/api/orders/%zz",
            "/api/orders/%2",
            "/api/orders/a|b",
            "/api/ordersx",
            "/api/orders@evil.example/",
            "/api/orders:8080/",
            "https://orders.example:8443/api/orders/7",
            "http://a:b@evil.example/api/orders/7",
            &long,
        ] {
            assert!(to(evil).is_err(), "{evil} leads to {:?}", to(evil));
        }
    }

    #[test]
    fn px_1_http_2_names_its_authority_and_never_a_user() {
        let accepts = |uri: &str| target(&uri.parse().unwrap(), &upstream(), true).is_ok();
        assert!(accepts("https://site.example/api/orders/7"));
        assert!(!accepts("https://me@site.example/api/orders/7"));
    }

    proptest! {
        #[test]
        fn px_1_nothing_leads_out_of_the_configured_address(rest in "(/|\\.|%2[eEfF]|%5[cC]|%25|;|@|:|[a-c]|\\?|\\\\|%[0-9a-f]{2}){0,24}") {
            if let Ok(uri) = format!("/api/orders/{rest}").parse::<Uri>()
                && let Ok(url) = target(&uri, &upstream(), false)
            {
                let text = url.as_str();
                prop_assert!(text.starts_with("https://orders.example:8443/v1/"), "{}", text);
                // Resolved again by somebody who normalises, it is still there.
                let decoded = url::form_urlencoded::parse(url.path().replace('+', "%2B").as_bytes()).next().map(|(k, _)| k.into_owned());
                let again = Url::parse("https://orders.example:8443/").unwrap().join(&decoded.unwrap_or_default().replace('?', "%3F")).unwrap();
                prop_assert_eq!(again.origin(), url.origin());
                prop_assert!(again.path().starts_with("/v1/"), "{} from {}", again, text);
            }
        }
    }
}
