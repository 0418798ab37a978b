//! What stands behind a proxy? An API on a real port that writes down what it is asked and answers as it is told; and a way
//! to ask for addresses that no browser would send.

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

use super::soon;

/// What the API was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn token(&self) -> &str {
        self.header("authorization").strip_prefix("Bearer ").unwrap_or_default()
    }
}

type Log = watch::Sender<Vec<Asked>>;

/// An API that runs.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    log: Log,
}

impl Api {
    /// An API that answers everything with `answer`.
    pub(crate) async fn new<F>(answer: F) -> Self
    where
        F: Fn(&Asked) -> Response + Clone + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            address: listener.local_addr().unwrap(),
            log: Log::default(),
        };
        let log = api.log.clone();
        let router = Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            // A body that breaks off is written down as far as it came to its end: not at all.
            let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
                return "broken".into_response();
            };
            let asked = Asked {
                target: parts.uri.to_string(),
                method: parts.method,
                headers: parts.headers,
                body,
            };
            let answer = answer(&asked);
            log.send_modify(|log| log.push(asked));
            answer
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    /// One that never answers, if nobody serves `address`.
    pub(crate) fn silent(address: SocketAddr) -> Self {
        let log = Log::default();
        Self { address, log }
    }

    /// Its address, below `/v1/`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1/", self.address)
    }

    /// Everything it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.borrow().clone()
    }

    /// Waits until it was asked so often.
    pub(crate) async fn until_asked(&self, number: usize) {
        let mut log = self.log.subscribe();
        let asked = log.wait_for(|asked| asked.len() >= number);
        drop(soon("the API is asked", asked).await);
    }
}

/// Sends `head` and `body` as they are and reads to the end; the answer is the status and the whole text.
pub(crate) async fn raw(address: SocketAddr, message: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(message.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
    assert!(read.await.is_ok(), "the answer has no end");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), answer)
}
