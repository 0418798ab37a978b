//! `[search]`: where the index lies, and how texts are read for it.

use std::path::Path;

use super::read;

#[test]
fn fi_4_the_index_lies_beside_the_database_unless_a_folder_is_written() {
    let folder = |text: &str| read(text, &[]).unwrap().search_folder();
    assert_eq!(folder(""), Path::new("data/portico.search"));
    assert_eq!(
        folder("database_url = \"sqlite:/srv/p.db\""),
        Path::new("/srv/p.search")
    );
    assert_eq!(
        folder("database_url = \"postgres://p@localhost/p\""),
        Path::new("data/search")
    );
    assert_eq!(folder("[search]\nfolder = \"/srv/index\""), Path::new("/srv/index"));
    let by_variable = read("", &[("PORTICO_SEARCH_FOLDER", "/tmp/index")]).unwrap();
    assert_eq!(by_variable.search_folder(), Path::new("/tmp/index"));
}

#[test]
fn fi_4_languages_are_codes_and_memory_is_a_size() {
    let config = read("[search]\nlanguages = [\"sv\", \"en\"]\nmemory = \"64MiB\"", &[]).unwrap();
    let codes: Vec<&str> = config.search.languages.iter().map(|language| language.code()).collect();
    assert_eq!(
        (codes.as_slice(), config.search.memory),
        (["sv", "en"].as_slice(), 64 << 20)
    );
    let config = read("", &[("PORTICO_SEARCH_LANGUAGES", "de, fr")]).unwrap();
    assert_eq!(config.search.languages.len(), 2);
    assert_eq!(read("", &[]).unwrap().search.languages.len(), 3);
    for (wrong, expected) in [
        (
            "languages = [\"english\"]",
            "portico.toml:2: search.languages: `english` is not a language",
        ),
        (
            "languages = [\"EN\"]",
            "portico.toml:2: search.languages: `EN` is not a language",
        ),
        (
            "memory = \"1MiB\"",
            "portico.toml:2: search.memory: `1MiB` is less than `15MiB`",
        ),
        (
            "memory = \"5GiB\"",
            "portico.toml:2: search.memory: `5GiB` is less than `15MiB` or more than `4GiB`",
        ),
        (
            "memory = \"much\"",
            "portico.toml:2: search.memory: `much` is not a size",
        ),
        ("folder = \"\"", "portico.toml:2: search.folder: is empty"),
        ("path = \"x\"", "portico.toml:2: search.path: is no key"),
    ] {
        let problems = read(&format!("[search]\n{wrong}"), &[]).unwrap_err();
        assert!(problems[0].starts_with(expected), "{wrong}: {problems:?}");
    }
}
