//! Which files did the build make for browsers, and are they there? Looked at once, when the site starts; what is missing is told
//! then, with its name. They are served by `router/files.rs`.

use std::path::{Path, PathBuf};

use app::BuildFiles;
use leptos::config::LeptosOptions;

use crate::{config::Config, headers};

/// The list of the hashes in the names of files, one a line: `css: HASH`. The build writes it beside the program.
const HASHES: &str = "hash.txt";

/// Kinds of files that a page loads, and what it is without them.
const KINDS: [(&str, &str); 3] = [
    ("css", "pages have no style"),
    ("js", "pages have no script"),
    ("wasm", "pages have no script"),
];

/// Where Leptos finds what was built for browsers. Names hold a hash when the build left its list beside the program.
pub(crate) fn leptos_options(config: &Config) -> LeptosOptions {
    let root = config.site_root.clone().unwrap_or_else(|| {
        // `cargo leptos watch` runs the program where the compiler put it and says where the rest is.
        let told = || std::env::var_os("LEPTOS_SITE_ROOT").map(PathBuf::from);
        beside_program("site")
            .filter(|folder| folder.is_dir())
            .or_else(told)
            .unwrap_or_else(|| PathBuf::from("target/dist/site"))
    });
    LeptosOptions::builder()
        .output_name("portico")
        .site_root(root.display().to_string())
        .site_pkg_dir("pkg")
        .site_addr(config.listen)
        .reload_port(headers::reload_port())
        .hash_files(!headers::is_watched() && beside_program(HASHES).is_some_and(|path| path.exists()))
        .build()
}

/// The files that pages load. Whatever is not there, or not understood, is told in the log.
pub(crate) fn read(options: &LeptosOptions) -> BuildFiles {
    let root = Path::new(options.site_root.as_ref());
    let list = beside_program(HASHES).filter(|_| options.hash_files);
    let (files, faults) = find(root, options, list.as_deref());
    for fault in faults {
        tracing::warn!(folder = %root.display(), "{fault}");
    }
    files
}

fn beside_program(name: &str) -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(|folder| folder.join(name))
}

/// The files below `root` as `list` names them, and a sentence for each thing that is wrong with them.
fn find(root: &Path, options: &LeptosOptions, list: Option<&Path>) -> (BuildFiles, Vec<String>) {
    let (folder, name) = (options.site_pkg_dir.as_ref(), options.output_name.as_ref());
    let mut faults = Vec::new();
    let text = list.map(std::fs::read_to_string).transpose().unwrap_or_else(|error| {
        faults.push(format!("`{HASHES}` beside the program cannot be read: {error}"));
        None
    });
    let hashes = text
        .as_deref()
        .map(|text| hashes(text, &mut faults))
        .unwrap_or_default();
    let hash_of = |kind: &str| {
        let found = hashes.iter().find(|(name, _)| *name == kind);
        found.map(|(_, hash)| (*hash).to_owned())
    };
    let files = BuildFiles::named(folder, name, hash_of);
    if !root.join(folder).is_dir() {
        faults.push("nothing was built for browsers here: pages have no style and no script".to_owned());
        return (files, faults);
    }
    for ((kind, without), address) in KINDS.iter().zip([&files.stylesheet, &files.script, &files.wasm]) {
        if text.is_some() && hash_of(kind).is_none() {
            faults.push(format!("`{HASHES}` beside the program names no `{kind}` file"));
        }
        if !root.join(address.trim_start_matches('/')).is_file() {
            faults.push(format!(
                "`{}` is not there: {without}; build again, or put program, `{HASHES}` and `site` of one build together",
                address.trim_start_matches('/')
            ));
        }
    }
    (files, faults)
}

/// The kinds of files with their hashes. A hash is part of an address: anything but letters, digits, `-` and `_` is none.
fn hashes<'a>(text: &'a str, faults: &mut Vec<String>) -> Vec<(&'a str, &'a str)> {
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
            _ => faults.push(format!(
                "line {} of `{HASHES}` beside the program is no name with a hash",
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

    /// A build of these files, and what is found of it with this list.
    fn found(names: &[&str], list: Option<&str>) -> (BuildFiles, Vec<String>) {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("site");
        for name in names {
            let path = root.join("pkg").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let path = folder.path().join(HASHES);
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
        let (files, faults) = found(&["portico.a_B-1.js", "portico.W2.wasm", "portico.c3.css"], Some(LIST));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(
            (files.stylesheet.as_str(), files.script.as_str(), files.wasm.as_str()),
            ("/pkg/portico.c3.css", "/pkg/portico.a_B-1.js", "/pkg/portico.W2.wasm")
        );
        let (files, faults) = found(&["portico.js", "portico.wasm", "portico.css"], None);
        assert_eq!((files.stylesheet.as_str(), faults.len()), ("/pkg/portico.css", 0));
    }

    #[test]
    fn a_file_that_the_list_names_and_that_is_not_there_is_told_by_name() {
        let (_, faults) = found(&["portico.old.css", "portico.a_B-1.js", "portico.W2.wasm"], Some(LIST));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(
            faults[0].contains("`pkg/portico.c3.css` is not there: pages have no style"),
            "{faults:?}"
        );
        let (_, faults) = found(&["portico.c3.css", "portico.W2.wasm"], Some(LIST));
        assert!(
            faults[0].contains("`pkg/portico.a_B-1.js` is not there: pages have no script"),
            "{faults:?}"
        );
        let (_, faults) = found(&[], Some(LIST));
        assert_eq!(
            faults,
            ["nothing was built for browsers here: pages have no style and no script"]
        );
        let (_, faults) = found(&["portico.js"], None);
        assert_eq!(faults.len(), 2, "{faults:?}");
    }

    #[test]
    fn a_list_that_is_not_understood_is_told_by_line_and_its_words_stay_out_of_pages() {
        let names = ["portico.js", "portico.wasm", "portico.css"];
        for (list, line) in [
            ("css: c\"3\n", 1),
            ("\ncss: ../../c3\n", 2),
            ("css c3\n", 1),
            ("css:\n", 1),
            ("css: </script>\n", 1),
        ] {
            let (files, faults) = found(&names, Some(list));
            assert_eq!(files.stylesheet, "/pkg/portico.css", "{list}");
            assert!(
                faults.iter().any(|fault| fault.contains(&format!("line {line} of"))),
                "{list}: {faults:?}"
            );
            assert!(
                faults.iter().any(|fault| fault.contains("names no `css` file")),
                "{list}: {faults:?}"
            );
        }
    }
}
