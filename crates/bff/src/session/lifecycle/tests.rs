//! Tests of the lifecycle of sessions: creation, use, end.

use std::sync::atomic::{AtomicI64, Ordering};

use oidc::config::ProviderId;

use super::*;
use crate::config::key_ring::KeyRing;
use crate::session::memory::MemorySessions;

fn scene() -> (Sessions, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(2_000_000_000));
    let now = Arc::clone(&seconds);
    let sessions = Sessions {
        store: Arc::new(MemorySessions::new()),
        sealer: Sealer::new(KeyRing::ephemeral()),
        lifetime: SessionLifetime::default(),
        clock: Clock::from_fn(move || OffsetDateTime::from_unix_timestamp(now.load(Ordering::SeqCst)).unwrap()),
    };
    (sessions, seconds)
}

fn alice(at: OffsetDateTime) -> NewSession {
    let provider = ProviderId::parse("demo").unwrap();
    let (issuer, subject) = ("http://localhost:4041".to_owned(), "alice".to_owned());
    let identity = Identity {
        provider,
        issuer,
        subject,
        claims: serde_json::Map::new(),
        signed_in_at: at,
    };
    NewSession {
        identity,
        authentication: Authentication::default(),
        tokens: TokenSet::of("a", None, "i"),
        refresh_end: None,
        sid: None,
        started: at,
    }
}

#[tokio::test]
async fn cb_10_a_new_session_replaces_the_old_one() {
    let (sessions, _) = scene();
    let old = sessions.create_one(alice(sessions.clock.now()), &[]).await.unwrap();
    let new = sessions
        .create_one(alice(sessions.clock.now()), &[old.id])
        .await
        .unwrap();
    assert_ne!(old.id, new.id);
    assert!(sessions.open(&old.id).await.unwrap().is_none());
    assert!(sessions.open(&new.id).await.unwrap().is_some());
}

#[tokio::test]
async fn se_1_an_idle_session_ends_and_a_used_one_continues_until_the_absolute_limit() {
    let (sessions, seconds) = scene();
    let idle = sessions.create_one(alice(sessions.clock.now()), &[]).await.unwrap();
    let used = sessions.create_one(alice(sessions.clock.now()), &[]).await.unwrap().id;
    for _ in 0..23 {
        seconds.fetch_add(7 * 3600, Ordering::SeqCst);
        let mut used = sessions.find(&used).await.unwrap().unwrap();
        sessions.touch(&mut used).await.unwrap();
    }
    assert!(sessions.open(&idle.id).await.unwrap().is_none());
    seconds.fetch_add(7 * 3600, Ordering::SeqCst);
    assert!(sessions.open(&used).await.unwrap().is_none(), "seven days are over");
}

#[tokio::test]
async fn se_8_a_session_in_use_moves_to_the_new_key_and_a_retired_one_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let ring = KeyRing::load_or_create(&path).unwrap();
    let old = std::fs::read_to_string(&path).unwrap();
    let (mut sessions, _) = scene();
    sessions.sealer = Sealer::new(ring.clone());
    let at = sessions.clock.now();
    let used = sessions.create_one(alice(at), &[]).await.unwrap().id;
    let idle = sessions.create_one(alice(at), &[]).await.unwrap().id;

    let new = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
    std::fs::write(&path, format!("{new}\n{old}")).unwrap();
    ring.reload(&path).unwrap();
    let mut session = sessions.find(&used).await.unwrap().unwrap();
    assert!(session.old_key);
    sessions.touch(&mut session).await.unwrap();
    assert!(!session.old_key);
    assert!(!sessions.open(&used).await.unwrap().unwrap().old_key, "sealed anew");
    let again = session.opened(&sessions.sealer).unwrap();
    let again = sessions.update(&again).await.unwrap();
    assert_eq!(again, Updated::Written, "with the version it has now");

    std::fs::write(&path, new).unwrap();
    ring.reload(&path).unwrap();
    assert!(sessions.open(&used).await.unwrap().is_some());
    assert!(
        sessions.open(&idle).await.unwrap().is_none(),
        "signed out, not an error"
    );
}

#[tokio::test]
async fn bc_8_a_person_ended_within_the_second_of_leaving_does_not_return_signed_in() {
    let (sessions, _) = scene();
    let left = sessions.clock.now();
    let (before, after) = (left - time::Duration::MILLISECOND, left + time::Duration::MILLISECOND);
    for (ended, survives) in [(before, true), (left, true), (after, false)] {
        let (sessions, _) = scene();
        let name = super::super::tombstone::ended_person("http://localhost:4041", "alice");
        sessions
            .store
            .put_marker(name, ended, left + time::Duration::HOUR)
            .await
            .unwrap();
        assert_eq!(sessions.create_one(alice(left), &[]).await.is_ok(), survives, "{ended}");
    }
}

#[tokio::test]
async fn rf_8_what_a_session_was_when_it_ended_holds_the_newest_tokens() {
    let (sessions, _) = scene();
    let mut session = sessions.create_one(alice(sessions.clock.now()), &[]).await.unwrap();
    session.tokens.refresh_token = Some("newest".to_owned());
    assert_eq!(sessions.update(&session).await.unwrap(), Updated::Written);
    let taken = sessions.remove(&session.id).await.unwrap().unwrap();
    assert_eq!(taken.tokens.refresh_token.as_deref(), Some("newest"));
    assert!(sessions.remove(&session.id).await.unwrap().is_none(), "once");
    assert_eq!(sessions.update(&session).await.unwrap(), Updated::Gone);
}

#[tokio::test]
async fn an_ended_session_is_not_brought_back_by_a_late_write() {
    let (sessions, _) = scene();
    let session = sessions.create_one(alice(sessions.clock.now()), &[]).await.unwrap();
    sessions.remove(&session.id).await.unwrap();
    assert_eq!(sessions.update(&session).await.unwrap(), Updated::Gone);
    assert!(sessions.open(&session.id).await.unwrap().is_none());
}
