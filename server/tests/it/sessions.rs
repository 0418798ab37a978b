//! People list and end their own sessions, administrators everybody's (SI-14).

use domain::sessions::MAX_FOUND;
use http::{Method, StatusCode};
use serde_json::json;

use crate::{
    documents::shelf::person,
    support::{Program, RemoteVisitor, TestSite, Visitor, free_ports},
};

/// The references on the page, the one used last first.
async fn endable(visitor: &mut Visitor, address: &str) -> Vec<String> {
    let page = visitor.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    references(&page.body)
}

fn references(page: &str) -> Vec<String> {
    let forms = page.split("name=\"session\" value=\"").skip(1);
    forms
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .collect()
}

async fn is_signed_in(visitor: &mut Visitor) -> bool {
    visitor.get("/profile").await.status == StatusCode::OK
}

#[tokio::test]
async fn si_14_a_person_ends_one_session_and_the_others_continue() {
    for site in TestSite::both().await {
        let (mut desk, mut phone, mut bob) = (
            site.sign_in("alice").await,
            site.sign_in("alice").await,
            site.sign_in("bob").await,
        );
        let others = endable(&mut desk, "/sessions").await;
        assert_eq!(others.len(), 1, "one other session, and none of bob");
        let response = desk.post_form("/sessions/end", &[("session", &others[0])]).await;
        assert_eq!(
            (response.status, response.location()),
            (StatusCode::SEE_OTHER, Some("/sessions?ended=1"))
        );
        assert!(
            desk.get("/sessions?ended=1")
                .await
                .body
                .contains("One session was ended.")
        );
        assert!(!is_signed_in(&mut phone).await);
        assert!(is_signed_in(&mut desk).await && is_signed_in(&mut bob).await);
    }
}

#[tokio::test]
async fn si_14_nobody_ends_or_sees_sessions_of_others_but_administrators() {
    for site in TestSite::both().await {
        let (mut alice, mut bob, mut erin) = (
            site.sign_in("alice").await,
            site.sign_in("bob").await,
            site.sign_in("erin").await,
        );
        alice.get("/").await;
        bob.get("/").await;
        site.until_idle().await;
        let theirs = endable(&mut erin, "/sessions?person=BAKER").await;
        assert_eq!(theirs.len(), 1, "bob by a part of his name in another case");

        let refused = alice.post_form("/sessions/end", &[("session", &theirs[0])]).await;
        assert_eq!(
            refused.location(),
            Some("/sessions?ended=0"),
            "not hers: nothing ends, nothing is told"
        );
        assert!(is_signed_in(&mut bob).await);
        assert_eq!(alice.get("/sessions?person=bob").await.status, StatusCode::NOT_FOUND);

        let done = erin
            .post_form("/sessions/end", &[("session", &theirs[0]), ("person", "bob & co")])
            .await;
        assert_eq!(done.location(), Some("/sessions?ended=1&person=bob+%26+co"));
        assert!(!is_signed_in(&mut bob).await);
    }
}

