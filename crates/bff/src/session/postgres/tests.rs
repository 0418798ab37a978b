//! Does PostgreSQL keep the promises of a store, with several replicas, and in few bytes?

use std::time::Duration;

use time::macros::datetime;
use tower_sessions::SessionStore as _;

use super::*;
use crate::session::sql::within;
use crate::session::store::{Saved, SessionRecords as _};
use crate::session::{index, lease, store};

#[path = "../../../tests/it/support/cluster.rs"]
mod cluster;

use cluster::Database;

#[tokio::test]
async fn postgres_keeps_the_promises_of_a_store() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    store::tests::keeps_its_promises(&sessions).await;
    store::tests::refuses_nul(&sessions).await;
    index::tests::finds_what_is_meant(&sessions).await;
    index::tests::remembers_for_a_while(&sessions).await;
    index::tests::keeps_what_came_first(&sessions).await;
    crate::session::creation::tests::begins_whole_or_not_at_all(&sessions).await;
    crate::session::creation::tests::is_not_begun_when_it_was_ended(&sessions).await;
    crate::session::creation::tests::ends_the_ones_used_longest_ago(&sessions).await;
}

#[tokio::test]
async fn rf_9_postgres_lets_one_at_a_time_and_refuses_late_holders() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    lease::tests::lets_one_at_a_time(&sessions).await;
    lease::tests::refuses_a_late_holder(&sessions).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_make_the_tables_once() {
    let database = Database::fresh().await;
    let pool = database.pool().await;
    let starting = (0..8).map(|_| tokio::spawn(PostgresSessions::new(pool.clone())));
    for started in futures::future::join_all(starting).await {
        started.unwrap().unwrap();
    }
}

fn record(id: i128) -> Record {
    let at = datetime!(2030-01-01 00:00 UTC);
    store::tests::sealed(Id(id), at, at)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rf_9_of_fifty_that_want_a_lease_at_once_one_gets_it() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    sessions.create(&mut record(1)).await.unwrap();
    let now = datetime!(2030-01-01 00:00 UTC);
    let until = now + time::Duration::MINUTE;
    let wanting = (0..50).map(|_| {
        let sessions = sessions.clone();
        tokio::spawn(async move { super::super::lease::SessionLeases::lease(&sessions, &Id(1), now, until).await })
    });
    let got = futures::future::join_all(wanting).await;
    let got = got
        .into_iter()
        .filter(|got| got.as_ref().unwrap().as_ref().unwrap().is_some());
    assert_eq!(got.count(), 1);
}

#[tokio::test]
async fn names_no_row_can_have_find_nothing_and_long_ones_are_kept() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    let (mut kept, sid) = (record(1), "s".repeat(100_000));
    columns::set_text(&mut kept, columns::PROVIDER, "a".into());
    columns::set_text(&mut kept, columns::SID, sid.clone());
    sessions.create(&mut kept).await.unwrap();
    let found = async |sid| {
        let which = index::SessionSelector::ProviderSession { provider: "a", sid };
        index::SessionIndex::find(&sessions, which).await.unwrap().len()
    };
    assert_eq!((found("a\0b").await, found(&sid).await), (0, 1));
}

#[tokio::test]
async fn a_session_takes_less_than_a_kilobyte_beside_its_tokens_and_is_read_by_its_key() {
    let database = Database::fresh().await;
    let pool = database.pool().await;
    let sessions = PostgresSessions::new(pool.clone()).await.unwrap();
    let tokens = store::tests::fill(&sessions, 2_000).await;
    let size = query("SELECT pg_total_relation_size('bff_session_records')").fetch_one(&pool);
    let bytes = size.await.unwrap().get::<i64, _>(0) / 2_000;
    println!("{bytes} bytes a session, {tokens} of them tokens");
    assert!(bytes - tokens < 1_000, "{bytes} bytes, {tokens} of them tokens");

    query("ANALYZE bff_session_records").execute(&pool).await.unwrap();
    let explain = format!("EXPLAIN {}", sql::LOAD.replace("$1", "sha256('1')"));
    let plan = query(&explain).fetch_all(&pool).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|line| line.get(0)).collect();
    assert!(
        plan[0].starts_with("Index Scan using bff_session_records_pkey"),
        "{plan:?}"
    );
}

#[tokio::test]
async fn wow_7_a_dump_of_the_rows_holds_no_id() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    // `sealed_identity`, as PostgreSQL writes bytes.
    let identity = "\\x7365616c65645f6964656e74697479";
    let id = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
    sessions.create(&mut record(id)).await.unwrap();
    let dump = database.dump().await;
    assert!(
        dump.contains("bff_session_records") && dump.contains(identity),
        "{dump}"
    );
    for text in [
        format!("{id:x}"),
        format!("{:x}", id.swap_bytes()),
        id.to_string(),
        Id(id).to_string(),
    ] {
        assert!(!dump.contains(text.trim_start_matches('0')), "{dump}");
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_an_error_and_one_that_is_back_goes_on() {
    let database = Database::fresh().await;
    let sessions = PostgresSessions::new(database.pool().await).await.unwrap();
    sessions.create(&mut record(1)).await.unwrap();
    database.go_away().await;
    assert!(sessions.load(&Id(1)).await.is_err());
    assert!(sessions.delete(&Id(1)).await.is_err());
    database.come_back().await;
    assert!(sessions.load(&Id(1)).await.unwrap().is_some());
    assert_eq!(sessions.update(&record(1)).await.unwrap(), Saved::Saved);
}

#[tokio::test]
async fn a_database_that_says_nothing_is_not_waited_for() {
    let silence = within::<()>(Duration::ZERO, std::future::pending()).await;
    assert!(matches!(silence, Err(Error::Backend(_))));
}
