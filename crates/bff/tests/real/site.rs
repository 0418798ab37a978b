//! Which site signs people in here? The smallest one there can be, on a loopback port, with sessions in SQLite. Its clock
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
use bff::{Bff, BffConfig, Caller, Clock, KeyRing, PlainPages, ProviderConfig, SignedIn, SqliteSessions, TokenError};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The page with the button "Log out".
const HOME: &str = r#"<form method="post" action="/auth/logout"><button>Log out</button></form>"#;
/// The provider's id at the site.
pub(crate) const PROVIDER: &str = "real";

/// A place for a site: its address is known before it opens, so that it can be registered at the provider.
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
        let url = self.at("/");
        let folder = tempfile::tempdir().unwrap();
        let ahead = Arc::new(AtomicI64::new(0));
        let offset = Arc::clone(&ahead);
        let keys = KeyRing::load_or_create(&folder.path().join("keys")).unwrap();
        let mut config = BffConfig::new(url.parse().unwrap(), keys).with_provider(provider);
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
        let listener = self.listener;
        tokio::spawn(async move { axum::serve(listener, router).await });
        Site {
            bff,
            url,
            seen,
            ahead,
            _folder: folder,
        }
    }
}

/// The tokens that the site's handlers were given, newest last. They never leave it otherwise.
type Seen = Arc<Mutex<Vec<String>>>;

/// A site that runs.
pub(crate) struct Site {
    pub(crate) bff: Bff,
    url: String,
    seen: Seen,
    ahead: Arc<AtomicI64>,
    _folder: TempDir,
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

    /// The access token that a handler was given last.
    pub(crate) fn token(&self) -> String {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }
}

fn routes(bff: &Bff, seen: &Seen) -> Router {
    let pages = Router::new()
        .route("/", get(async || Html(HOME)))
        .route("/me", get(me))
        .route("/use", get(use_token))
        .with_state(Arc::clone(seen));
    let caller = async |caller: Caller| Json(json!({ "subject": caller.subject, "scopes": caller.scopes }));
    let read = bff.bearer("https://api.portico.example").require(&["messages:read"]);
    let asked = bff.introspecting_bearer(PROVIDER, "https://opaque.portico.example");
    let api = Router::new()
        .route("/api/jwt", get(caller).layer(read))
        .route("/api/opaque", get(caller).layer(asked.require(&["messages:read"])));
    bff.protect(pages.merge(bff.router())).merge(api)
}

async fn me(person: SignedIn) -> Json<Value> {
    let who = person.identity();
    Json(json!({ "issuer": who.issuer, "subject": who.subject, "claims": who.claims }))
}

/// Does what a page does that needs an API: gets a token and says whether it could.
async fn use_token(State(seen): State<Seen>, person: SignedIn) -> (StatusCode, String) {
    match person.access_token().await {
        Ok(token) => {
            seen.lock().unwrap().push(token.secret().to_owned());
            (StatusCode::OK, "used".to_owned())
        }
        Err(TokenError::SignInAgain) => (StatusCode::UNAUTHORIZED, "sign in again".to_owned()),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
    }
}
