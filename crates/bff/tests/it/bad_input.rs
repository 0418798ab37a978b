//! DS-2 at every endpoint, and what else is from outside and is no good: answers that are no responses, a redirect to
//! somebody else, bombs, clocks that differ, cookies of other keys. How often a browser may begin is in [`crate::starting`], a
//! database that is away in [`crate::database`].

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use bff::{BffConfig, Caller, Clock, KeyRing, Registration, Secret};
use demo::{Endpoint, FaultResponse, Kind, Pieces};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::{Browser, Harness, Log, Page, Setup, within_deadline};

/// What a person is given about with a page; the rest is requested where nobody looks.
const ON_THE_WAY: [Endpoint; 7] = [
    Endpoint::Discovery,
    Endpoint::Jwks,
    Endpoint::Token,
    Endpoint::Userinfo,
    Endpoint::Par,
    Endpoint::Register,
    Endpoint::DeviceAuthorization,
];

/// Somebody at another address, who must never hear of it.
struct Trap(TcpListener);

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// Both kinds of redirect there: as a new request, and with the whole body.
    fn redirects(&self) -> [FaultResponse; 2] {
        let address = format!("http://{}/", self.0.local_addr().unwrap());
        [
            FaultResponse::Redirect(address.clone()),
            FaultResponse::Forward(address),
        ]
    }

    fn assert_untouched(&self, why: &str) {
        assert!(self.0.accept().is_err(), "{why}: a redirect was followed");
    }
}

/// A megabyte in a kilobyte, again and again; as one stream it is what a decoder unpacks without end.
fn bomb(times: usize) -> FaultResponse {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; 1024 * 1024]).unwrap();
    pieces(Some("gzip"), packed.finish().unwrap(), times)
}

fn pieces(encoding: Option<&'static str>, piece: Vec<u8>, times: usize) -> FaultResponse {
    FaultResponse::Pieces(Pieces {
        encoding,
        piece,
        times,
        ends: true,
    })
}

/// So many mebibytes of JSON that begins well.
fn long(mebibytes: usize) -> FaultResponse {
    pieces(None, vec![b' '; 64 * 1024], mebibytes * 16)
}

/// It begins, and then nothing arrives.
fn slow() -> FaultResponse {
    FaultResponse::Pieces(Pieces {
        encoding: None,
        piece: b"{\"iss".to_vec(),
        times: 1,
        ends: false,
    })
}

/// How long a provider is left alone that responded a registration with something of no use.
const PAUSE: Duration = Duration::from_hours(24);

