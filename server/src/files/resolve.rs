//! Which file a target means, as the programs mean it for which documents are written: relative to the document, relative to the page that it
//! becomes, from the root of the site or one of its folders of files, and in a wiki by name.

use domain::text::nfc;

use super::catalogue::{Catalogue, OtherFile};
use crate::relative_path::{join, percent_decoded, resolve};

/// Folders whose contents generators put at the root of a site: Hugo, Docusaurus, `VuePress`, Jekyll, `MkDocs`.
const ROOTS: [&str; 7] = [
    "static",
    "public",
    "assets",
    ".vuepress/public",
    "docs",
    "src",
    "content",
];

/// Where a reference stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The document, relative to the imported folder.
    pub(crate) document: &'a str,
    /// Whether it is `[[name]]`.
    pub(crate) is_wiki: bool,
    /// Whether it is a picture.
    pub(crate) is_picture: bool,
}

/// The file that a target means, if it came with the documents.
pub(crate) fn find<'c>(catalogue: &'c Catalogue, place: Place<'_>, target: &str) -> Option<&'c OtherFile> {
    let target = target.split(['?', '#']).next().unwrap_or_default().trim();
    let target = without_template(target).replace('\\', "/");
    if target.is_empty() || target.ends_with('/') {
        return None;
    }
    let decoded = percent_decoded(&target);
    // A file may be called `100%25.png`.
    let spellings: Vec<String> = [target, decoded].map(nfc).into();
    let mut ways = spellings.iter().flat_map(|spelling| paths(place, spelling));
    let exact = ways.find_map(|path| catalogue.at(&path));
    let any_case = || {
        let mut ways = spellings.iter().flat_map(|spelling| paths(place, spelling));
        ways.find_map(|path| catalogue.at_any_case(&path))
    };
    let by_name = || {
        spellings
            .iter()
            .find_map(|spelling| by_name(catalogue, place, spelling))
    };
    exact.or_else(any_case).or_else(by_name)
}

/// The paths a target may mean, the likeliest first. None leads out of the folder.
fn paths(place: Place<'_>, target: &str) -> Vec<String> {
    let folder = place.document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = nfc(folder);
    // Seen from the top of a site: `None` for what would lead out of it.
    let from_top = below("", target);
    let in_roots = |paths: &mut Vec<String>, with_folders: bool| {
        let Some(target) = &from_top else { return };
        for base in ancestors(&folder).into_iter().rev() {
            paths.extend(with_folders.then(|| join(base, target)));
            paths.extend(ROOTS.iter().map(|root| join(&join(base, root), target)));
        }
    };
    let mut paths = Vec::new();
    if target.starts_with('/') {
        in_roots(&mut paths, true);
        return paths;
    }
    paths.extend(below(&folder, target));
    // The page of `guide/a.md` is `guide/a/`, and what an author wrote may be meant from there.
    let page = place.document.rsplit_once('.').map_or(place.document, |(stem, _)| stem);
    paths.extend(below(&nfc(page), target));
    // From the root without a sign of it: wikis, and the `static` of a site named with it.
    paths.extend(from_top.clone());
    if place.is_picture {
        in_roots(&mut paths, false);
    }
    paths
}

/// A file by its name: in a wiki the one beside the document, else the one nearest to the top; elsewhere only where one alone has the name.
fn by_name<'c>(catalogue: &'c Catalogue, place: Place<'_>, target: &str) -> Option<&'c OtherFile> {
    let target = target.trim_start_matches("./").trim_start_matches('/');
    let found = if target.split('/').any(|part| part == "..") {
        Vec::new()
    } else {
        catalogue.ending_with(target)
    };
    if place.is_wiki {
        return found.into_iter().min_by_key(|file| file.name.matches('/').count());
    }
    // `![](picture.png)` of Obsidian, whose links are the shortest that are clear.
    match found.as_slice() {
        [only] if place.is_picture && !target.contains('/') => Some(only),
        _ => None,
    }
}

/// The folders above a path and itself, the top first.
fn ancestors(folder: &str) -> Vec<&str> {
    let ends = folder.match_indices('/').map(|(at, _)| at);
    let mut all = vec![""];
    all.extend(ends.filter_map(|at| folder.get(..at)));
    if !folder.is_empty() {
        all.push(folder);
    }
    all
}

