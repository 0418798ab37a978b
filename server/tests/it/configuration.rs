//! Is every mistake of an operator told, with its place and what to do?

use std::{fs, path::PathBuf};

use server::config::{ApiToken, Config, ProviderSettings, Sources, reference};
use tempfile::TempDir;

use crate::support::Program;

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

#[test]
fn what_is_written_is_what_counts() {
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
fn po_2_the_directory_is_asked_where_a_provider_says_so() {
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
        (config.directory.max_age.as_secs(), config.directory.keep.as_secs()),
        (60, 3600)
    );
    let config = read(provider, &[]).unwrap();
    assert_eq!(config.providers[0].directory, server::config::DirectoryUse::default());
    assert_eq!(config.directory.base_url.as_str(), "https://graph.microsoft.com/v1.0");
    for (wrong, told) in [
        ("groups = { graph = 1 }", "groups.graph: is integer"),
        ("groups = { graph = \"yes\" }", "groups.graph: `yes` is unknown"),
        ("title = true", "title: is boolean, not a text"),
        (
            "[directory]\nbase_url = \"http://graph.example\"",
            "directory.base_url: `http://graph.example` is plain http",
        ),
        ("[directory]\nmax_age = \"0s\"", "directory.max_age: is nothing"),
        ("[directory]\nkeep = \"1m\"", "directory.keep: is shorter"),
    ] {
        let problems = read(&format!("{provider}{wrong}\n"), &[]).unwrap_err();
        assert!(
            problems[0].contains(told) && problems.len() == 1,
            "{wrong}: {problems:?}"
        );
    }
}

