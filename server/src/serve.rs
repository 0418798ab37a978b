//! What do connections have to obey? HTTP/1.1 with limits on headers and time, until somebody stops the program.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};

/// Most header lines of a request; more are answered with 431 (RFC 6585 §5).
const MAX_HEADERS: usize = 100;

/// Most bytes of all headers of a request; more are answered with 431.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Longest time for a request's headers to arrive.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for running answers when the program is asked to stop.
const GOODBYE: Duration = Duration::from_secs(10);

/// Pause after a connection could not be accepted, as when no file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A port that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{}", .message)]
pub struct ListenError {
    message: String,
    source: io::Error,
}

impl ListenError {
    /// An address that is not to be listened on, whether or not it could be.
    #[cfg(feature = "demo")]
    pub(crate) fn refused(why: &dyn std::error::Error) -> Self {
        Self {
            message: why.to_string(),
            source: io::ErrorKind::InvalidInput.into(),
        }
    }
}

/// Listens at an address.
///
/// # Errors
/// If it is taken or not this machine's, naming the `setting` to change.
pub async fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| {
        let port = address.port();
        let message = match source.kind() {
            io::ErrorKind::AddrInUse => format!("port {port} is taken: stop the other program or set {setting}"),
            io::ErrorKind::PermissionDenied => {
                format!("port {port} may not be used by this user: set {setting} to one above 1023")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("`{}` is not an address of this machine: set {setting}", address.ip())
            }
            _ => format!("cannot listen on `{address}`: set {setting} to another address"),
        };
        ListenError { message, source }
    })
}

/// Serves until `stop` is done, then lets running answers finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => answer(stream, router.clone(), &connections),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(GOODBYE, connections.shutdown()).await.is_err() {
        tracing::warn!("some answers were not finished");
    }
}

fn answer(stream: TcpStream, router: Router, connections: &GracefulShutdown) {
    // Small answers should leave at once; failing to say so harms nobody.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke off");
        }
    });
}

/// Done when somebody asks the program to stop (Ctrl-C, or `SIGTERM` from a service manager).
pub async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