fn malformed_responses() -> [(&'static str, FaultResponse); 5] {
    [
        ("html", FaultResponse::Html),
        ("bomb", bomb(500)),
        ("long", long(4)),
        ("slow", slow()),
        ("empty", pieces(None, Vec::new(), 0)),
    ]
}

/// A test site where that endpoint is used, and nobody waits long.
async fn harness_with(endpoint: Endpoint) -> Harness {
    let mut setup = Setup {
        config: |config| config.http.timeout = Duration::from_secs(1),
        ..Setup::default()
    };
    match endpoint {
        Endpoint::Par => setup.demo = |demo| demo.pushed_requests = true,
        Endpoint::DeviceAuthorization => setup.provider = |provider| provider.device_sign_in = true,
        Endpoint::Register => {
            setup.demo = |demo| demo.registers = Some("let me in".to_owned());
            setup.provider = |provider| {
                provider.client_id.clear();
                provider.client_secret = None;
                provider.registration = Some(Registration {
                    initial_access_token: Some(Secret::from("let me in")),
                    ..Registration::default()
                });
            };
        }
        _ => {}
    }
    Harness::build(setup).await
}

fn answers(harness: &Harness, endpoint: Endpoint, response: FaultResponse) {
    harness.provider.change(|faults| {
        faults.responses.insert(endpoint, response);
    });
}

/// Signs alice in, as far as the site lets her.
async fn far(browser: &mut Browser, endpoint: Endpoint) -> Page {
    if endpoint == Endpoint::DeviceAuthorization {
        return browser.open("/auth/device").await;
    }
    let page = browser.open("/auth/login?return_to=/me").await;
    if page.status != 303 {
        return page;
    }
    let callback = browser.authorize(&page.location(), "alice").await;
    browser.open(callback.as_str()).await
}

/// The page of chapter SI-11, and nobody signed in.
async fn is_refused(harness: &Harness, log: &Log, browser: &Browser, page: Page, why: &str) {
    assert!((400..600).contains(&page.status), "{why}: {}", page.status);
    assert!(page.header("content-type").starts_with("text/html"), "{why}");
    let reference = page
        .body
        .split("<code>")
        .nth(1)
        .and_then(|rest| rest.split("</code>").next());
    let reference = reference.unwrap_or_else(|| panic!("{why}: no reference: {}", page.body));
    assert!(
        log.operator().contains(reference),
        "{why}: {reference} is not in the log"
    );
    assert_eq!(browser.session(), None, "{why}");
    // A registration that was made is stored; a session is more than that.
    assert!(
        harness
            .bff
            .sessions_of(&harness.issuer, "alice")
            .await
            .unwrap()
            .is_empty(),
        "{why}"
    );
}

#[tokio::test]
async fn ds_2_whatever_an_endpoint_sends_is_a_page_with_a_reference_and_no_session() {
    for endpoint in ON_THE_WAY {
        let (log, harness) = (Log::start(), harness_with(endpoint).await);
        for (what, response) in malformed_responses() {
            let why = format!("{endpoint:?}: {what}");
            answers(&harness, endpoint, response);
            let (mut browser, requested) = (harness.browser(), harness.provider.requests(endpoint));
            let page = within_deadline(&why, far(&mut browser, endpoint)).await;
            assert!(
                harness.provider.requests(endpoint) > requested,
                "{why}: it was not asked"
            );
            is_refused(&harness, &log, &browser, page, &why).await;
            harness.advance(PAUSE);
        }
        harness.provider.change(|faults| faults.responses.clear());
        let page = far(&mut harness.browser(), endpoint).await;
        assert!([200, 303].contains(&page.status), "{endpoint:?}: {}", page.body);
    }
}

#[tokio::test]
async fn ds_2_nobody_is_connected_to_because_an_endpoint_names_it() {
    for endpoint in ON_THE_WAY {
        let (log, harness, trap) = (Log::start(), harness_with(endpoint).await, Trap::set());
        for response in trap.redirects() {
            let why = format!("{endpoint:?}: {response:?}");
            answers(&harness, endpoint, response);
            let (mut browser, requested) = (harness.browser(), harness.provider.requests(endpoint));
            let page = within_deadline(&why, far(&mut browser, endpoint)).await;
            assert!(
                harness.provider.requests(endpoint) > requested,
                "{why}: it was not asked"
            );
            is_refused(&harness, &log, &browser, page, &why).await;
            trap.assert_untouched(&why);
            harness.advance(PAUSE);
        }
    }
}

#[tokio::test]
async fn rf_6_a_renewal_with_a_malformed_response_preserves_the_session_and_is_sent_nowhere_else() {
    let (harness, trap) = (harness_with(Endpoint::Token).await, Trap::set());
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let redirects = trap.redirects().map(|response| ("redirect", response));
    for (what, response) in malformed_responses().into_iter().chain(redirects) {
        answers(&harness, Endpoint::Token, response);
        harness.advance(Duration::from_mins(6));
        assert_eq!(
            within_deadline(what, browser.open("/token")).await.status,
            503,
            "{what}"
        );
        assert_eq!(browser.open("/").await.body, "hello alice", "{what}");
        trap.assert_untouched(what);
    }
    harness.provider.change(|faults| faults.responses.clear());
    harness.advance(Duration::from_mins(6));
    assert_eq!(browser.open("/token").await.status, 200);
}

#[tokio::test]
async fn in_1_an_introspection_with_a_malformed_response_opens_nothing_and_blames_nobody() {
    let (harness, trap) = (harness_with(Endpoint::Introspect).await, Trap::set());
    let bearer = harness.bff.introspecting_bearer("demo", "https://api.portico.example");
    let who = async |caller: Caller| Json(json!({ "subject": caller.subject }));
    let router = Router::new()
        .route("/who", get(who))
        .layer(bearer.require(&["messages:read"]));
    let api = format!("http://{}/who", crate::proxy::serve(router).await);
    harness.browser().sign_in("alice").await;
    let token = format!("Bearer {}", harness.provider.newest(Kind::AccessToken).unwrap());
    let call = async || {
        let mut program = harness.browser();
        let send = program.get(&api).silent().header("authorization", &token);
        program.send(send).await
    };
    let redirects = trap.redirects().map(|response| ("redirect", response));
    for (what, response) in malformed_responses().into_iter().chain(redirects) {
        answers(&harness, Endpoint::Introspect, response);
        let requested = harness.provider.requests(Endpoint::Introspect);
        let page = within_deadline(what, call()).await;
        assert_eq!(page.status, 503, "{what}: {}", page.body);
        assert_eq!(harness.provider.requests(Endpoint::Introspect), requested + 1, "{what}");
        trap.assert_untouched(what);
    }
    harness.provider.change(|faults| faults.responses.clear());
    assert_eq!(call().await.status, 200);
}

#[tokio::test]
async fn lo_3_a_revocation_with_a_malformed_response_stops_no_sign_out_and_is_sent_nowhere_else() {
    let (log, harness, trap) = (Log::start(), harness_with(Endpoint::Revoke).await, Trap::set());
    let redirects = trap.redirects().map(|response| ("redirect", response));
    for (number, (what, response)) in malformed_responses().into_iter().chain(redirects).enumerate() {
        answers(&harness, Endpoint::Revoke, response);
        let mut browser = harness.browser();
        browser.sign_in("alice").await;
        let page = within_deadline(what, browser.submit("/auth/logout", &[])).await;
        assert_eq!(page.status, 303, "{what}");
        assert_eq!(browser.open("/").await.body, "stranger", "{what}");
        harness.until_idle().await;
        assert!(
            harness.provider.requests(Endpoint::Revoke) > number,
            "{what}: it was not asked"
        );
        if what == "redirect" {
            let before = number - malformed_responses().len();
            let reported = log.operator().matches("the provider does not revoke a token").count();
            assert!(reported > before, "{what}: the answer was not read");
        }
        trap.assert_untouched(what);
    }
}

/// The most memory this process ever had, in bytes, where the system states it.
fn most_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: usize = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Memory is counted for a whole process, so this test has one to itself.
#[tokio::test]
async fn ds_2_no_response_takes_more_memory_than_the_limit_allows() {
    const ALONE: &str = "PORTICO_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let test = "bad_input::ds_2_no_response_takes_more_memory_than_the_limit_allows";
        let mut alone = Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", test]).env(ALONE, "yes");
        let out = tokio::task::spawn_blocking(move || alone.output().unwrap())
            .await
            .unwrap();
        let shown = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && shown.contains("1 passed"), "{shown}");
        return;
    }
    let harness = Harness::new().await;
    assert_eq!(harness.browser().sign_in("alice").await.status, 303);
    let before = most_memory();
    for endpoint in [Endpoint::Userinfo, Endpoint::Token, Endpoint::Jwks] {
        // The keys are known for an hour.
        harness.advance(Duration::from_hours(1));
        for response in [long(256), bomb(800)] {
            answers(&harness, endpoint, response);
            let mut browser = harness.browser();
            let page = browser.sign_in("alice").await;
            assert!(page.status >= 400 || endpoint == Endpoint::Jwks, "{endpoint:?}");
        }
        harness.provider.change(|faults| faults.responses.clear());
    }
    let grown = most_memory().zip(before).map_or(0, |(after, before)| after - before);
    assert!(grown < 32 * 1024 * 1024, "{} MiB more", grown / 1024 / 1024);
}

