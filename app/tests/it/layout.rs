//! The layout around every page, and pages for unknown addresses.

use app::SiteFacts;

use crate::site::{HOSTILE, TestSite, alice, routes};

/// The tabs of a page, in order.
fn tabs(html: &str) -> Vec<&str> {
    let nav = html
        .split("class=\"tabs\"")
        .nth(1)
        .and_then(|rest| rest.split("</nav>").next())
        .unwrap_or_default();
    nav.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn ui_1_tabs_follow_state_and_role() {
    assert_eq!(tabs(&TestSite::default().get("/").await.html), ["/profile", "/public"]);
    assert_eq!(
        tabs(&TestSite::with(alice()).get("/").await.html),
        ["/docs", "/profile", "/public", "/protected"]
    );
    let mut erin = alice();
    erin.roles = vec!["Admin".to_owned()];
    assert_eq!(
        tabs(&TestSite::with(erin).get("/").await.html),
        ["/docs", "/profile", "/public", "/protected", "/admin"]
    );
}

#[tokio::test]
async fn ui_1_the_active_tab_is_marked() {
    let page = TestSite::with(alice()).get("/docs").await;
    page.has_status(200)
        .shows("href=\"/docs\" aria-current=\"page\"")
        .hides("href=\"/profile\" aria-current");
}

#[tokio::test]
async fn ui_1_ways_in_and_out_are_offered() {
    let mut site = TestSite::default();
    site.get("/about")
        .await
        .shows("/auth/login?return_to=/about")
        .hides("/auth/signup")
        .hides("/auth/logout");
    site.facts = SiteFacts {
        sign_up: true,
        demo: true,
        ..SiteFacts::default()
    };
    site.get("/").await.shows("href=\"/auth/signup\"").shows("carol");
    site.get("/docs/7?x=1")
        .await
        .shows("/auth/signup?return_to=/docs/7%3Fx%3D1");
    TestSite::with(alice())
        .get("/")
        .await
        .shows("method=\"post\" action=\"/auth/logout\"")
        .hides("/auth/signup");
}

#[tokio::test]
async fn si_8_the_way_in_for_a_screen_without_a_keyboard_is_offered_where_there_is_one() {
    let mut site = TestSite::default();
    site.get("/").await.hides("/auth/device");
    site.facts.device_sign_in = true;
    site.get("/").await.shows("rel=\"external\" href=\"/auth/device\"");
}

#[tokio::test]
async fn si_1_home_welcomes_by_name_and_escapes_it() {
    TestSite::with(alice())
        .get("/")
        .await
        .has_status(200)
        .shows("Welcome, Alice Archer");
    let mut mallory = alice();
    mallory.name = HOSTILE.to_owned();
    mallory.picture = Some("\"><script>x</script>".to_owned());
    let site = TestSite::with(mallory);
    for address in ["/", "/profile", "/docs", "/nowhere"] {
        site.get(address)
            .await
            .hides("<script>alert")
            .hides("<img src=x")
            .hides("<script>x");
    }
}

#[tokio::test]
async fn ui_4_an_unknown_address_is_a_404_page() {
    let page = TestSite::with(alice()).get("/nowhere").await;
    page.has_status(404)
        .shows("There is nothing at this address")
        .shows("aria-label=\"Main\"");
}

#[tokio::test]
async fn ui_4_a_site_put_together_wrongly_is_a_500_page_never_a_sign_in_page() {
    use axum::{Router, body::Body, http::Request};
    use leptos::prelude::LeptosOptions;
    use leptos_axum::LeptosRoutes;
    use tower::ServiceExt;

    let options = LeptosOptions::builder().output_name("portico").build();
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone(), app::BuildFiles::named("pkg", "portico", |_| None))
    };
    let router: Router = Router::new()
        .leptos_routes(&options, routes(), shell)
        .with_state(options.clone());
    let response = router
        .oneshot(Request::get("/docs").body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 500);
}

#[tokio::test]
async fn scripts_carry_the_nonce() {
    let page = TestSite::default().get("/about").await;
    assert_eq!(
        page.html.matches("<script").count(),
        page.html.matches("nonce=\"").count(),
        "{}",
        page.html
    );
}

#[tokio::test]
async fn im_4_the_page_about_writing_is_there_for_everybody_and_linked_from_every_page() {
    let site = TestSite::default();
    site.get("/about").await.shows("<a href=\"/help/writing\">Writing</a>");
    let page = site.get("/help/writing").await;
    page.has_status(200)
        .shows("<title>Writing · Portico</title>")
        .shows("<h2 id=\"h-formulas\">Formulas</h2>")
        .shows("<math display=\"block\">");
}
