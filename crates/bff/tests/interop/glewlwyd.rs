//! Glewlwyd, an authorization server in C. Its pages are a script; what that script requests of the server is done here.

use reqwest::Method;
use serde_json::json;

use crate::browser::{Browser, Page};
use crate::journey::{Pages, renew, sign_in, sign_out, until_idle};
use crate::provider::{CLIENT, LIFE, PASSWORD, open};

struct Alice;

impl Pages for Alice {
    async fn pass(&self, browser: &mut Browser, page: Page) -> Page {
        let shown = |name: &str| {
            let mut pairs = page.url.query_pairs();
            pairs
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
        };
        let at = |path: &str| page.url.join(path).unwrap().to_string();
        let go_on = shown("callback_url").unwrap_or_else(|| panic!("not the login page: {page:?}"));
        if shown("prompt").as_deref() == Some("end_session") {
            let session = format!("/api/oidc/session/{}", shown("sid").unwrap());
            assert_eq!(browser.fetch(Method::DELETE, &at(&session), None).await.0, 200);
            assert_eq!(browser.fetch(Method::DELETE, &at("/api/auth/"), None).await.0, 200);
            return browser.open(&go_on).await;
        }
        let who = json!({ "username": "alice", "password": PASSWORD }).to_string();
        let (status, _) = browser.fetch(Method::POST, &at("/api/auth/"), Some(&who)).await;
        assert_eq!(status, 200, "the password is taken");
        let scope = json!({ "scope": "openid profile email" }).to_string();
        let grant = at(&format!("/api/auth/grant/{CLIENT}"));
        let (status, _) = browser.fetch(Method::PUT, &grant, Some(&scope)).await;
        assert_eq!(status, 200, "the consent is taken");
        browser.open(&format!("{go_on}&g_continue")).await
    }
}

#[tokio::test]
async fn glewlwyd_signs_in_renews_and_signs_out() {
    let (provider, site) = open("glewlwyd.py", |_| {}).await;
    let mut browser = Browser::new();
    let me = sign_in(&site, &mut browser, &Alice).await;
    assert_eq!(me["issuer"], json!(provider.issuer));
    assert_eq!(
        [&me["claims"]["name"], &me["claims"]["email"]],
        ["Alice Archer", "alice@portico.example"]
    );
    renew(&site, &mut browser, LIFE).await;
    let good = "select count(*) from gpo_refresh_token where gpor_enabled = 1";
    assert_eq!(provider.count("glewlwyd.db", good).await, 1);
    sign_out(&site, &mut browser, &Alice).await;
    until_idle(&site).await;
    assert_eq!(
        provider.count("glewlwyd.db", good).await,
        0,
        "the refresh token is revoked"
    );
}

/// Its logout tokens follow Draft 06 of Back-Channel Logout and have no `exp`, which 1.0 §2.4 requires.
#[tokio::test]
async fn glewlwyd_s_logout_tokens_do_not_expire_and_are_refused() {
    let (_provider, site) = open("glewlwyd.py", |_| {}).await;
    let mut browser = Browser::new();
    sign_in(&site, &mut browser, &Alice).await;
    // Twice signed in here by one sign-in there: the provider knows both by one `sid`.
    let mut again = browser.stranger_to("127.0.0.1");
    sign_in(&site, &mut again, &Alice).await;
    assert_eq!(browser.open(&site.at("/me")).await.status, 200);
    sign_out(&site, &mut again, &Alice).await;
    assert_eq!(browser.open(&site.at("/me")).await.status, 200);
}
