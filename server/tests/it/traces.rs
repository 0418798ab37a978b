//! Exported traces. Tested with the program.

use std::sync::Arc;

use axum::{Json, Router, http::HeaderMap, routing::get};
use opentelemetry_proto::tonic::{common::v1::KeyValue, trace::v1::Span};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Collector, Program, RemoteVisitor, Serving, attribute, free_ports};

/// Every attribute that may be exported.
const ATTRIBUTES: [&str; 9] = [
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "provider",
    "endpoint",
    "outcome",
    "documents",
    "allowed",
    "message",
];
const SERVER: i32 = 2;
const CLIENT: i32 = 3;
const THEIRS: &str = "0af7651916cd43dd8448eb211c80319c";

struct TestProgram {
    program: Program,
    listen: String,
}

impl TestProgram {
    fn new() -> Self {
        let listen = format!("127.0.0.1:{}", free_ports().0);
        let program = Program::new();
        Self { program, listen }
    }

    fn serve(&self, collector: &Collector, more: &[(&str, &str)]) -> Serving {
        let public_url = format!("http://{}", self.listen);
        let own = [
            ("PORTICO_LISTEN", self.listen.as_str()),
            ("PORTICO_PUBLIC_URL", &public_url),
            ("PORTICO_TELEMETRY_OTLP_ENDPOINT", &collector.endpoint),
            ("PORTICO_TELEMETRY_SERVICE_NAME", "portico-test"),
            ("PORTICO_LOG", "info,server=debug,bff=debug,portico=debug"),
        ];
        self.program.serve(&["--demo"], &[&own, more].concat())
    }
}

/// Signals the program to stop, as a service manager does, and returns what it logged. It has to stop well.
async fn stop(mut serving: Serving) -> String {
    let stopped = tokio::task::spawn_blocking(move || {
        let pid = serving.child.id().to_string();
        let requested = std::process::Command::new("kill").args(["-TERM", &pid]).status();
        assert!(requested.unwrap().success());
        let ended = serving.child.wait().unwrap();
        let shown = serving.log().collect::<Vec<_>>().join("\n");
        assert!(ended.success(), "{shown}");
        shown
    });
    let shown = tokio::time::timeout(std::time::Duration::from_secs(30), stopped).await;
    shown.expect("the program does not stop").unwrap()
}