/// `target` seen from the folder `base`; `None` if that leads out of the imported folder, or to its top.
fn below(base: &str, target: &str) -> Option<String> {
    resolve(base, target).filter(|path| !path.is_empty())
}

/// A target without the variable in front of it that means the root: `{{ site.baseurl }}/img/a.png`, `@site/static/a.png`, `~/a.png`.
pub(crate) fn without_template(target: &str) -> &str {
    let target = match target.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
        Some((_, behind)) if behind.starts_with('/') => behind,
        _ => target,
    };
    target
        .strip_prefix("@site")
        .or_else(|| target.strip_prefix('@'))
        .or_else(|| target.strip_prefix('~'))
        .filter(|behind| behind.starts_with('/'))
        .unwrap_or(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let names = [
            "a.png",
            "docs/img/b.png",
            "docs/guide/c.png",
            "docs/guide/page/d.png",
            "static/img/e.png",
            "site/static/img/f.png",
            "x/one.png",
            "y/two.png",
            "z/two.png",
            "x/deep/space name.PNG",
            "docs/guide/100%25.png",
            "files/plan.pdf",
        ];
        let file = |name: &str| OtherFile {
            name: name.to_owned(),
            path: name.into(),
            size: 1,
        };
        Catalogue::new(names.map(file).into())
    }

    #[test]
    fn im_3_a_target_is_found_in_every_usual_spelling() {
        let catalogue = catalogue();
        for (document, target, expected) in [
            ("docs/guide/page.md", "c.png", Some("docs/guide/c.png")),
            ("docs/guide/page.md", "./c.png?v=2#x", Some("docs/guide/c.png")),
            ("docs/guide/page.md", "../img/b.png", Some("docs/img/b.png")),
            ("docs/guide/page.md", "d.png", Some("docs/guide/page/d.png")),
            ("docs/guide/page.md", "../../img/b.png", Some("docs/img/b.png")),
            ("docs/guide/page.md", "/img/b.png", Some("docs/img/b.png")),
            ("docs/guide/page.md", "/img/e.png", Some("static/img/e.png")),
            ("docs/guide/page.md", "@site/static/img/e.png", Some("static/img/e.png")),
            (
                "docs/guide/page.md",
                "{{ site.baseurl }}/img/e.png",
                Some("static/img/e.png"),
            ),
            ("site/docs/page.md", "/img/f.png", Some("site/static/img/f.png")),
            ("docs/guide/page.md", "..\\img\\b.png", Some("docs/img/b.png")),
            ("docs/guide/page.md", "../../../../etc/passwd", None),
            ("docs/guide/page.md", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/a.png", None),
            ("docs/guide/page.md", "one.png", Some("x/one.png")),
            ("docs/guide/page.md", "two.png", None),
            ("x/note.md", "deep/space%20name.png", Some("x/deep/space name.PNG")),
            ("docs/guide/page.md", "100%25.png", Some("docs/guide/100%25.png")),
            ("docs/guide/page.md", "c.png%00", None),
            ("docs/guide/page.md", "/", None),
            ("docs/guide/page.md", "", None),
        ] {
            let place = Place {
                document,
                is_wiki: false,
                is_picture: true,
            };
            let found = find(&catalogue, place, target).map(|file| &*file.name);
            assert_eq!(found, expected, "{document} {target}");
        }
    }

    #[test]
    fn im_3_a_wiki_finds_by_name_the_nearest_first() {
        let catalogue = catalogue();
        for (document, target, expected) in [
            ("y/note.md", "two.png", Some("y/two.png")),
            ("z/note.md", "two.png", Some("z/two.png")),
            ("note.md", "two.png", Some("y/two.png")),
            ("note.md", "z/two.png", Some("z/two.png")),
            ("note.md", "Deep/Space Name.png", Some("x/deep/space name.PNG")),
            ("note.md", "plan.pdf", Some("files/plan.pdf")),
            ("note.md", "../two.png", None),
        ] {
            let place = Place {
                document,
                is_wiki: true,
                is_picture: false,
            };
            let found = find(&catalogue, place, target).map(|file| &*file.name);
            assert_eq!(found, expected, "{document} {target}");
        }
    }
}
