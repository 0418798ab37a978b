//! Which files a link may mean. The spellings of other programs become paths below the source of the document that has the link: nothing leads out of
//! it.

use domain::{DocumentId, text::nfc};
use markdown::ReferenceKind;

use crate::relative_path::{percent_decoded, resolve};

mod aliases;
mod documents;

pub(crate) use aliases::alias_paths;
pub(crate) use documents::DocumentPaths;

/// Most places that are tried for one link when a document is shown, and by an import.
const MAX_CANDIDATES: usize = 60;
const MAX_AT_IMPORT: usize = 400;

/// The file that stands for its folder.
const INDEXES: [&str; 3] = ["index.md", "README.md", "_index.md"];

/// Endings of a page that say which document is meant, but are not its name.
const ENDINGS: [&str; 5] = [".md", ".markdown", ".mdx", ".html", ".htm"];

pub(crate) fn is_wiki(kind: ReferenceKind) -> bool {
    matches!(kind, ReferenceKind::WikiLink | ReferenceKind::WikiEmbed)
}

/// The pages of the site that are no document.
const PAGES: &[&str] = &[
    "",
    "docs",
    "search",
    "profile",
    "about",
    "help/writing",
    "sessions",
    "public",
    "protected",
    "admin",
    "admin/sources",
];

/// Whether a target is a page of this site, `/docs/7`, or the page it stands in.
pub(crate) fn is_page(target: &str) -> bool {
    let Some(path) = target.strip_prefix('/') else {
        // A query alone is the page that has the link.
        return target.starts_with('?');
    };
    let path = path.split(['#', '?']).next().unwrap_or_default();
    let document = path.strip_prefix("docs/");
    PAGES.contains(&path) || document.is_some_and(|number| number.parse::<DocumentId>().is_ok())
}

/// The path `/docs/7`, if a target is the page of a document of this site.
pub(crate) fn document_page(target: &str) -> Option<&str> {
    let path = target.split(['#', '?']).next()?;
    let path = path.strip_suffix('/').unwrap_or(path);
    (is_page(path) && path.starts_with("/docs/")).then_some(path)
}

/// The path of a target without query, fragment and ending; `None` if it has none.
fn path_of(kind: ReferenceKind, target: &str) -> Option<String> {
    let ends: &[char] = if is_wiki(kind) { &['#'] } else { &['#', '?'] };
    let path = target.split(ends).next().unwrap_or_default().trim();
    let path = if is_wiki(kind) {
        path.to_owned()
    } else {
        percent_decoded(path)
    };
    let path = nfc(path.replace('\\', "/"));
    // `b.md/` is `b.md` to MkDocs.
    let bare = path.trim_end_matches('/');
    let is_file = ENDINGS.iter().any(|ending| bare.to_ascii_lowercase().ends_with(ending));
    let path = if is_file { bare.to_owned() } else { path };
    let path = without_ending(&path);
    (!path.is_empty()).then(|| path.to_owned())
}

fn without_ending(path: &str) -> &str {
    let lower = path.to_ascii_lowercase();
    let ending = ENDINGS.iter().find(|ending| lower.ends_with(*ending));
    let end = path.len() - ending.map_or(0, |ending| ending.len());
    path.get(..end).unwrap_or_default()
}

/// A folder and those above it, up to the top.
fn folders_above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        let above = folder.rsplit_once('/').map(|(above, _)| above);
        above.or((!folder.is_empty()).then_some(""))
    })
}

/// Whether a file stands for its folder.
fn is_index(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    ["index", "readme", "_index"].contains(&&*stem.to_ascii_lowercase())
}

/// The paths without ending that a target may mean, the likeliest first. `from` is the path of the document's own file.
fn stems(from: &str, kind: ReferenceKind, target: &str) -> Vec<String> {
    let Some(path) = path_of(kind, target) else {
        return Vec::new();
    };
    let mut stems = stems_of_path(from, kind, &path);
    // A file may have a percent sign in its name, and templates name files as they are.
    let literal = path_of(kind, &target.replace('%', "%25")).filter(|literal| *literal != path);
    stems.extend(
        literal
            .into_iter()
            .flat_map(|literal| stems_of_path(from, kind, &literal)),
    );
    stems
}

