//! `[[upstreams]]`: which are accepted, and which are refused.

use super::{API_PROVIDER, read};
use crate::support::Program;

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
    let required = bff::Upstream::new("/api/orders", "https://o.example/v1").unwrap();
    let required = required
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
    assert_eq!(format!("{:?}", config.upstreams), format!("{:?}", [required]));
    let by_variable = read(
        provider,
        &[
            ("PORTICO_UPSTREAMS_0_PATH", "/api/x"),
            ("PORTICO_UPSTREAMS_0_BASE_URL", "https://x.example"),
            ("PORTICO_UPSTREAMS_0_AUDIENCE", "x"),
            ("PORTICO_UPSTREAMS_0_PROVIDERS", "a"),
        ],
    );
    let by_default = bff::Upstream::new("/api/x", "https://x.example").unwrap();
    let by_default = by_default.audience("x").providers(["a"]);
    assert_eq!(
        format!("{:?}", by_variable.unwrap().upstreams),
        format!("{:?}", [by_default]),
        "the defaults of `bff`"
    );
    assert!(read(provider, &[]).unwrap().upstreams.is_empty());
}

/// The one problem of an upstream whose table begins in line 5.
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
    for (path, address, more, expected) in [
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
        let problem = refused_upstream(path, address, more);
        assert!(problem.contains(expected), "{path} {address} {more}: {problem}");
    }
}

#[test]
fn px_2_what_passes_to_an_upstream_is_listed_and_paths_do_not_overlap() {
    let (home, audience) = ("https://o.example", "audience = \"x\"\nproviders = [\"a\"]");
    for (more, expected) in [
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
        let problem = refused_upstream("/api/o", home, &format!("{audience}\n{more}"));
        assert!(problem.contains(expected), "{more}: {problem}");
    }
}

#[test]
fn px_1_what_only_the_demo_has_is_no_upstream_without_it() {
    let program = Program::new();
    let audience =
        demo::DemoConfig::new(([127, 0, 0, 1], 4041).into(), "http://localhost:4040".parse().unwrap()).audience;
    let upstream =
        format!("[[upstreams]]\npath = \"/api/o\"\nbase_url = \"https://o.example\"\naudience = \"{audience}\"\n");
    for (more, expected) in [
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
                refused.code == 2 && refused.stderr.contains(expected),
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
