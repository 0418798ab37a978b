//! Environment variables and `.env`: precedence, numbering, mistakes.

use server::config::{Config, Sources};

use super::{API_PROVIDER, read};

/// The one problem of these variables beside a file with one provider.
fn only_problem(variables: &[(&str, &str)]) -> String {
    let problems = read(API_PROVIDER, variables).unwrap_err();
    assert_eq!(problems.len(), 1, "{variables:?}: {problems:#?}");
    problems[0].clone()
}

#[test]
fn a_variable_that_nothing_reads_is_refused_with_what_was_meant() {
    for (name, value, expected) in [
        ("PORTICO_LISTN", "127.0.0.1:1", "did you mean `PORTICO_LISTEN`?"),
        (
            "PORTICO_PROVIDERS_0_CLIENT_SECRT",
            "hush-hush",
            "did you mean `PORTICO_PROVIDERS_0_CLIENT_SECRET`?",
        ),
        ("PORTICO_PORT", "8080", "see `portico config reference`"),
        ("PORTICO_SERVICE_NAME", "portal", "see `portico config reference`"),
        (
            "PORTICO_PROVIDERS_100_ISSUER",
            "https://b.example",
            "see `portico config reference`",
        ),
    ] {
        let problem = only_problem(&[(name, value)]);
        let expected = format!("{name}: {name}: is no variable of Portico — {expected}");
        assert!(problem.starts_with(&expected), "{expected}\nin {problem}");
        assert!(!problem.contains("hush-hush"), "a secret is printed: {problem}");
    }
    // Variables of others are ignored.
    let of_others = [
        ("PORTICO_SERVICE_HOST", "10.0.0.7"),
        ("PORTICO_PORT", "tcp://10.0.0.7:80"),
        ("PORTICO_METRICS_PORT_4049_TCP_ADDR", "10.0.0.8"),
        ("PORTICO_CONFIG", "portico.toml"),
        ("PORTICO_DEMO_REVEAL_TOKENS", "1"),
    ];
    assert!(read(API_PROVIDER, &of_others).is_ok());
}

#[test]
fn a_table_of_variables_follows_those_before_it_or_is_refused() {
    let second = [
        ("PORTICO_PROVIDERS_1_ID", "b"),
        ("PORTICO_PROVIDERS_1_ISSUER", "https://b.example"),
        ("PORTICO_PROVIDERS_1_CLIENT_ID", "q"),
    ];
    assert_eq!(read(API_PROVIDER, &second).unwrap().providers.len(), 2);
    for (variables, expected) in [
        (
            &[("PORTICO_PROVIDERS_1_CLIENT_SECRET", "s"), second[1], second[2]][..],
            "PORTICO_PROVIDERS_1_CLIENT_SECRET: providers[1].id: is missing",
        ),
        (
            &[("PORTICO_PROVIDERS_2_CLIENT_SECRET", "s")],
            "PORTICO_PROVIDERS_2_CLIENT_SECRET: providers[2]: has no `providers[1]` before it, and would be left out — count from \
             0 without a gap: the next is `PORTICO_PROVIDERS_1_…`",
        ),
        (
            &[("PORTICO_PROVIDERS_7_GROUPS_CLAIM", "g")],
            "PORTICO_PROVIDERS_7_GROUPS_CLAIM: providers[7]: has no `providers[1]` before it",
        ),
        (
            &[("PORTICO_UPSTREAMS_1_PATH", "/api/o")],
            "PORTICO_UPSTREAMS_1_PATH: upstreams[1]: has no `upstreams[0]` before it",
        ),
    ] {
        let problem = only_problem(variables);
        assert!(problem.starts_with(expected), "{expected}\nin {problem}");
    }
    let upstream =
        "[[upstreams]]\npath = \"/api/o\"\nbase_url = \"https://o.example\"\naudience = \"x\"\nproviders = [\"a\"]\n";
    let numbered = |number| upstream.replace("/o", &format!("/o{number}"));
    let many: String = (0..100).map(numbered).collect();
    assert_eq!(
        read(&format!("{API_PROVIDER}{many}"), &[]).unwrap().upstreams.len(),
        100
    );
    let problems = read(&format!("{API_PROVIDER}{many}{}", numbered(100)), &[]).unwrap_err();
    assert!(
        problems.len() == 1 && problems[0].contains("upstreams[100]: is one too many — write at most 100"),
        "{problems:?}"
    );
}

#[test]
fn a_dotenv_beside_the_file_counts_less_than_the_environment() {
    let sources = |environment: Vec<(String, String)>| Sources {
        file: Some(("portico.toml".into(), "listen = \"127.0.0.1:1\"".into())),
        dotenv: Some((
            ".env".into(),
            "# comment\n\nexport PORTICO_LISTEN=\"127.0.0.1:2\"\nOTHER=1\n".into(),
        )),
        environment,
        demo: false,
    };
    assert_eq!(Config::read(&sources(Vec::new())).unwrap().listen.port(), 2);
    let outer = vec![("PORTICO_LISTEN".into(), "127.0.0.1:3".into())];
    assert_eq!(Config::read(&sources(outer)).unwrap().listen.port(), 3);
}
