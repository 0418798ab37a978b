//! What may be written for a value? Each function turns text into a type, or says what is wrong and what to write.

mod quantity;

use std::{net::SocketAddr, num::NonZeroUsize};

use url::{Host, Url};

pub use self::quantity::{duration, size};
use super::problem::Complaint;

/// Whether an address names this machine, with a dot at the end or without (RFC 6761 §6.3). `bff` and `demo` see it alike.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Any text but an empty one.
///
/// # Errors
/// If it is empty.
pub fn text(text: &str) -> Result<String, Complaint> {
    if text.trim().is_empty() {
        return Err(Complaint::new("is empty", "write a value or remove the line"));
    }
    Ok(text.to_owned())
}

/// An address such as `127.0.0.1:4040`.
///
/// # Errors
/// If it is none.
pub fn address(text: &str) -> Result<SocketAddr, Complaint> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() == 0 => Err(Complaint::new(
            "has port 0, which means any",
            "write the port people will type",
        )),
        Ok(address) => Ok(address),
        Err(_) => Err(Complaint::new(
            format!("`{text}` is not an address with a port"),
            "write numbers such as `127.0.0.1:4040` or `[::1]:4040`",
        )),
    }
}

/// `https://…`, or `http://…` on this machine.
///
/// # Errors
/// If it is no such address.
pub fn url(text: &str) -> Result<Url, Complaint> {
    let url = Url::parse(text).map_err(|error| {
        Complaint::new(
            format!("`{text}` is not an address: {error}"),
            "write it in full, such as `https://example.com`",
        )
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Complaint::new(
            "has a user or password in it",
            "remove what stands before `@`",
        ));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(Complaint::new(
            format!("`{text}` is plain http on a network"),
            "write `https://`; plain http is for `localhost` alone",
        )),
        other => Err(Complaint::new(
            format!("`{other}:` is not an address Portico can ask"),
            "write `https://…`",
        )),
    }
}

/// An address without path, query or fragment.
///
/// # Errors
/// If it is no such address.
pub fn origin(text: &str) -> Result<Url, Complaint> {
    let url = url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(Complaint::new(
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
///
/// # Errors
/// If it is no such address.
pub fn endpoint(text: &str) -> Result<Url, Complaint> {
    let url = url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Complaint::new(
            format!("`{text}` has a query or fragment"),
            "remove everything from `?` or `#`",
        ));
    }
    Ok(url)
}

/// An issuer, kept exactly as written (OIDC Core §2: compared letter by letter).
///
/// # Errors
/// If it is no issuer.
pub fn issuer(text: &str) -> Result<String, Complaint> {
    let url = url(text)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Complaint::new(
            format!("`{text}` has a query or fragment"),
            "remove everything from `?` or `#`",
        ));
    }
    if text.ends_with("/.well-known/openid-configuration") {
        return Err(Complaint::new(
            "is the address of the discovery document",
            "remove `/.well-known/openid-configuration` from its end",
        ));
    }
    Ok(text.to_owned())
}

/// 1 to 1,000.
///
/// # Errors
/// If it is none of these.
pub fn number_of_sessions(text: &str) -> Result<NonZeroUsize, Complaint> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= 1_000);
    number.ok_or_else(|| {
        Complaint::new(
            format!("`{text}` is not a number from 1 to 1000"),
            "write how many places one person may be signed in at, such as `20`",
        )
    })
}

/// One word of a short list.
///
/// # Errors
/// If it is not in the list.
pub fn one_of(text: &str, known: &[&'static str]) -> Result<&'static str, Complaint> {
    known.iter().find(|word| **word == text).copied().ok_or_else(|| {
        let list = known
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(" or ");
        Complaint::new(format!("`{text}` is unknown"), format!("write {list}"))
    })
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
    fn an_issuer_is_kept_letter_by_letter() {
        assert_eq!(issuer("https://a.example/x/").as_deref(), Ok("https://a.example/x/"));
        assert_eq!(issuer("https://a.example").as_deref(), Ok("https://a.example"));
        assert!(issuer("https://a.example/.well-known/openid-configuration").is_err());
    }
}
