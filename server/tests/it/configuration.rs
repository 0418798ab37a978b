//! Reading the configuration: what counts, and every mistake reported with its location and a remedy.

mod commands;
mod directory;
mod document_sources;
mod files;
mod providers;
mod search;
mod upstreams;
mod variables;

use std::{fs, path::PathBuf};

use server::config::{Config, Sources, reference};

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let file = Some(("portico.toml".to_owned(), text.to_owned()));
    let problems = |problems: server::config::Problems| problems.to_string().lines().map(str::to_owned).collect();
    Config::read(&Sources {
        file,
        environment,
        ..Sources::default()
    })
    .map_err(problems)
}

const GOOD: &str = r#"
public_url = "https://portico.example.com"
listen = "0.0.0.0:80"

[session]
idle = "1h"

[[providers]]
id = "acme"
issuer = "https://login.example.com/"
client_id = "portal"
groups = { claim = "https://acme.example/groups" }

[[providers]]
id = "other"
issuer = "https://other.example"
client_id = "p"
client_secret = "hush-hush"
scopes = ["openid"]
response_mode = "form_post"

[api]
audience = "https://api.example.com"
"#;

const API_PROVIDER: &str = "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\nclient_id = \"p\"\n";

#[test]
fn written_values_override_defaults_and_variables_the_file() {
    let config = read(
        GOOD,
        &[
            ("PORTICO_LISTEN", "127.0.0.1:81"),
            ("PORTICO_PROVIDERS_1_SCOPES", "openid email"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:81");
    assert_eq!(config.session.idle.as_secs(), 3600);
    assert_eq!(config.session.absolute.as_secs(), 7 * 86400);
    let [acme, other] = config.providers.as_slice() else {
        panic!("{:?}", config.providers)
    };
    assert_eq!(acme.provider.issuer, "https://login.example.com/");
    assert_eq!(acme.claims.groups, "https://acme.example/groups");
    assert_eq!(acme.provider.audience.as_deref(), Some("https://api.example.com"));
    assert_eq!(other.provider.scopes, ["openid", "email"]);
    assert!(!format!("{config:?}").contains("hush-hush"), "a secret can be printed");
}

#[test]
fn se_3_how_recent_a_sign_in_has_to_be_is_a_duration_or_off() {
    let recent =
        |text: &str| read(&format!("[session]\nrecent = \"{text}\"\n"), &[]).map(|config| config.session.recent);
    assert_eq!(
        read("", &[]).unwrap().session.recent,
        Some(std::time::Duration::from_mins(15))
    );
    assert_eq!(recent("5m"), Ok(Some(std::time::Duration::from_mins(5))));
    assert_eq!(recent("off"), Ok(None));
    for wrong in ["0s", "never", ""] {
        let problems = recent(wrong).unwrap_err();
        assert!(
            problems[0].starts_with("portico.toml:2: session.recent: "),
            "{problems:?}"
        );
    }
}

#[test]
fn the_public_url_follows_listen_by_default() {
    assert_eq!(
        read("listen = \"127.0.0.1:5050\"", &[]).unwrap().public_url.as_str(),
        "http://localhost:5050/"
    );
}

#[test]
fn every_mistake_is_reported_with_line_key_and_remedy() {
    let wrong = r#"
public_url = "http://portico.example.com"
listn = "127.0.0.1:4040"
listen = "4040"
database_url = "mysql://db"
policies = 7

[session]
idle = "8 hours"
absolute = "1h"

[[providers]]
id = "Acme"
issuer = "http://login.example.com"
scopes = ["email"]
colour = "red"
algorithms = ["HS256"]
"#;
    let problems = read(wrong, &[("PORTICO_LISTENER", "x")]).unwrap_err();
    let expected = [
        "portico.toml:2: public_url: `http://portico.example.com` is plain http",
        "portico.toml:3: listn: is no key of Portico — did you mean `listen`?",
        "portico.toml:4: listen: `4040` is not an address with a port — write numbers",
        "portico.toml:5: database_url: `mysql` is not a database Portico knows",
        "portico.toml:6: policies: is integer, not a text",
        "portico.toml:9: session.idle: `8 hours` is not a duration",
        "portico.toml:12: providers[0].client_id: is missing",
        "portico.toml:13: providers[0].id: `Acme` is no id",
        "portico.toml:14: providers[0].issuer: `http://login.example.com` is plain http",
        "portico.toml:15: providers[0].scopes: has no `openid`",
        "portico.toml:16: providers[0].colour: is no key of Portico",
        "portico.toml:17: providers[0].algorithms: `HS256` is not a signature Portico accepts",
        "PORTICO_LISTENER: PORTICO_LISTENER: is no variable of Portico — did you mean `PORTICO_LISTEN`?",
    ];
    for expected in expected {
        assert!(
            problems.iter().any(|problem| problem.starts_with(expected)),
            "{expected}\nin {problems:#?}"
        );
    }
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.contains(" — ")), "{problems:#?}");
}

#[test]
fn broken_syntax_is_reported_by_line() {
    let problems = read("listen = \"127.0.0.1:1\"\npublic_url = = 1\n", &[]).unwrap_err();
    assert!(problems[0].starts_with("portico.toml:2: syntax: "), "{problems:?}");
}

#[test]
fn the_defaults_are_valid() {
    assert!(Config::defaults().is_ok());
}

#[test]
fn traces_are_sent_to_this_machine_or_by_tls_under_a_name() {
    let config = read("[telemetry]\notlp_endpoint = \"http://127.0.0.1:4318\"\n", &[]).unwrap();
    assert_eq!(config.telemetry.otlp_endpoint.unwrap().port(), Some(4318));
    assert_eq!(config.telemetry.service_name, "portico");
    assert!(
        read("", &[]).unwrap().telemetry.otlp_endpoint.is_none(),
        "off by default"
    );
    for wrong in [
        "otlp_endpoint = \"http://collector.example:4318\"",
        "otlp_endpoint = \"https://user:word@collector.example\"",
        "service_name = \" \"",
    ] {
        let problems = read(&format!("[telemetry]\n{wrong}\n"), &[]).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].contains("telemetry."),
            "{problems:?}"
        );
    }
}

