//! Environment variables that start with `PORTICO_` and set no key: those that others set are let pass, a mistyped one is refused with
//! what was meant. The variables of keys are in [`keys`].

use std::net::IpAddr;

use super::{keys, problem::Issue};

/// The issue of a variable that nobody knows.
pub(super) fn unknown(name: &str) -> Issue {
    match nearest(name) {
        Some(meant) => issue!("is no variable of Portico — did you mean `{meant}`?"),
        None => issue!("is no variable of Portico — see `portico config reference`, or unset it"),
    }
}

/// Whether a variable that sets no key is let pass.
pub(super) fn is_of_others(name: &str, value: &str) -> bool {
    is_no_key(name) || is_of_a_service(name, value)
}

/// Variables that Kubernetes sets by itself beside services that are called `portico` or `portico-…`. Their values are looked at
/// too, so that a `PORTICO_PORT=8080` of the operator's is refused.
fn is_of_a_service(name: &str, value: &str) -> bool {
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    let parts: Vec<&str> = name.split('_').collect();
    match parts.as_slice() {
        [.., "SERVICE", "HOST"] => value.parse::<IpAddr>().is_ok(),
        [.., "SERVICE", "PORT"] => is_port(value),
        [.., "PORT", number, "TCP" | "UDP" | "SCTP"]
        | [.., "PORT", number, "TCP" | "UDP" | "SCTP", "PROTO" | "PORT" | "ADDR"] => is_port(number),
        [.., "PORT"] => ["tcp://", "udp://", "sctp://"]
            .iter()
            .any(|scheme| value.starts_with(scheme)),
        _ => name.contains("_SERVICE_PORT_") && is_port(value),
    }
}

/// Whether a variable is Portico's and sets no key.
fn is_no_key(name: &str) -> bool {
    keys::OTHER_VARIABLES.iter().any(|(other, _)| *other == name)
}

/// The variable whose name is at most two letters away, of the same table.
fn nearest(name: &str) -> Option<String> {
    let name = name.to_uppercase();
    let number = name.split('_').nth(2).filter(|part| part.parse::<usize>().is_ok());
    let renumber = |name: &str, from: &str, to: &str| name.replacen(&format!("_{from}_"), &format!("_{to}_"), 1);
    let of_first = number.map_or_else(|| name.clone(), |number| renumber(&name, number, "0"));
    let keys = keys::all().iter().map(|key| keys::variable(&key.path));
    let known = keys.chain(keys::OTHER_VARIABLES.iter().map(|(other, _)| (*other).to_owned()));
    let by_distance = known.map(|known| (strsim::osa_distance(&of_first, &known), known));
    let (distance, nearest) = by_distance.min_by_key(|(distance, _)| *distance)?;
    let meant = number.map_or_else(|| nearest.clone(), |number| renumber(&nearest, "0", number));
    // A table may have a number that is too high.
    (distance <= 2 && (is_no_key(&meant) || keys::key_path(&meant).is_some())).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_variable_is_refused_with_what_was_meant() {
        for (wrong, meant) in [
            ("PORTICO_LISTENER", Some("PORTICO_LISTEN")),
            ("PORTICO_listen", Some("PORTICO_LISTEN")),
            ("PORTICO_CONFG", Some("PORTICO_CONFIG")),
            ("PORTICO_PROVIDERS_2_ISUER", Some("PORTICO_PROVIDERS_2_ISSUER")),
            ("PORTICO_PROVIDER_12_ISSUER", Some("PORTICO_PROVIDERS_12_ISSUER")),
            ("PORTICO_PROVIDERS_ISSUER", Some("PORTICO_PROVIDERS_0_ISSUER")),
            (
                "PORTICO_PROVIDERS_0_CLIENT_SECRT",
                Some("PORTICO_PROVIDERS_0_CLIENT_SECRET"),
            ),
            ("PORTICO_PROVIDERS_100_ISSUER", None),
            ("PORTICO_COLOUR", None),
            ("PORTICO_", None),
        ] {
            assert_eq!(nearest(wrong).as_deref(), meant, "{wrong}");
        }
    }

    #[test]
    fn variables_that_kubernetes_sets_for_services_are_let_pass() {
        for (name, value) in [
            ("PORTICO_SERVICE_HOST", "10.0.0.7"),
            ("PORTICO_SERVICE_HOST", "fd00::7"),
            ("PORTICO_SERVICE_PORT", "80"),
            ("PORTICO_SERVICE_PORT_HTTP", "80"),
            ("PORTICO_PORT", "tcp://10.0.0.7:80"),
            ("PORTICO_PORT_80_TCP", "tcp://10.0.0.7:80"),
            ("PORTICO_PORT_80_TCP_PROTO", "tcp"),
            ("PORTICO_PORT_80_TCP_PORT", "80"),
            ("PORTICO_PORT_80_TCP_ADDR", "10.0.0.7"),
            ("PORTICO_METRICS_SERVICE_HOST", "10.0.0.8"),
            ("PORTICO_METRICS_PORT_53_UDP", "udp://10.0.0.8:53"),
        ] {
            assert!(is_of_a_service(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("PORTICO_PORT", "8080"),
            ("PORTICO_PORTS", "8080"),
            ("PORTICO_PORT_X_TCP", "tcp://10.0.0.7:80"),
            ("PORTICO_SERVICE_NAME", "portal"),
            ("PORTICO_SERVICE_HOST", "portal.example"),
            ("PORTICO_SERVICE_PORT", "tcp"),
        ] {
            assert!(!is_of_a_service(name, value), "{name}={value}");
        }
    }
}
