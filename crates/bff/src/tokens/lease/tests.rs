//! Leases among replicas: only the newest holder ends a session, and waiting for another replica is bounded.

use std::sync::Arc;

use serde_json::Map;
use time::macros::datetime;

use super::*;
use crate::session::lifecycle::NewSession;
use crate::session::token_set::TokenSet;
use crate::session::{Authentication, Identity};
use crate::{Bff, BffConfig, Clock, KeyRing, MemorySessions, PlainPages, ProviderConfig, ProviderId};

const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

/// A site with one session whose access token has expired.
async fn site() -> (Bff, Session) {
    site_with(TokenSet::of("access", Some("used"), "id")).await
}

async fn site_with(tokens: TokenSet) -> (Bff, Session) {
    let mut config = BffConfig::new("http://localhost:4040/".parse().unwrap(), KeyRing::ephemeral())
        .with_provider(ProviderConfig::new("demo", "http://localhost:4041", "portico").unwrap());
    config.clock = Clock::fixed(AT);
    let bff = Bff::new(config, Arc::new(MemorySessions::new()), Arc::new(PlainPages)).unwrap();
    let identity = Identity {
        provider: ProviderId::parse("demo").unwrap(),
        issuer: "http://localhost:4041".into(),
        subject: "alice".into(),
        claims: Map::new(),
        signed_in_at: AT,
    };
    let beginning = NewSession {
        identity,
        authentication: Authentication::default(),
        tokens,
        refresh_end: None,
        sid: None,
        started: AT,
    };
    let session = bff.0.sessions.begin(beginning, &[]).await.unwrap();
    (bff, session)
}

async fn lives(bff: &Bff, session: &Session) -> bool {
    bff.0.sessions.open(&session.id).await.unwrap().is_some()
}

#[tokio::test]
async fn rf_5_only_the_newest_lease_ends_a_session_whose_grant_is_over() {
    let (bff, session) = site().await;
    let first = acquired(&bff, session.id).await;
    let over = AT + bff.0.config.http.timeout * MAX_REQUESTS + MARGIN;
    let records = &bff.0.sessions.records;
    let newest = records.lease(&session.id, over, over + MARGIN).await.unwrap().unwrap();
    let held = |fence| LeasedSession {
        session: session.clone(),
        fence,
    };
    assert!(
        bff.0.tokens.end_revoked_grant(&first, "used").await.is_none(),
        "its successor decides"
    );
    assert!(lives(&bff, &session).await);
    assert!(
        bff.0.tokens.end_revoked_grant(&held(newest), "older").await.is_none(),
        "another token than the one refused is stored"
    );
    assert!(lives(&bff, &session).await);
    let newest = records.lease(&session.id, AT, over).await.unwrap().expect("given back");
    let outcome = bff.0.tokens.end_revoked_grant(&held(newest), "used").await;
    assert_eq!(outcome, Some(Err(TokenError::SignInAgain)));
    assert!(!lives(&bff, &session).await);
}

#[tokio::test]
async fn rf_9_a_lease_lasts_longer_than_what_is_done_under_it() {
    let (bff, session) = site().await;
    let fence = acquired(&bff, session.id).await.fence;
    let records = &bff.0.sessions.records;
    let requests = AT + bff.0.config.http.timeout * MAX_REQUESTS;
    assert_eq!(records.lease(&session.id, requests, requests).await.unwrap(), None);
    bff.0.tokens.release_lease(session.id, fence).await;
    assert!(records.lease(&session.id, AT, requests).await.unwrap().is_some());
}

#[tokio::test]
async fn rf_9_nobody_waits_while_the_old_token_is_good() {
    let mut tokens = TokenSet::of("access", Some("used"), "id");
    tokens.expires_at = AT.unix_timestamp() + 30;
    let (bff, session) = site_with(tokens.clone()).await;
    let until = AT + Duration::from_hours(1);
    let records = &bff.0.sessions.records;
    assert!(records.lease(&session.id, AT, until).await.unwrap().is_some());
    let LeaseOutcome::NotNeeded(token) = bff.0.tokens.acquire_lease(session.id, &own(&bff)).await.unwrap() else {
        panic!("the lease is taken");
    };
    assert_eq!(token.secret(), "access");

    tokens.refresh_token = None;
    let (bff, session) = site_with(tokens).await;
    let outcome = bff.0.tokens.acquire_lease(session.id, &own(&bff)).await;
    assert!(
        matches!(outcome, Ok(LeaseOutcome::NotNeeded(_))),
        "nothing renews it, and it lasts a while"
    );
}

#[test]
fn rf_9_waiting_for_another_replica_ends() {
    let waited: Duration = poll_intervals().sum();
    assert!((MAX_WAIT..MAX_WAIT + MAX_POLL).contains(&waited), "{waited:?}");
    let mut waited = Duration::ZERO;
    for pause in poll_intervals() {
        assert!(
            pause <= waited / 3 + FIRST_POLL,
            "{pause:?} after {waited:?}: as good as one more request"
        );
        waited += pause;
    }
}

fn own(bff: &Bff) -> SessionToken<'_> {
    SessionToken {
        tokens: &bff.0.tokens,
        rejected: None,
    }
}

async fn acquired(bff: &Bff, id: Id) -> LeasedSession {
    match bff.0.tokens.acquire_lease(id, &own(bff)).await {
        Ok(LeaseOutcome::Acquired(leased)) => *leased,
        _ => panic!("no other replica holds the lease"),
    }
}
