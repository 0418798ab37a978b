//! SE-9: each security event is in the log once, with person and reason and without a secret. SE-5: the number of sessions of
//! one person.

use std::num::NonZeroUsize;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use bff::{ProxyLimits, SessionRef, Upstream};
use demo::{Endpoint, FaultResponse};
use serde_json::json;

use crate::proxy::{AUDIENCE, Street, plain_api, serve};
use crate::support::{Browser, Harness, Log, SessionDatabase, Setup};

/// The lines about `event` with `outcome`.
fn lines(log: &Log, event: &str, outcome: &str) -> Vec<String> {
    let required = format!("event=\"{event}\" outcome=\"{outcome}\"");
    log.own()
        .lines()
        .filter(|line| line.contains(&required))
        .map(str::to_owned)
        .collect()
}

async fn references(harness: &Harness, person: &str) -> Vec<SessionRef> {
    let found = harness.bff.sessions_of(&harness.issuer, person).await.unwrap();
    found.into_iter().map(|session| session.reference).collect()
}

#[tokio::test]
async fn se_9_a_sign_in_and_a_sign_out_name_person_provider_and_session() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let reference = references(&harness, "alice").await[0];
    let reported = lines(&log, "sign_in", "success");
    assert_eq!(reported.len(), 1, "{reported:?}");
    for part in [
        "provider=\"demo\"",
        "subject=\"alice\"",
        &format!("session={reference}"),
    ] {
        assert!(reported[0].contains(part), "{part} in {reported:?}");
    }
    browser.submit("/auth/logout", &[]).await;
    let reported = lines(&log, "sign_out", "success");
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert!(reported[0].contains("subject=\"alice\"") && reported[0].contains(&format!("session={reference}")));
    nothing_secret(&log, &harness);
}

#[tokio::test]
async fn se_9_failures_and_refusals_explain_why() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    browser.open("/auth/callback/demo?code=x&state=y").await;
    assert!(lines(&log, "sign_in", "refused")[0].contains("failure=\"callback_unknown_state\""));
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(500, json!({})));
    });
    browser.sign_in("alice").await;
    assert!(lines(&log, "sign_in", "failed")[0].contains("failure=\"token_endpoint_status\""));
    nothing_secret(&log, &harness);
}

#[tokio::test]
async fn se_9_a_renewal_that_fails_and_one_that_works_are_reported() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    harness.advance(Duration::from_mins(6));
    harness.provider.change(|faults| {
        faults
            .responses
            .insert(Endpoint::Token, FaultResponse::Json(503, json!({})));
    });
    browser.open("/token").await;
    let reported = lines(&log, "token_renewal", "failed");
    assert!(
        reported.len() == 1 && reported[0].contains("subject=\"alice\""),
        "{reported:?}"
    );
    harness.provider.change(|faults| faults.responses.clear());
    browser.open("/token").await;
    assert_eq!(lines(&log, "token_renewal", "success").len(), 1);
    nothing_secret(&log, &harness);
}

/// Whether each of `parts` is in the one line of `reported`.
fn has_value(reported: &[String], parts: &[&str]) {
    assert_eq!(reported.len(), 1, "{reported:?}");
    for part in parts {
        assert!(reported[0].contains(part), "{part} in {reported:?}");
    }
}

#[tokio::test]
async fn se_9_who_is_signed_in_elsewhere_is_named_where_they_are_refused() {
    let log = Log::start();
    let harness = Harness::build(Setup {
        second: true,
        ..Setup::default()
    })
    .await;
    let required = harness.bff.require_provider("other").unwrap();
    let papers = Router::new().route("/papers", get(async || "papers")).layer(required);
    let address = serve(harness.bff.protect(papers)).await;
    let mut browser = harness.browser();
    browser.sign_in_by("/auth/login?provider=demo", "alice").await;
    assert_eq!(browser.open(&format!("http://{address}/papers")).await.status, 403);
    let session = format!("session={}", references(&harness, "alice").await[0]);
    let named = [
        "provider=\"demo\"",
        "subject=\"alice\"",
        "signed in elsewhere",
        &session,
    ];
    has_value(&lines(&log, "access", "refused"), &named);
    assert!(lines(&log, "sign_in", "refused").is_empty());
}

