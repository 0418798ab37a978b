//! Canaille, a directory with sign-in in Python, on Authlib.

use std::time::Duration;

use serde_json::json;

use crate::browser::{Browser, Page};
use crate::journey::{Pages, renew, sign_in, sign_out, until_idle};
use crate::provider::{LIFE, PASSWORD, open};

struct Alice;

impl Pages for Alice {
    async fn pass(&self, browser: &mut Browser, page: Page) -> Page {
        let form = page.form();
        let form = if form.asks_for("login") {
            form.with("login", "alice").with("answer", "")
        } else if form.asks_for("password") {
            form.with("password", PASSWORD).with("answer", "")
        } else {
            form.with(
                "answer",
                if page.url.path().contains("end_session") {
                    "logout"
                } else {
                    "accept"
                },
            )
        };
        browser.submit(form).await
    }
}

#[tokio::test]
async fn canaille_signs_in_renews_and_signs_out() {
    let (provider, site) = open("canaille.sh", |config| config.scopes.push("groups".to_owned())).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Alice).await;
    assert_eq!(me["issuer"], json!(provider.issuer));
    let claims = [&me["subject"], &me["claims"]["name"], &me["claims"]["email"]];
    assert_eq!(claims, ["alice", "Alice Archer", "alice@portico.example"]);
    // Two tokens of the same second are the same token there, and the second is an internal error.
    tokio::time::sleep(Duration::from_secs(1)).await; // Real time: nobody can move the provider's clock.
    renew(&site, &mut browser, LIFE).await;
    let good = "select count(*) from token where revokation_date is null";
    assert_eq!(provider.count("canaille.sqlite", good).await, 1);
    sign_out(&site, &mut browser, &Alice).await;
    until_idle(&site).await;
    assert_eq!(
        provider.count("canaille.sqlite", good).await,
        0,
        "the tokens are revoked"
    );
    let page = browser.open(&site.at("/auth/login")).await;
    assert!(
        page.form().asks_for("login"),
        "the provider's session is over: {page:?}"
    );
}
