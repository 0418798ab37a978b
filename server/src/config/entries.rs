//! What was written in all sources, by key path: each value with its location.

use std::collections::BTreeMap;

use super::{problem::Origin, value::Value};

/// How often a table such as `[[providers]]` may be written.
pub(super) const MAX_TABLES: usize = 100;

/// Values and tables by key path, such as `providers[0].issuer` and `providers[0]`.
#[derive(Default)]
pub(super) struct Entries(BTreeMap<String, (Value, Origin)>);

impl Entries {
    /// What was written for a key or table.
    pub(super) fn value(&self, key_path: &str) -> Option<&Value> {
        self.0.get(key_path).map(|(value, _)| value)
    }

    /// Where a key was written, or else the table that it would belong to.
    pub(super) fn origin(&self, key_path: &str) -> Option<&Origin> {
        let ends = key_path.rmatch_indices(['.', '[']).map(|(end, _)| end);
        let mut paths = [key_path.len()]
            .into_iter()
            .chain(ends)
            .filter_map(|end| key_path.get(..end));
        paths.find_map(|path| self.0.get(path)).map(|(_, origin)| origin)
    }

    /// How many tables of this name there are, such as `[[providers]]`.
    pub(super) fn count(&self, name: &str) -> usize {
        let is_there = |index: &usize| self.0.contains_key(&format!("{name}[{index}]"));
        (0..MAX_TABLES).take_while(is_there).count()
    }

    /// Where everything was written.
    pub(super) fn origins(&self) -> impl Iterator<Item = (&str, &Origin)> {
        self.0.iter().map(|(path, (_, origin))| (path.as_str(), origin))
    }

    /// Everything that was written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(path, (value, _))| (path.as_str(), value))
    }

    /// Writes a value, over what is there.
    pub(super) fn insert(&mut self, key_path: String, value: Value, origin: Origin) {
        self.0.insert(key_path, (value, origin));
    }

    /// Writes a value where there is none.
    pub(super) fn add(&mut self, key_path: String, value: Value, origin: &Origin) {
        self.0.entry(key_path).or_insert_with(|| (value, origin.clone()));
    }
}
