//! Addresses: of sites, of listeners, and paths of this site.

use std::net::SocketAddr;

use bff::is_loopback;
use url::Url;

use crate::config::{problem::Issue, schema::Format};

const URL: &str = "address starting with `https://` (or `http://` on this machine)";
/// What is served below `/api/` already.
const OWN_PATHS: [&str; 2] = ["/api/fn", "/api/messages"];

/// `https://…`, or `http://…` on this machine.
///
/// # Errors
/// If it is no such address.
pub fn url(text: &str) -> Result<Url, Issue> {
    let url = Url::parse(text).map_err(|error| {
        // What stands before `@` may be a password.
        let shown = text.rsplit_once('@').map_or(text, |(_, after)| after);
        issue!("`{shown}` is not an address: {error} — write it in full, such as `https://example.com`")
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or password in it — remove what stands before `@`".into());
    }
    let issue = match url.scheme() {
        "https" if url.has_host() => return Ok(url),
        "http" if is_loopback(&url) => return Ok(url),
        "http" => issue!("`{text}` is plain http on a network — write `https://`; plain http is for `localhost` alone"),
        other => issue!("`{other}:` is not an address Portico can ask — write `https://…`"),
    };
    Err(issue)
}

/// Without query or fragment.
fn parse_endpoint(text: &str) -> Result<Url, Issue> {
    let url = url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(issue!(
            "`{text}` has a query or fragment — remove everything from `?` or `#`"
        ));
    }
    Ok(url)
}

/// Stored exactly as written (OIDC Core §2: compared letter by letter).
fn parse_issuer(text: &str) -> Result<String, Issue> {
    parse_endpoint(text)?;
    let discovery = "/.well-known/openid-configuration";
    if text.ends_with(discovery) {
        return Err(issue!(
            "is the address of the discovery document — remove `{discovery}` from its end"
        ));
    }
    Ok(text.to_owned())
}

/// Where to listen, such as `127.0.0.1:4040`.
pub(crate) fn listen_address() -> Format<SocketAddr> {
    Format::text("address and port", |text| match text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => {
            Err("has port 0, which means any — write the port people will type".into())
        }
        Ok(address) => Ok(address),
        Err(_) => {
            let remedy = "write numbers such as `127.0.0.1:4040` or `[::1]:4040`";
            Err(issue!("`{text}` is not an address with a port — {remedy}"))
        }
    })
}

/// The site as browsers see it: an address without path, query or fragment.
pub(crate) fn origin() -> Format<Url> {
    Format::text(URL, |text| {
        let url = url(text)?;
        if url.path() == "/" && url.query().is_none() && url.fragment().is_none() {
            return Ok(url);
        }
        let origin = url.origin().ascii_serialization();
        Err(issue!(
            "`{text}` has a path — write only `{origin}`; Portico needs a host of its own"
        ))
    })
}

/// An address that paths are added to.
pub(crate) fn endpoint() -> Format<Url> {
    Format::text(URL, parse_endpoint)
}

/// The identifier of a provider.
pub(crate) fn issuer() -> Format<String> {
    Format::text(URL, parse_issuer)
}

/// The identifier of an API, stored as written, since providers compare it letter by letter (RFC 8707 §2).
pub(crate) fn resource() -> Format<String> {
    Format::text(URL, |text| url(text).map(|_| text.to_owned()))
}

/// Where an upstream is reached: a path below `/api/` that Portico does not respond itself.
pub(crate) fn mount_path() -> Format<String> {
    Format::text("path below `/api/`", |text| {
        if !text.starts_with("/api/") {
            return Err(issue!(
                "`{text}` is not below `/api/` — write a path such as `/api/orders`"
            ));
        }
        let is_own = OWN_PATHS.into_iter().any(|own| is_within(text, own));
        let issue = || issue!("`{text}` is Portico's own — write another path below `/api/`");
        (!is_own).then(|| text.to_owned()).ok_or_else(issue)
    })
}

/// Whether a path is another or lies below it.
pub(crate) fn is_within(path: &str, outer: &str) -> bool {
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
        assert_eq!(
            parse_issuer("https://a.example/x/").as_deref(),
            Ok("https://a.example/x/")
        );
        assert_eq!(parse_issuer("https://a.example").as_deref(), Ok("https://a.example"));
        assert!(parse_issuer("https://a.example/.well-known/openid-configuration").is_err());
    }
}
