//! Tests of the SQLite store: the contract of a store, few bytes and no secret in them.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};

use super::*;
use crate::config::key_ring::KeyRing;
use crate::session::record::Session;
use crate::session::seal::Sealer;
use crate::session::store::SessionStore as _;
use crate::session::store::samples;
use crate::session::store::tests::contract_tests;
use crate::session::token_set::TokenSet;

async fn database(path: &std::path::Path) -> SqlitePool {
    // No test is about power cuts, and waiting for the disk takes most of the time.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Off);
    SqlitePoolOptions::new()
        .max_connections(2)
        .connect_with(options)
        .await
        .unwrap()
}

async fn open() -> (SqliteSessions, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let pool = database(&folder.path().join("a.db")).await;
    (SqliteSessions::new(pool).await.unwrap(), folder)
}

contract_tests!(open());

#[tokio::test]
async fn tables_that_exist_are_used() {
    let (sessions, _folder) = open().await;
    samples::create(&sessions, &samples::sample(1)).await;
    let again = SqliteSessions::new(sessions.pool.clone()).await.unwrap();
    assert!(again.load(samples::key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_takes_less_than_a_kilobyte_beside_its_tokens() {
    let (sessions, folder) = open().await;
    let size = || i64::try_from(std::fs::metadata(folder.path().join("a.db")).unwrap().len()).unwrap();
    let empty = size();
    let tokens = samples::fill(&sessions, 2_000).await;
    let bytes = (size() - empty) / 2_000;
    println!("{bytes} bytes a session, {tokens} of them tokens");
    assert!(bytes - tokens < 1_000, "{bytes} bytes, {tokens} of them tokens");
}

#[tokio::test]
async fn wow_7_the_database_file_holds_neither_id_nor_token() {
    let (sessions, folder) = open().await;
    let tokens = TokenSet::of("access-secret", Some("refresh-secret"), "id-secret");
    let mut session = samples::open_session("alice", tokens);
    session.sid = Some("provider-session".into());
    let sealer = Sealer::new(KeyRing::ephemeral());
    samples::create(&sessions, &session.to_record(&sealer, samples::AT).unwrap()).await;
    let stored = sessions.load(session.reference()).await.unwrap().unwrap();
    let back = Session::open(&sealer, session.id, stored).unwrap();
    let tokens = back.open_tokens(&sealer).unwrap();
    assert_eq!(tokens.access_token, "access-secret");
    assert_eq!((back.identity, back.sid), (session.identity, session.sid));
    sessions.pool.close().await;

    let bytes = std::fs::read(folder.path().join("a.db")).unwrap();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
    assert!(holds(b"provider-session"), "the file is the one that was written");
    for secret in ["access-secret", "refresh-secret", "id-secret", &session.id.to_string()] {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
    assert!(!holds(&session.id.0.to_le_bytes()));
}
