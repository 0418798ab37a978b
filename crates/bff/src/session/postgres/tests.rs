//! Tests of the PostgreSQL store: the contract of a store, several replicas, few bytes and no secret in them.

use std::time::Duration;

use sqlx::Row as _;
use tower_sessions::session::Id;

use super::*;
use crate::session::index::SessionSelector;
use crate::session::sql::within;
use crate::session::store::SessionStore as _;
use crate::session::store::samples::{self, AT, key, sample};
use crate::session::store::tests::contract_tests;

#[path = "../../../tests/it/support/cluster.rs"]
mod cluster;

use cluster::Database;

async fn open() -> (PostgresSessions, Database) {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    (sessions, database)
}

contract_tests!(open());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_make_the_tables_once() {
    let database = Database::fresh().await;
    let pool = database.pool().await;
    let starting = (0..8).map(|_| tokio::spawn(PostgresSessions::new(pool.clone())));
    for started in futures::future::join_all(starting).await {
        started.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_9_of_fifty_that_request_a_lease_at_once_one_gets_it() {
    let (sessions, _database) = open().await;
    samples::create(&sessions, &sample(1)).await;
    let until = AT + time::Duration::MINUTE;
    let missing = (0..50).map(|_| {
        let sessions = sessions.clone();
        tokio::spawn(async move { sessions.lease(key(1), AT, until).await })
    });
    let got = futures::future::join_all(missing).await;
    let got = got
        .into_iter()
        .filter(|got| got.as_ref().unwrap().as_ref().unwrap().is_some());
    assert_eq!(got.count(), 1);
}

#[tokio::test]
async fn a_session_takes_less_than_a_kilobyte_beside_its_tokens_and_is_read_by_its_key() {
    let database = Database::fresh().await;
    let pool = database.pool().await;
    let sessions = PostgresSessions::new(pool.clone()).await.unwrap();
    let tokens = samples::fill(&sessions, 2_000).await;
    let size = query("SELECT pg_total_relation_size('bff_session_records')").fetch_one(&pool);
    let bytes = size.await.unwrap().get::<i64, _>(0) / 2_000;
    println!("{bytes} bytes a session, {tokens} of them tokens");
    assert!(bytes - tokens < 1_000, "{bytes} bytes, {tokens} of them tokens");

    query("ANALYZE bff_session_records").execute(&pool).await.unwrap();
    let explain = format!("EXPLAIN {}", statements::LOAD.replace("$1", "sha256('1')"));
    let plan = query(&explain).fetch_all(&pool).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|line| line.get(0)).collect();
    assert!(
        plan[0].starts_with("Index Scan using bff_session_records_pkey"),
        "{plan:?}"
    );
}

#[tokio::test]
async fn wow_7_a_dump_of_the_rows_holds_no_id() {
    let (sessions, database) = open().await;
    let id = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
    samples::create(&sessions, &sample(id)).await;
    let dump = database.dump().await;
    // `sealed identity`, as PostgreSQL writes bytes.
    let identity = "\\x7365616c6564206964656e74697479";
    assert!(
        dump.contains("bff_session_records") && dump.contains(identity),
        "{dump}"
    );
    for text in [format!("{id:x}"), format!("{:x}", id.swap_bytes()), Id(id).to_string()] {
        assert!(!dump.contains(text.trim_start_matches('0')), "{dump}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_an_error_and_one_that_is_back_continues() {
    let (sessions, database) = open().await;
    samples::create(&sessions, &sample(1)).await;
    let one = SessionSelector::Reference(key(1));
    database.disconnect().await;
    assert!(sessions.load(key(1)).await.is_err());
    assert!(sessions.remove(one).await.is_err());
    database.reconnect().await;
    assert!(sessions.load(key(1)).await.unwrap().is_some());
    assert_eq!(sessions.remove(one).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_query_without_a_response_is_given_up() {
    let silence = within::<()>(Duration::ZERO, std::future::pending()).await;
    assert!(matches!(silence, Err(SessionStoreError::Unavailable(_))));
}
