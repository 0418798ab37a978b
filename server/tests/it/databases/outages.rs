//! A database that is down, silent, locked or broken. An error page within five seconds, nobody signed out, and
//! everything as before when it is back.

use std::{
    fs,
    time::{Duration, Instant},
};

use domain::DocumentId;
use http::StatusCode;
use server::{config::DatabaseUrl, import};
use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};
use store::{Store, StoreError};

use super::postgres_pool;
use crate::{
    documents::shelf::{alice, listed, resolve},
    support::{Database, Program, TestSite, Visitor, Wire, documents, free_ports},
};

/// Five seconds, and a little for a busy machine.
const SOON: Duration = Duration::from_millis(6_500);

/// Every page that queries the database, for somebody who is signed in.
const ASKING: [&str; 6] = ["/docs/101", "/docs", "/docs?q=plan", "/profile", "/", "/auth/session"];

async fn is_unavailable(visitor: &mut Visitor, path: &str) {
    let start = Instant::now();
    let page = visitor.get(path).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", page.body);
    assert!(start.elapsed() < SOON, "{path} took {:?}", start.elapsed());
    // `/readyz` has a clock of its own.
    assert!(path == "/readyz" || page.header("retry-after") == "10", "{path}");
    for inside in ["portico_test", "SELECT", "sqlx", "PGSQL", "127.0.0.1:5"] {
        assert!(!page.body.contains(inside), "{path} tells `{inside}`: {}", page.body);
    }
}

async fn assert_ready(site: &TestSite) {
    let ready = site.ready().await;
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.body);
}

