//! Addresses: of sites, of listeners, and paths of this site.

use std::net::SocketAddr;

use bff::is_loopback;
use url::Url;

use crate::config::problem::Issue;

/// What is served below `/api/` already.
const OWN_PATHS: [&str; 2] = ["/api/fn", "/api/messages"];

/// An address such as `127.0.0.1:4040`.
pub(super) fn address(text: &str) -> Result<SocketAddr, Issue> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => Err(Issue::new(
            "has port 0, which means any",
            "write the port people will type",
        )),
        Ok(address) => Ok(address),
        Err(_) => Err(Issue::new(
            format!("`{text}` is not an address with a port"),
            "write numbers such as `127.0.0.1:4040` or `[::1]:4040`",
        )),
    }
}

/// `https://…`, or `http://…` on this machine.
///
/// # Errors
/// If it is no such address.
pub fn url(text: &str) -> Result<Url, Issue> {
    let url = Url::parse(text).map_err(|error| {
        // What stands before `@` may be a password.
        let shown = text.rsplit_once('@').map_or(text, |(_, after)| after);
        Issue::new(
            format!("`{shown}` is not an address: {error}"),
            "write it in full, such as `https://example.com`",
        )
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Issue::new(
            "has a user or password in it",
            "remove what stands before `@`",
        ));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(Issue::new(
            format!("`{text}` is plain http on a network"),
            "write `https://`; plain http is for `localhost` alone",
        )),
        other => Err(Issue::new(
            format!("`{other}:` is not an address Portico can ask"),
            "write `https://…`",
        )),
    }
}

/// An address without path, query or fragment.
pub(super) fn origin(text: &str) -> Result<Url, Issue> {
    let url = url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Issue::new(
            format!("`{text}` has a path"),
            format!(
                "write only `{}`; Portico needs a host of its own",
                url.origin().ascii_serialization()
            ),
        ));
    }
    Ok(url)
}

/// An address that paths are added to, without query or fragment.
pub(super) fn endpoint(text: &str) -> Result<Url, Issue> {
    let url = url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Issue::new(
            format!("`{text}` has a query or fragment"),
            "remove everything from `?` or `#`",
        ));
    }
    Ok(url)
}

/// An issuer, stored exactly as written (OIDC Core §2: compared letter by letter).
pub(super) fn issuer(text: &str) -> Result<String, Issue> {
    endpoint(text)?;
    if text.ends_with("/.well-known/openid-configuration") {
        return Err(Issue::new(
            "is the address of the discovery document",
            "remove `/.well-known/openid-configuration` from its end",
        ));
    }
    Ok(text.to_owned())
}

/// A path below `/api/` that Portico does not respond itself.
pub(super) fn mount_path(text: &str) -> Result<String, Issue> {
    if !text.starts_with("/api/") {
        return Err(Issue::new(
            format!("`{text}` is not below `/api/`"),
            "write a path such as `/api/orders`",
        ));
    }
    if OWN_PATHS.into_iter().any(|own| is_within(text, own)) {
        return Err(Issue::new(
            format!("`{text}` is Portico's own"),
            "write another path below `/api/`",
        ));
    }
    Ok(text.to_owned())
}

/// Whether a path is another or lies below it.
pub(in crate::config) fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for good in [
            "http://localhost:4040",
            "http://localhost.:4040",
            "http://a.localhost./",
            "http://127.0.0.1",
            "http://[::1]:1",
        ] {
            assert!(url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://localhost.example.com",
            "http://localhost.example.com.",
            "http://localhost..",
            "http://notlocalhost.",
            "ftp://localhost",
            "example.com",
            "https://u:p@x.example",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_stored_letter_by_letter() {
        assert_eq!(issuer("https://a.example/x/").as_deref(), Ok("https://a.example/x/"));
        assert_eq!(issuer("https://a.example").as_deref(), Ok("https://a.example"));
        assert!(issuer("https://a.example/.well-known/openid-configuration").is_err());
    }
}
