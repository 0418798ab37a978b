//! `[git]` and `[[sources]]`: which repositories are pulled, and by whose rights.

use std::{path::Path, time::Duration};

use server::import::Drafts;

use super::read;

const PROVIDER: &str = "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n";

#[test]
fn im_7_a_source_is_a_name_and_a_repository_and_the_rest_has_defaults() {
    let text = "[[sources]]\nname = \"handbook\"\ngit = \"https://git.example.com/team/handbook.git\"\n";
    let config = read(text, &[("PORTICO_SOURCES_0_PASSWORD", "hunter2")]).unwrap();
    let source = &config.sources[0];
    assert_eq!(
        (&*source.name, source.every, source.private),
        ("handbook", Duration::from_mins(15), false)
    );
    assert_eq!(
        (
            &source.repository.branch,
            source.repository.path.as_str(),
            source.drafts
        ),
        (&None, "", Drafts::LeftOut)
    );
    assert_eq!(
        source.repository.credentials.password.as_ref().unwrap().expose(),
        "hunter2"
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    assert_eq!(
        (&*config.git.folder, config.git.max_size),
        (Path::new("data/portico.git"), 2 << 30)
    );
    let text = format!(
        "{PROVIDER}[git]\nfolder = \"/var/cache/portico\"\ntimeout = \"1m\"\n[[sources]]\nname = \"a\"\ngit = \"git@example.com:a/b.git\"\nbranch = \"release/1\"\npath = \"/docs/\"\n\
        folder = \"x\"\nowner = \"acme:alice\"\ngroups = [\"Sales\"]\nprivate = true\ndrafts = \"private\"\nevery = \"1h\"\n\
        ssh_key = \"/keys/a\"\nknown_hosts = \"/keys/b\"\n[[sources]]\nname = \"b\"\ngit = \"/srv/git/b\"\n"
    );
    let config = read(&text, &[]).unwrap();
    assert_eq!(
        (&*config.git.folder, config.git.timeout),
        (Path::new("/var/cache/portico"), Duration::from_mins(1))
    );
    let source = &config.sources[0];
    assert_eq!(
        (source.repository.path.as_str(), source.drafts, source.groups.len()),
        ("docs", Drafts::Private, 1)
    );
    assert_eq!(
        source.repository.credentials.ssh_key.as_deref(),
        Some(Path::new("/keys/a"))
    );
    let postgres = read("database_url = \"postgres://db.example.com/portico\"", &[]).unwrap();
    assert_eq!(&*postgres.git.folder, Path::new("data/git"));
}

#[test]
fn im_7_mistakes_in_sources_are_named_by_line_and_key() {
    for (table, expected) in mistakes("git = \"https://git.example.com/a.git\"") {
        let problems = read(&format!("{PROVIDER}[[sources]]\n{table}"), &[]).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with(expected),
            "{table}: {problems:?}"
        );
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }
}

/// What is written in a table, and how the message about it begins; `git` is a good address.
fn mistakes(git: &str) -> Vec<(String, &'static str)> {
    vec![
        (git.to_owned(), "portico.toml:5: sources[0].name: is missing"),
        ("name = \"a\"".to_owned(), "portico.toml:5: sources[0].git: is missing"),
        (
            format!("{git}\nname = \"\""),
            "portico.toml:7: sources[0].name: is empty",
        ),
        (
            "name = \"a\"\ngit = \"ext::sh -c x\"".to_owned(),
            "portico.toml:7: sources[0].git: is not an address",
        ),
        (
            "name = \"a\"\ngit = \"https://alice:hunter2@example.com/a\"".to_owned(),
            "portico.toml:7: sources[0].git: holds a password",
        ),
        (
            format!("name = \"a\"\n{git}\nbranch = \"-x\""),
            "portico.toml:8: sources[0].branch: is no name",
        ),
        (
            format!("name = \"a\"\n{git}\npath = \"../x\""),
            "portico.toml:8: sources[0].path: is no folder",
        ),
        (
            format!("name = \"a\"\n{git}\nevery = \"10s\""),
            "portico.toml:8: sources[0].every: `10s` is less than a minute",
        ),
        (
            format!("name = \"a\"\n{git}\ndrafts = \"public\""),
            "portico.toml:8: sources[0].drafts: `public` is unknown",
        ),
        (
            format!("name = \"a\"\n{git}\nowner = \"https://b.example|x\""),
            "portico.toml:8: sources[0].owner: ",
        ),
        (
            format!("name = \"a\"\n{git}\nssh_key = \"/k\""),
            "portico.toml:8: sources[0].ssh_key: is for SSH alone",
        ),
        (
            format!("name = \"a\"\n{git}\nusername = \"x\""),
            "portico.toml:8: sources[0].username: needs a `password`",
        ),
        (
            "name = \"a\"\ngit = \"git@example.com:a\"\npassword = \"hunter2\"".to_owned(),
            "portico.toml:8: sources[0].password: is for `https://` alone",
        ),
        (
            format!("name = \"a\"\n{git}\n[[sources]]\nname = \"a\"\ngit = \"/srv/b\""),
            "portico.toml:9: sources[1].name: is that of another source",
        ),
        (
            format!("name = \"a\"\n{git}\nbranches = \"x\""),
            "portico.toml:8: sources[0].branches: ",
        ),
    ]
}
