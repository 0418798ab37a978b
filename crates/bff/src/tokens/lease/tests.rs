//! Leases among replicas: only the newest holder ends a session, and waiting for another replica is bounded.

use std::sync::Arc;

use oidc::Providers;
use serde_json::Map;
use time::macros::datetime;

use super::*;
use crate::session::lifecycle::{NewSession, Sessions};
use crate::session::seal::Sealer;
use crate::session::token_set::TokenSet;
use crate::session::{Authentication, Identity};
use crate::tasks::BackgroundTasks;
use crate::{BffConfig, Clock, KeyRing, MemorySessions, ProviderId, SessionStore};

const AT: OffsetDateTime = datetime!(2030-01-01 00:00 UTC);

/// The tokens of a site, and one session there.
struct Fixture {
    tokens: Arc<Tokens>,
    session: Session,
}

impl Fixture {
    /// With an access token that has expired.
    async fn expired() -> Self {
        Self::with(TokenSet::of("access", Some("used"), "id")).await
    }

    async fn with(tokens: TokenSet) -> Self {
        let mut config = BffConfig::new("http://localhost:4040/".parse().unwrap(), KeyRing::ephemeral());
        config.clock = Clock::fixed(AT);
        let sessions = Sessions {
            store: Arc::new(MemorySessions::new()),
            sealer: Sealer::new(config.keys.clone()),
            lifetime: config.session,
            clock: config.clock.clone(),
        };
        let identity = Identity {
            provider: ProviderId::parse("demo").unwrap(),
            issuer: "http://localhost:4041".into(),
            subject: "alice".into(),
            claims: Map::new(),
            signed_in_at: AT,
        };
        let new_session = NewSession {
            identity,
            authentication: Authentication::default(),
            tokens,
            refresh_end: None,
            sid: None,
            started: AT,
        };
        let session = sessions.create_one(new_session, &[]).await.unwrap();
        let tasks = BackgroundTasks::default();
        let tokens = Tokens::new(&config, sessions, Providers::new(Vec::new()), tasks);
        let tokens = Arc::new(tokens);
        Self { tokens, session }
    }

    fn store(&self) -> &dyn SessionStore {
        &*self.tokens.sessions.store
    }

    /// The end of a lease that is as long as the requests under it may take.
    fn end_of_requests(&self) -> OffsetDateTime {
        AT + self.tokens.request_timeout * MAX_REQUESTS
    }

    fn selector(&self) -> SessionToken<'_> {
        SessionToken {
            tokens: &self.tokens,
            rejected: None,
        }
    }

    async fn acquire(&self) -> LeasedSession {
        match self.tokens.acquire_lease(self.session.id, &self.selector()).await {
            Ok(LeaseOutcome::Acquired(leased)) => *leased,
            _ => panic!("no other replica holds the lease"),
        }
    }

    async fn is_signed_in(&self) -> bool {
        self.tokens.sessions.open(&self.session.id).await.unwrap().is_some()
    }
}

#[tokio::test]
async fn rf_5_only_the_newest_lease_ends_a_session_whose_grant_is_over() {
    let site = Fixture::expired().await;
    let id = site.session.id;
    let first = site.acquire().await;
    let over = site.end_of_requests() + MARGIN;
    let newest = site
        .store()
        .lease(SessionRef::of(&id), over, over + MARGIN)
        .await
        .unwrap()
        .unwrap();
    let held = |fence| LeasedSession {
        session: site.session.clone(),
        fence,
    };
    assert!(
        site.tokens.end_revoked_grant(&first, "used").await.is_none(),
        "its successor decides"
    );
    assert!(site.is_signed_in().await);
    assert!(
        site.tokens.end_revoked_grant(&held(newest), "older").await.is_none(),
        "another token than the one refused is stored"
    );
    assert!(site.is_signed_in().await);
    let newest = site
        .store()
        .lease(SessionRef::of(&id), AT, over)
        .await
        .unwrap()
        .expect("released");
    let outcome = site.tokens.end_revoked_grant(&held(newest), "used").await;
    assert_eq!(outcome, Some(Err(TokenError::SignInAgain)));
    assert!(!site.is_signed_in().await);
}

#[tokio::test]
async fn rf_9_a_lease_lasts_longer_than_what_is_done_under_it() {
    let site = Fixture::expired().await;
    let id = site.session.id;
    let fence = site.acquire().await.fence;
    let end = site.end_of_requests();
    assert_eq!(site.store().lease(SessionRef::of(&id), end, end).await.unwrap(), None);
    site.tokens.release_lease(id, fence).await;
    assert!(
        site.store()
            .lease(SessionRef::of(&id), AT, end)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn rf_9_nobody_waits_while_the_old_token_is_good() {
    let mut tokens = TokenSet::of("access", Some("used"), "id");
    tokens.expires_at = AT.unix_timestamp() + 30;
    let site = Fixture::with(tokens.clone()).await;
    let id = site.session.id;
    let until = AT + Duration::from_hours(1);
    assert!(
        site.store()
            .lease(SessionRef::of(&id), AT, until)
            .await
            .unwrap()
            .is_some()
    );
    let Ok(LeaseOutcome::NotNeeded(token)) = site.tokens.acquire_lease(id, &site.selector()).await else {
        panic!("the lease is taken");
    };
    assert_eq!(token.secret(), "access");

    tokens.refresh_token = None;
    let site = Fixture::with(tokens).await;
    let outcome = site.tokens.acquire_lease(site.session.id, &site.selector()).await;
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
