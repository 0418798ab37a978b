//! The three pages of the messages API.

use domain::{Message, MessageError};

use crate::site::{HOSTILE, TestSite, alice};

#[tokio::test]
async fn ui_3_each_page_shows_its_message() {
    let mut site = TestSite::with(alice());
    site.message = Some(Ok(Message {
        text: format!("hello {HOSTILE}"),
    }));
    for address in ["/public", "/protected", "/admin"] {
        site.get(address)
            .await
            .has_status(200)
            .shows("hello &lt;script")
            .hides("<script>alert");
    }
}

#[tokio::test]
async fn ui_3_the_apis_refusal_is_shown_as_such() {
    let mut site = TestSite::with(alice());
    site.message = Some(Err(MessageError::Refused {
        status: 403,
        message: format!("not you {HOSTILE}"),
    }));
    let page = site.get("/admin").await;
    page.has_status(403)
        .shows("The messages API refused")
        .shows("not you &lt;script")
        .hides("<script>alert");
}

#[tokio::test]
async fn ui_3_an_api_that_wants_another_sign_in_is_no_lack_of_permission() {
    let mut site = TestSite::with(alice());
    for (status, title, step) in [
        (401, "Please sign in again", "href=\"/auth/login?return_to=/protected\""),
        (403, "The messages API refused", "Your account lacks a permission"),
    ] {
        site.message = Some(Err(MessageError::Refused {
            status,
            message: "no".to_owned(),
        }));
        let page = site.get("/protected").await;
        page.has_status(status)
            .shows(title)
            .shows(step)
            .shows("<blockquote dir=\"auto\">no</blockquote>");
        if status == 401 {
            page.hides("permission");
        }
    }
}

#[tokio::test]
async fn ui_3_a_site_without_an_api_says_which_setting_is_missing() {
    let mut site = TestSite::with(alice());
    site.message = Some(Err(MessageError::NotConfigured));
    for address in ["/protected", "/admin"] {
        let page = site.get(address).await;
        page.has_status(404)
            .shows("No messages API is configured here")
            .shows("[api]");
        page.hides("Try again").hides("give the number");
    }
    site.call("message", r#"{"kind":"admin"}"#).await.has_status(200);
}

#[tokio::test]
async fn ui_3_other_failures_have_their_pages() {
    let mut site = TestSite::with(alice());
    for (error, status, words) in [
        (MessageError::SignInFirst, 401, "Sign in to see this page"),
        (MessageError::SignInAgain, 401, "Please sign in again"),
        (MessageError::Unavailable, 503, "give the number"),
    ] {
        site.message = Some(Err(error));
        site.get("/protected").await.has_status(status).shows(words);
    }
}