fn stems_of_path(from: &str, kind: ReferenceKind, path: &str) -> Vec<String> {
    let (folder, name) = from.rsplit_once('/').unwrap_or(("", from));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let rooted = path.strip_prefix("@/").or_else(|| path.strip_prefix('/'));
    let found: Vec<Option<String>> = match rooted {
        // Which folder was the root of the other program is not known: the outermost first, then without the first parts of the address.
        Some(rooted) => {
            let mut folders: Vec<&str> = folders_above(folder).collect();
            folders.reverse();
            let rests = std::iter::successors(Some(rooted), |rest| rest.split_once('/').map(|(_, rest)| rest));
            let in_folders = |rest: &str| folders.iter().map(|folder| resolve(folder, rest)).collect::<Vec<_>>();
            rests
                .filter(|rest| !rest.is_empty() || rooted.is_empty())
                .flat_map(in_folders)
                .collect()
        }
        None if is_wiki(kind) => folders_above(folder).map(|folder| resolve(folder, path)).collect(),
        // Jekyll names posts by their file alone.
        None if aliases::is_post(path) => folders_above(folder)
            .flat_map(|folder| [resolve(folder, path), resolve(folder, &format!("_posts/{path}"))])
            .collect(),
        // Beside the file, else as an address beside the page `stem/`.
        None if is_index(name) => vec![resolve(folder, path)],
        None => vec![resolve(folder, path), resolve(&format!("{folder}/{stem}"), path)],
    };
    found.into_iter().flatten().collect()
}

/// The paths of files that a target may mean, the likeliest first, as far as a reader waits for them.
pub(crate) fn candidates(from: &str, kind: ReferenceKind, target: &str) -> Vec<String> {
    let mut paths = all_candidates(from, kind, target);
    paths.truncate(MAX_CANDIDATES);
    paths
}

/// The same, as far as an import looks.
fn all_candidates(from: &str, kind: ReferenceKind, target: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for stem in stems(from, kind, target) {
        if !stem.is_empty() {
            paths.extend([format!("{stem}.md"), format!("{stem}.markdown")]);
        }
        let folder = if stem.is_empty() {
            String::new()
        } else {
            format!("{stem}/")
        };
        paths.extend(INDEXES.map(|index| format!("{folder}{index}")));
        if let Some(folder) = stem.strip_suffix("index") {
            paths.push(format!("{folder}README.md"));
            // `a/index.html` is the page of `a.md`.
            let page = folder.strip_suffix('/').filter(|page| !page.is_empty());
            paths.extend(page.map(|page| format!("{page}.md")));
        }
    }
    paths.truncate(MAX_AT_IMPORT);
    paths
}

/// Whether a target names a document rather than another file: it has the ending of a page, or none.
pub(crate) fn is_document(kind: ReferenceKind, target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    is_wiki(kind) || !name.contains('.') || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that is added is no dead link.
    #[test]
    fn im_2_every_page_of_the_site_is_one() {
        let routes = include_str!("../../app/src/lib.rs").split("path!(\"").skip(1);
        let routes: Vec<_> = routes.filter_map(|rest| rest.split('"').next()).collect();
        assert!(routes.len() > 8, "{routes:?}");
        for route in routes {
            assert!(is_page(&route.replace(":id", "7")), "{route}");
        }
    }

    #[test]
    fn im_2_no_link_leads_out_of_its_source() {
        assert!(candidates("a.md", ReferenceKind::Link, "../../x.md").is_empty());
    }

    #[test]
    fn im_2_a_target_with_the_ending_of_another_file_is_no_document() {
        for (target, expected) in [
            ("a.pdf", false),
            ("a", true),
            ("a/", true),
            ("v1.2/a.md#x.y", true),
            ("a.HTML", true),
        ] {
            assert_eq!(is_document(ReferenceKind::Link, target), expected, "{target}");
        }
        assert!(is_document(ReferenceKind::WikiLink, "Release 1.2"));
    }
}
