//! Addresses of repositories. They come from the operator and become arguments of `git`: what could be an option, or make `git` run a program
//! (`ext::…`), is refused here; for branches and folders in `names.rs`.

use std::{fmt, net::IpAddr, path::PathBuf};

use url::{Host, Url};

/// Longest address, branch or folder, in characters.
pub(super) const MAX_LENGTH: usize = 500;

/// Where a repository is. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitAddress {
    /// By HTTPS, or HTTP on this machine.
    Http(Url),
    /// By SSH: `ssh://…` or `user@host:path`.
    Ssh(String),
    /// A folder of this machine.
    Local(PathBuf),
}

/// Why a text cannot be used; continues a sentence that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidAddress(pub(crate) &'static str);

const SCHEMES: InvalidAddress = InvalidAddress(
    "is not an address that is fetched from: write `https://…`, `ssh://…`, `git@host:path`, `file:///…` or a path",
);
const UNREADABLE: InvalidAddress =
    InvalidAddress("is not a complete address: write one such as `https://example.com/team/handbook.git`");

impl GitAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is none, of a scheme that is not allowed, or holds a secret.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        if text.is_empty() || text.chars().count() > MAX_LENGTH {
            return Err(InvalidAddress(
                "is empty or longer than 500 letters: write the address of a repository",
            ));
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidAddress(
                "holds a control character: write the address on one line",
            ));
        }
        if text.starts_with('-') {
            return Err(InvalidAddress(
                "begins with `-`, as options do: write `./` before a path",
            ));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return Self::with_scheme(&scheme.to_ascii_lowercase(), rest, text);
        }
        // As `git` decides: a colon before any slash. One letter is a drive.
        match text.split_once(':') {
            Some((host, path)) if !host.contains(['/', '\\']) && host.len() > 1 => Self::like_scp(host, path, text),
            _ => Ok(Self::Local(PathBuf::from(text))),
        }
    }

    fn with_scheme(scheme: &str, rest: &str, text: &str) -> Result<Self, InvalidAddress> {
        match scheme {
            "https" | "http" | "ssh" => {}
            "file" => return Self::file(rest),
            "git" => {
                return Err(InvalidAddress(
                    "is fetched without encryption: write `https://…` or `ssh://…`",
                ));
            }
            _ => return Err(SCHEMES),
        }
        let url = Url::parse(text).map_err(|_| UNREADABLE)?;
        if url.password().is_some() {
            return Err(InvalidAddress(
                "holds a password, which would be shown and stored: write it as `password` of a `[[sources]]` table",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidAddress(
                "holds `?` or `#`, which the address of a repository does not have",
            ));
        }
        let host = url.host_str().filter(|host| !host.starts_with('-')).ok_or(UNREADABLE)?;
        if host.contains('%') || url.username().starts_with('-') || url.username().contains('%') || url.path().len() < 2
        {
            return Err(UNREADABLE);
        }
        match scheme {
            "ssh" => Ok(Self::Ssh(url.into())),
            "http" if !is_this_machine(&url) => Err(InvalidAddress(
                "is fetched without encryption, which is allowed on this machine alone: write `https://…`",
            )),
            _ => Ok(Self::Http(url)),
        }
    }

    fn file(rest: &str) -> Result<Self, InvalidAddress> {
        let path = rest.strip_prefix("localhost").unwrap_or(rest);
        if !path.starts_with('/') {
            return Err(InvalidAddress("names another machine: write `file:///` and a path"));
        }
        let path = percent_encoding::percent_decode_str(path)
            .decode_utf8()
            .map_err(|_| UNREADABLE)?;
        if path.chars().any(char::is_control) {
            return Err(UNREADABLE);
        }
        Ok(Self::Local(PathBuf::from(path.into_owned())))
    }

    fn like_scp(host: &str, path: &str, text: &str) -> Result<Self, InvalidAddress> {
        // `ext::sh -c …` is a program.
        if path.starts_with(':') {
            return Err(SCHEMES);
        }
        let (user, name) = host.split_once('@').unwrap_or(("", host));
        let is_plain = |text: &str| {
            !text.starts_with('-')
                && text
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
        };
        if name.is_empty() || !is_plain(user) || !is_plain(name) || path.is_empty() || path.starts_with('-') {
            return Err(SCHEMES);
        }
        Ok(Self::Ssh(text.to_owned()))
    }

    /// What `GIT_ALLOW_PROTOCOL` has to name for it.
    pub(super) fn protocol(&self) -> &str {
        match self {
            Self::Http(url) => url.scheme(),
            Self::Ssh(_) => "ssh",
            Self::Local(_) => "file",
        }
    }
}

impl fmt::Display for GitAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url) => url.fmt(f),
            Self::Ssh(text) => f.write_str(text),
            Self::Local(path) => path.display().fmt(f),
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_7_addresses_are_those_of_repositories() {
        for (text, protocol) in [
            ("https://example.com/team/handbook.git", "https"),
            ("https://alice@example.com:8443/team/handbook", "https"),
            ("http://localhost:3000/a.git", "http"),
            ("http://127.0.0.2/a", "http"),
            ("http://[::1]/a", "http"),
            ("ssh://git@example.com:2222/team/handbook.git", "ssh"),
            ("git@example.com:team/handbook.git", "ssh"),
            ("example.com:team/handbook.git", "ssh"),
            ("/srv/git/handbook.git", "file"),
            ("./-odd", "file"),
            ("../handbook:1", "file"),
            ("file:///srv/git/hand%20book.git", "file"),
        ] {
            assert_eq!(
                GitAddress::parse(text)
                    .map(|address| address.protocol().to_owned())
                    .as_deref(),
                Ok(protocol),
                "{text}"
            );
        }
        let local = GitAddress::parse("file://localhost/srv/hand%20book.git").unwrap();
        assert_eq!(local, GitAddress::Local("/srv/hand book.git".into()));
    }

    #[test]
    fn im_7_what_is_an_option_or_runs_a_program_is_no_address() {
        for text in [
            "",
            "--upload-pack=touch /tmp/pwned",
            "-u",
            "ext::sh -c whoami",
            "fd::17",
            "git://example.com/a.git",
            "http://example.com/a.git",
            "ftp://example.com/a.git",
            "javascript://x/y",
            "https://example.com",
            "https://alice:hunter2@example.com/a.git",
            "https://example.com/a.git?token=hunter2",
            "https://example.com/a.git#b",
            "ssh://-oProxyCommand=whoami/a",
            "ssh://-oProxyCommand@example.com/a",
            "ssh://%2doProxyCommand=x/a",
            "-oProxyCommand=whoami:a",
            "git@-oProxyCommand=whoami:a",
            "-x@example.com:a",
            "git@example.com:-a",
            "git@example.com:",
            "host name:a",
            "file://example.com/a",
            "file://a",
            "https://example.com/a\nb",
            "/srv/a\u{1b}[31m",
        ] {
            assert!(GitAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn im_7_a_refused_address_is_not_repeated_with_its_secret() {
        let error = GitAddress::parse("https://alice:hunter2@example.com/a.git").unwrap_err();
        assert!(!error.to_string().contains("hunter2") && error.to_string().contains("`password`"));
    }
}
