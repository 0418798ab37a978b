//! An upstream API on a loopback port that records its requests and responds by a closure; and raw requests, for addresses that no
//! browser would send.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::within_deadline;

/// A request that the API received.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ReceivedRequest {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn token(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }
}

type Log = watch::Sender<Vec<ReceivedRequest>>;

/// A running API.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    log: Log,
}

impl Api {
    /// An API that responds to every request with `reply`.
    pub(crate) async fn new<F>(reply: F) -> Self
    where
        F: Fn(&ReceivedRequest) -> Response + Clone + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            address: listener.local_addr().unwrap(),
            log: Log::default(),
        };
        let log = api.log.clone();
        let router = Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            // A body that breaks off is written down as far as it arrived to its end: not at all.
            let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
                return "broken".into_response();
            };
            let requested = ReceivedRequest {
                target: parts.uri.to_string(),
                method: parts.method,
                headers: parts.headers,
                body,
            };
            let reply = reply(&requested);
            log.send_modify(|log| log.push(requested));
            reply
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// One that never responds, if nothing serves `address`.
    pub(crate) fn silent(address: SocketAddr) -> Self {
        let log = Log::default();
        Self { address, log }
    }

    /// Its address, below `/v1/`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1/", self.address)
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        self.log.borrow().clone()
    }

    /// Waits until it has received so many requests.
    pub(crate) async fn until_requests(&self, number: usize) {
        let mut log = self.log.subscribe();
        let requested = log.wait_for(|requested| requested.len() >= number);
        drop(within_deadline("the API is asked", requested).await);
    }
}

/// Sends `message` as it is and reads to the end; returns the status and the whole text.
pub(crate) async fn raw(address: SocketAddr, message: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(message.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut reply));
    assert!(read.await.is_ok(), "the answer has no end");
    let reply = String::from_utf8_lossy(&reply).into_owned();
    let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), reply)
}
