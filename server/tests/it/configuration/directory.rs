//! The directory: which providers use it, and with which credentials.

use super::read;

#[test]
fn po_2_the_directory_is_used_where_a_provider_enables_it() {
    let provider =
        "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\nclient_id = \"p\"\nclient_secret = \"s\"\n";
    let config = read(
        &format!(
            "{provider}groups = {{ graph = true, match = \"name\" }}\nprofile = {{ graph = \"me\" }}\n\
             [directory]\nbase_url = \"https://graph.example/v1.0\"\nmax_age = \"1m\"\n"
        ),
        &[("PORTICO_PROVIDERS_0_MANAGER_GRAPH", "true")],
    )
    .unwrap();
    let uses = &config.providers[0].directory;
    assert!(uses.groups && uses.manager && uses.group_match == domain::GroupMatch::Name);
    assert_eq!(uses.profile, server::config::ProfileToken::Person);
    assert_eq!(
        (config.directory.max_age.as_secs(), config.directory.max_stale.as_secs()),
        (60, 3600)
    );
    let config = read(provider, &[]).unwrap();
    assert_eq!(config.providers[0].directory, server::config::DirectoryUse::default());
    assert_eq!(config.directory.base_url.as_str(), "https://graph.microsoft.com/v1.0");
    for (wrong, expected) in [
        ("groups = { graph = 1 }", "groups.graph: is integer"),
        ("groups = { graph = \"yes\" }", "groups.graph: `yes` is unknown"),
        ("title = true", "title: is boolean, not a text"),
        (
            "[directory]\nbase_url = \"http://graph.example\"",
            "directory.base_url: `http://graph.example` is plain http",
        ),
        ("[directory]\nmax_age = \"0s\"", "directory.max_age: `0s` is nothing"),
        ("[directory]\nkeep = \"1m\"", "directory.keep: is shorter"),
    ] {
        let problems = read(&format!("{provider}{wrong}\n"), &[]).unwrap_err();
        assert!(
            problems[0].contains(expected) && problems.len() == 1,
            "{wrong}: {problems:?}"
        );
    }
}

#[test]
fn po_2_the_directory_is_not_used_by_an_application_without_credentials() {
    let provider = "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\n";
    for (key, asks) in [
        ("groups.graph", "groups = { graph = true }"),
        ("profile.graph", "profile = { graph = \"application\" }"),
        ("manager.graph", "manager = { graph = true }"),
    ] {
        let unused = "client_id = \"p\"\nclient_secret = \"s\"\nclient_auth = \"none\"";
        for without in ["client_id = \"p\"", unused] {
            let problems = read(&format!("{provider}{without}\n{asks}\n"), &[]).unwrap_err();
            let expected =
                format!("providers[0].{key}: asks the directory with a token of the application, which has no cred");
            assert!(
                problems.iter().any(|problem| problem.contains(&expected)),
                "{problems:?}"
            );
        }
        for with in [
            "client_id = \"p\"\nclient_secret = \"s\"",
            "registration = { client_name = \"Portico\" }",
        ] {
            let config = read(&format!("{provider}{with}\n{asks}\n"), &[]).unwrap();
            assert!(config.providers[0].provider.client_credentials, "it registers for that");
        }
    }
    // The person's own token needs none.
    let config = read(
        &format!("{provider}client_id = \"p\"\nprofile = {{ graph = \"me\" }}\n"),
        &[],
    );
    assert!(config.is_ok(), "{config:?}");
    let plain = read(&format!("{provider}client_id = \"p\"\n"), &[]).unwrap();
    assert!(!plain.providers[0].provider.client_credentials);
}