fn named<'a>(spans: &'a [(Span, Vec<KeyValue>)], name: &str) -> &'a Span {
    let found = spans.iter().map(|(span, _)| span).find(|span| span.name == name);
    found.unwrap_or_else(|| {
        let names: Vec<_> = spans.iter().map(|(span, _)| &span.name).collect();
        panic!("no span {name} among {names:?}")
    })
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The span called `name` below `parent`.
fn child<'a>(spans: &'a [(Span, Vec<KeyValue>)], parent: &Span, name: &str) -> &'a Span {
    let of_parent = |span: &&Span| span.parent_span_id == parent.span_id && span.trace_id == parent.trace_id;
    let found = spans
        .iter()
        .map(|(span, _)| span)
        .filter(of_parent)
        .find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no span {name} below {}", parent.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_in_page_is_a_trace_that_shows_where_time_went() {
    let (collector, program) = (Collector::start().await, TestProgram::new());
    let serving = program.serve(&collector, &[]);
    let mut alice = RemoteVisitor::new(&program.listen);
    alice.sign_in("alice").await;
    assert_eq!(alice.get("/docs/1?q=what-somebody-looks-for").await.0, 200);
    let shown = stop(serving).await;
    let spans = collector.spans();

    let page = named(&spans, "GET /docs/{id}");
    assert_eq!((page.kind, page.parent_span_id.len()), (SERVER, 0));
    for (name, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/docs/{id}"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(attribute(&page.attributes, name), value, "{name}");
    }
    let session = child(&spans, page, "session");
    assert_eq!(attribute(&session.attributes, "outcome"), "success");
    let opening = child(&spans, page, "open document");
    let decision = child(&spans, opening, "decision");
    assert_eq!(attribute(&decision.attributes, "documents"), "1");
    assert_eq!(attribute(&decision.attributes, "allowed"), "1");

    let callback = named(&spans, "GET /auth/callback/{provider}");
    let exchange = child(&spans, callback, "token_authorization_code");
    assert_eq!(exchange.kind, CLIENT);
    assert_eq!(attribute(&exchange.attributes, "outcome"), "success");
    child(&spans, callback, "keys");
    child(&spans, callback, "userinfo");

    let (_, resource) = &spans[0];
    assert_eq!(attribute(resource, "service.name"), "portico-test");
    // A span is exported once: to the collector, not in the log as well.
    assert!(shown.contains("handled a request"), "{shown}");
    assert!(!shown.contains("request{") && !shown.contains("provider{"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_holds_no_cookie_no_token_no_code_no_query_and_nobody() {
    let (collector, program) = (Collector::start().await, TestProgram::new());
    let serving = program.serve(&collector, &[("PORTICO_DEMO_REVEAL_TOKENS", "1")]);
    let mut alice = RemoteVisitor::new(&program.listen);
    alice.sign_in("alice").await;
    for path in [
        "/docs/1?q=what-somebody-looks-for",
        "/docs",
        "/protected",
        "/profile",
        "/nobody-knows-this-path?q=what-somebody-looks-for",
        "/auth/callback/demo?code=a-stolen-code&state=a-made-up-state",
    ] {
        alice.get(path).await;
    }
    let issued = alice.issued().await;
    stop(serving).await;
    let spans = collector.spans();
    assert!(spans.len() > 15, "{}", spans.len());
    for (span, _) in &spans {
        assert!(span.events.is_empty(), "lines of the log belong into the log: {span:?}");
        for attribute in &span.attributes {
            assert!(
                ATTRIBUTES.contains(&attribute.key.as_str()),
                "{attribute:?} in {}",
                span.name
            );
        }
    }
    let bytes = collector.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let others = [
        "what-somebody-looks-for",
        "a-stolen-code",
        "a-made-up-state",
        "nobody-knows-this-path",
        "alice",
        "Archer",
    ];
    let secrets = alice.secrets.iter().chain(&issued);
    let mut looked_for = 0;
    for secret in secrets.map(String::as_str).chain(others) {
        assert!(!text.contains(secret), "{secret} is in a trace");
        looked_for += 1;
    }
    assert!(looked_for > 15, "cookies, codes and tokens: {looked_for}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_stands_in_nobodys_way() {
    let (collector, program) = (Collector::hanging().await, TestProgram::new());
    let serving = program.serve(&collector, &[]);
    let mut alice = RemoteVisitor::new(&program.listen);
    alice.sign_in("alice").await;
    collector.first_batch().await;
    // While that batch hangs, more arrive and get a response.
    for _ in 0..200 {
        assert_eq!(alice.get("/auth/session").await.0, 200);
    }
    assert_eq!(alice.get("/docs/1").await.0, 200);
    let shown = stop(serving).await;
    assert!(shown.matches("traces cannot be sent").count() <= 1, "{shown}");
    assert_eq!(shown.matches("the last traces could not be sent").count(), 1, "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn px_2_an_upstream_gets_the_trace_of_its_request() {
    let (collector, program) = (Collector::start().await, TestProgram::new());
    let reported = Arc::new(std::sync::Mutex::new(Vec::<HeaderMap>::new()));
    let log = Arc::clone(&reported);
    let order = async move |headers: HeaderMap| {
        log.lock().unwrap().push(headers);
        "an order"
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/7", get(order));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let serving = program.serve(
        &collector,
        &[
            ("PORTICO_UPSTREAMS_0_PATH", "/api/orders"),
            ("PORTICO_UPSTREAMS_0_BASE_URL", &address),
            ("PORTICO_UPSTREAMS_0_AUDIENCE", "https://api.portico.example"),
            ("PORTICO_UPSTREAMS_0_PROVIDERS", "demo"),
        ],
    );
    let mut alice = RemoteVisitor::new(&program.listen);
    alice.sign_in("alice").await;
    let (status, _, body) = alice.get("/api/orders/7").await;
    assert_eq!((status, body.as_str()), (200, "an order"));
    stop(serving).await;
    let spans = collector.spans();
    let request = named(&spans, "GET /api/orders/{*rest}");
    let requested = child(&spans, request, "upstream");
    assert_eq!(
        (
            requested.kind,
            attribute(&requested.attributes, "http.response.status_code")
        ),
        (CLIENT, "200".to_owned())
    );
    let expected = format!("00-{}-{}-01", hex(&request.trace_id), hex(&requested.span_id));
    assert_eq!(reported.lock().unwrap()[0]["traceparent"], expected.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_from_outside_is_linked_and_not_continued_and_our_own_is_sent_to_the_api() {
    let (collector, program) = (Collector::start().await, TestProgram::new());
    let reported = Arc::new(std::sync::Mutex::new(Vec::<HeaderMap>::new()));
    let api = {
        let reported = Arc::clone(&reported);
        let message = async move |headers: HeaderMap| {
            reported.lock().unwrap().push(headers);
            Json(json!({ "message": "hello" }))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/api/messages/public", get(message));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    };
    let serving = program.serve(&collector, &[("PORTICO_API_BASE_URL", &api)]);
    let visitor = RemoteVisitor::new(&program.listen);
    let theirs = format!("00-{THEIRS}-b7ad6b7169203331-01");
    visitor
        .open_with(
            "/public",
            &[
                ("traceparent", &theirs),
                ("tracestate", "vendor=theirs"),
                ("baggage", "k=theirs"),
            ],
        )
        .await;
    stop(serving).await;
    let spans = collector.spans();
    let page = named(&spans, "GET /public");
    assert_ne!(hex(&page.trace_id), THEIRS);
    assert!(page.parent_span_id.is_empty() && page.links.len() == 1, "{page:?}");
    assert_eq!(hex(&page.links[0].trace_id), THEIRS);
    let requested = child(&spans, child(&spans, page, "message"), "messages");
    let reported = reported.lock().unwrap();
    let traceparent = reported[0]["traceparent"].to_str().unwrap();
    assert_eq!(
        traceparent,
        format!("00-{}-{}-01", hex(&page.trace_id), hex(&requested.span_id))
    );
    assert!(!reported[0].contains_key("tracestate") && !reported[0].contains_key("baggage"));
    assert!(!String::from_utf8_lossy(&collector.bytes()).contains("theirs"));
}
