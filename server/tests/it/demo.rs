//! `--demo` stays on this machine, lists its people, and stores its data.

use server::demo_site;

use crate::support::{Database, Program, RemoteVisitor, free_ports};

#[test]
fn the_demo_refuses_whatever_another_machine_could_reach() {
    let program = Program::new();
    for (name, value) in [
        ("PORTICO_PUBLIC_URL", "https://portico.example.com"),
        ("PORTICO_LISTEN", "0.0.0.0:4040"),
        ("PORTICO_LISTEN", "[::]:4040"),
        ("PORTICO_DEMO_LISTEN", "0.0.0.0:4041"),
        ("PORTICO_METRICS_LISTEN", "0.0.0.0:4049"),
    ] {
        let run = program.run_with(&["serve", "--demo"], &[(name, value)]);
        assert_eq!(run.code, 2, "{name}={value}: {}", run.stderr);
        assert!(run.stderr.contains("other machines"), "{name}={value}: {}", run.stderr);
    }
    assert!(!program.exists("data"));
}

#[test]
fn the_demo_has_a_database_of_its_own_and_leaves_files_alone_that_were_not_named() {
    let program = Program::new();
    program.write("portico.toml", "colour = \"this file belongs to another site\"\n");
    let (port, _) = free_ports();
    let serving = program.serve(&["--demo"], &[("PORTICO_LISTEN", &format!("127.0.0.1:{port}"))]);
    assert_eq!(serving.greeting, format!("Portico is at http://localhost:{port}\n"));
    assert!(program.exists("data/demo.db") && !program.exists("data/portico.db"));
}

#[test]
fn the_demo_lists_the_people() {
    let greeting = demo_site::greeting(&server::Config::defaults().unwrap());
    for name in demo::PEOPLE.iter().map(|person| person.name) {
        assert!(greeting.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_sign_in_at_the_demo_survives_a_restart_on_either_database() {
    let postgres = Database::postgres().await;
    for database in [None, Some(&postgres)] {
        let program = Program::new();
        let (port, _) = free_ports();
        let listen = format!("127.0.0.1:{port}");
        let (origin, address) = (format!("http://{listen}"), database.map(Database::text));
        let mut variables = vec![("PORTICO_LISTEN", &*listen), ("PORTICO_PUBLIC_URL", &*origin)];
        variables.extend(address.as_deref().map(|address| ("PORTICO_DATABASE_URL", address)));
        let first = program.serve(&["--demo"], &variables);
        let mut alice = RemoteVisitor::new(&listen);
        alice.sign_in("alice").await;
        assert_eq!(alice.get("/profile").await.0, 200);
        drop(first);
        let _second = program.serve(&["--demo"], &variables);
        alice.reconnect();
        assert_eq!(alice.get("/profile").await.0, 200, "alice is signed out");
        // Its documents were imported once: the first two have a reader each.
        let (status, _, page) = alice.get("/docs/1").await;
        assert!(status == 200 && page.contains("private engineering document"), "{page}");
        assert_eq!(alice.get("/docs/2").await.0, 403);
        assert_eq!(program.exists("data/demo.db"), database.is_none());
    }
}

#[tokio::test]
async fn files_are_imported_into_either_database_by_the_program_and_one_with_a_nul_is_left_out() {
    let (postgres, folder) = (Database::postgres().await, tempfile::tempdir().unwrap());
    for database in [Database::sqlite(folder.path()), postgres] {
        let program = Program::new();
        program.write("files/a.md", "# A");
        program.write("files/b.md", "# B\n\0\n");
        program.write("files/c.md", "# C");
        let address = database.text();
        let arguments = ["import", "files", "--demo", "--owner", "alice"];
        for counts in [
            "2 added, 0 changed, 0 as before\n2 public, 0 private, 0 drafts left out, 1 refused, 0 withdrawn, 0 pruned\n",
            "0 added, 0 changed, 2 as before\n2 public, 0 private, 0 drafts left out, 1 refused, 0 withdrawn, 0 pruned\n",
        ] {
            let run = program.run_with(&arguments, &[("PORTICO_DATABASE_URL", &address)]);
            assert_eq!(
                (run.code, run.stdout.split_once('\n').unwrap().1),
                (1, counts),
                "{}",
                run.stderr
            );
            assert!(
                run.stderr.starts_with("b.md:2: holds a NUL character"),
                "{}",
                run.stderr
            );
        }
    }
}
