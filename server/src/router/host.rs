//! HTTP requires exactly one valid `Host` (RFC 9112 §3.2). Anything else is rejected, so that no two servers on the way disagree about the
//! host of a request. Other limits are in `request_limits.rs`.

use std::net::Ipv6Addr;

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, StatusCode, Uri, Version, header};

use crate::site_pages;

/// Rejects a request without exactly one valid `Host`; HTTP/1.0 may omit it.
pub(crate) async fn require_host(request: Request, next: Next) -> Response {
    match check(request.version(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => site_pages::reject(StatusCode::BAD_REQUEST, why),
    }
}

/// What is wrong with the host of a request, for the log.
fn check(version: Version, target: &Uri, headers: &HeaderMap) -> Result<(), &'static str> {
    let mut values = headers.get_all(header::HOST).iter();
    let host = match (values.next(), values.next()) {
        (None, _) if version < Version::HTTP_11 => None,
        (None, _) => return Err("a request without `Host`"),
        (Some(_), Some(_)) => return Err("a request with several `Host` headers"),
        (Some(value), None) => {
            let host = value.to_str().ok().and_then(Authority::parse);
            Some(host.ok_or("a `Host` that is no host")?)
        }
    };
    // An absolute target (RFC 9112 §3.2.2) names the host once more; both have to agree.
    let Some(authority) = target.authority() else {
        return Ok(());
    };
    let named = Authority::parse(authority.as_str()).ok_or("a target whose host is none")?;
    let scheme = target.scheme_str().unwrap_or_default();
    match host {
        Some(host) if !host.is_same_as(&named, scheme) => Err("a target and a `Host` that differ"),
        _ => Ok(()),
    }
}

/// A host and its port, as `Host` has them (RFC 9110 §7.2): no user information.
struct Authority<'a> {
    name: &'a str,
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let end = match text.strip_prefix('[') {
            Some(rest) => rest.find(']')? + 2,
            None => text.find(':').unwrap_or(text.len()),
        };
        let (name, port) = text.split_at(end);
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            // A port that is left out may leave its colon (RFC 3986 §3.2.3).
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        is_host(name).then_some(Self { name, port })
    }

    fn is_same_as(&self, other: &Self, scheme: &str) -> bool {
        let usual = match scheme {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        self.name.eq_ignore_ascii_case(other.name) && self.port.or(usual) == other.port.or(usual)
    }
}

/// An address of IPv6 in brackets, or a name. Stricter than RFC 3986 §3.2.2: no site's name has delimiters in it, and a comma is
/// what joins two headers.
fn is_host(name: &str) -> bool {
    if let Some(inner) = name.strip_prefix('[') {
        return inner
            .strip_suffix(']')
            .is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn reply(version: Version, target: &str, hosts: &[&[u8]]) -> Result<(), &'static str> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_bytes(host).unwrap());
        }
        check(version, &target.parse().unwrap(), &headers)
    }

    #[test]
    fn ui_4_a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        for good in [
            "localhost",
            "localhost:4040",
            "docs.example.org",
            "docs.example.org.",
            "a_b-c~1.example",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:8080",
            "LOCALHOST:",
        ] {
            assert_eq!(reply(Version::HTTP_11, "/docs", &[good.as_bytes()]), Ok(()), "{good}");
        }
        for bad in [
            "",
            " ",
            ":80",
            "a b",
            "a,b",
            "a, b",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "http://a",
            "user@a",
            "user:word@a",
            "@a",
            "a:b",
            "a:-1",
            "a:+80",
            "a:65536",
            "a:80:90",
            "::1",
            "[::1",
            "[::1]x",
            "[::g]",
            "[]",
            "<script>",
            "a%00b",
            "ä.example",
        ] {
            assert!(reply(Version::HTTP_11, "/docs", &[bad.as_bytes()]).is_err(), "{bad}");
        }
        assert!(reply(Version::HTTP_11, "/docs", &[b"a\xffb"]).is_err());
    }

    #[test]
    fn ui_4_there_is_exactly_one_host_unless_the_request_is_of_http_1_0() {
        assert!(reply(Version::HTTP_11, "/", &[]).is_err());
        assert!(reply(Version::HTTP_11, "/", &[b"a", b"a"]).is_err());
        assert_eq!(reply(Version::HTTP_10, "/", &[]), Ok(()));
        assert_eq!(reply(Version::HTTP_10, "/", &[b"a"]), Ok(()));
        assert!(reply(Version::HTTP_10, "/", &[b"a", b"b"]).is_err());
        assert!(reply(Version::HTTP_10, "/", &[b"a b"]).is_err());
    }

    #[test]
    fn ui_4_a_whole_target_names_the_host_of_the_header() {
        for (target, host, is_same) in [
            ("http://a.example/docs", "a.example", true),
            ("http://A.example/docs", "a.EXAMPLE", true),
            ("http://a.example:80/docs", "a.example", true),
            ("https://a.example/docs", "a.example:443", true),
            ("http://a.example/docs", "b.example", false),
            ("http://a.example:81/docs", "a.example", false),
            ("https://a.example/docs", "a.example:80", false),
            ("http://user@a.example/docs", "a.example", false),
        ] {
            let found = reply(Version::HTTP_11, target, &[host.as_bytes()]);
            assert_eq!(found.is_ok(), is_same, "{target} {host}: {found:?}");
        }
        assert!(reply(Version::HTTP_11, "http://a.example/docs", &[]).is_err());
        assert_eq!(reply(Version::HTTP_10, "http://a.example/docs", &[]), Ok(()));
    }
}