#[tokio::test]
async fn se_9_a_database_that_fails_is_reported_by_its_operation() {
    let log = Log::start();
    let harness = Harness::build(Setup {
        postgres: false,
        ..Setup::default()
    })
    .await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let SessionDatabase::Sqlite(pool) = &harness.database else {
        panic!("not in SQLite")
    };
    let away = sqlx::query("alter table bff_session_records rename to elsewhere");
    away.execute(pool).await.unwrap();
    assert_eq!(browser.open("/auth/session").await.status, 503);
    has_value(&lines(&log, "access", "failed"), &["the session store failed"]);
    assert_eq!(browser.submit("/auth/logout", &[]).await.status, 503);
    has_value(&lines(&log, "sign_out", "failed"), &["the session store failed"]);
    assert!(lines(&log, "sign_in", "failed").is_empty());
}

#[tokio::test]
async fn se_9_a_change_from_elsewhere_at_an_api_for_both_is_reported() {
    let (log, harness) = (Log::start(), Harness::new().await);
    let gate = harness.bff.bearer(AUDIENCE).or_session(&[]);
    let api = Router::new().route("/api", post(async || "done")).layer(gate);
    let url = format!("http://{}/api", serve(api).await);
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let foreign = Browser::from(browser.form(&url, &[]), "https://elsewhere.example", "cross-site");
    assert_eq!(browser.send(foreign).await.status, 403);
    has_value(&lines(&log, "access", "refused"), &["reason=\"cross-site request\""]);
}

#[tokio::test]
async fn se_9_who_the_proxy_refuses_is_reported() {
    let log = Log::start();
    let mut street = Street::new(plain_api().await, |upstream| upstream).await;
    let session = format!("session={}", references(&street.harness, "alice").await[0]);
    let named = ["provider=\"demo\"", "subject=\"alice\"", &session];
    let elsewhere = [("sec-fetch-site", "cross-site")];
    assert_eq!(
        street.request(Method::GET, "/api/orders/7", &elsewhere).await.status,
        403
    );
    let reported = lines(&log, "access", "refused");
    has_value(&reported, &named);
    has_value(&reported, &["reason=\"cross_site at /api/orders\""]);
    assert_eq!(street.request(Method::DELETE, "/api/orders/7", &[]).await.status, 405);
    let reported = lines(&log, "access", "refused");
    has_value(&reported[1..], &named);
    has_value(&reported[1..], &["reason=\"method at /api/orders\""]);
    // Outside a site that is protected, too: who it is is found here.
    let upstream = Upstream::new("/api/orders", &street.api.url()).unwrap();
    let upstream = upstream.audience(AUDIENCE).limits(ProxyLimits {
        max_request_bytes: 1,
        ..ProxyLimits::default()
    });
    street.proxy = serve(street.harness.bff.proxy(upstream.methods([Method::POST])).unwrap()).await;
    let form = street.browser.form(street.url("/api/orders").as_str(), &[("a", "b")]);
    assert_eq!(street.browser.send(form).await.status, 413);
    let reported = lines(&log, "access", "refused");
    has_value(&reported[2..], &named);
    has_value(&reported[2..], &["reason=\"too_large at /api/orders\""]);
    // Nothing is wrong with a page that requests before anybody is signed in.
    street.browser.cookies.clear();
    let form = street.browser.form(street.url("/api/orders").as_str(), &[]);
    assert_eq!(street.browser.send(form).await.status, 401);
    assert_eq!(lines(&log, "access", "refused").len(), 3);
    nothing_secret(&log, &street.harness);
}

fn nothing_secret(log: &Log, harness: &Harness) {
    let (own, operator) = (log.own(), log.operator());
    for issued in harness.provider.issued() {
        let send_command = issued.value.rsplit('.').next().unwrap_or_default();
        assert!(
            !own.contains(send_command) && !operator.contains(send_command),
            "{:?} is in the log",
            issued.kind
        );
    }
}

#[tokio::test]
async fn se_5_beyond_the_limit_the_session_used_longest_ago_ends() {
    let setup = Setup {
        config: |config| config.max_sessions = NonZeroUsize::new(2).unwrap(),
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browsers: Vec<Browser> = Vec::new();
    for _ in 0..3 {
        let mut browser = harness.browser();
        browser.sign_in("alice").await;
        harness.advance(Duration::from_mins(2));
        browsers.push(browser);
    }
    let mut bob = harness.browser();
    bob.sign_in("bob").await;
    let mut alive = Vec::new();
    for browser in &mut browsers {
        alive.push(browser.open("/me").await.status == 200);
    }
    assert_eq!(alive, [false, true, true]);
    assert_eq!(bob.open("/me").await.status, 200, "others do not count");
}
