//! The keys of the configuration: those of the structs in `tables.rs`, each described where it is declared. The names of environment
//! variables and `docs/configuration.md` follow from there.

use std::sync::LazyLock;

pub use super::schema::{Key, Shape};
use super::{
    entries::{Entries, MAX_TABLES},
    problem::Issue,
    reader::{Reader, Table as _},
    schema::join,
    tables::File,
    value::Value,
};

static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let mut nothing = Reader::default();
    File::read(&mut nothing, "");
    nothing.keys
});

/// Every table, followed by its keys, in the order of the reference; the first is the file itself.
#[must_use]
pub fn all() -> &'static [Key] {
    &KEYS
}

/// Variables that start with `PORTICO_` and are no keys.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("PORTICO_CONFIG", "path of the configuration file, like `--config`"),
    (
        "PORTICO_DEMO_REVEAL_TOKENS",
        "`1`: the provider of `--demo` lists every token it issued at `/demo/issued`, for tests that search for them",
    ),
];

/// The key at a key path: `providers[2].issuer` is described by `providers[].issuer`.
#[must_use]
pub fn find(key_path: &str) -> Option<&'static Key> {
    let pattern = pattern(key_path);
    all().iter().find(|key| key.path == pattern)
}

/// The path without numbers.
fn pattern(key_path: &str) -> String {
    let mut parts = key_path.split('[');
    let mut pattern = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| pattern.extend(["[", part.trim_start_matches(|letter: char| letter.is_ascii_digit())]));
    pattern
}

/// The keys inside of a table; `""` is the file itself.
fn inside(table: &str) -> impl Iterator<Item = &'static Key> {
    let table = join(&pattern(table), "");
    all()
        .iter()
        .filter(move |key| key.shape != Shape::Table && key.path.starts_with(&table))
}

/// Whether there are keys inside of this.
fn is_table(key_path: &str) -> bool {
    inside(key_path).next().is_some()
}

/// Keys that there are not, and values where a table should be. What is inside of one is not looked at.
pub(super) fn misplaced(entries: &Entries) -> Vec<(String, Issue)> {
    let issues = entries
        .iter()
        .filter_map(|(path, value)| Some((path.to_owned(), issue_at(path, value)?)));
    issues.collect()
}

fn issue_at(path: &str, value: &Value) -> Option<Issue> {
    let (table, _) = path.rsplit_once('.').unwrap_or(("", path));
    if path.ends_with(']') || !is_table(table) {
        return None;
    }
    let is_list = is_table(&format!("{path}[]"));
    match value {
        Value::Table if is_table(path) => None,
        Value::Tables if is_list => None,
        Value::List(words) if is_list && words.is_empty() => None,
        value if is_list => Some(issue!(
            "is {}, not a list of tables — write `[[{path}]]` above each",
            value.kind()
        )),
        value if is_table(path) => Some(not_a_table(path, value.kind())),
        _ if find(path).is_some() => None,
        _ => Some(unknown(path)),
    }
}

/// What is wrong with something else in place of a table.
fn not_a_table(table: &str, found: &str) -> Issue {
    // The examples of tables in tables are whole ones.
    match inside(table).next() {
        Some(key) if table.contains('.') => issue!("is {found}, not a table — write it like `{}`", key.example),
        _ => issue!("is {found}, not a table — write `[{table}]` above its keys"),
    }
}

/// What is wrong with a key that there is not, with the one of its table whose name is at most two letters away.
fn unknown(key_path: &str) -> Issue {
    let (table, written) = key_path.rsplit_once('.').unwrap_or(("", key_path));
    let start = join(&pattern(table), "").len();
    let names = inside(table).filter_map(|key| key.path.get(start..)?.split(['.', '[']).next());
    let near = names.map(|name| (strsim::osa_distance(written, name), name)).min();
    match near.filter(|(distance, _)| *distance <= 2 && *distance < written.chars().count()) {
        Some((_, name)) => issue!("is no key of Portico — did you mean `{name}`?"),
        None => issue!("is no key of Portico — remove it; `portico config reference` lists all keys"),
    }
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
