//! The site under test: the smallest one there can be, on a loopback port, with sessions in SQLite. Its clock
//! is the machine's, as the provider's is, and can be moved ahead.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use bff::{
    AccessToken, Bff, BffConfig, Caller, Clock, KeyRing, PlainPages, ProviderConfig, SignedIn, SqliteSessions, StepUp,
    TokenError,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The page with the button "Log out".
const HOME: &str = r#"<form method="post" action="/auth/logout"><button>Log out</button></form>"#;
/// What the page `/strong` requests.
pub(crate) const STRONG: &str = "urn:portico:second-factor";
/// How long ago somebody may have been authenticated who opens the page `/recent`.
const RECENT: Duration = Duration::from_mins(5);
/// The provider's id at the site.
pub(crate) const PROVIDER: &str = "real";

/// A listener for a site: its address is known before it opens, so that it can be registered at the provider.
pub(crate) struct Ground {
    listener: TcpListener,
    address: SocketAddr,
}

impl Ground {
    pub(crate) async fn find() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    /// An address of the site; `path` begins with `/`.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.address.port())
    }

    /// Where the provider sends people back to.
    pub(crate) fn callback(&self) -> String {
        self.at(&format!("/auth/callback/{PROVIDER}"))
    }

    /// Opens the site for people of `provider`.
    pub(crate) async fn open(self, provider: ProviderConfig) -> Site {
        // Shown beside a test that fails.
        let log = tracing_subscriber::fmt().with_env_filter("bff=debug").with_ansi(false);
        let _ = log.with_test_writer().try_init();
        let folder = tempfile::tempdir().unwrap();
        self.open_with(provider, folder, Arc::default()).await
    }

    /// The same with what was left in `folder` when it closed.
    async fn open_with(self, provider: ProviderConfig, folder: TempDir, ahead: Arc<AtomicI64>) -> Site {
        let url = self.at("/");
        let offset = Arc::clone(&ahead);
        let keys = KeyRing::load_or_create(&folder.path().join("keys")).unwrap();
        let mut config = BffConfig::new(url.parse().unwrap(), keys).with_provider(provider.clone());
        config.clock =
            Clock::from_fn(move || Clock::system().now() + time::Duration::seconds(offset.load(Ordering::Relaxed)));
        let database = SqliteConnectOptions::new()
            .filename(folder.path().join("sessions.db"))
            .create_if_missing(true);
        let pool = SqlitePoolOptions::new().connect_with(database).await.unwrap();
        let sessions = SqliteSessions::new(pool).await.unwrap();
        let bff = Bff::new(config, Arc::new(sessions), Arc::new(PlainPages)).unwrap();
        let seen = Seen::default();
        let router = routes(&bff, &seen);
        let (listener, address) = (self.listener, self.address);
        let (close, closing) = oneshot::channel::<()>();
        let server = axum::serve(listener, router).with_graceful_shutdown(async { drop(closing.await) });
        let server = tokio::spawn(async move { server.await.unwrap() });
        Site {
            bff,
            url,
            seen,
            ahead,
            folder,
            opened: Opened {
                address,
                provider,
                close,
                server,
            },
        }
    }
}

/// The tokens that the site's handlers were given, newest last. They never leave it otherwise.
type Seen = Arc<Mutex<Vec<AccessToken>>>;

/// A site that runs.
pub(crate) struct Site {
    pub(crate) bff: Bff,
    url: String,
    seen: Seen,
    ahead: Arc<AtomicI64>,
    folder: TempDir,
    opened: Opened,
}

/// Where and for whom a site is open.
struct Opened {
    address: SocketAddr,
    provider: ProviderConfig,
    /// Stated or dropped, it ends the server.
    close: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Site {
    /// An address of the site; `path` begins with `/`.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    /// Moves the site's clock ahead of the provider's.
    pub(crate) fn advance(&self, time: Duration) {
        let seconds = i64::try_from(time.as_secs()).unwrap();
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Closes and opens again: the same address, database and keys, and nothing else.
    pub(crate) async fn restart(self) -> Self {
        self.restart_as(|_| {}).await
    }

    /// The same with another configuration.
    pub(crate) async fn restart_as(self, change: fn(&mut ProviderConfig)) -> Self {
        let Opened {
            address,
            mut provider,
            close,
            server,
        } = self.opened;
        close.send(()).unwrap();
        server.await.unwrap();
        change(&mut provider);
        let listener = TcpListener::bind(address).await.unwrap();
        let ground = Ground { listener, address };
        ground.open_with(provider, self.folder, self.ahead).await
    }

    /// The access token that a handler was given last.
    pub(crate) fn token(&self) -> AccessToken {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }
}

fn routes(bff: &Bff, seen: &Seen) -> Router {
    let pages = Router::new()
        .route("/", get(async || Html(HOME)))
        .route("/me", get(me))
        .route("/use", get(use_token))
        .route("/strong", get(me).layer(bff.require_step_up(StepUp::acr(STRONG))))
        .route("/recent", get(me).layer(bff.require_step_up(StepUp::recent(RECENT))))
        .with_state(Arc::clone(seen));
    let caller = async |caller: Caller| Json(json!({ "subject": caller.subject, "scopes": caller.scopes }));
    let read = bff.bearer("https://api.portico.example").require(&["messages:read"]);
    let requested = bff.introspecting_bearer(PROVIDER, "https://opaque.portico.example");
    let api = Router::new()
        .route("/api/jwt", get(caller).layer(read))
        .route("/api/opaque", get(caller).layer(requested.require(&["messages:read"])));
    bff.protect(pages.merge(bff.router())).merge(api)
}

async fn me(person: SignedIn) -> Json<Value> {
    let who = person.identity();
    let at = person.authenticated_at().map(time::OffsetDateTime::unix_timestamp);
    Json(json!({
        "issuer": who.issuer, "subject": who.subject, "claims": who.claims, "acr": person.acr(), "auth_time": at,
    }))
}

/// Does what a page does that needs an API: gets a token and returns whether it could.
async fn use_token(State(seen): State<Seen>, person: SignedIn) -> (StatusCode, String) {
    match person.access_token().await {
        Ok(token) => {
            seen.lock().unwrap().push(token);
            (StatusCode::OK, "used".to_owned())
        }
        Err(TokenError::SignInAgain) => (StatusCode::UNAUTHORIZED, "sign in again".to_owned()),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
