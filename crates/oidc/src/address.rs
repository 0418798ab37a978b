//! Addresses that are safe without TLS, and those of this machine or a local network.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

/// `https`, or `http` to this machine.
#[must_use]
pub fn is_secure_or_loopback(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether the host is this machine or, as a literal address, in a network of its own (RFC 1918, RFC 4193, RFC 3927, RFC 6598).
pub(crate) fn is_local(url: &Url) -> bool {
    let private_v4 = |ip: Ipv4Addr| {
        let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
        ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || shared
    };
    let is_private = match url.host() {
        Some(Host::Ipv4(ip)) => private_v4(ip),
        Some(Host::Ipv6(ip)) => {
            let own = ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local();
            own || ip.to_ipv4().is_some_and(private_v4)
        }
        Some(Host::Domain(_)) | None => false,
    };
    is_private || is_loopback(url)
}

/// Whether the address is on this machine (`localhost`, `*.localhost`, 127.0.0.0/8, `::1`), written with a dot at the end or
/// without (RFC 6761 §6.3).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}
