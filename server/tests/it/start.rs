//! Sites that cannot be started. One clear line, and nothing half done.

use std::net::TcpListener;

use crate::support::{Program, RemoteVisitor, free_ports};

const PROVIDER: &str = "[[providers]]\nid = \"acme\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"portal\"\n";

#[test]
fn a_port_that_is_taken_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let program = Program::new();
    program.write("portico.toml", &format!("listen = \"127.0.0.1:{port}\"\n{PROVIDER}"));
    let served = program.run(&["serve"]);
    assert_eq!(served.code, 1);
    let line = served.stderr.lines().last().unwrap_or_default();
    assert!(
        line.starts_with(&format!(
            "port {port} is taken: stop the other program or set PORTICO_LISTEN"
        )),
        "{}",
        served.stderr
    );
}

#[test]
fn a_demo_provider_port_that_is_taken_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, _) = free_ports();
    let (listen, demo) = (format!("127.0.0.1:{port}"), taken.local_addr().unwrap().to_string());
    let served = Program::new().run_with(
        &["serve", "--demo"],
        &[("PORTICO_LISTEN", &listen), ("PORTICO_DEMO_LISTEN", &demo)],
    );
    assert_eq!(served.code, 1);
    assert!(
        served
            .stderr
            .contains("is taken: stop the other program or set PORTICO_DEMO_LISTEN"),
        "{}",
        served.stderr
    );
}

#[test]
fn a_wrong_policy_is_reported_by_file_and_line() {
    let program = Program::new();
    program.write("portico.toml", PROVIDER);
    program.write(
        "policies/wrong.cedar",
        "permit (principal, action, resource)\nwhen { principal.colour == 7 };\n",
    );
    for command in [&["check"][..], &["serve"]] {
        let run = program.run(command);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("wrong.cedar:"), "{}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn a_database_that_cannot_be_written_is_one_line() {
    let program = Program::new();
    program.write("data", "a file where a folder should be");
    program.write("portico.toml", PROVIDER);
    let served = program.run_serve();
    assert_eq!(served.code, 1);
    assert_eq!(served.stderr.lines().count(), 1, "{}", served.stderr);
    assert!(served.stderr.contains("`sqlite:data/portico.db`"), "{}", served.stderr);
}

#[test]
fn a_key_file_that_holds_no_key_is_one_line() {
    let program = Program::new();
    program.write("portico.toml", PROVIDER);
    program.write("data/keys", "no key\n");
    let served = program.run_serve();
    assert_eq!(
        (served.code, served.stderr.lines().count()),
        (1, 1),
        "{}",
        served.stderr
    );
    assert!(served.stderr.contains("data/keys"), "{}", served.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_watched_listens_where_it_is_instructed_to_reload() {
    let program = Program::new();
    let listen = format!("127.0.0.1:{}", free_ports().0);
    let watched = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("LEPTOS_WATCH", "true"),
        ("LEPTOS_RELOAD_PORT", "4999"),
    ];
    let serving = program.serve(&["--demo"], &watched);
    let page = RemoteVisitor::new(&listen).get("/about").await.2;
    assert!(page.contains("(4999, 'ws://')"), "{page}");
    drop(serving);
    let _serving = program.serve(&["--demo"], &watched[..1]);
    let page = RemoteVisitor::new(&listen).get("/about").await.2;
    assert!(page.contains("About Portico") && !page.contains("ws://"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_4_the_error_of_a_providers_connection_is_in_the_log_and_not_for_everybody() {
    let program = Program::new();
    program.write("portico.toml", PROVIDER);
    let listen = format!("127.0.0.1:{}", free_ports().0);
    let mut serving = program.serve(&[], &[("PORTICO_LISTEN", &listen)]);
    // Its first try runs beside the start.
    let tried = serving.log().find(|line| line.contains("the provider is not ready"));
    assert!(tried.is_some());
    let (status, _, body) = RemoteVisitor::new(&listen).get("/readyz").await;
    assert_eq!(status, 503, "{body}");
    assert!(body.contains("\"acme\"") && !body.contains("127.0.0.1:9"), "{body}");
    serving.child.kill().unwrap();
    let reported = serving.log().find(|line| line.contains("the provider cannot be used"));
    let reported = reported.unwrap_or_default();
    assert!(
        reported.contains("acme") && reported.contains("127.0.0.1:9"),
        "{reported}"
    );
}

/// More than a pipe holds, which is what would stop a program that nobody listens to.
const PIPE: usize = 64 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_logs_much_is_listened_to_all_the_while() {
    let program = Program::new();
    let listen = format!("127.0.0.1:{}", free_ports().0);
    let mut serving = program.serve(
        &["--demo"],
        &[("PORTICO_LISTEN", &listen), ("PORTICO_LOG", "info,server=debug")],
    );
    let mut visitor = RemoteVisitor::new(&listen);
    let request = async {
        for _ in 0..1_500 {
            assert_eq!(visitor.get("/healthz").await.0, 200);
        }
    };
    let requested = tokio::time::timeout(std::time::Duration::from_secs(30), request).await;
    assert!(requested.is_ok(), "it stands still");
    serving.child.kill().unwrap();
    let logged: usize = serving.log().map(|line| line.len()).sum();
    assert!(logged > 2 * PIPE, "too little to prove anything: {logged}");
}
