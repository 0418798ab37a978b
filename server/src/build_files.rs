//! Finds the files that the build made for browsers, once, when the site starts, and logs those that are missing. `router/files.rs` serves
//! them.

use std::path::{Path, PathBuf};

use app::BuildFiles;
use leptos::config::LeptosOptions;

use crate::{config::Config, headers};

/// The file with the hash of each kind of file, one per line: `css: HASH`. The build writes it beside the program.
const HASH_FILE: &str = "hash.txt";

/// The kinds of files a page loads, and what is missing without them.
const KINDS: [(&str, &str); 3] = [
    ("css", "pages have no style"),
    ("js", "pages have no script"),
    ("wasm", "pages have no script"),
];

/// Options of Leptos: where the files of the build are. File names hold a hash if the hash file stands beside the program.
pub(crate) fn leptos_options(config: &Config) -> LeptosOptions {
    let root = config.site_root.clone().unwrap_or_else(|| {
        // `cargo leptos watch` runs the program in the compiler's folder and passes the site's folder.
        let from_environment = || std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
        beside_program("site")
            .filter(|folder| folder.is_dir())
            .or_else(from_environment)
            .unwrap_or_else(|| PathBuf::from("target/dist/site"))
    });
    LeptosOptions::builder()
        .output_name("portico")
        .site_root(root.display().to_string())
        .site_pkg_dir("pkg")
        .site_addr(config.listen)
        .reload_port(headers::reload_port())
        .hash_files(!headers::is_watched() && beside_program(HASH_FILE).is_some_and(|path| path.exists()))
        .build()
}

/// The files that pages load; warnings are logged for those that are missing.
pub(crate) fn load(options: &LeptosOptions) -> BuildFiles {
    let root = Path::new(options.site_root.as_ref());
    let list = beside_program(HASH_FILE).filter(|_| options.hash_files);
    let (files, problems) = find(root, options, list.as_deref());
    for problem in problems {
        tracing::warn!(folder = %root.display(), "{problem}");
    }
    files
}

fn beside_program(name: &str) -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(|folder| folder.join(name))
}

/// The files below `root`, as `list` names them, and a warning for each problem.
fn find(root: &Path, options: &LeptosOptions, list: Option<&Path>) -> (BuildFiles, Vec<String>) {
    let (folder, name) = (options.site_pkg_dir.as_ref(), options.output_name.as_ref());
    let mut problems = Vec::new();
    let text = list.map(std::fs::read_to_string).transpose().unwrap_or_else(|error| {
        problems.push(format!("`{HASH_FILE}` beside the program cannot be read: {error}"));
        None
    });
    let hashes = text
        .as_deref()
        .map(|text| hashes(text, &mut problems))
        .unwrap_or_default();
    let hash_of = |kind: &str| {
        let found = hashes.iter().find(|(name, _)| *name == kind);
        found.map(|(_, hash)| (*hash).to_owned())
    };
    let files = BuildFiles::named(folder, name, hash_of);
    if !root.join(folder).is_dir() {
        problems.push("nothing was built for browsers here: pages have no style and no script".to_owned());
        return (files, problems);
    }
    for ((kind, without), address) in KINDS.iter().zip([&files.stylesheet, &files.script, &files.wasm]) {
        if text.is_some() && hash_of(kind).is_none() {
            problems.push(format!("`{HASH_FILE}` beside the program names no `{kind}` file"));
        }
        if !root.join(address.trim_start_matches('/')).is_file() {
            problems.push(format!(
                "`{}` is not there: {without}; build again, or put program, `{HASH_FILE}` and `site` of one build together",
                address.trim_start_matches('/')
            ));
        }
    }
    (files, problems)
}

/// Kinds of files and their hashes. A hash becomes part of an address, so it may hold letters, digits, `-` and `_` alone.
fn hashes<'a>(text: &'a str, problems: &mut Vec<String>) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let is_hash = |hash: &str| {
            !hash.is_empty()
                && hash
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        match line.split_once(':').map(|(kind, hash)| (kind.trim(), hash.trim())) {
            Some((kind, hash)) if is_hash(hash) => found.push((kind, hash)),
            _ => problems.push(format!(
                "line {} of `{HASH_FILE}` beside the program is no name with a hash",
                number + 1
            )),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// What is found in a build of these files, with this hash file.
    fn found(names: &[&str], list: Option<&str>) -> (BuildFiles, Vec<String>) {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("site");
        for name in names {
            let path = root.join("pkg").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let path = folder.path().join(HASH_FILE);
        if let Some(list) = list {
            std::fs::write(&path, list).unwrap();
        }
        let options = LeptosOptions::builder()
            .output_name("portico")
            .site_pkg_dir("pkg")
            .build();
        find(&root, &options, list.map(|_| path.as_path()))
    }

    const LIST: &str = "js: a_B-1\nwasm: W2\r\n\ncss: c3\n";

    #[test]
    fn names_of_files_hold_the_hash_that_the_list_gives() {
        let (files, problems) = found(&["portico.a_B-1.js", "portico.W2.wasm", "portico.c3.css"], Some(LIST));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            (files.stylesheet.as_str(), files.script.as_str(), files.wasm.as_str()),
            ("/pkg/portico.c3.css", "/pkg/portico.a_B-1.js", "/pkg/portico.W2.wasm")
        );
        let (files, problems) = found(&["portico.js", "portico.wasm", "portico.css"], None);
        assert_eq!((files.stylesheet.as_str(), problems.len()), ("/pkg/portico.css", 0));
    }

    #[test]
    fn a_file_that_the_list_names_and_that_is_missing_is_logged_by_name() {
        let (_, problems) = found(&["portico.old.css", "portico.a_B-1.js", "portico.W2.wasm"], Some(LIST));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].contains("`pkg/portico.c3.css` is not there: pages have no style"),
            "{problems:?}"
        );
        let (_, problems) = found(&["portico.c3.css", "portico.W2.wasm"], Some(LIST));
        assert!(
            problems[0].contains("`pkg/portico.a_B-1.js` is not there: pages have no script"),
            "{problems:?}"
        );
        let (_, problems) = found(&[], Some(LIST));
        assert_eq!(
            problems,
            ["nothing was built for browsers here: pages have no style and no script"]
        );
        let (_, problems) = found(&["portico.js"], None);
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn an_invalid_line_is_logged_by_number_and_its_text_stays_out_of_pages() {
        let names = ["portico.js", "portico.wasm", "portico.css"];
        for (list, line) in [
            ("css: c\"3\n", 1),
            ("\ncss: ../../c3\n", 2),
            ("css c3\n", 1),
            ("css:\n", 1),
            ("css: </script>\n", 1),
        ] {
            let (files, problems) = found(&names, Some(list));
            assert_eq!(files.stylesheet, "/pkg/portico.css", "{list}");
            assert!(
                problems
                    .iter()
                    .any(|problem| problem.contains(&format!("line {line} of"))),
                "{list}: {problems:?}"
            );
            assert!(
                problems.iter().any(|problem| problem.contains("names no `css` file")),
                "{list}: {problems:?}"
            );
        }
    }
}
