//! Limits of connections, on real sockets.

use std::time::Duration;

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::support::{Program, RemoteVisitor, free_ports};

async fn served(router: Router) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move { drop(stopped.await) };
    (
        address,
        stop,
        tokio::spawn(server::serve::serve(listener, router, stopped)),
    )
}

/// Everything the server responds to these bytes until it closes; writing may fail half way, which is a response too.
async fn report(address: std::net::SocketAddr, chunks: impl Iterator<Item = Vec<u8>>) -> String {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let reading = tokio::spawn(async move {
        let mut shown = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), reader.read_to_end(&mut shown)).await;
        String::from_utf8_lossy(&shown).into_owned()
    });
    for chunk in chunks {
        if writer.write_all(&chunk).await.is_err() {
            break;
        }
    }
    reading.await.unwrap()
}

fn response() -> Router {
    Router::new().route("/", get(async || "hello"))
}

#[tokio::test]
async fn ten_megabytes_of_headers_are_refused() {
    let (address, _stop, _) = served(response()).await;
    let start = b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".to_vec();
    let chunks = std::iter::once(start).chain(std::iter::repeat_n(vec![b'x'; 64 * 1024], 160));
    let shown = report(address, chunks).await;
    assert!(shown.is_empty() || shown.starts_with("HTTP/1.1 431"), "{shown}");
    assert!(!shown.contains("hello"));
}

#[tokio::test]
async fn a_thousand_headers_are_refused() {
    let (address, _stop, _) = served(response()).await;
    let mut request = b"GET / HTTP/1.1\r\nhost: localhost\r\n".to_vec();
    for number in 0..1000 {
        request.extend_from_slice(format!("x-{number}: 1\r\n").as_bytes());
    }
    request.extend_from_slice(b"\r\n");
    let shown = report(address, std::iter::once(request)).await;
    assert!(shown.starts_with("HTTP/1.1 431"), "{shown}");
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_next_connection_is_answered() {
    let (address, _stop, _) = served(response()).await;
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
    ] {
        let shown = report(address, std::iter::once(garbage.to_vec())).await;
        assert!(shown.is_empty() || shown.starts_with("HTTP/1.1 400"), "{shown}");
    }
    let shown = report(
        address,
        std::iter::once(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec()),
    )
    .await;
    assert!(shown.ends_with("hello"), "{shown}");
}

#[tokio::test]
async fn a_running_response_is_finished_before_the_program_stops() {
    let (started, mut has_started) = tokio::sync::mpsc::channel::<()>(1);
    let (go_on, wait) = oneshot::channel::<()>();
    let wait = std::sync::Arc::new(tokio::sync::Mutex::new(Some(wait)));
    let slow = get(move || {
        let (started, wait) = (started.clone(), std::sync::Arc::clone(&wait));
        async move {
            started.send(()).await.unwrap();
            let wait = wait.lock().await.take();
            wait.unwrap().await.unwrap();
            "finished"
        }
    });
    let (address, stop, serving) = served(Router::new().route("/", slow)).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec();
    let shown = tokio::spawn(report(address, std::iter::once(request)));
    has_started.recv().await.unwrap();
    stop.send(()).unwrap();
    go_on.send(()).unwrap();
    serving.await.unwrap();
    assert!(shown.await.unwrap().ends_with("finished"));
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
}

#[tokio::test]
async fn targets_that_are_no_path_are_refused() {
    let site = crate::support::TestSite::start().await;
    let (address, _stop, _) = served(site.router.clone()).await;
    for target in ["OPTIONS * ", "CONNECT localhost:80 ", "GET * ", "GET localhost "] {
        let request = format!("{target}HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").into_bytes();
        let shown = report(address, std::iter::once(request)).await;
        assert!(shown.starts_with("HTTP/1.1 400"), "{target}: {shown}");
    }
}

#[tokio::test]
async fn ui_4_a_request_names_exactly_one_host() {
    let site = crate::support::TestSite::start().await;
    let (address, _stop, _) = served(site.router.clone()).await;
    for (request, status) in [
        ("GET /public HTTP/1.1\r\nhost: localhost", 200),
        ("GET /public HTTP/1.1\r\nHOST: docs.example:8080", 200),
        ("GET /public HTTP/1.1\r\nhost: [::1]:8080", 200),
        ("GET /public HTTP/1.0", 200),
        ("GET /public HTTP/1.0\r\nhost: localhost", 200),
        ("GET http://localhost/public HTTP/1.1\r\nhost: localhost", 200),
        ("GET /public HTTP/1.1", 400),
        ("HEAD /healthz HTTP/1.1", 400),
        ("GET /auth/login HTTP/1.1", 400),
        ("GET /api/messages/public HTTP/1.1", 400),
        ("GET /pkg/portico.js HTTP/1.1", 400),
        ("GET /public HTTP/1.1\r\nhost:", 400),
        ("GET /public HTTP/1.1\r\nhost: a\r\nhost: a", 400),
        ("GET /public HTTP/1.1\r\nhost: a\r\nhost: b", 400),
        ("GET /public HTTP/1.1\r\nhost: a, b", 400),
        ("GET /public HTTP/1.1\r\nhost: user@localhost", 400),
        ("GET /public HTTP/1.1\r\nhost: local/host", 400),
        ("GET /public HTTP/1.1\r\nhost: localhost:99999", 400),
        ("GET /public HTTP/1.1\r\nhost: \u{e4}", 400),
        ("GET /public HTTP/1.0\r\nhost: a\r\nhost: b", 400),
        ("GET http://evil.example/public HTTP/1.1\r\nhost: localhost", 400),
        ("GET http://localhost/public HTTP/1.1", 400),
        ("GET http://user@localhost/public HTTP/1.1\r\nhost: localhost", 400),
    ] {
        let bytes = format!("{request}\r\nconnection: close\r\n\r\n").into_bytes();
        let shown = report(address, std::iter::once(bytes)).await;
        let line = shown.lines().next().unwrap_or_default();
        assert!(line.contains(&format!(" {status} ")), "{request:?}: {shown}");
        // The refusal is a page as any other, with the headers all responses have.
        assert!(
            status == 200 || shown.contains("x-content-type-options: nosniff"),
            "{request:?}: {shown}"
        );
    }
}

/// Companies have such a proxy, and it knows nothing of this machine.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_this_machine_is_queried_past_a_proxy_of_the_environment() {
    let program = Program::new();
    let (port, _) = free_ports();
    let listen = format!("127.0.0.1:{port}");
    let public_url = format!("http://{listen}");
    let nobody = "http://127.0.0.1:9";
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_PUBLIC_URL", &public_url),
        ("HTTP_PROXY", nobody),
        ("http_proxy", nobody),
        ("ALL_PROXY", nobody),
    ];
    let _serving = program.serve(&["--demo"], &variables);
    let mut alice = RemoteVisitor::new(&listen);
    alice.sign_in("alice").await;
    assert_eq!(alice.get("/profile").await.0, 200);
}
