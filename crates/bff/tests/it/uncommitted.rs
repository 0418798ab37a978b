//! Commits that fail, as with a full disk: nothing has changed, and no response claims that it has.

use std::time::Duration;

use demo::{Endpoint, Signing};

use crate::back_channel::{claims, newest_sid, post, typed, with};
use crate::support::{Browser, Harness, Log, Setup};

/// Alice is signed in, and from now on nothing can be committed.
async fn signed_in(postgres: bool) -> (Harness, Browser) {
    let harness = Harness::build(Setup {
        postgres,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in("alice").await.status, 303);
    (harness, browser)
}

/// The lines of the log about sessions that ended.
fn claimed(log: &Log) -> String {
    let own = log.own();
    let ends = |line: &&str| line.contains("success") && (line.contains("sign_out") || line.contains("session_end"));
    own.lines().filter(ends).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn lo_1_a_sign_out_that_cannot_be_committed_is_a_503_and_the_session_continues() {
    for postgres in [false, true] {
        let (log, (harness, mut browser)) = (Log::start(), signed_in(postgres).await);
        harness.database.refuse_commits().await;
        let cookie = browser.session();
        for _ in 0..2 {
            let page = browser.submit("/auth/logout", &[]).await;
            assert_eq!(page.status, 503, "{postgres}: {}", page.body);
            assert!(!page.header("retry-after").is_empty() && page.headers.get("clear-site-data").is_none());
            assert!(!page.body.contains("signed out"), "{}", page.body);
            assert_eq!(browser.session(), cookie);
            assert_eq!(browser.open("/").await.body, "hello alice", "{postgres}");
        }
        assert_eq!(claimed(&log), "");
        assert_eq!(
            harness.provider.requests(Endpoint::Revoke),
            0,
            "the tokens of a session that goes on"
        );
        harness.database.allow_commits().await;
        assert_eq!(browser.submit("/auth/logout", &[]).await.status, 303);
        assert_eq!(browser.open("/").await.body, "stranger");
        assert!(
            claimed(&log).contains("sign_out"),
            "this is how it would have been claimed"
        );
    }
}

#[tokio::test]
async fn si_14_ending_sessions_that_cannot_be_committed_is_an_error_and_they_continue() {
    for postgres in [false, true] {
        let (log, (harness, mut browser)) = (Log::start(), signed_in(postgres).await);
        let found = harness.bff.sessions_of(&harness.issuer, "alice").await.unwrap();
        harness.database.refuse_commits().await;
        assert!(harness.bff.end_session(found[0].reference).await.is_err());
        assert!(harness.bff.end_sessions_of(&harness.issuer, "alice").await.is_err());
        let (provider, sid) = (bff::ProviderId::parse("demo").unwrap(), found[0].sid.clone().unwrap());
        assert!(harness.bff.end_sessions_by_sid(&provider, &sid).await.is_err());
        assert_eq!(browser.open("/").await.body, "hello alice");
        assert_eq!(claimed(&log), "");
        harness.database.allow_commits().await;
        assert_eq!(harness.bff.end_sessions_of(&harness.issuer, "alice").await.unwrap(), 1);
        assert_eq!(browser.open("/").await.body, "stranger");
    }
}

#[tokio::test]
async fn bc_1_a_logout_that_cannot_be_committed_is_sent_again() {
    for postgres in [false, true] {
        let (log, (harness, mut browser)) = (Log::start(), signed_in(postgres).await);
        let token = with(claims(&harness, "1"), "sid", newest_sid(&harness));
        let token = harness.provider.mint(&typed("logout+jwt"), &token, Signing::Proper);
        harness.database.refuse_commits().await;
        let page = post(&harness, &[("logout_token", &token)]).await;
        assert_eq!(page.status, 503, "{postgres}: {}", page.body);
        assert!(!page.header("retry-after").is_empty());
        assert_eq!(
            (browser.open("/").await.body.as_str(), claimed(&log).as_str()),
            ("hello alice", "")
        );
        harness.database.allow_commits().await;
        assert_eq!(
            post(&harness, &[("logout_token", &token)]).await.status,
            200,
            "the same token once more"
        );
        assert_eq!(browser.open("/").await.body, "stranger");
    }
}

#[tokio::test]
async fn fc_1_a_frame_whose_logout_cannot_be_committed_does_not_state_it_was_done() {
    for postgres in [false, true] {
        let (log, (harness, mut browser)) = (Log::start(), signed_in(postgres).await);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("iss", harness.issuer.as_str()), ("sid", &newest_sid(&harness))])
            .finish();
        let address = format!("/auth/frontchannel-logout/demo?{query}");
        harness.database.refuse_commits().await;
        let cookie = browser.session();
        assert_eq!(browser.open(&address).await.status, 503, "{postgres}");
        assert_eq!((browser.session(), claimed(&log).as_str()), (cookie, ""));
        assert_eq!(browser.open("/").await.body, "hello alice");
        harness.database.allow_commits().await;
        assert_eq!(browser.open(&address).await.status, 200);
        assert_eq!(browser.open("/").await.body, "stranger");
    }
}

#[tokio::test]
async fn si_11_a_sign_in_that_cannot_be_committed_is_a_503_and_no_session() {
    for postgres in [false, true] {
        let (harness, mut alice) = signed_in(postgres).await;
        harness.database.refuse_commits().await;
        let mut bob = harness.browser();
        let page = bob.sign_in("bob").await;
        assert_eq!((page.status, bob.session()), (503, None), "{postgres}: {}", page.body);
        assert_eq!(alice.open("/").await.body, "hello alice");
        harness.database.allow_commits().await;
        assert_eq!(bob.sign_in("bob").await.status, 303);
    }
}

#[tokio::test]
async fn rf_2_a_lease_that_cannot_be_committed_uses_no_refresh_token_up() {
    for postgres in [false, true] {
        let (harness, mut browser) = signed_in(postgres).await;
        harness.advance(Duration::from_mins(6));
        harness.database.refuse_commits().await;
        let page = browser.open("/token").await;
        assert_eq!(page.status, 503, "{postgres}: {}", page.body);
        assert_eq!(
            harness.provider.requests(Endpoint::Token),
            1,
            "the provider was not asked"
        );
        harness.database.allow_commits().await;
        assert_eq!(browser.open("/token").await.status, 200);
        assert_eq!(harness.provider.requests(Endpoint::Token), 2);
    }
}