#[test]
fn messages_are_from_an_address_that_paths_can_be_added_to() {
    let at = |address: &str| read(&format!("[api]\nbase_url = \"{address}\"\n"), &[]);
    let config = at("https://api.example.com/v1/").unwrap();
    assert_eq!(config.api.base_url.unwrap().as_str(), "https://api.example.com/v1/");
    for (wrong, expected) in [
        ("https://api.example.com?k=1", "has a query or fragment"),
        ("https://api.example.com/#top", "has a query or fragment"),
        ("https://user:word@api.example.com", "has a user or password"),
        ("http://api.example.com", "is plain http"),
    ] {
        let problems = at(wrong).unwrap_err();
        assert!(
            problems.len() == 1
                && problems[0].starts_with("portico.toml:2: api.base_url: ")
                && problems[0].contains(expected),
            "{wrong}: {problems:?}"
        );
    }
}

#[test]
fn the_reference_is_the_page_in_docs() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page == reference::markdown(),
        "run `portico config reference > docs/configuration.md`"
    );
}

#[test]
fn a_number_is_written_as_a_number_or_in_quotes() {
    let limit = |written: &str| {
        let read = read(&format!("[session]\nmax_per_person = {written}\n"), &[]);
        read.map(|config| config.session.max_per_person.get())
    };
    assert_eq!((limit("20"), limit("\"20\"")), (Ok(20), Ok(20)));
    let by_variable = read("", &[("PORTICO_SESSION_MAX_PER_PERSON", "20")]).unwrap();
    assert_eq!(by_variable.session.max_per_person.get(), 20);
    for (wrong, expected) in [
        ("0", "`0` is not a number from 1 to 1000"),
        ("-1", "`-1` is not a number from 1 to 1000"),
        ("\"1001\"", "`1001` is not a number from 1 to 1000"),
        (
            "\"many\"",
            "is text, not a number — write it like `max_per_person = 20`",
        ),
        ("1.5", "is float, not a number"),
        ("99999999999999999999", "is a very large integer, not a number"),
    ] {
        let problems = limit(wrong).unwrap_err();
        let expected = format!("portico.toml:2: session.max_per_person: {expected}");
        assert!(
            problems.len() == 1 && problems[0].starts_with(&expected),
            "{wrong}: {problems:?}"
        );
    }
}

