//! Which keys are there, and what do they mean? Each is described here once; reading, `docs/configuration.md` and
//! the names of environment variables follow from it.

mod client;
mod directory;
mod provider;
mod site;
mod telemetry;
mod upstreams;

/// One key of `portico.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Where it stands: `listen`, `session.idle`, `providers[].issuer`.
    pub path: &'static str,
    /// What may be written for it.
    pub shape: Shape,
    /// The value when it is not written, as it would be written; `None`: none.
    pub default: Option<&'static str>,
    /// A line as it would stand in the file.
    pub example: &'static str,
    /// What it does, in whole sentences.
    pub about: &'static str,
}

/// What may be written for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text, with a word for what it must be.
    Text(&'static str),
    /// A list of words; in an environment variable separated by spaces or commas.
    Words,
    /// A text that is never printed.
    Secret,
    /// `true` or `false`.
    Flag,
}

const fn key(
    path: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    example: &'static str,
    about: &'static str,
) -> Key {
    Key {
        path,
        shape,
        default,
        example,
        about,
    }
}

const ADDRESS: Shape = Shape::Text("address and port");
const CLAIM: Shape = Shape::Text("name of a claim, or a list of names");
const DURATION: Shape = Shape::Text("duration: a number and `s`, `m`, `h` or `d`");
const FILE: Shape = Shape::Text("path of a file");
const FOLDER: Shape = Shape::Text("path of a folder");
const SIZE: Shape = Shape::Text("size: a number and `B`, `KiB`, `MiB` or `GiB`");
const TEXT: Shape = Shape::Text("text");
const URL: Shape = Shape::Text("address starting with `https://` (or `http://` on this machine)");

/// Every key, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Key> {
    site::SITE
        .iter()
        .chain(provider::PROVIDER)
        .chain(client::CLIENT)
        .chain(site::API)
        .chain(upstreams::UPSTREAMS)
        .chain(directory::DIRECTORY)
        .chain(telemetry::TELEMETRY)
}

/// Tables that may be written several times.
pub const TABLES: [&str; 2] = ["providers", "upstreams"];
/// How often each of them may be written.
pub const MAX_TABLES: usize = 100;

/// Variables that start with `PORTICO_` and are no keys.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("PORTICO_CONFIG", "path of the configuration file, like `--config`"),
    (
        "PORTICO_DEMO_REVEAL_TOKENS",
        "`1`: the provider of `--demo` tells every token it issued at `/demo/issued`, for tests that search for them",
    ),
];

/// The key written at a place: `providers[2].issuer` is described by `providers[].issuer`.
#[must_use]
pub fn describing(place: &str) -> Option<&'static Key> {
    let pattern = pattern(place);
    all().find(|key| key.path == pattern)
}

/// `providers[2].issuer` → `providers[].issuer`.
#[must_use]
pub fn pattern(place: &str) -> String {
    let mut inside = false;
    let mut pattern = String::with_capacity(place.len());
    for letter in place.chars() {
        inside &= letter != ']';
        if !inside {
            pattern.push(letter);
        }
        inside |= letter == '[';
    }
    pattern
}

/// The environment variable of a key: `PORTICO_SESSION_IDLE`, `PORTICO_PROVIDERS_0_ISSUER`.
#[must_use]
pub fn variable(path: &str) -> String {
    let path = path
        .replace("[]", "_0")
        .replace(['[', ']'], "_")
        .replace('.', "_")
        .replace("__", "_");
    format!("PORTICO_{}", path.to_uppercase())
}

/// The place a variable sets; `None` if it is no key.
#[must_use]
pub fn place(name: &str) -> Option<String> {
    let rest = name.strip_prefix("PORTICO_")?.to_lowercase();
    if let Some(key) = all().find(|key| variable(key.path) == name && !key.path.contains("[]")) {
        return Some(key.path.to_owned());
    }
    let table = TABLES.into_iter().find(|table| rest.starts_with(table))?;
    let (index, key) = rest.strip_prefix(table)?.strip_prefix('_')?.split_once('_')?;
    let index: usize = index.parse().ok().filter(|index| *index < MAX_TABLES)?;
    let found = all()
        .filter_map(|candidate| candidate.path.strip_prefix(table)?.strip_prefix("[]."))
        .find(|path| path.replace('.', "_") == key)?;
    Some(format!("{table}[{index}].{found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_variable_that_leads_back_to_it() {
        for key in all() {
            assert_eq!(
                place(&variable(key.path)).as_deref(),
                Some(key.path.replace("[]", "[0]").as_str())
            );
            assert_eq!(
                describing(&key.path.replace("[]", "[7]")).map(|found| found.path),
                Some(key.path)
            );
        }
    }

    #[test]
    fn a_variable_without_a_key_is_not_understood() {
        for name in [
            "PORTICO_LISTENER",
            "PORTICO_PROVIDERS_X_ISSUER",
            "PORTICO_PROVIDERS_0_",
            "LISTEN",
        ] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
