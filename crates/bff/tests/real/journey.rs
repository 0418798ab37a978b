//! The steps that are tested at every provider: sign in, use a token until it is old and has to be renewed, sign out. What
//! differs is the provider's own pages; [`Pages`] knows how a person gets through them.

use std::time::Duration;

use bff::AccessToken;
use reqwest::Method;
use serde_json::Value;

use super::browser::{Browser, Page};
use super::forms::{Form, forms};
use super::site::Site;

/// No provider shows more pages in a row.
const MAX_PAGES: usize = 8;

/// A person at the provider's pages.
pub(crate) trait Pages {
    /// Does on `page` what a person does who has to continue, and states what arrives next.
    async fn pass(&self, browser: &mut Browser, page: Page) -> Page;
}

/// Passes the provider's pages until the browser is back at the site.
pub(crate) async fn pass(site: &Site, browser: &mut Browser, mut page: Page, pages: &impl Pages) -> Page {
    for _ in 0..MAX_PAGES {
        // A form that posts to the other side is sent by a script, or is the site's way to leave.
        let crosses = |form: &Form| form.posts && form.action.origin() != page.url.origin();
        if let Some(form) = forms(&page.body, &page.url).into_iter().find(crosses) {
            page = browser.submit(form).await;
        } else if page.url.as_str().starts_with(&site.at("/")) {
            return page;
        } else {
            page = pages.pass(browser, page).await;
        }
    }
    panic!("the provider shows page after page: {page:?}");
}

/// Signs a person in; what the site then knows of them.
pub(crate) async fn sign_in(site: &Site, browser: &mut Browser, pages: &impl Pages) -> Value {
    let page = browser.open(&site.at("/auth/login?return_to=/me")).await;
    let page = pass(site, browser, page, pages).await;
    assert_eq!((page.status, page.url.path()), (200, "/me"), "{page:?}");
    assert!(site.bff.readiness().iter().all(|provider| provider.ready));
    serde_json::from_str(&page.body).unwrap()
}

/// Uses the session's token; which it was.
pub(crate) async fn token(site: &Site, browser: &mut Browser) -> AccessToken {
    let (status, body) = browser.fetch(Method::GET, &site.at("/use"), None).await;
    assert_eq!(status, 200, "{body}");
    site.token()
}

/// Uses a token, lets it grow old, and uses the next; `life` is how long the provider's access tokens live.
pub(crate) async fn renew(site: &Site, browser: &mut Browser, life: Duration) {
    let first = token(site, browser).await;
    assert_eq!(token(site, browser).await, first, "a fresh token is used again");
    site.advance(life);
    assert_ne!(token(site, browser).await, first, "an old token is renewed");
}

/// Presses "Log out", and returns from the provider.
pub(crate) async fn sign_out(site: &Site, browser: &mut Browser, pages: &impl Pages) {
    let home = browser.open(&site.at("/")).await;
    let page = browser.submit(home.form()).await;
    let page = pass(site, browser, page, pages).await;
    assert_eq!((page.status, page.url.path()), (200, "/auth/signed-out"), "{page:?}");
    assert!(page.body.contains("You are signed out"), "{page:?}");
    assert_eq!(browser.open(&site.at("/me")).await.status, 401);
}

/// Waits until the site does nothing in the background any more: tokens are revoked there.
pub(crate) async fn until_idle(site: &Site) {
    let idle = tokio::time::timeout(Duration::from_secs(20), site.bff.tasks().idle()).await;
    assert!(idle.is_ok(), "a revocation does not end");
}