/// The reference of somebody's only session, on the page of an administrator.
async fn reference_of(admin: &mut RemoteVisitor, who: &str) -> String {
    let (status, _, page) = admin.get(&format!("/sessions?person={who}")).await;
    let found = references(&page);
    assert_eq!((status, found.len()), (200, 1), "{page}");
    found[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn se_9_who_ended_a_session_of_somebody_else_is_in_the_log() {
    let (program, listen) = (Program::new(), format!("127.0.0.1:{}", free_ports().0));
    let public_url = format!("http://{listen}");
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_PUBLIC_URL", &public_url),
        ("PORTICO_LOG", "info,server=debug"),
    ];
    let mut serving = program.serve(&["--demo"], &variables);
    let [mut bob, mut erin, mut phone] = [(); 3].map(|()| RemoteVisitor::new(&listen));
    for (browser, who) in [(&mut bob, "bob"), (&mut erin, "erin"), (&mut phone, "erin")] {
        browser.sign_in(who).await;
        assert_eq!(browser.get("/profile").await.0, 200);
    }
    let mut log = serving.until_stored("bob");
    let of_bob = reference_of(&mut erin, "bob").await;
    let done = erin.post_form("/sessions/end", &[("session", &of_bob)]).await;
    assert_eq!((done.0, &*done.1), (303, "/sessions?ended=1"), "{}", done.2);
    // Her own on another device, and one that is over: nothing was done to anybody.
    let own = references(&erin.get("/sessions").await.2);
    for (session, address) in [(&own[0], "/sessions?ended=1"), (&of_bob, "/sessions?ended=0")] {
        assert_eq!(
            erin.post_form("/sessions/end", &[("session", session)]).await.1,
            address
        );
    }

    serving.child.kill().unwrap();
    log.extend(serving.log());
    let reported: Vec<_> = log
        .iter()
        .filter(|line| line.contains("session_end_by_admin"))
        .collect();
    assert_eq!(reported.len(), 1, "{log:#?}");
    let session = format!("session={of_bob}");
    for part in [
        &*session,
        "outcome=\"success\"",
        "by=\"erin\"",
        "by_provider=\"demo\"",
        "by_session=",
    ] {
        assert!(reported[0].contains(part), "{part} in {reported:?}");
    }
    let ended = |line: &&String| line.contains("\"session_end\"") && line.contains(&session);
    assert!(
        log.iter()
            .find(ended)
            .is_some_and(|line| line.contains("subject=\"bob\"")),
        "{log:#?}"
    );
    for secret in bob.secrets.iter().chain(&erin.secrets) {
        assert!(!log.iter().any(|line| line.contains(secret)), "{secret}");
    }
}

#[tokio::test]
async fn si_14_a_text_that_fits_too_many_people_is_reported_and_is_not_nobody() {
    let (more, nobody) = ("More people match: write more of the name.", "Nobody by that name");
    for site in TestSite::both().await {
        let mut erin = site.sign_in("erin").await;
        erin.get("/").await;
        site.until_idle().await;
        // Found by their addresses, before Erin by name, and signed in nowhere.
        let aaron = async |number: usize| {
            let mut aaron = person(&format!("aaron-{number}-"), &[], None);
            (aaron.name, aaron.email) = (format!("Aaron {number}"), Some(format!("a{number}@erin.example")));
            site.store.upsert_person(&aaron).await.unwrap();
        };
        for number in 1..MAX_FOUND {
            aaron(number).await;
        }
        let page = erin.get("/sessions?person=erin").await.body;
        assert!(!page.contains(more) && !page.contains(nobody), "{page}");

        aaron(MAX_FOUND).await;
        let page = erin.get("/sessions?person=erin").await.body;
        assert!(page.contains(more) && !page.contains(nobody), "{page}");
        let page = erin.get("/sessions?person=aaron-7-").await.body;
        assert!(page.contains(nobody) && !page.contains(more), "{page}");
    }
}

#[tokio::test]
async fn si_14_signing_out_everywhere_ends_all_of_them() {
    for site in TestSite::both().await {
        let (mut desk, mut phone, mut bob) = (
            site.sign_in("alice").await,
            site.sign_in("alice").await,
            site.sign_in("bob").await,
        );
        let response = desk.post_form("/sessions/end-all", &[]).await;
        assert_eq!(response.location(), Some("/auth/signed-out"));
        assert!(!is_signed_in(&mut desk).await && !is_signed_in(&mut phone).await);
        assert!(is_signed_in(&mut bob).await);
    }
}

#[tokio::test]
async fn si_14_ending_a_session_is_a_form_of_this_site_and_needs_a_reference() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let foreign = alice
        .foreign_request(Method::POST, "/sessions/end-all")
        .header("sec-fetch-site", "cross-site");
    let response = alice.send(foreign.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    let nonsense = alice.post_form("/sessions/end", &[("session", "../x")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
    assert!(is_signed_in(&mut alice).await);
    let stranger = site.visitor().post_form("/sessions/end-all", &[]).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn si_14_sessions_that_cannot_be_ended_are_an_outage_and_nobodys_mistake() {
    let site = TestSite::start().await;
    let (mut desk, mut phone) = (site.sign_in("alice").await, site.sign_in("alice").await);
    let others = endable(&mut desk, "/sessions").await;
    site.database
        .execute("CREATE TRIGGER stuck BEFORE DELETE ON bff_session_records BEGIN SELECT RAISE(ABORT, 'stuck'); END")
        .await;
    for (path, fields) in [
        ("/sessions/end", &[("session", &*others[0])][..]),
        ("/sessions/end-all", &[]),
    ] {
        let page = desk.post_form(path, fields).await;
        assert_eq!(
            (page.status, page.header("retry-after")),
            (StatusCode::SERVICE_UNAVAILABLE, "10"),
            "{path}: {}",
            page.body
        );
        assert!(
            page.body.contains("does not answer") && !page.body.contains("our mistake"),
            "{path}: {}",
            page.body
        );
    }
    site.database.execute("DROP TRIGGER stuck").await;
    assert!(is_signed_in(&mut phone).await && is_signed_in(&mut desk).await);
    let response = desk.post_form("/sessions/end", &[("session", &others[0])]).await;
    assert_eq!(response.location(), Some("/sessions?ended=1"));
}

/// A form as a browser sends it: a person reads the response.
async fn send_form(visitor: &mut Visitor, path: &str, body: &'static str) -> crate::support::TestResponse {
    let request = visitor
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "http://127.0.0.1:4040")
        .header("referer", "http://127.0.0.1:4040/sessions")
        .header("accept", "text/html")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document");
    visitor.send(request.body(body.into()).unwrap()).await
}

/// The address behind "Confirm that it is you" or "Try again".
fn way_to_confirm(page: &str) -> String {
    let link = page.split("href=\"").find(|rest| rest.contains("step_up="));
    let link = link.and_then(|rest| rest.split('"').next());
    link.unwrap_or_else(|| panic!("no way to confirm: {page}"))
        .replace("&amp;", "&")
}

/// Longer than a sign-in counts as recent, clocks that differ included.
const A_WHILE: i64 = 17 * 60;

#[tokio::test]
async fn se_3_sessions_end_after_a_recent_sign_in_alone() {
    let site = TestSite::start().await;
    let (mut desk, mut phone) = (site.sign_in("alice").await, site.sign_in("alice").await);
    let others = endable(&mut desk, "/sessions").await;
    site.advance(A_WHILE);
    let page = desk.get("/sessions").await;
    assert!(
        page.body.contains("Confirm that it is you") && !page.body.contains("action=\"/sessions/end"),
        "{}",
        page.body
    );
    for (path, fields) in [
        ("/sessions/end", &[("session", &*others[0])][..]),
        ("/sessions/end-all", &[]),
    ] {
        let refused = desk.post_form(path, fields).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}: {}", refused.body);
        assert!(
            refused.header("www-authenticate").contains("max_age=\"900\""),
            "{:?}",
            refused.headers
        );
    }
    assert!(is_signed_in(&mut phone).await && is_signed_in(&mut desk).await);

    // After a sign-in at the provider the page is shown again, and it works.
    let at_provider = desk.get(&way_to_confirm(&page.body)).await;
    let address: url::Url = at_provider.location().unwrap().parse().unwrap();
    assert!(
        address
            .query_pairs()
            .any(|(name, value)| name == "max_age" && value == "900"),
        "{address}"
    );
    let back = desk.choose(&address, "alice").await;
    assert_eq!(desk.get(&back).await.location(), Some("/sessions"));
    let others = endable(&mut desk, "/sessions").await;
    assert_eq!(others.len(), 1, "the session of before is gone, the phone is there");
    let response = desk.post_form("/sessions/end", &[("session", &others[0])]).await;
    assert_eq!(response.location(), Some("/sessions?ended=1"));
    assert!(!is_signed_in(&mut phone).await && is_signed_in(&mut desk).await);
}

#[tokio::test]
async fn se_3_a_form_sent_too_late_changes_nothing_and_states_what_to_do() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    site.advance(A_WHILE);
    let page = send_form(&mut alice, "/sessions/end-all", "").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(
        page.body.contains("Nothing was changed") && page.body.contains("class=\"mark\""),
        "{}",
        page.body
    );
    assert!(
        way_to_confirm(&page.body).contains("return_to=%2Fsessions"),
        "{}",
        page.body
    );
    assert!(is_signed_in(&mut alice).await);
    // Signing out here needs nothing.
    assert_eq!(alice.post_form("/auth/logout", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!is_signed_in(&mut alice).await);
}

#[tokio::test]
async fn se_3_administrators_too_end_sessions_of_others_after_a_recent_sign_in_alone() {
    let site = TestSite::start().await;
    let mut bob = site.sign_in("bob").await;
    bob.get("/").await;
    site.until_idle().await;
    let mut erin = site.sign_in("erin").await;
    let theirs = endable(&mut erin, "/sessions?person=bob").await;
    site.advance(A_WHILE);
    let refused = erin.post_form("/sessions/end", &[("session", &theirs[0])]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(is_signed_in(&mut bob).await);
    let page = erin.get("/sessions?person=bob").await;
    assert!(
        way_to_confirm(&page.body).contains("return_to=%2Fsessions%3Fperson%3Dbob"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn se_3_where_it_is_off_nobody_has_to_sign_in_again() {
    let site = TestSite::configured(|config| config.session.recent = None).await;
    let (mut desk, mut phone) = (site.sign_in("alice").await, site.sign_in("alice").await);
    site.advance(A_WHILE);
    let others = endable(&mut desk, "/sessions").await;
    let response = desk.post_form("/sessions/end", &[("session", &others[0])]).await;
    assert_eq!(response.location(), Some("/sessions?ended=1"));
    assert!(!is_signed_in(&mut phone).await);
    // Whose session has ended meanwhile has to sign in, as everywhere.
    let late = phone.post_form("/sessions/end", &[("session", &others[0])]).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED, "{}", late.body);
}

#[tokio::test]
async fn si_14_a_name_that_could_not_be_stored_is_stored_at_the_next_request() {
    for site in TestSite::both().await {
        site.database.execute("ALTER TABLE person RENAME TO away").await;
        let mut alice = site.sign_in("alice").await;
        assert!(is_signed_in(&mut alice).await, "nobody waits for it");
        // The attempt that fails continues beside the page.
        site.until_idle().await;
        site.database.execute("ALTER TABLE away RENAME TO person").await;
        assert!(is_signed_in(&mut alice).await);
        site.until_idle().await;
        assert!(!site.store.people_matching("alice").await.unwrap().is_empty());
    }
}

/// The part of a page with its person.
fn person_of(page: &str) -> &str {
    let element = page.split("id=\"page-person\"").nth(1).unwrap_or_default();
    let element = element.split('>').next().unwrap_or_default();
    let key = element.split("data-key=\"").nth(1).unwrap_or_default();
    key.split('"').next().unwrap_or_default()
}

#[tokio::test]
async fn si_13_pages_and_responses_carry_an_opaque_key_of_their_person() {
    const PERSON: &str = "session-person";
    let site = TestSite::start().await;
    let (mut alice, mut phone, mut bob) = (
        site.sign_in("alice").await,
        site.sign_in("alice").await,
        site.sign_in("bob").await,
    );
    let key = alice.get("/auth/session").await.header(PERSON).to_owned();
    assert_eq!(key.len(), 22, "{key}");
    for visitor in [&mut alice, &mut phone] {
        for path in ["/", "/docs", "/profile", "/nothing"] {
            let page = visitor.get(path).await;
            assert_eq!(person_of(&page.body), key, "{path}");
            assert_eq!(page.header(PERSON), "", "{path}: files of the site may be kept");
        }
        // A refusal, and one that never reaches the function, carry it too.
        for (name, arguments) in [
            ("current_user", json!({})),
            ("profile", json!({})),
            ("open_document", json!({ "id": "999" })),
            ("profile", json!([])),
        ] {
            assert_eq!(visitor.call(name, &arguments).await.header(PERSON), key, "{name}");
        }
    }
    let of_bob = bob.call("current_user", &json!({})).await.header(PERSON).to_owned();
    assert!(of_bob.len() == 22 && of_bob != key, "{of_bob}");
    assert_eq!(person_of(&bob.get("/").await.body), of_bob);

    assert_eq!(alice.post_form("/auth/logout", &[]).await.status, StatusCode::SEE_OTHER);
    for value in phone.cookies.values_mut() {
        "AAAAAAAAAAAAAAAAAAAAAA".clone_into(value);
    }
    for nobody in [&mut alice, &mut phone, &mut site.visitor()] {
        assert_eq!(nobody.get("/auth/session").await.header(PERSON), "none");
        assert_eq!(nobody.call("profile", &json!({})).await.header(PERSON), "none");
        assert_eq!(person_of(&nobody.get("/").await.body), "");
    }

    let other = TestSite::start().await;
    let elsewhere = other.sign_in("alice").await.get("/auth/session").await;
    assert_ne!(elsewhere.header(PERSON), key, "another site has other keys");
}
