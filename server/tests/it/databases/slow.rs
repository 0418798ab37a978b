//! A statement that takes too long is interrupted.

use std::time::{Duration, Instant};

use http::StatusCode;
use sqlx::Executor as _;
use store::{Connections, Store, StoreError};

use crate::support::{Database, TestSite, documents};

/// Five seconds, and a little for a busy machine.
const SOON: Duration = Duration::from_millis(6_500);

/// From now on no query of documents or people ends.
const ENDLESS: &str = "
    ALTER TABLE document RENAME TO real_document;
    CREATE VIEW document AS
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)
        SELECT d.* FROM number CROSS JOIN real_document d WHERE number.n < 0;
    ALTER TABLE person RENAME TO real_person;
    CREATE VIEW person AS
        WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number)
        SELECT p.* FROM number CROSS JOIN real_person p WHERE number.n < 0;";

const AS_BEFORE: &str = "
    DROP VIEW document; ALTER TABLE real_document RENAME TO document;
    DROP VIEW person; ALTER TABLE real_person RENAME TO person;";

/// More at once than there are connections: all of them are busy, and all of them are free again when their time is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_of_sqlite_ends_after_five_seconds_and_its_connection_is_free() {
    let folder = tempfile::TempDir::new().unwrap();
    let database = Database::sqlite(folder.path());
    let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    database.execute(ENDLESS).await;
    let start = Instant::now();
    let request = (0..12).map(|_| store.people_matching("a"));
    for response in futures::future::join_all(request).await {
        assert!(matches!(response, Err(StoreError::Timeout)), "{response:?}");
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    // Each connection is a thread, which takes the next statement when the last one has ended: all of them at once work for nobody.
    let Connections::Sqlite(pool) = store.connections() else {
        panic!("not in SQLite")
    };
    let pool = sqlx::SqlitePool::from(pool);
    let request = (0..pool.options().get_max_connections()).map(async |_| {
        let mut connection = pool.acquire().await.unwrap();
        connection.execute("SELECT 1").await.unwrap();
        connection
    });
    let rested = tokio::time::timeout(Duration::from_secs(2), futures::future::join_all(request)).await;
    drop(rested.expect("a connection still works for nobody"));
    database.execute(AS_BEFORE).await;
    assert!(store.people_matching("a").await.unwrap().is_empty());
}

/// One that is read in the thread of the request, and one that its asker has forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_that_reads_without_end_is_a_503_and_the_site_continues() {
    let site = TestSite::start().await;
    documents(&site).await;
    let alice = site.sign_in("alice").await;
    site.database.execute(ENDLESS).await;
    let request = ["/docs/101", "/docs", "/docs?q=plan"].map(|path| {
        let mut alice = site.visitor_like(&alice);
        async move {
            let start = Instant::now();
            let page = alice.get(path).await;
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", page.body);
            assert!(start.elapsed() < SOON, "{path} took {:?}", start.elapsed());
        }
    });
    let mut removed = site.visitor_like(&alice);
    let removed = tokio::spawn(async move { removed.get("/docs").await });
    removed.abort();
    futures::future::join_all(request).await;
    site.database.execute(AS_BEFORE).await;
    let mut alice = site.visitor_like(&alice);
    let opened = alice.get("/docs/101").await;
    assert!(
        opened.body.contains("the plan is simple"),
        "{} {}",
        opened.status,
        opened.body
    );
    assert_eq!(alice.get("/docs").await.status, StatusCode::OK);
}
