//! The HTTP/1.1 listener: limits of connections, and graceful shutdown.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};

/// Most header fields of a request; more are answered with 431 (RFC 6585 §5).
const MAX_HEADERS: usize = 100;

/// Most bytes of all headers of a request; more are answered with 431.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Longest time for a request's headers to arrive.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for running responses at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause after a failed `accept`, such as when no file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why the program cannot listen at an address.
#[derive(Debug, thiserror::Error)]
#[error("{}", .message)]
pub struct ListenError {
    message: String,
    source: io::Error,
}

impl ListenError {
    /// An address that is not allowed.
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

/// Serves until `stop` completes, then waits for running responses.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => serve_connection(stream, router.clone(), &connections),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tracing::info!("no more connections are accepted");
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some responses were not finished");
    }
}

fn serve_connection(stream: TcpStream, router: Router, connections: &GracefulShutdown) {
    // Without Nagle's algorithm small responses are sent at once; failing to set it does no harm.
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
            tracing::debug!(%error, "a connection was closed early");
        }
    });
}

/// Completes at Ctrl-C, or at `SIGTERM` from a service manager. Signals count from the call on, not from the first poll:
/// whoever was told that the program serves may stop it at once.
pub fn shutdown_signal() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let (interrupt, terminate) = {
        use tokio::signal::unix::SignalKind;
        (received(SignalKind::interrupt()), received(SignalKind::terminate()))
    };
    #[cfg(not(unix))]
    let (interrupt, terminate) = {
        let interrupt = async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        (interrupt, std::future::pending::<()>())
    };
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}

/// Completes when a signal of this kind arrives after the call; never, where none can be received.
#[cfg(unix)]
fn received(kind: tokio::signal::unix::SignalKind) -> impl Future<Output = ()> {
    let signals = tokio::signal::unix::signal(kind);
    async {
        match signals {
            Ok(mut signals) => drop(signals.recv().await),
            Err(_) => std::future::pending().await,
        }
    }
}
