//! `LemonLDAP::NG`, a portal for single sign-on in Perl, with its demonstration accounts.

use serde_json::json;

use crate::browser::{Browser, Page};
use crate::journey::{Pages, renew, sign_in, sign_out};
use crate::provider::{LIFE, open};

struct Doctor;

impl Pages for Doctor {
    async fn pass(&self, browser: &mut Browser, page: Page) -> Page {
        let form = page.form();
        let form = if form.asks_for("password") {
            form.with("user", "dwho").with("password", "dwho")
        } else {
            form
        };
        browser.submit(form).await
    }
}

#[tokio::test]
async fn lemonldap_signs_in_renews_and_signs_out() {
    let (provider, site) = open("lemonldap.py", |_| {}).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Doctor).await;
    assert_eq!(me["issuer"], json!(provider.issuer));
    let claims = [&me["subject"], &me["claims"]["name"], &me["claims"]["email"]];
    assert_eq!(claims, ["dwho", "Doctor Who", "dwho@badwolf.org"]);
    renew(&site, &mut browser, LIFE).await;
    sign_out(&site, &mut browser, &Doctor).await;
    let page = browser.open(&site.at("/auth/login")).await;
    assert!(
        page.form().asks_for("password"),
        "the provider's session is over: {page:?}"
    );
}
