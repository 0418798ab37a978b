//! Addresses that a document had elsewhere, as paths of files, so that links that have them are found like links to files.

use domain::text::nfc;

use super::{folders_above, is_index, without_ending};
use crate::relative_path::{percent_decoded, resolve};

/// Most paths of one document.
const MAX_PATHS: usize = 200;

/// The paths that files would have whose pages had these addresses; `file` is the path of the document's own file.
///
/// An address from the root is one below each folder above the file, since which of them was the root of the other program is not known. A name alone is beside
/// the file, or beside the folder that the file stands for.
pub(crate) fn alias_paths(file: &str, addresses: &[String]) -> Vec<String> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let mut paths = Vec::new();
    for address in addresses.iter().cloned().chain(post_address(name)) {
        let address = address.split(['#', '?']).next().unwrap_or_default().trim();
        let address = nfc(percent_decoded(address).replace('\\', "/"));
        let is_rooted = address.starts_with('/');
        let stem = without_ending(address.trim_matches('/'));
        let mut folders: Vec<&str> = Vec::new();
        if !is_rooted {
            folders.push(folder);
            if is_index(name) {
                folders.push(folder.rsplit_once('/').map_or("", |(above, _)| above));
            }
        }
        if is_rooted || stem.contains('/') || stem.len() < address.len() {
            folders.extend(folders_above(folder));
        }
        for folder in folders {
            let Some(path) = resolve(folder, stem) else { continue };
            let path = if path == folder || path.is_empty() {
                crate::relative_path::join(&path, "index.md")
            } else {
                format!("{path}.md")
            };
            if path != file && paths.len() < MAX_PATHS && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}

/// The address that Jekyll makes of the name of a post, `2026-01-31-title.md`.
fn post_address(name: &str) -> Option<String> {
    let mut parts = without_ending(name).splitn(4, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    let title = parts.next().filter(|title| !title.is_empty())?;
    let is_date = is_number(year, 4) && is_number(month, 2) && is_number(day, 2);
    is_date.then(|| format!("/{year}/{month}/{day}/{title}"))
}

/// Whether a path without ending is the name of a post alone.
pub(super) fn is_post(path: &str) -> bool {
    !path.contains('/') && post_address(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_2_addresses_become_paths_of_files_below_the_source() {
        for (file, address, expected) in [
            ("docs/guide/a.md", "start", vec!["docs/guide/start.md"]),
            ("docs/guide/a.md", "On call", vec!["docs/guide/On call.md"]),
            (
                "docs/guide/a.md",
                "/old/path/",
                vec!["docs/guide/old/path.md", "docs/old/path.md", "old/path.md"],
            ),
            ("a.md", "/x.html", vec!["x.md"]),
            ("docs/a.md", "x.html", vec!["docs/x.md", "x.md"]),
            ("docs/a.md", "/", vec!["docs/index.md", "index.md"]),
            (
                "docs/guide/index.md",
                "start",
                vec!["docs/guide/start.md", "docs/start.md"],
            ),
            ("a.md", "/caf%C3%A9/?x#y", vec!["café.md"]),
            ("docs/a.md", "../../../etc/passwd", vec![]),
            ("a.md", "a", vec![]),
        ] {
            assert_eq!(alias_paths(file, &[address.to_owned()]), expected, "{file} {address}");
        }
        assert_eq!(
            alias_paths("_posts/2026-01-31-a-b.md", &[]),
            ["_posts/2026/01/31/a-b.md", "2026/01/31/a-b.md"]
        );
        assert!(alias_paths("_posts/2026-1-31-a.md", &[]).is_empty());
        let deep = format!("{}a.md", "x/".repeat(16));
        let many: Vec<String> = (0..50).map(|at| format!("/{at}")).collect();
        assert_eq!(alias_paths(&deep, &many).len(), 200, "bounded");
    }
}
