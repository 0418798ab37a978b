//! Files that were renamed or moved, so that their documents go on under the new name: with number, links and readings.

use std::collections::{HashMap, HashSet};

use super::{history::History, source::Source};

/// Files whose document is stored under the name that they had before: their paths below the source, each with that of the document. Only a file that is
/// gone was renamed, and only one that has no document yet can be what it became.
pub(super) fn find(
    source: &Source,
    stored: &[String],
    found: &HashSet<String>,
    history: &History,
) -> HashMap<String, String> {
    let known: HashSet<&str> = stored.iter().map(String::as_str).collect();
    let mut renames = HashMap::new();
    for former in stored.iter().filter(|path| !found.contains(*path)) {
        let Some(name) = source.below(former).and_then(|name| history.renamed(name)) else {
            continue;
        };
        let path = source.file(name).path;
        if found.contains(&path) && !known.contains(&*path) {
            // Of two files that became one, the first goes on.
            renames.entry(path).or_insert_with(|| former.clone());
        }
    }
    renames
}