#[test]
fn a_value_of_a_wrong_kind_is_reported_once_and_hides_no_other() {
    for (wrong, expected) in [
        (
            "listen = 4040",
            &["portico.toml:1: listen: is integer, not a text — write it like `listen = \"0.0.0.0:4040\"`"][..],
        ),
        (
            "[listen]\nport = 1",
            &["portico.toml:1: listen: is a table, not a text"],
        ),
        (
            "session = 1",
            &["portico.toml:1: session: is integer, not a table — write `[session]`"],
        ),
        (
            "[[session]]\nidle = \"1h\"",
            &["session: is a list of tables, not a table"],
        ),
        (
            "[providers]\nid = \"a\"",
            &["providers: is a table, not a list of tables — write `[[providers]]`"],
        ),
        ("providers = [\"a\"]", &["providers: is a list, not a list of tables"]),
        (
            "providers = [{ id = \"a\" }, 1]",
            &["providers: is a list of other things than texts"],
        ),
        ("log_format = true", &["log_format: is boolean, not a text"]),
        (
            "log_format = \"xml\"",
            &["log_format: `xml` is unknown — write `text` or `json`"],
        ),
        (
            "[sesion]\nidle = \"1h\"",
            &["portico.toml:1: sesion: is no key of Portico — did you mean `session`?"],
        ),
        ("x.y = 1\nx.z = 2", &["x: is no key of Portico — remove it"]),
        (
            "session.idel = \"1h\"\napi = { audience = \"\" }",
            &[
                "session.idel: is no key of Portico — did you mean `idle`?",
                "api.audience: is empty",
            ],
        ),
    ] {
        let problems = read(wrong, &[]).unwrap_err();
        assert_eq!(problems.len(), expected.len(), "{wrong}: {problems:#?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.contains(expected), "{wrong}: {expected}\nin {problem}");
        }
    }
}

#[test]
fn a_mistake_in_a_provider_leads_to_no_other() {
    for (wrong, expected) in [
        (
            "kind = \"saml\"",
            &["kind: `saml` is unknown — write `oidc`, `entra`, `b2c` or `auth0`"][..],
        ),
        (
            "algorithms = [\"HS256\", \"ES256\", \"none\"]",
            &[
                "algorithms: `HS256` is not a signature",
                "algorithms: `none` is not a signature",
            ],
        ),
        ("algorithms = [\"HS256\"]", &["algorithms: `HS256` is not a signature"]),
        ("scopes = [{ a = 1 }]", &["scopes: is a list of tables, not a list"]),
        (
            "scopes = \"openid\"",
            &["scopes: is text, not a list — write it like `scopes = ["],
        ),
        (
            "groups = \"g\"",
            &["groups: is text, not a table — write it like `groups = { claim = \"groups\" }`"],
        ),
        (
            "private_key_file = \"/nowhere\"\nclient_auth = \"private_key_jwt\"",
            &["private_key_file: `/nowhere` cannot"],
        ),
    ] {
        let problems = read(&format!("{API_PROVIDER}{wrong}\n"), &[]).unwrap_err();
        assert_eq!(problems.len(), expected.len(), "{wrong}: {problems:#?}");
        for (problem, expected) in problems.iter().zip(expected) {
            let expected = format!("providers[0].{expected}");
            assert!(problem.contains(&expected), "{wrong}: {expected}\nin {problem}");
        }
    }
}

#[test]
fn no_secret_is_part_of_a_message() {
    for wrong in [
        "client_secret = [\"hush-hush\"]",
        "client_secret = { secret = \"hush-hush\" }",
        "client_secert = \"hush-hush\"",
        "dpop = { client_secret = \"hush-hush\" }",
        "resource = \"https://me:hush-hush@exa mple\"",
        "resource = \"https://me:hush-hush@example.com\"",
    ] {
        let problems = read(&format!("{API_PROVIDER}{wrong}\n"), &[]).unwrap_err();
        assert_eq!(problems.len(), 1, "{wrong}: {problems:#?}");
        assert!(!problems[0].contains("hush-hush"), "{problems:?}");
    }
}
