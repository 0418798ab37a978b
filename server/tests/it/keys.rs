//! `SIGHUP` reloads the sealing keys; an invalid file changes nothing.

use std::process::Command;

use crate::support::{Program, RemoteVisitor, Serving, free_ports};

/// Signals the program to read its keys again, and waits for the line with the outcome.
fn hang_up(serving: &Serving) -> String {
    let sent = Command::new("kill")
        .args(["-HUP", &serving.child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
    serving
        .log()
        .find(|line| line.contains("reloaded"))
        .expect("nothing was said")
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn se_8_keys_are_exchanged_while_the_site_runs_and_a_wrong_file_changes_nothing() {
    let program = Program::new();
    let (port, _) = free_ports();
    let listen = format!("127.0.0.1:{port}");
    let public_url = format!("http://{listen}");
    let variables = [("PORTICO_LISTEN", listen.as_str()), ("PORTICO_PUBLIC_URL", &public_url)];
    let serving = program.serve(&["--demo"], &variables);
    let mut alice = RemoteVisitor::new(&listen);
    alice.sign_in("alice").await;
    let old = program.read("data/demo-keys");

    program.write("data/demo-keys", "no key\n");
    let shown = hang_up(&serving);
    assert!(
        shown.contains("ERROR") && shown.contains("stay as they were") && shown.contains("data/demo-keys"),
        "{shown}"
    );
    assert_eq!(alice.get("/profile").await.0, 200, "the old keys still open");

    let newer = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    program.write("data/demo-keys", &format!("{newer}\n{old}"));
    let shown = hang_up(&serving);
    assert!(shown.contains("INFO") && !shown.contains(newer), "{shown}");
    assert_eq!(alice.get("/profile").await.0, 200, "sealed anew by the first key");

    // Without the old key only what was sealed by the new one opens.
    program.write("data/demo-keys", &format!("{newer}\n"));
    hang_up(&serving);
    assert_eq!(alice.get("/profile").await.0, 200);
    program.write("data/demo-keys", &old);
    hang_up(&serving);
    assert_eq!(
        alice.get("/profile").await.0,
        401,
        "the new key is gone, and with it the session"
    );
}
