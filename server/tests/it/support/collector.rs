//! A collector of traces. A collector on a port of its own takes them by OTLP over HTTP and records
//! them; another one takes them and never answers.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;
use tokio::{net::TcpListener, sync::watch};

/// What was sent, unchanged.
#[derive(Clone)]
struct Received {
    batches: Arc<Mutex<Vec<Bytes>>>,
    number: watch::Sender<usize>,
    answers: bool,
}

pub(crate) struct Collector {
    pub(crate) endpoint: String,
    received: Received,
}

impl Collector {
    /// One that takes everything.
    pub(crate) async fn start() -> Self {
        Self::with(true).await
    }

    /// One that hangs.
    pub(crate) async fn hanging() -> Self {
        Self::with(false).await
    }

    async fn with(answers: bool) -> Self {
        let received = Received {
            batches: Arc::default(),
            number: watch::Sender::new(0),
            answers,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/v1/traces", post(take))
            .with_state(received.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, received }
    }

    /// Waits until the first batch is there.
    pub(crate) async fn first_batch(&self) {
        let mut number = self.received.number.subscribe();
        let waiting = number.wait_for(|number| *number > 0);
        tokio::time::timeout(std::time::Duration::from_secs(20), waiting)
            .await
            .expect("nothing is sent to the collector")
            .unwrap();
    }

    /// Every byte that arrived.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.received.batches.lock().unwrap().concat()
    }

    /// Every span that arrived, and the attributes of the resource it belongs to.
    pub(crate) fn spans(&self) -> Vec<(Span, Vec<KeyValue>)> {
        let batches = self.received.batches.lock().unwrap();
        let requests = batches
            .iter()
            .map(|batch| ExportTraceServiceRequest::decode(batch.clone()).unwrap());
        let resources = requests.flat_map(|request| request.resource_spans);
        resources
            .flat_map(|resource| {
                let of = resource.resource.clone().unwrap_or_default().attributes;
                let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans.map(move |span| (span, of.clone())).collect::<Vec<_>>()
            })
            .collect()
    }
}

async fn take(State(received): State<Received>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    received.batches.lock().unwrap().push(body);
    received.number.send_modify(|number| *number += 1);
    if !received.answers {
        std::future::pending::<()>().await;
    }
}

/// An attribute as text; empty if there is none.
pub(crate) fn attribute(of: &[KeyValue], name: &str) -> String {
    let found = of.iter().find(|attribute| attribute.key == name);
    match found.and_then(|attribute| attribute.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => other.map_or_else(String::new, |other| format!("{other:?}")),
    }
}