/// The site's clock is ahead of the provider's by so many seconds.
fn ahead<const SECONDS: i64>(config: &mut BffConfig) {
    let provider = config.clock.clone();
    config.clock = Clock::from_fn(move || provider.now() + time::Duration::seconds(SECONDS));
}

async fn harness_ahead(config: fn(&mut BffConfig)) -> Harness {
    let harness = Harness::build(Setup {
        config,
        ..Setup::default()
    })
    .await;
    harness.provider.stop_clock();
    harness
}

#[tokio::test]
async fn id_11_clocks_that_differ_by_a_minute_are_good_enough() {
    for (config, why) in [
        (ahead::<60> as fn(&mut BffConfig), "the site is ahead"),
        (ahead::<-60>, "the site is behind"),
    ] {
        let harness = harness_ahead(config).await;
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        assert_eq!(page.status, 303, "{why}: {}", page.body);
        for _ in 0..3 {
            assert_eq!(browser.open("/token").await.status, 200, "{why}");
            let token = format!("Bearer {}", harness.provider.newest(Kind::AccessToken).unwrap());
            let send = browser.get("/api/read").silent().header("authorization", &token);
            assert_eq!(browser.send(send).await.status, 200, "{why}");
            harness.advance(Duration::from_mins(6));
        }
    }
}

#[tokio::test]
async fn id_11_clocks_that_differ_by_ten_minutes_are_a_page_and_a_reason_in_the_log() {
    for (config, reason) in [
        (ahead::<600> as fn(&mut BffConfig), "expired"),
        (ahead::<-600>, "`iat` is in the future"),
    ] {
        let (log, harness) = (Log::start(), harness_ahead(config).await);
        let mut browser = harness.browser();
        let page = browser.sign_in("alice").await;
        is_refused(&harness, &log, &browser, page, reason).await;
        assert!(log.operator().contains(reason), "{}", log.operator());
    }
}

#[tokio::test]
async fn wow_7_cookies_of_another_key_ring_belong_to_nobody_and_break_nothing() {
    let setup = Setup {
        provider: |provider| provider.device_sign_in = true,
        ..Setup::default()
    };
    let harness = Harness::build(setup).await;
    let mut browser = harness.browser();
    browser.sign_in("alice").await;
    let authorize = browser.start("/auth/login").await;
    assert_eq!(browser.open("/auth/device").await.status, 200);
    let callback = browser.authorize(&authorize, "alice").await;

    let mut there = harness
        .at_replica(&browser, |config| config.keys = KeyRing::ephemeral())
        .await;
    assert!(there.pending().len() >= 2 && there.session().is_some());
    assert_eq!(there.open("/").await.body, "stranger");
    assert_eq!(there.open("/me").await.status, 401);
    assert_eq!(there.open("/auth/session").await.status, 200);
    assert_eq!(there.open("/auth/device/wait").await.status, 410);
    assert_eq!(there.open(callback.as_str()).await.status, 400);
    assert_eq!(harness.provider.requests(Endpoint::Token), 1, "the code was not used");
    assert_eq!(browser.open("/").await.body, "hello alice", "at home it is good");
    assert_eq!(there.sign_in("bob").await.status, 303, "signing in works as ever");
    assert_eq!(there.open("/").await.body, "hello bob");
}
