//! The keys of the configuration: those of the structs in `tables.rs`, each described where it is declared. The names of environment
//! variables and `docs/configuration.md` follow from there.

use std::sync::LazyLock;

pub use super::schema::{Key, Shape};
use super::{schema::Setting, tables::File};

static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let mut keys = Vec::new();
    let root = Key {
        path: String::new(),
        shape: Shape::Table,
        default: None,
        example: "",
        about: "",
    };
    File::describe(root, &mut keys);
    keys
});

/// Every table, followed by its keys, in the order of the reference; the first is the file itself.
#[must_use]
pub fn all() -> &'static [Key] {
    &KEYS
}

/// How often a table such as `[[providers]]` may be written.
pub const MAX_TABLES: usize = 100;

/// Variables that start with `PORTICO_` and are no keys.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("PORTICO_CONFIG", "path of the configuration file, like `--config`"),
    (
        "PORTICO_DEMO_REVEAL_TOKENS",
        "`1`: the provider of `--demo` tells every token it issued at `/demo/issued`, for tests that search for them",
    ),
];

/// The key at a key path: `providers[2].issuer` is described by `providers[].issuer`.
#[must_use]
pub fn find(key_path: &str) -> Option<&'static Key> {
    let mut inside = false;
    let pattern: String = key_path
        .chars()
        .filter(|letter| {
            let was_inside = inside;
            inside = *letter == '[' || (inside && *letter != ']');
            !was_inside || *letter == ']'
        })
        .collect();
    all().iter().find(|key| key.path == pattern)
}

/// The names of the keys and tables directly inside of a table; `""` is the file itself.
pub(super) fn inside(table: &str) -> impl Iterator<Item = &'static str> {
    let table = find(table).map(|table| table.path.as_str());
    let inner = all().iter().filter_map(move |key| match key.path.rsplit_once('.') {
        Some((outer, name)) => (Some(outer) == table).then_some(name),
        None => (table == Some("") && !key.path.is_empty()).then_some(key.path.as_str()),
    });
    inner.map(|name| name.trim_end_matches("[]"))
}

/// The environment variable of a key: `PORTICO_SESSION_IDLE`, `PORTICO_PROVIDERS_0_ISSUER`.
#[must_use]
pub fn variable(key_path: &str) -> String {
    let path = key_path.replace("[]", "_0").replace('[', "_").replace(']', "");
    format!("PORTICO_{}", path.replace('.', "_").to_uppercase())
}

/// The key path that a variable sets; `None` if it sets no key.
#[must_use]
pub fn key_path(variable: &str) -> Option<String> {
    let rest = variable.strip_prefix("PORTICO_")?.to_lowercase();
    all().iter().filter(|key| key.shape != Shape::Table).find_map(|key| {
        let Some((tables, name)) = key.path.split_once("[].") else {
            return (self::variable(&key.path) == variable).then(|| key.path.clone());
        };
        let (index, written) = rest.strip_prefix(tables)?.strip_prefix('_')?.split_once('_')?;
        let index: usize = index.parse().ok().filter(|index| *index < MAX_TABLES)?;
        (name.replace('.', "_") == written).then(|| format!("{tables}[{index}].{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_variable_that_leads_back_to_it() {
        for key in all().iter().filter(|key| key.shape != Shape::Table) {
            assert_eq!(
                key_path(&variable(&key.path)).as_deref(),
                Some(key.path.replace("[]", "[0]").as_str())
            );
            assert_eq!(
                find(&key.path.replace("[]", "[7]")).map(|found| &found.path),
                Some(&key.path)
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
            assert_eq!(key_path(name), None, "{name}");
        }
    }
}
