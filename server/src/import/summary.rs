//! The order of a book: `SUMMARY.md`, as mdBook has it, links the files of its folder in the order in which they are read.

use std::{collections::HashMap, fs::File, io::Read as _};

use super::walk::FoundFile;
use crate::relative_path::{percent_decoded, resolve};

/// Name of such a file.
const NAME: &str = "SUMMARY.md";

/// Most bytes of it that count.
const MAX_BYTES: u64 = 1024 * 1024;

/// Between two entries; as for numbers of front matter.
const STEP: i64 = 1_000;

/// Gives files the positions that summaries beside or above them name; the first one that names a file counts.
pub(super) fn apply(files: &mut [FoundFile]) {
    let mut positions: HashMap<String, i64> = HashMap::new();
    for summary in files.iter().filter(|file| file.name.rsplit('/').next() == Some(NAME)) {
        // What cannot be read is reported with the file itself.
        for (position, name) in (1..).zip(text(summary).lines().flat_map(links)) {
            if let Some(name) = resolved(&summary.folder, &name) {
                positions.entry(name).or_insert(position * STEP);
            }
        }
    }
    for file in files {
        file.position = positions.get(&file.name).copied();
    }
}

fn text(summary: &FoundFile) -> String {
    let mut bytes = Vec::new();
    let is_read = File::open(&summary.path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    is_read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

/// The targets of the links of a line, `[Title](path.md)` or `[Title](<path with spaces.md>)`.
fn links(line: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let mut rest = line;
    while let Some((_, behind)) = rest.split_once("](") {
        let (target, after) = match behind.strip_prefix('<').and_then(|bracketed| bracketed.split_once('>')) {
            Some(found) => found,
            None => behind.split_once(')').unwrap_or((behind, "")),
        };
        targets.push(percent_decoded(
            target.split(['#', '?']).next().unwrap_or_default().trim(),
        ));
        rest = after;
    }
    targets
}

/// The file in the imported folder that a link means; `None` if it leads out of it.
fn resolved(folder: &str, target: &str) -> Option<String> {
    if target.is_empty() || target.starts_with('/') || target.contains("://") {
        return None;
    }
    resolve(folder, target).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fi_2_a_summary_names_files_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let summary = "# Summary\n\n[Preface](preface.md)\n\n# Part\n\n- [One](./one.md)\n    - [Deep](deep/a%20b.md#x)\n\
            - [Draft]()\n- [Out](../../etc.md)\n- [Web](https://a.example/one.md)\n- [Two](<two files.md>) and [again](one.md)\n";
        std::fs::write(dir.path().join(NAME), summary).unwrap();
        let file = |name: &str| {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            FoundFile {
                path: dir.path().join(NAME),
                name: name.to_owned(),
                folder: folder.to_owned(),
                size: 1,
                modified: None,
                position: None,
            }
        };
        let names = [
            "src/SUMMARY.md",
            "src/preface.md",
            "src/one.md",
            "src/deep/a b.md",
            "src/two files.md",
            "one.md",
            "etc.md",
        ];
        let mut files = names.map(file);
        apply(&mut files);
        let order: Vec<Option<i64>> = files.iter().map(|file| file.position).collect();
        let at = |place: i64| Some(place * STEP);
        assert_eq!(order, [None, at(1), at(2), at(3), at(7), None, None]);
    }
}
