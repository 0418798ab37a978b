//! The difference between two states of a session's data, and its application to a third.

use std::collections::HashMap;

use serde_json::Value;

pub(super) type Data = HashMap<String, Value>;

/// The keys in which `new` differs from `old`, with their new values; `None` for a key that was removed.
pub(super) fn changes<'a>(old: &'a Data, new: &'a Data) -> HashMap<&'a str, Option<&'a Value>> {
    let set = new.iter().filter(|(key, value)| old.get(*key) != Some(value));
    let set = set.map(|(key, value)| (key.as_str(), Some(value)));
    let removed = old.keys().filter(|key| !new.contains_key(*key));
    set.chain(removed.map(|key| (key.as_str(), None))).collect()
}

/// `stored` with the changes made.
pub(super) fn merge(stored: &Data, changes: &HashMap<&str, Option<&Value>>) -> Data {
    let untouched = stored.iter().filter(|(key, _)| !changes.contains_key(key.as_str()));
    let untouched = untouched.map(|(key, value)| (key.clone(), value.clone()));
    let set = changes
        .iter()
        .filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.clone())));
    untouched.chain(set).collect()
}