#[tokio::test]
async fn si_11_a_database_that_disappears_is_a_503_and_recovers() {
    let site = TestSite::on(Some(Database::postgres().await), |_| {}).await;
    documents(&site).await;
    let mut alice = site.sign_in("alice").await;
    site.database.server().disconnect().await;
    for path in ASKING.into_iter().chain(["/readyz"]) {
        is_unavailable(&mut alice, path).await;
    }
    let cookies = alice.cookies.clone();
    assert_eq!(
        alice.post_form("/auth/logout", &[]).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(alice.cookies, cookies, "nobody is signed out by an outage");
    let ready = site.visitor().get("/readyz").await.json();
    assert_eq!(ready["database"]["problem"], "the database failed", "{ready}");
    assert_eq!(
        site.visitor().get("/").await.status,
        StatusCode::OK,
        "without a cookie nothing is asked"
    );
    assert_eq!(site.visitor().get("/healthz").await.status, StatusCode::OK);

    site.database.server().reconnect().await;
    let opened = alice.get("/docs/101").await;
    assert!(
        opened.status == StatusCode::OK && opened.body.contains("the plan is simple"),
        "{}",
        opened.body
    );
    assert_ready(&site).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_falls_silent_is_a_503_within_five_seconds_and_its_connections_are_given_up() {
    let database = Database::postgres().await;
    let wire = Wire::to(&database.server().options()).await;
    let url = DatabaseUrl::parse(&wire.text).unwrap();
    let site = TestSite::on(Some(database), |_| {}).await;
    let site = site.replica_at(url).await;
    documents(&site).await;
    let alice = site.sign_in("alice").await;

    wire.fall_silent();
    // More at once than there are connections: all of them hang.
    let request = (0..24).map(|turn| {
        let mut alice = site.visitor_like(&alice);
        async move { is_unavailable(&mut alice, ASKING[turn % ASKING.len()]).await }
    });
    futures::future::join_all(request).await;
    is_unavailable(&mut site.visitor(), "/readyz").await;

    wire.speak_again();
    // What was connected stays silent: only new connections help.
    assert_ready(&site).await;
    let request = (0..24).map(|_| {
        let mut alice = site.visitor_like(&alice);
        async move { alice.get("/docs/101").await.status }
    });
    let responses = futures::future::join_all(request).await;
    assert!(
        responses.iter().all(|status| *status == StatusCode::OK),
        "{responses:?}"
    );
}

/// Sessions are read, documents are not: as behind a migration or a backup that locks.
#[tokio::test]
async fn a_table_that_is_locked_is_a_503_within_five_seconds_and_recovers() {
    let site = TestSite::on(Some(Database::postgres().await), |_| {}).await;
    documents(&site).await;
    let mut alice = site.sign_in("alice").await;
    let pool = site.database.server().pool().await;
    let mut lock = pool.begin().await.unwrap();
    lock.execute("LOCK TABLE document").await.unwrap();
    let request = ["/docs/101", "/docs", "/docs?q=plan", "/readyz"]
        .into_iter()
        .map(|path| {
            let mut alice = site.visitor_like(&alice);
            async move { is_unavailable(&mut alice, path).await }
        });
    futures::future::join_all(request).await;
    assert_eq!(alice.get("/profile").await.status, StatusCode::OK);
    lock.rollback().await.unwrap();
    assert_eq!(alice.get("/docs/101").await.status, StatusCode::OK);
    assert_ready(&site).await;
}

#[tokio::test]
async fn a_database_without_its_tables_is_not_ready() {
    for site in TestSite::both().await {
        assert_eq!(site.visitor().get("/readyz").await.status, StatusCode::OK);
        site.database.execute("ALTER TABLE document RENAME TO elsewhere").await;
        is_unavailable(&mut site.visitor(), "/readyz").await;
        site.database.execute("ALTER TABLE elsewhere RENAME TO document").await;
        assert_ready(&site).await;
    }
}

#[tokio::test]
async fn no_question_to_a_silent_database_is_waited_for() {
    let database = Database::postgres().await;
    let wire = Wire::to(&database.server().options()).await;
    let store = Store::open(&DatabaseUrl::parse(&wire.text).unwrap(), markdown::VERSIONS)
        .await
        .unwrap();
    let id = DocumentId::new(1).unwrap();
    assert!(store.find(id).await.unwrap().is_none());
    wire.fall_silent();
    let (start, person) = (Instant::now(), alice());
    let ids = ["1".to_owned()];
    let responses = futures::join!(
        async { store.find(id).await.err() },
        async { listed(&store, &[]).await.err() },
        async { store.count().await.err() },
        async { store.has_source("a").await.err() },
        async { store.upsert_person(&person).await.err() },
        async { store.set_name_if_never_seen(&person.id, "Alice").await.err() },
        async { store.people_matching("a").await.err() },
        async { store.upsert_object_id("acme", "1", &person.id).await.err() },
        async { store.people_by_object_id("acme", &ids).await.err() },
        async { store.ready(Duration::ZERO).await.err() },
    );
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let reported = format!("{responses:?}");
    assert_eq!(reported.matches("Some(Timeout)").count(), 10, "{reported}");
}

/// More than there are connections, and each of them lost between a query and its response.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_lost_in_the_middle_of_a_question_are_given_up() {
    let database = Database::postgres().await;
    let wire = Wire::to(&database.server().options()).await;
    let store = Store::open(&DatabaseUrl::parse(&wire.text).unwrap(), markdown::VERSIONS)
        .await
        .unwrap();
    let pool = database.server().pool().await;
    let mut lock = pool.begin().await.unwrap();
    lock.execute("LOCK TABLE document").await.unwrap();
    let find = || {
        let store = store.clone();
        tokio::spawn(async move { store.find(DocumentId::new(1).unwrap()).await })
    };
    let request: Vec<_> = (0..24).map(|_| find()).collect();
    // The response to each of these has to wait for the lock.
    wire.until_sent("FROM document d WHERE d.id = $1", 16).await;
    wire.fall_silent();
    for request in request {
        assert!(matches!(request.await.unwrap(), Err(StoreError::Timeout)));
    }
    lock.rollback().await.unwrap();
    wire.speak_again();
    let request: Vec<_> = (0..24).map(|_| find()).collect();
    for request in request {
        assert!(request.await.unwrap().unwrap().is_none());
    }
}

/// As firewalls do with what has been quiet for long.
#[tokio::test]
async fn a_connection_that_was_forgotten_while_it_rested_costs_nobody_a_response() {
    let database = Database::postgres().await;
    let wire = Wire::to(&database.server().options()).await;
    let store = Store::open(&DatabaseUrl::parse(&wire.text).unwrap(), markdown::VERSIONS)
        .await
        .unwrap();
    let pool = postgres_pool(&store);
    let mut connection = pool.acquire().await.unwrap();
    // Dropped, it would return to the pool at some time.
    connection.return_to_pool().await;
    assert!(pool.num_idle() > 0);
    wire.fall_silent();
    wire.speak_again();
    assert!(store.find(DocumentId::new(1).unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn questions_that_nobody_waits_for_end_in_the_database_too() {
    let database = Database::postgres().await;
    let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    let pool = database.server().pool().await;
    let mut lock = pool.begin().await.unwrap();
    lock.execute("LOCK TABLE document").await.unwrap();
    // Not over the store, which would give up by itself: it is the database that ends them.
    let connections = postgres_pool(&store);
    let request = (0..connections.options().get_max_connections()).map(async |_| {
        let outcome = connections.fetch_optional("SELECT 1 FROM document").await;
        let error = outcome.err().and_then(sqlx::Error::into_database_error)?;
        error.code().map(String::from)
    });
    let codes = tokio::time::timeout(SOON, futures::future::join_all(request)).await;
    let codes = codes.expect("they wait for ever, and the next ones beside them");
    let canceled = |code: &Option<String>| code.as_deref() == Some("57014");
    assert!(codes.iter().all(canceled), "{codes:?}");
    lock.rollback().await.unwrap();
}

#[tokio::test]
async fn a_replica_that_is_gone_in_the_middle_of_writing_stops_no_other() {
    let database = Database::postgres().await;
    let wire = Wire::to(&database.server().options()).await;
    let removed = Store::open(&DatabaseUrl::parse(&wire.text).unwrap(), markdown::VERSIONS)
        .await
        .unwrap();
    let other = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    let write = async |store: &Store| {
        let text = [("a.md", "---\nowner: alice\ngroups: Sales\n---\n# A")];
        import::seed_demo(store, &text, &resolve).await
    };
    let pool = database.server().pool().await;
    let mut lock = pool.begin().await.unwrap();
    lock.execute("LOCK TABLE document_group").await.unwrap();
    let falling_silent = async {
        wire.until_sent("INSERT INTO document_group", 1).await;
        wire.fall_silent();
        lock.rollback().await.unwrap();
    };
    let (written, ()) = futures::join!(write(&removed), falling_silent);
    assert!(written.is_err(), "{written:?}");
    let start = Instant::now();
    while let Err(error) = write(&other).await {
        assert!(start.elapsed() < 2 * SOON, "{error}");
    }
    assert_eq!(other.count().await.unwrap(), 1);
}

/// As a disk that is not there for a while: what is open stays open, nothing new can be opened.
#[tokio::test]
async fn a_sqlite_file_that_cannot_be_read_is_a_503_and_recovers() {
    let site = TestSite::start().await;
    documents(&site).await;
    let mut alice = site.sign_in("alice").await;
    let folder = site.database.file().parent().unwrap().to_owned();
    let aside = folder.with_file_name("aside");
    fs::rename(&folder, &aside).unwrap();
    is_unavailable(&mut alice, "/docs/101").await;
    fs::rename(&aside, &folder).unwrap();
    let opened = alice.get("/docs/101").await;
    assert!(
        opened.status == StatusCode::OK && opened.body.contains("the plan is simple"),
        "{}",
        opened.body
    );
}

#[tokio::test]
async fn a_sqlite_file_that_is_locked_is_read_but_not_written_until_it_is_free() {
    let site = TestSite::start().await;
    documents(&site).await;
    let mut alice = site.sign_in("alice").await;
    let options = SqliteConnectOptions::new().filename(site.database.file());
    let mut other = options.connect().await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    assert_eq!(alice.get("/docs/101").await.status, StatusCode::OK);
    assert_eq!(alice.get("/readyz").await.status, StatusCode::OK);
    let mut bob = site.visitor();
    let start = Instant::now();
    assert_eq!(bob.sign_in("bob", "/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let start = Instant::now();
    let config = site.config.clone();
    let resolve = move |who: &str| config.resolve_person(who);
    let texts = [("x.md", "---\nowner: demo:dave\n---\n# X")];
    let error = import::seed_demo(&site.store, &texts, &resolve).await.unwrap_err();
    assert!(start.elapsed() < SOON, "{error} after {:?}", start.elapsed());

    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(bob.sign_in("bob", "/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(alice.post_form("/auth/logout", &[]).await.status, StatusCode::SEE_OTHER);
}

const PROVIDER: &str = "[[providers]]\nid = \"acme\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"portal\"\n";

/// An address where nobody listens, and one where a silent server listens.
#[test]
fn a_database_that_is_not_there_at_the_start_is_one_line_without_its_password() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().port();
    let (nobody, _) = free_ports();
    for (port, reported) in [(nobody, "refused"), (silent, "does not answer")] {
        let program = Program::new();
        let url = format!("postgres://portico:hunter2@127.0.0.1:{port}/house?password=hunter3&sslmode=disable");
        program.write(
            "portico.toml",
            &format!("database_url = \"{url}\"\nlog = \"trace\"\n{PROVIDER}"),
        );
        let checked = program.run(&["check"]);
        assert_eq!((checked.code, checked.stderr.as_str()), (0, ""));
        let start = Instant::now();
        let served = program.run_serve();
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
        let told_last = served.stderr.lines().last().unwrap_or_default();
        assert_eq!(served.code, 1, "{}", served.stderr);
        assert!(
            told_last.starts_with(&format!(
                "the database `postgres://portico@127.0.0.1:{port}/house` cannot be used"
            )) && told_last.to_lowercase().contains(reported),
            "{told_last}"
        );
        let shown = served.stdout + &served.stderr + &checked.stdout;
        assert!(!shown.contains("hunter"), "{shown}");
    }
}

#[test]
fn a_wrong_address_is_reported_without_its_password() {
    let program = Program::new();
    program.write(
        "portico.toml",
        &format!("database_url = \"postgres://portico:hunter2@db/house?pasword=hunter3\"\n{PROVIDER}"),
    );
    for arguments in [&["check"][..], &["check", "--json"], &["serve"], &["import", "."]] {
        let run = program.run(arguments);
        let shown = run.stdout + &run.stderr;
        assert!(run.code == 2 && shown.contains("`pasword` is no parameter"), "{shown}");
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