#[test]
fn po_2_the_directory_is_not_asked_by_an_application_without_credentials() {
    let provider = "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\n";
    for (key, asks) in [
        ("groups.graph", "groups = { graph = true }"),
        ("profile.graph", "profile = { graph = \"application\" }"),
        ("manager.graph", "manager = { graph = true }"),
    ] {
        let unused = "client_id = \"p\"\nclient_secret = \"s\"\nclient_auth = \"none\"";
        for without in ["client_id = \"p\"", unused] {
            let problems = read(&format!("{provider}{without}\n{asks}\n"), &[]).unwrap_err();
            let told =
                format!("providers[0].{key}: asks the directory with a token of the application, which has no cred");
            assert!(problems.len() == 1 && problems[0].contains(&told), "{problems:?}");
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
fn px_1_an_upstream_is_a_path_an_address_and_whose_tokens_are_for_it() {
    let provider = API_PROVIDER;
    let upstream = "[[upstreams]]\npath = \"/api/orders\"\nbase_url = \"https://o.example/v1\"\n";
    let good = format!(
        "{provider}{upstream}audience = \"https://o.example\"\nresource = \"https://o.example\"\nscopes = [\"orders:read\"]\n\
         methods = [\"GET\", \"POST\"]\nproviders = [\"a\"]\ntimeout = \"2m\"\nmax_request_size = \"20MiB\"\n\
         max_response_size = \"1GiB\"\n"
    );
    let config = read(&good, &[]).unwrap();
    let wanted = bff::Upstream::new("/api/orders", "https://o.example/v1").unwrap();
    let wanted = wanted
        .audience("https://o.example")
        .resource("https://o.example")
        .scopes(["orders:read"])
        .methods([http::Method::GET, http::Method::POST])
        .providers(["a"])
        .limits(bff::ProxyLimits {
            timeout: std::time::Duration::from_mins(2),
            max_request_bytes: 20 << 20,
            max_response_bytes: 1 << 30,
        });
    assert_eq!(format!("{:?}", config.upstreams), format!("{:?}", [wanted]));
    let by_variable = read(
        provider,
        &[
            ("PORTICO_UPSTREAMS_0_PATH", "/api/x"),
            ("PORTICO_UPSTREAMS_0_BASE_URL", "https://x.example"),
            ("PORTICO_UPSTREAMS_0_AUDIENCE", "x"),
            ("PORTICO_UPSTREAMS_0_PROVIDERS", "a"),
        ],
    );
    let unsaid = bff::Upstream::new("/api/x", "https://x.example").unwrap();
    let unsaid = unsaid.audience("x").providers(["a"]);
    assert_eq!(
        format!("{:?}", by_variable.unwrap().upstreams),
        format!("{:?}", [unsaid]),
        "the defaults of `bff`"
    );
    assert!(read(provider, &[]).unwrap().upstreams.is_empty());
}

const API_PROVIDER: &str = "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\nclient_id = \"p\"\n";

/// What is said of one upstream, whose table begins in line 5.
fn refused_upstream(path: &str, address: &str, more: &str) -> String {
    let table = format!("[[upstreams]]\npath = \"{path}\"\nbase_url = \"{address}\"\n{more}\n");
    let problems = read(&format!("{API_PROVIDER}{table}"), &[]).unwrap_err();
    assert!(
        problems.len() == 1 && problems[0].contains(" — "),
        "{table}: {problems:?}"
    );
    problems[0].clone()
}

#[test]
fn px_1_an_upstream_that_leads_nowhere_safe_is_refused_by_line_and_key() {
    let (home, audience) = ("https://o.example", "audience = \"x\"\nproviders = [\"a\"]");
    for (path, address, more, told) in [
        (
            "/orders",
            home,
            audience,
            "portico.toml:6: upstreams[0].path: `/orders` is not below `/api/`",
        ),
        ("/api/fn/x", home, audience, "path: `/api/fn/x` is Portico's own"),
        (
            "/api/messages",
            home,
            audience,
            "path: `/api/messages` is Portico's own",
        ),
        ("/api/..", home, audience, "path: `/api/..` must be a path like"),
        (
            "/api/o",
            "http://o.example",
            audience,
            "portico.toml:7: upstreams[0].base_url: `http://o.example` is plain http",
        ),
        (
            "/api/o",
            "https://o.example?x",
            audience,
            "base_url: `https://o.example?x` has a query",
        ),
        (
            "/api/o",
            home,
            "",
            "upstreams[0].audience: is missing, and `resource` too",
        ),
        (
            "/api/o",
            home,
            "audience = \"x\"",
            "providers: is missing, and no sign-in asks for this",
        ),
        (
            "/api/o",
            home,
            "audience = \"x\"\nproviders = [\"b\"]",
            "providers: `b` is no provider",
        ),
        (
            "/api/o",
            home,
            "audience = \"x\"\nproviders = [\"demo\"]",
            "providers: `demo` is the provider of `--demo`, which is not there",
        ),
    ] {
        let said = refused_upstream(path, address, more);
        assert!(said.contains(told), "{path} {address} {more}: {said}");
    }
}

#[test]
fn px_2_what_passes_to_an_upstream_is_listed_and_paths_do_not_overlap() {
    let (home, audience) = ("https://o.example", "audience = \"x\"\nproviders = [\"a\"]");
    for (more, told) in [
        ("methods = [\"TRACE\"]", "methods: `TRACE` is no method that passes"),
        ("methods = []", "methods: is empty"),
        ("colour = \"red\"", "upstreams[0].colour: is no key"),
        (
            "timeout = \"0s\"",
            "timeout: `0s` is less than a second or more than a day",
        ),
        ("timeout = \"25h\"", "timeout: `25h` is less than a second or more"),
        ("timeout = \"30\"", "timeout: `30` is not a duration"),
        (
            "max_request_size = \"0B\"",
            "max_request_size: `0B` is nothing, or more than",
        ),
        ("max_request_size = \"20MB\"", "max_request_size: `20MB` is not a size"),
        (
            "max_response_size = \"17GiB\"",
            "max_response_size: `17GiB` is nothing, or more than",
        ),
        (
            "[[upstreams]]\nbase_url = \"https://x.example\"\naudience = \"x\"\nproviders = [\"a\"]",
            "upstreams[1].path: is missing",
        ),
        (
            "[[upstreams]]\npath = \"/api/o/new\"\nbase_url = \"https://x.example\"\naudience = \"x\"\nproviders = [\"a\"]",
            "upstreams[1].path: `/api/o/new` and `/api/o` lie within each other",
        ),
    ] {
        let said = refused_upstream("/api/o", home, &format!("{audience}\n{more}"));
        assert!(said.contains(told), "{more}: {said}");
    }
}

#[test]
fn the_site_is_where_it_listens_unless_it_says_otherwise() {
    assert_eq!(
        read("listen = \"127.0.0.1:5050\"", &[]).unwrap().public_url.as_str(),
        "http://localhost:5050/"
    );
}

#[test]
fn every_mistake_is_told_with_line_key_and_remedy() {
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

/// The one thing that is said of these variables beside a file with one provider.
fn said_of(variables: &[(&str, &str)]) -> String {
    let problems = read(API_PROVIDER, variables).unwrap_err();
    assert_eq!(problems.len(), 1, "{variables:?}: {problems:#?}");
    problems[0].clone()
}

#[test]
fn a_variable_that_nothing_reads_is_refused_with_what_was_meant() {
    for (name, value, told) in [
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
        let said = said_of(&[(name, value)]);
        let expected = format!("{name}: {name}: is no variable of Portico — {told}");
        assert!(said.starts_with(&expected), "{expected}\nin {said}");
        assert!(!said.contains("hush-hush"), "a secret is told: {said}");
    }
    // What others set is none of ours.
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
    for (variables, told) in [
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
        let said = said_of(variables);
        assert!(said.starts_with(told), "{told}\nin {said}");
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
fn broken_syntax_is_told_by_line() {
    let problems = read("listen = \"127.0.0.1:1\"\npublic_url = = 1\n", &[]).unwrap_err();
    assert!(problems[0].starts_with("portico.toml:2: syntax: "), "{problems:?}");
}

#[test]
fn two_providers_cannot_share_an_id_and_a_secret_has_one_place() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "from a file\n").unwrap();
    let provider = format!(
        "[[providers]]\nid = \"a\"\nissuer = \"https://a.example\"\nclient_id = \"p\"\nclient_secret_file = {:?}\n",
        file.display().to_string()
    );
    assert!(read(&provider, &[]).is_ok());
    let problems = read(&format!("{provider}client_secret = \"x\"\n{provider}"), &[]).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("client_secret_file: stands beside `client_secret`")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("providers[1].id: is taken")),
        "{problems:?}"
    );
    fs::remove_file(file).unwrap();
    assert!(read(&provider, &[]).unwrap_err()[0].contains("cannot be read"));
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

#[test]
fn the_defaults_are_sound() {
    assert!(Config::defaults().is_ok());
}

#[test]
fn traces_go_to_this_machine_or_by_tls_under_a_name() {
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
fn the_reference_is_the_page_in_docs() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page == reference::markdown(),
        "run `portico config reference > docs/configuration.md`"
    );
}

#[test]
fn check_tells_all_mistakes_and_exits_with_2() {
    let program = Program::new();
    program.write("portico.toml", "listen = \"nowhere\"\ncolour = 1\n");
    let checked = program.run(&["check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.stdout.is_empty());
    assert_eq!(checked.stderr.lines().count(), 2, "{}", checked.stderr);
    let as_json = program.run(&["check", "--json"]);
    assert_eq!(as_json.code, 2);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    assert_eq!(
        (&report["ok"], &report["problems"][0]["line"]),
        (&false.into(), &1.into()),
        "{report}"
    );
    let missing = program.run(&["check", "--config", "nothing.toml"]);
    assert!(
        missing.code == 2 && missing.stderr.starts_with("nothing.toml: "),
        "{}",
        missing.stderr
    );
}

#[test]
fn check_finds_nothing_wrong_with_a_good_file() {
    let program = Program::new();
    program.write("portico.toml", GOOD);
    let checked = program.run(&["check"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
}

#[test]
fn px_1_what_only_the_demo_has_is_no_upstream_without_it() {
    let program = Program::new();
    let audience =
        demo::DemoConfig::new(([127, 0, 0, 1], 4041).into(), "http://localhost:4040".parse().unwrap()).audience;
    let upstream =
        format!("[[upstreams]]\npath = \"/api/o\"\nbase_url = \"https://o.example\"\naudience = \"{audience}\"\n");
    for (more, told) in [
        (
            "providers = [\"demo\"]\n",
            "providers: `demo` is the provider of `--demo`",
        ),
        ("", "providers: is missing, and no sign-in asks for this audience"),
    ] {
        program.write("portico.toml", &format!("{upstream}{more}"));
        for command in ["check", "serve"] {
            let refused = program.run(&[command]);
            assert!(
                refused.code == 2 && refused.stderr.contains(told),
                "{command}: {}",
                refused.stderr
            );
        }
        let checked = program.run(&["check", "--demo", "--config", "portico.toml"]);
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{more}");
    }
    let open = program.run_with(&["check", "--demo"], &[("PORTICO_LISTEN", "0.0.0.0:4040")]);
    assert!(
        open.code == 2 && open.stderr.contains("can be reached from other machines"),
        "{}",
        open.stderr
    );
}

#[test]
fn serving_with_a_mistake_opens_no_port() {
    let program = Program::new();
    program.write("portico.toml", "colour = 1\n");
    let served = program.run(&["serve"]);
    assert_eq!(served.code, 2);
    assert!(
        served.stderr.starts_with("portico.toml:1: colour: "),
        "{}",
        served.stderr
    );
    assert!(!program.exists("data"), "a database was made");
    let nobody = Program::new().run(&["serve"]);
    assert!(
        nobody.code == 2 && nobody.stderr.contains("--demo"),
        "{}",
        nobody.stderr
    );
}

#[test]
fn check_says_of_a_site_without_a_provider_what_serve_says() {
    let program = Program::new();
    let alike = |arguments: &[&str]| {
        let [checked, served] = ["check", "serve"].map(|command| program.run(&[&[command][..], arguments].concat()));
        assert_eq!((checked.code, checked.stdout.as_str()), (2, ""), "{}", checked.stderr);
        assert_eq!((served.code, &served.stderr), (2, &checked.stderr));
        checked.stderr
    };
    let nobody = "portico.toml: providers: nobody could sign in — add a `[[providers]]` table (see docs/configuration.md), or try `portico serve --demo`\n";
    assert_eq!(alike(&[]), nobody);
    program.write("portico.toml", "[session]\nidle = \"1h\"\n");
    assert_eq!(alike(&[]), nobody);
    program.write("other.toml", "");
    assert_eq!(
        alike(&["--config", "other.toml"]),
        nobody.replace("portico.toml:", "other.toml:")
    );
    let as_json = program.run(&["check", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    assert_eq!(
        (as_json.code, &report["ok"], &report["problems"][0]["key"]),
        (2, &false.into(), &"providers".into()),
        "{report}"
    );
    assert_eq!(program.run(&["check", "--demo"]).code, 0, "the demo brings one");
    assert!(!program.exists("data"), "a database was made");
}

#[test]
fn every_command_has_help_with_an_example() {
    let program = Program::new();
    for command in [&["serve"][..], &["check"], &["import"], &["config", "reference"]] {
        let help = program.run(&[command, &["--help"]].concat());
        assert!(
            help.code == 0 && help.stdout.contains("Example"),
            "{command:?}: {}",
            help.stdout
        );
    }
    assert_eq!(program.run(&["fly"]).code, 2);
}

const GUID: &str = "11111111-2222-3333-4444-555555555555";

/// The one provider of a file that holds this table.
fn provider(table: &str) -> Result<bff::ProviderConfig, Vec<String>> {
    settings("", table).map(|settings| settings.provider)
}

/// The one provider of a file that holds this section of the API and this table.
fn settings(api: &str, table: &str) -> Result<ProviderSettings, Vec<String>> {
    let text = format!("{api}[[providers]]\nid = \"p\"\nclient_id = \"portal\"\n{table}");
    let mut config = read(&text, &[])?;
    Ok(config.providers.remove(0))
}

#[test]
fn to_2_the_token_for_the_api_is_the_one_that_is_for_it() {
    let entra = format!("kind = \"entra\"\ntenant = \"{GUID}\"\n");
    let plain = "issuer = \"https://id.example.com\"\n".to_owned();
    let beside = ApiToken::Beside(bff::TokenRequest {
        scopes: vec!["api://app/read".to_owned()],
        ..bff::TokenRequest::default()
    });
    for (base, keys, wanted) in [
        (&plain, "", ApiToken::OfSignIn),
        (&plain, "api_scopes = [\"api://app/read\"]", beside.clone()),
        (&entra, "", ApiToken::None),
        (&entra, "scopes = [\"openid\", \"User.Read\"]", ApiToken::None),
        (
            &entra,
            "scopes = [\"openid\", \"https://graph.microsoft.com/Mail.Read\"]",
            ApiToken::None,
        ),
        (&entra, "scopes = [\"openid\", \"api://app/read\"]", ApiToken::OfSignIn),
        (&entra, "api_scopes = [\"api://app/read\"]", beside),
    ] {
        let token = |api: &str| settings(api, &format!("{base}{keys}")).unwrap().api_token;
        assert_eq!(token("[api]\naudience = \"app\"\n"), wanted, "{base}{keys}");
        assert_eq!(token(""), ApiToken::None, "no API: {base}{keys}");
    }
}

#[test]
fn si_1_si_2_entra_by_tenant_and_with_a_list_of_tenants() {
    let one = provider(&format!("kind = \"entra\"\ntenant = \"{GUID}\"")).unwrap();
    assert_eq!(one.issuer, format!("https://login.microsoftonline.com/{GUID}/v2.0"));
    assert!(one.scopes.iter().any(|scope| scope == "User.Read"));
    let many = provider(&format!(
        "kind = \"entra\"\ntenant = \"organizations\"\ntenants = [\"{GUID}\"]\nscopes = [\"openid\"]\ntitle = \"Work\""
    ))
    .unwrap();
    assert_eq!((many.scopes, many.title.as_str()), (vec!["openid".to_owned()], "Work"));
    for (wrong, place) in [
        ("tenant = \"common\"", "tenants"),
        ("tenant = \"no tenant\"", "tenant"),
        ("", "tenant"),
        ("tenant = \"contoso.com\"\nissuer = \"https://a.example\"", "issuer"),
    ] {
        let problems = provider(&format!("kind = \"entra\"\n{wrong}")).unwrap_err();
        let at = format!("providers[0].{place}: ");
        assert!(problems.iter().any(|line| line.contains(&at)), "{wrong}: {problems:?}");
    }
}

#[test]
fn si_3_si_4_b2c_has_its_flows_and_auth0_its_domain() {
    let b2c = provider(&format!(
        "kind = \"b2c\"\ntenant = \"contoso\"\ntenant_id = \"{GUID}\"\nuser_flows = {{ sign_in = \"B2C_1_susi\", edit_profile = \"B2C_1_edit\" }}"
    ))
    .unwrap();
    assert_eq!(b2c.user_flows.len(), 1);
    let auth0 = provider("kind = \"auth0\"\ndomain = \"acme.eu.auth0.com\"").unwrap();
    assert_eq!(auth0.issuer, "https://acme.eu.auth0.com/");
    assert!(
        provider("kind = \"b2c\"").unwrap_err().len() >= 3,
        "every missing key is named"
    );
    assert!(provider("kind = \"auth0\"\ndomain = \"https://x\"").unwrap_err()[0].contains("providers[0].domain"));
}

/// Each as an operator would paste it; only the secret is in no file here.
#[test]
fn the_examples_of_the_providers_page_are_good() {
    let page = include_str!("../../../docs/providers.md");
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<_> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 5, "{blocks:#?}");
    for block in blocks {
        let above = if block.starts_with('[') {
            ""
        } else {
            "[[providers]]\nid = \"p\"\nkind = \"entra\"\nclient_id = \"portal\"\n"
        };
        let text = format!("{above}{block}").replace("client_secret_file", "client_secret");
        read(&text, &[]).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
    }
}

#[test]
fn si_5_a_provider_is_written_down_or_the_site_registers_itself() {
    let program = Program::new();
    program.write("key.pem", "no key");
    let base = "issuer = \"https://a.example\"\n";
    let registering =
        "[[providers]]\nid = \"p\"\nissuer = \"https://a.example\"\nregistration = { client_name = \"Portal\" }\n";
    let config = read(registering, &[]).unwrap();
    assert_eq!(
        config.providers[0].provider.registration.as_ref().unwrap().client_name,
        "Portal"
    );
    let plain = provider(&format!(
        "{base}dpop = true\npushed_requests = \"always\"\ndevice_sign_in = true"
    ))
    .unwrap();
    assert!(plain.dpop && plain.device_sign_in);
    assert_eq!(plain.pushed_requests, bff::PushedRequests::Always);
    for (wrong, place) in [
        ("client_auth = \"private_key_jwt\"", "client_auth"),
        ("private_key_file = \"/nowhere/key.pem\"", "private_key_file"),
        ("metadata_file = \"/nowhere/a.json\"", "metadata_file"),
        ("pushed_requests = \"maybe\"", "pushed_requests"),
        ("dpop = \"yes\"", "dpop"),
    ] {
        let problems = provider(&format!("{base}{wrong}")).unwrap_err();
        let at = format!("providers[0].{place}: ");
        assert!(problems.iter().any(|line| line.contains(&at)), "{wrong}: {problems:?}");
    }
}
