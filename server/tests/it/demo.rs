//! Does `--demo` stay on this machine, say who to be, and keep what it has?

use std::time::Duration;

use server::demo_house;

use crate::support::{Program, free_ports};

#[test]
fn the_demo_refuses_whatever_another_machine_could_reach() {
    let program = Program::new();
    for (name, value) in [
        ("PORTICO_PUBLIC_URL", "https://portico.example.com"),
        ("PORTICO_LISTEN", "0.0.0.0:4040"),
        ("PORTICO_LISTEN", "[::]:4040"),
        ("PORTICO_DEMO_LISTEN", "0.0.0.0:4041"),
    ] {
        let run = program.run_with(&["serve", "--demo"], &[(name, value)]);
        assert_eq!(run.code, 2, "{name}={value}: {}", run.stderr);
        assert!(run.stderr.contains("other machines"), "{name}={value}: {}", run.stderr);
    }
    assert!(!program.exists("data"));
}

#[test]
fn the_demo_keeps_its_database_apart_and_leaves_files_alone_that_were_not_named() {
    let program = Program::new();
    program.write("portico.toml", "colour = \"this file belongs to another site\"\n");
    let (port, _) = free_ports();
    let serving = program.serve(&["--demo"], &[("PORTICO_LISTEN", &format!("127.0.0.1:{port}"))]);
    assert_eq!(serving.said, format!("Portico is at http://localhost:{port}\n"));
    assert!(program.exists("data/demo.db") && !program.exists("data/portico.db"));
}

#[test]
fn the_demo_tells_who_to_be() {
    let greeting = demo_house::greeting(&server::Config::defaults().unwrap());
    for name in demo::PEOPLE.iter().map(|person| person.name) {
        assert!(greeting.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_sign_in_at_the_demo_survives_a_restart() {
    let program = Program::new();
    let (port, _) = free_ports();
    let listen = format!("127.0.0.1:{port}");
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_PUBLIC_URL", &format!("http://{listen}")),
    ];
    let first = program.serve(&["--demo"], &variables);
    let mut alice = crate::support::RemoteVisitor::new(&listen);
    alice.sign_in("alice").await;
    assert_eq!(alice.get("/profile").await.0, 200);
    drop(first);
    let _second = program.serve(&["--demo"], &variables);
    for _ in 0..50 {
        if alice.get("/profile").await.0 == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("alice is signed out");
}
