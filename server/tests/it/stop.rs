//! Graceful shutdown. It is finished: a refresh token is good for one use, and
//! the new one must be there at the next start.

use std::time::{Duration, Instant};

use demo::{Demo, DemoConfig, DemoHandle, Endpoint, FaultResponse, Kind, Patch};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Program, RemoteVisitor, Serving, free_ports, soon};

/// A program with a provider in this process.
struct TestProgram {
    program: Program,
    provider: DemoHandle,
    listen: String,
}

impl TestProgram {
    async fn new() -> Self {
        let listen = format!("127.0.0.1:{}", free_ports().0);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let public_url = format!("http://{listen}/").parse().unwrap();
        let demo = DemoConfig::new(listener.local_addr().unwrap(), public_url);
        let program = Program::new();
        program.write(
            "portico.toml",
            &format!(
                "public_url = \"http://{listen}\"\n[api]\naudience = \"{}\"\n[[providers]]\nid = \"demo\"\nissuer = \"{}\"\n\
                 client_id = \"{}\"\nclient_secret = \"{}\"\naudience = \"{}\"\n\
                 scopes = [\"openid\", \"profile\", \"offline_access\", \"messages:read\"]\n",
                demo.audience, demo.issuer, demo.client_id, demo.client_secret, demo.audience
            ),
        );
        let demo = Demo::new(demo).unwrap();
        let provider = demo.handle();
        tokio::spawn(server::serve::serve(listener, demo.router(), std::future::pending()));
        Self {
            program,
            provider,
            listen,
        }
    }

    fn serve(&self) -> Serving {
        let serving = self.program.serve(&[], &[("PORTICO_LISTEN", &self.listen)]);
        serving.until("it is ready", |line| line.contains("the provider is ready"));
        serving
    }

    /// Waits until the renewal that somebody's request began is at the provider.
    async fn until_it_renews(&self) {
        soon("a renewal", self.provider.wait_for(|provider| provider.held() > 0)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_2_a_renewal_under_way_is_stored_before_the_program_ends() {
    for browser_is_gone in [false, true] {
        let program = TestProgram::new().await;
        let serving = program.serve();
        // Tokens that have to be renewed as soon as they are used.
        program.provider.change(|faults| {
            faults.token_response = Patch::from_iter([("expires_in".to_owned(), json!(0))]);
        });
        let mut alice = RemoteVisitor::new(&program.listen);
        alice.sign_in("alice").await;
        assert_eq!(alice.get("/profile").await.0, 200);
        program.provider.change(|faults| {
            faults.responses.insert(Endpoint::Token, FaultResponse::HoldResponse);
        });
        let mut tab = alice.again();
        let request = tokio::spawn(async move { tab.get("/protected").await.0 });
        program.until_it_renews().await;
        if browser_is_gone {
            request.abort();
        }
        serving.signal_stop();
        serving.until("it stops", |line| line.contains("no more connections are accepted"));
        program.provider.change(|faults| {
            faults.responses.clear();
            faults.token_response = Patch::new();
        });
        serving.ended().await;
        let renewed = program.provider.newest(Kind::RefreshToken).unwrap();
        assert_eq!(
            program.provider.requests(Endpoint::Token),
            2,
            "the sign-in and the renewal"
        );

        let _serving = program.serve();
        let start = Instant::now();
        let (status, _, page) = alice.get("/protected").await;
        assert_eq!(status, 200, "gone: {browser_is_gone}: {page}");
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "no lease was left behind: {:?}",
            start.elapsed()
        );
        let sent = program.provider.bodies(Endpoint::Token);
        assert!(
            sent.len() == 3 && sent[2].contains(&renewed),
            "gone: {browser_is_gone}: not by the refresh token that came back while it stopped"
        );
    }
}

/// A provider that never responds does not stop the program from ending.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_never_responds_does_not_hold_the_program_up() {
    let program = TestProgram::new().await;
    let serving = program.serve();
    program.provider.change(|faults| {
        faults.token_response = Patch::from_iter([("expires_in".to_owned(), json!(0))]);
    });
    let mut alice = RemoteVisitor::new(&program.listen);
    alice.sign_in("alice").await;
    program.provider.change(|faults| {
        faults.responses.insert(Endpoint::Token, FaultResponse::Hold);
    });
    let request = tokio::spawn(async move { alice.get("/protected").await.0 });
    program.until_it_renews().await;
    request.abort();
    let start = Instant::now();
    serving.signal_stop();
    serving.ended().await;
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
