//! Data of an application in a person's session, by `tower_sessions::Session`: sealed, of one session, ended with it.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use bff::tower_sessions::Session;
use bff::{Bff, SignedIn};
use futures::future::join_all;
use serde_json::Value;
use url::Url;

use crate::back_channel::{claims, newest_sid, send_logout, with};
use crate::support::{Browser, Harness, Setup};

/// Pages that store data, beside the site and on the same host; the response is what is there afterwards, sorted.
async fn pages(harness: &Harness) -> Url {
    pages_of(&harness.bff).await
}

/// The same pages at another replica, which reads the key file and the tables now.
async fn pages_at_replica(harness: &Harness) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let replica = harness.replica_setup().again().await;
    let (bff, _) = replica.open(listener, &harness.provider, |_| {}).await;
    pages_of(&bff).await
}

async fn pages_of(bff: &Bff) -> Url {
    async fn all(session: &Session) -> String {
        let mut found = Vec::new();
        for key in ["a", "b", "c", "d", "e", "f", "g", "h", "large"] {
            if let Some(value) = session.get::<Value>(key).await.unwrap() {
                found.push(format!("{key}={value}"));
            }
        }
        found.join(" ")
    }
    let put = async |session: Session, Path((key, value)): Path<(String, String)>| {
        session.insert(&key, value).await.unwrap();
        all(&session).await
    };
    let large = async |session: Session| session.insert("large", "x".repeat(100_000)).await.unwrap();
    let same = async |session: Session| {
        let value: Value = session.get("a").await.unwrap().unwrap();
        session.insert("a", value).await.unwrap();
    };
    let flush = async |session: Session| session.flush().await.unwrap();
    let cycle = async |session: Session| session.cycle_id().await.unwrap();
    let id = async |session: Session, _: SignedIn| session.id().unwrap().to_string();
    let pages = Router::new()
        .route("/put/{key}/{value}", post(put))
        .route("/all", post(async |session: Session| all(&session).await))
        .route("/large", post(large))
        .route("/same", post(same))
        .route("/flush", post(flush))
        .route("/cycle", post(cycle))
        .route("/id", post(id));
    let api = Router::new().route("/api/put/{key}/{value}", post(put));
    let api = api.layer(bff.bearer("https://api.example").or_session(&[]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let router = bff.protect(pages).merge(api);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

async fn call(browser: &mut Browser, pages: &Url, path: &str) -> (u16, String) {
    let page = browser.submit(pages.join(path).unwrap().as_str(), &[]).await;
    (page.status, page.body)
}

async fn in_both_databases(test: impl AsyncFn(Harness)) {
    for postgres in [false, true] {
        let setup = Setup {
            postgres,
            ..Setup::default()
        };
        test(Harness::build(setup).await).await;
    }
}

async fn signed_in(harness: &Harness, person: &str) -> Browser {
    let mut browser = harness.browser();
    assert_eq!(browser.sign_in(person).await.status, 303);
    browser
}

#[tokio::test]
async fn data_is_of_one_session_and_sealed_and_ends_with_it() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let (mut desk, mut phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
        assert_eq!(
            call(&mut desk, &pages, "put/a/confidential-draft").await.1,
            "a=\"confidential-draft\""
        );
        assert_eq!(call(&mut desk, &pages, "all").await.1, "a=\"confidential-draft\"");
        assert_eq!(
            call(&mut phone, &pages, "all").await.1,
            "",
            "another session of the same person"
        );
        let bytes = harness.database_bytes().await;
        assert!(!bytes.windows(18).any(|bytes| bytes == b"confidential-draft"), "sealed");

        let name = call(&mut desk, &pages, "id").await.1;
        assert_ne!(Some(name), desk.session(), "a handler does not see the cookie");
        desk.submit("/auth/logout", &[]).await;
        assert_eq!(call(&mut desk, &pages, "all").await, (200, String::new()));
        assert_eq!(desk.sign_in("alice").await.status, 303);
        assert_eq!(call(&mut desk, &pages, "all").await.1, "", "not in the next session");
    })
    .await;
}

#[tokio::test]
async fn deleting_data_signs_nobody_out_and_touches_nothing_else() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let mut browser = signed_in(&harness, "alice").await;
        for path in ["put/a/1", "cycle"] {
            assert_eq!(call(&mut browser, &pages, path).await.0, 200);
        }
        assert_eq!(
            call(&mut browser, &pages, "all").await.1,
            "a=\"1\"",
            "a new id changes nothing"
        );
        assert_eq!(call(&mut browser, &pages, "flush").await.0, 200);
        assert_eq!(call(&mut browser, &pages, "all").await.1, "");
        assert_eq!(browser.open("/me").await.status, 200, "still signed in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_the_same_time_preserve_each_others_changes() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let mut browser = signed_in(&harness, "alice").await;
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let puts = keys.map(|key| {
            let (mut tab, pages) = (harness.clone_of(&browser), pages.clone());
            async move { call(&mut tab, &pages, &format!("put/{key}/1")).await.0 }
        });
        assert!(join_all(puts).await.iter().all(|status| *status == 200));
        let all = keys.map(|key| format!("{key}=\"1\"")).join(" ");
        assert_eq!(call(&mut browser, &pages, "all").await.1, all);
    })
    .await;
}

