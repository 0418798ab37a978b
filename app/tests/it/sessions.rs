//! The page of sessions, for a person and for an administrator.

use domain::{SessionSummary, SessionsError};

use crate::site::{HOSTILE, TestSite, alice};

fn session(reference: &str, is_this: bool) -> SessionSummary {
    SessionSummary {
        reference: reference.to_owned(),
        person: HOSTILE.to_owned(),
        provider: "Demo".to_owned(),
        is_this,
        signed_in_at: 1_793_714_700,
        last_seen_at: 1_793_714_760,
        ends_at: 1_793_718_300,
    }
}

fn site() -> TestSite {
    TestSite {
        sessions: Some(Ok(vec![session("this-one", true), session("other-one", false)])),
        ..TestSite::with(alice())
    }
}

#[tokio::test]
async fn si_14_the_page_ends_other_sessions_by_a_form_and_not_the_one_it_is_seen_with() {
    let page = site().get("/sessions").await;
    page.has_status(200)
        .shows("Where you are signed in")
        .shows("3 Nov 2026, 14:05")
        .shows("value=\"other-one\"")
        .shows("action=\"/sessions/end-all\"")
        .hides("value=\"this-one\"")
        .hides("<script>alert")
        .hides("name=\"person\" type=\"search\"");
}

#[tokio::test]
async fn se_3_who_signed_in_a_while_ago_confirms_first_and_comes_back() {
    let mut erin = alice();
    erin.roles = vec!["Admin".to_owned()];
    let site = TestSite {
        sessions: Some(Ok(vec![session("this-one", true), session("other-one", false)])),
        step_up_address: Some("/auth/login?return_to="),
        ..TestSite::with(erin)
    };
    let page = site.get("/sessions").await;
    page.shows("Confirm that it is you")
        .shows("href=\"/auth/login?return_to=/sessions\"")
        .shows("action=\"/auth/logout\"")
        .hides("action=\"/sessions/end");
    site.get("/sessions?person=zo%C3%A9")
        .await
        .shows("href=\"/auth/login?return_to=/sessions?person=zo%C3%A9\"");
}

#[tokio::test]
async fn si_14_only_administrators_are_offered_to_look_for_others() {
    site().get("/sessions").await.hides("Look for a person");
    let mut erin = alice();
    erin.roles = vec!["Admin".to_owned()];
    let site = TestSite {
        sessions: Some(Ok(Vec::new())),
        ..TestSite::with(erin)
    };
    let page = site.get("/sessions?person=zoe&ended=2").await;
    page.has_status(200)
        .shows("Look for a person")
        .shows("Nobody by that name is signed in.")
        .hides("More people match")
        .shows("2 sessions were ended.")
        .shows("value=\"zoe\"");
}

#[tokio::test]
async fn si_14_a_list_that_is_cut_says_so_and_never_that_there_is_nobody() {
    let mut erin = alice();
    erin.roles = vec!["Admin".to_owned()];
    let mut site = TestSite {
        sessions: Some(Ok(vec![session("other-one", false)])),
        is_cut: true,
        ..TestSite::with(erin)
    };
    let more = "More people match: write more of the name.";
    site.get("/sessions?person=a")
        .await
        .shows(more)
        .shows("value=\"other-one\"");
    site.sessions = Some(Ok(Vec::new()));
    site.get("/sessions?person=a")
        .await
        .has_status(200)
        .shows(more)
        .hides("Nobody by that name");
}

#[tokio::test]
async fn si_14_a_list_that_may_not_or_cannot_be_shown_says_so() {
    for (error, status) in [
        (SessionsError::SignInFirst, 401),
        (SessionsError::NotAllowed, 404),
        (SessionsError::Unavailable, 503),
    ] {
        let site = TestSite {
            sessions: Some(Err(error)),
            ..TestSite::with(alice())
        };
        site.get("/sessions?person=bob").await.has_status(status);
    }
}
