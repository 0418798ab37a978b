//! `/metrics` shows how sign-in and policy are doing, and no names. Tested with the program.

use crate::support::{Program, RemoteVisitor, free_ports};

#[tokio::test]
async fn metrics_tell_what_providers_and_policy_do_and_name_nobody() {
    let program = Program::new();
    let (port, _) = free_ports();
    let listen = format!("127.0.0.1:{port}");
    let metrics = format!("127.0.0.1:{}", free_ports().0);
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_PUBLIC_URL", &format!("http://{listen}")),
        ("PORTICO_METRICS_LISTEN", &metrics),
    ];
    let _serving = program.serve(&["--demo"], &variables);
    let mut alice = RemoteVisitor::new(&listen);
    alice.sign_in("alice").await;
    assert_eq!(alice.get("/docs/1").await.0, 200);
    assert_eq!(alice.get("/docs/2").await.0, 403);
    assert_eq!(alice.get("/docs").await.0, 200);
    let (status, _, text) = RemoteVisitor::new(&metrics).get("/metrics").await;
    assert_eq!(status, 200);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let value = |start: &str| {
        let line = lines.iter().find(|line| line.starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no {start} in {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    for endpoint in ["discovery", "keys", "token_authorization_code", "userinfo"] {
        let labels = format!("provider=\"demo\",endpoint=\"{endpoint}\",outcome=\"success\"");
        assert!(value(&format!("bff_provider_seconds_count{{{labels}}}")) >= 1.0);
    }
    assert!(value("bff_sign_in_seconds_count{provider=\"demo\"}") >= 1.0);
    assert!(value("bff_sign_in_seconds_bucket{provider=\"demo\",le=\"900\"}") >= 1.0);
    assert!(value("portico_decisions_total{outcome=\"allowed\"}") >= 1.0);
    assert!(value("portico_decisions_total{outcome=\"refused\"}") >= 1.0);
    assert!(value("portico_decision_seconds_count{documents=\"one\"}") >= 2.0);
    assert!(value("portico_decision_seconds_count{documents=\"many\"}") >= 1.0);
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("alice") && !line.contains("/docs")),
        "{text}"
    );
}
