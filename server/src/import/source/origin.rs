//! Normalises addresses of repositories. `https://example.com/team/handbook.git` and `git@example.com:team/handbook` are. How somebody gets in (scheme,
//! user, password, token) is no part of it, and neither stored nor shown. Where it is not certain, there is no response: two repositories
//! must never be taken for one.

use std::path::{Component, Path, PathBuf};

use crate::import::terminal::is_active;

/// Longest answer, in characters.
const MAX_LENGTH: usize = 500;

/// Host and path of a repository, or the path of one on this machine; relative paths are meant from `checkout`.
pub(super) fn normalised(address: &str, checkout: &Path) -> Option<String> {
    let address = address.trim();
    // A query may distinguish repositories, and may hold a token.
    if address.is_empty()
        || address.contains(is_active)
        || address.contains(['?', '#'])
        || address.contains("::") && !address.contains('[')
    {
        return None;
    }
    let found = match address.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
            on_this_machine(rest.trim_start_matches("localhost"), checkout)
        }
        Some((scheme, rest)) => with_scheme(&scheme.to_ascii_lowercase(), rest),
        // Git's own rule: a colon before any slash.
        None => match address.split_once(':') {
            Some((host, path)) if !host.contains('/') && host.len() > 1 && !path.starts_with(':') => {
                like_scp(host, path)
            }
            _ => on_this_machine(address, checkout),
        },
    }?;
    (found.chars().count() <= MAX_LENGTH).then_some(found)
}

fn with_scheme(scheme: &str, rest: &str) -> Option<String> {
    let scheme = scheme.strip_prefix("git+").unwrap_or(scheme);
    let ports: &[&str] = match scheme {
        "https" => &["443"],
        "http" => &["80"],
        "ssh" => &["22"],
        "git" => &["9418"],
        _ => return None,
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    // A home folder is somebody's.
    if !is_port || path.starts_with('~') {
        return None;
    }
    let port = if port.is_empty() || ports.contains(&port) {
        String::new()
    } else {
        format!(":{port}")
    };
    Some(format!("{}{port}/{}", host_name(host)?, repository(path)?))
}

fn like_scp(host: &str, path: &str) -> Option<String> {
    let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
    let path = repository(path)?;
    // In somebody's home folder, not where a forge stores repositories.
    if path.starts_with('~') || !matches!(user, "" | "git") && !path.contains('/') {
        return None;
    }
    Some(format!("{}/{path}", host_name(host)?))
}

fn host_name(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.').to_lowercase();
    let is_host = !host.is_empty()
        && host
            .chars()
            .all(|letter| letter.is_alphanumeric() || ".-_[]:".contains(letter));
    is_host.then_some(host)
}

/// A path without empty names and `.git` at its end.
fn repository(path: &str) -> Option<String> {
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let path = names.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    let is_plain =
        !path.is_empty() && !names.iter().any(|name| matches!(*name, "." | "..")) && !path.contains(['@', '\\']);
    is_plain.then(|| path.to_owned())
}

fn on_this_machine(path: &str, checkout: &Path) -> Option<String> {
    let mut whole = PathBuf::new();
    for part in checkout.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    // The same repository however it is reached.
    let whole = whole.canonicalize().unwrap_or(whole);
    let text = whole
        .to_str()
        .filter(|text| text.starts_with('/') && !text.contains(is_active))?;
    Some(
        text.trim_end_matches('/')
            .trim_end_matches(".git")
            .trim_end_matches('/')
            .to_owned(),
    )
    .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(address: &str) -> Option<String> {
        normalised(address, Path::new("/srv/checkout"))
    }

    #[test]
    fn all_addresses_of_a_repository_are_one_and_hold_no_secret() {
        for same in [
            "https://example.com/team/handbook.git",
            "https://example.com/team/handbook",
            "http://EXAMPLE.com/team/handbook/",
            "https://alice@example.com/team/handbook.git",
            "https://oauth2:hunter2@example.com/team/handbook.git",
            "https://x-access-token:hun@ter2@example.com/team/handbook",
            "https://example.com:443/team//handbook.git/",
            "ssh://git@example.com/team/handbook.git",
            "ssh://git@example.com:22/team/handbook.git",
            "git+ssh://git@example.com/team/handbook.git",
            "git://example.com/team/handbook.git",
            "git@example.com:team/handbook.git",
            "git@example.com:/team/handbook.git",
            "org-123@example.com:team/handbook",
            "example.com:team/handbook.git",
        ] {
            assert_eq!(one(same).as_deref(), Some("example.com/team/handbook"), "{same}");
        }
    }

    #[test]
    fn different_repositories_are_never_one() {
        let different = [
            "https://example.com/team/handbook.git",
            "https://example.com/team/handbook2.git",
            "https://example.com/Team/handbook.git",
            "https://example.com:8443/team/handbook.git",
            "ssh://git@example.com:2222/team/handbook.git",
            "https://other.example.com/team/handbook.git",
            "/srv/git/handbook.git",
            "../handbook.git",
            "file:///srv/other/handbook.git",
        ];
        let all: std::collections::BTreeSet<_> = different.iter().map(|address| one(address).unwrap()).collect();
        assert_eq!(all.len(), different.len(), "{all:?}");
        assert_eq!(one("../handbook.git"), one("/srv/handbook"));
        assert_eq!(one("file:///srv/handbook.git"), one("/srv/handbook"));
    }

    #[test]
    fn what_is_not_certain_is_no_repository() {
        for none in [
            "",
            "https://example.com/?p=handbook.git",
            "https://example.com/a?private_token=hunter2",
            "https://example.com",
            "ssh://alice@example.com/~/notes.git",
            "alice@example.com:notes.git",
            "alice@example.com:~/notes.git",
            "ext::sh -c whoami",
            "https://example.com/a\u{1b}b",
            "https://example.com/a/../b",
            "https://example.com:port/a",
            "s3://bucket/a",
        ] {
            assert_eq!(one(none), None, "{none}");
        }
    }
}