#[tokio::test]
async fn data_that_is_too_large_is_refused_and_what_was_there_stays() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let mut browser = signed_in(&harness, "alice").await;
        call(&mut browser, &pages, "put/a/1").await;
        assert_eq!(call(&mut browser, &pages, "large").await.0, 503);
        assert_eq!(call(&mut browser, &pages, "all").await.1, "a=\"1\"");
    })
    .await;
}

#[tokio::test]
async fn without_a_session_there_is_no_data_and_nothing_is_written() {
    in_both_databases(async |harness| {
        let (pages, mut browser) = (pages(&harness).await, harness.browser());
        let rows = harness.rows().await;
        assert_eq!(call(&mut browser, &pages, "put/a/1").await.0, 200);
        assert_eq!(call(&mut browser, &pages, "all").await.1, "");
        assert_eq!(harness.rows().await, rows);
    })
    .await;
}

#[tokio::test]
async fn an_api_for_both_stores_data_too_and_an_expired_session_none() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let mut browser = signed_in(&harness, "alice").await;
        assert_eq!(
            call(&mut browser, &pages, "api/put/a/1").await,
            (200, "a=\"1\"".to_owned())
        );
        assert_eq!(call(&mut browser, &pages, "all").await.1, "a=\"1\"");
        harness.advance(Duration::from_hours(9));
        assert_eq!(call(&mut browser, &pages, "all").await.1, "");
    })
    .await;
}

#[tokio::test]
async fn bc_4_a_back_channel_logout_ends_the_data_with_its_session() {
    in_both_databases(async |harness| {
        let pages = pages(&harness).await;
        let (mut desk, mut phone) = (signed_in(&harness, "alice").await, signed_in(&harness, "alice").await);
        let sid = newest_sid(&harness);
        for browser in [&mut desk, &mut phone] {
            assert_eq!(call(browser, &pages, "put/a/1").await.1, "a=\"1\"");
        }
        let logout = with(claims(&harness, "1"), "sid", sid);
        assert_eq!(send_logout(&harness, &logout).await.status, 200);
        assert_eq!(call(&mut phone, &pages, "all").await, (200, String::new()));
        assert_eq!(call(&mut desk, &pages, "all").await.1, "a=\"1\"", "the other session");
        assert_eq!(
            harness.database.data_writes().await,
            1,
            "the row of the ended session is gone"
        );
        assert_eq!(phone.sign_in("alice").await.status, 303);
        assert_eq!(call(&mut phone, &pages, "all").await.1, "", "not in the next session");
    })
    .await;
}

#[tokio::test]
async fn se_8_data_is_read_with_the_old_key_and_sealed_with_the_new_one() {
    in_both_databases(async |harness| {
        let mut browser = signed_in(&harness, "alice").await;
        let before = pages(&harness).await;
        assert_eq!(call(&mut browser, &before, "put/a/1").await.1, "a=\"1\"");
        let old = std::fs::read_to_string(harness.keys()).unwrap();
        let new = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";
        std::fs::write(harness.keys(), format!("{new}\n{old}")).unwrap();
        let both = pages_at_replica(&harness).await;
        assert_eq!(call(&mut browser, &both, "all").await.1, "a=\"1\"");
        let writes = harness.database.data_writes().await;
        assert_eq!(writes, 2, "sealed anew where it was read");
        assert_eq!(call(&mut browser, &both, "all").await.1, "a=\"1\"");
        assert_eq!(harness.database.data_writes().await, writes, "once");
        std::fs::write(harness.keys(), new).unwrap();
        let without_the_old = pages_at_replica(&harness).await;
        assert_eq!(call(&mut browser, &without_the_old, "all").await.1, "a=\"1\"");
    })
    .await;
}

#[tokio::test]
async fn a_table_of_an_earlier_version_gets_the_columns_and_its_sessions_stay() {
    in_both_databases(async |harness| {
        let mut browser = signed_in(&harness, "alice").await;
        harness.database.drop_data_columns().await;
        let pages = pages_at_replica(&harness).await;
        assert_eq!(call(&mut browser, &pages, "put/a/1").await, (200, "a=\"1\"".to_owned()));
        let again = pages_at_replica(&harness).await;
        assert_eq!(
            call(&mut browser, &again, "all").await.1,
            "a=\"1\"",
            "a second start changes nothing"
        );
        assert_eq!(browser.open("/me").await.status, 200, "the session of before");
    })
    .await;
}

#[tokio::test]
async fn data_is_written_when_it_has_changed_and_not_otherwise() {
    in_both_databases(async |harness| {
        let (pages, mut browser) = (pages(&harness).await, signed_in(&harness, "alice").await);
        let writes = async || harness.database.data_writes().await;
        assert_eq!(call(&mut browser, &pages, "all").await.1, "");
        assert_eq!(writes().await, 0, "reading");
        call(&mut browser, &pages, "put/a/1").await;
        assert_eq!(writes().await, 1);
        for path in ["all", "same", "all"] {
            assert_eq!(call(&mut browser, &pages, path).await.0, 200);
        }
        assert_eq!(writes().await, 1, "reading, and the same value again");
        call(&mut browser, &pages, "put/a/2").await;
        assert_eq!(writes().await, 2);
    })
    .await;
}
