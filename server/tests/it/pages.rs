//! The pages of each of the demo's people.

use domain::DocumentId;
use http::{Method, StatusCode};

use server::config::{ApiToken, Config};

use crate::support::{TestResponse, TestSite, Visitor, documents};

/// The addresses the navigation of a page leads to.
fn tabs(page: &str) -> Vec<&str> {
    let nav = page
        .split("<nav")
        .nth(1)
        .and_then(|rest| rest.split("</nav>").next())
        .unwrap_or_default();
    nav.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[tokio::test]
async fn ui_1_tabs_follow_what_a_visitor_may_do() {
    let site = TestSite::start().await;
    let anonymous = site.visitor().get("/").await;
    for tab in ["/profile", "/public"] {
        assert!(
            tabs(&anonymous.body).contains(&tab),
            "{tab} in {:?}",
            tabs(&anonymous.body)
        );
    }
    for tab in ["/docs", "/protected", "/admin"] {
        assert!(!tabs(&anonymous.body).contains(&tab), "{tab} for strangers");
    }
    let alice = site.sign_in("alice").await.get("/").await;
    for tab in ["/docs", "/profile", "/public", "/protected"] {
        assert!(tabs(&alice.body).contains(&tab), "{tab} in {:?}", tabs(&alice.body));
    }
    assert!(!tabs(&alice.body).contains(&"/admin"));
    let erin = site.sign_in("erin").await.get("/").await;
    assert!(tabs(&erin.body).contains(&"/admin"));
}

#[tokio::test]
async fn ui_1_the_active_tab_is_marked_and_buttons_follow_the_session() {
    let site = TestSite::start().await;
    let anonymous = site.visitor().get("/public").await;
    assert!(anonymous.body.contains("aria-current=\"page\""), "{}", anonymous.body);
    assert!(anonymous.body.contains("href=\"/auth/login"));
    let alice = site.sign_in("alice").await.get("/public").await;
    assert!(alice.body.contains("action=\"/auth/logout\""), "{}", alice.body);
}

#[tokio::test]
async fn ui_2_the_profile_shows_the_person_and_their_claims() {
    let site = TestSite::start().await;
    assert_eq!(site.visitor().get("/profile").await.status, StatusCode::UNAUTHORIZED);
    let page = site.sign_in("carol").await.get("/profile").await;
    for expected in [
        "Carol Chen",
        "carol@portico.example",
        "CEO",
        "/people/carol.svg",
        "given_name",
    ] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    for noise in ["at_hash", "\"nonce\"", "c_hash"] {
        assert!(!page.body.contains(noise), "{noise}");
    }
    let alice = site.sign_in("alice").await.get("/profile").await;
    assert!(alice.body.contains("Engineering"), "{}", alice.body);
}

#[tokio::test]
async fn ui_3_each_message_page_shows_what_the_api_stated() {
    let site = TestSite::start().await;
    let public = site.visitor().get("/public").await;
    assert!(
        public.status == StatusCode::OK && public.body.contains("no access token was asked for"),
        "{}",
        public.body
    );
    assert_eq!(site.visitor().get("/protected").await.status, StatusCode::UNAUTHORIZED);
    let mut alice = site.sign_in("alice").await;
    let protected = alice.get("/protected").await;
    assert!(
        protected.body.contains("your access token is valid"),
        "{} {}",
        protected.status,
        protected.body
    );
    let refused = alice.get("/admin").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.body.contains("messages:admin") || refused.body.contains("403"),
        "{}",
        refused.body
    );
    let admin = site.sign_in("erin").await.get("/admin").await;
    assert!(admin.body.contains("administrator"), "{}", admin.body);
    assert_eq!(admin.status, StatusCode::OK);
}

#[tokio::test]
async fn ui_3_an_api_at_another_address_is_queried_with_the_persons_token() {
    // The demo has the same API on its own port.
    let site = TestSite::configured(|config| {
        let port = config.demo_listen.unwrap().port();
        config.api.base_url = Some(format!("http://127.0.0.1:{port}").parse().unwrap());
    })
    .await;
    let mut alice = site.sign_in("alice").await;
    let protected = alice.get("/protected").await;
    assert!(
        protected.body.contains("your access token opened it"),
        "{} {}",
        protected.status,
        protected.body
    );
    assert_eq!(alice.get("/admin").await.status, StatusCode::FORBIDDEN);
    assert!(site.provider.requests(demo::Endpoint::Messages) >= 2);
}

#[tokio::test]
async fn ui_3_an_api_that_does_not_respond_is_an_outage_and_no_more() {
    let site = TestSite::configured(|config| config.api.base_url = Some("http://127.0.0.1:9".parse().unwrap())).await;
    let mut alice = site.sign_in("alice").await;
    let protected = alice.get("/protected").await;
    assert_eq!(protected.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(protected.header("retry-after"), "10", "a page says when to ask again");
    let profile = alice.get("/profile").await;
    assert_eq!((profile.status, profile.header("retry-after")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn ui_3_without_an_audience_the_pages_state_what_the_operator_has_to_write() {
    let site = TestSite::with_provider(|config| config.api.audience = None).await;
    assert_eq!(site.visitor().get("/protected").await.status, StatusCode::UNAUTHORIZED);
    let mut erin = site.sign_in("erin").await;
    for path in ["/protected", "/admin"] {
        let page = erin.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
        assert!(
            page.body.contains("audience in the section [api]") && !page.body.contains("Try again"),
            "{path}: {}",
            page.body
        );
    }
    assert_eq!(erin.get("/public").await.status, StatusCode::OK);
}

#[tokio::test]
async fn ui_4_errors_are_pages_in_the_layout() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    for (path, status) in [
        ("/nothing", 404),
        ("/docs/1", 401),
        ("/a/b/c.html", 404),
        ("/%ff", 400),
        ("/auth/nothing", 404),
    ] {
        let response = visitor.get(path).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
        assert!(
            response.body.contains("<html lang=\"en\">") && response.body.contains("Portico"),
            "{path}: {}",
            response.body
        );
    }
}

#[tokio::test]
async fn ui_4_what_cannot_be_opened_or_is_not_whole_is_a_page_too() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for (path, allow) in [
        ("/sessions/end", "POST"),
        ("/auth/logout", "POST"),
        ("/sessions/end-all", "POST"),
    ] {
        let opened = alice.get(path).await;
        assert_eq!(
            (opened.status, opened.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, allow),
            "{path}"
        );
        is_page(&opened, "This address cannot be used this way");
        let length = opened.body.len().to_string();
        assert_eq!(opened.header("content-length"), length, "that of the page: {path}");
    }
    let sent = alice.post_form("/docs", &[]).await;
    assert_eq!(sent.status, StatusCode::METHOD_NOT_ALLOWED);
    is_page(&sent, "This address cannot be used this way");

    let unfinished = alice.post_form("/sessions/end", &[("person", "x")]).await;
    assert_eq!(unfinished.status, StatusCode::BAD_REQUEST, "{}", unfinished.body);
    is_page(&unfinished, "This address or form is not written");
    let request = alice
        .request(Method::POST, "/sessions/end")
        .header("content-type", "application/json");
    let other = alice.send(request.body("{}".into()).unwrap()).await;
    assert_eq!(other.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    is_page(&other, "in a form this address does not take");
    assert_eq!(alice.get("/profile").await.status, StatusCode::OK, "nothing ended");
}

#[tokio::test]
async fn ui_4_programs_are_answered_as_before() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    for path in ["/api/messages/public", "/auth/session", "/healthz", "/readyz"] {
        let response = visitor.post_form(path, &[]).await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (StatusCode::METHOD_NOT_ALLOWED, ""),
            "{path}"
        );
    }
    let announced = visitor.get("/auth/backchannel-logout/demo").await;
    assert_eq!(
        (announced.status, announced.body.as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, "")
    );
    let unknown = visitor.post_form("/auth/backchannel-logout/nobody", &[]).await;
    assert_eq!((unknown.status, unknown.body.as_str()), (StatusCode::NOT_FOUND, ""));
}

/// An error page of the site with this status.
fn is_page(response: &TestResponse, words: &str) {
    assert!(
        response.body.contains("<html lang=\"en\">")
            && response.body.contains("class=\"mark\"")
            && response.body.contains(words),
        "{words}\nin {} {}",
        response.status,
        response.body
    );
    assert_eq!(response.header("content-type"), "text/html; charset=utf-8", "{words}");
}

#[tokio::test]
async fn do_2_the_response_of_a_document_follows_the_policy() {
    let site = TestSite::start().await;
    let [secret, open] = documents(&site).await;
    let path = |id: DocumentId| format!("/docs/{}", id.number());
    let mut visitor = site.visitor();
    assert_eq!(visitor.get(&path(secret)).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        visitor.get("/docs/99999").await.status,
        StatusCode::UNAUTHORIZED,
        "strangers learn what exists"
    );

    let mut alice = site.sign_in("alice").await;
    assert_eq!(alice.get("/docs/99999").await.status, StatusCode::NOT_FOUND);
    let shown = alice.get(&path(secret)).await;
    assert!(
        shown.status == StatusCode::OK && shown.body.contains("the plan is simple"),
        "{}",
        shown.body
    );
    assert!(alice.get(&path(open)).await.body.contains("for everybody"));

    let mut bob = site.sign_in("bob").await;
    let refused = bob.get(&path(secret)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.body.contains("the plan is simple"), "{}", refused.body);
    assert_eq!(bob.get(&path(open)).await.status, StatusCode::OK);
    let list = bob.get("/docs").await;
    assert!(
        list.body.contains("Notice") && !list.body.contains("Secret plan"),
        "{}",
        list.body
    );
}

#[tokio::test]
async fn do_2_a_malformed_number_is_no_document() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for bad in [
        "0",
        "-1",
        "01",
        "1.0",
        "abc",
        "9223372036854775808",
        "1%27%20or%201=1",
        "%F0%9F%92%A9",
        "1/edit",
    ] {
        assert_eq!(
            alice.get(&format!("/docs/{bad}")).await.status,
            StatusCode::NOT_FOUND,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn si_3_the_profile_is_edited_where_the_provider_has_a_page_for_it() {
    let mut plain = TestSite::start().await.sign_in("alice").await;
    assert!(!plain.get("/").await.body.contains("Edit profile"));
    let site = TestSite::with_provider(|config| {
        let provider = &mut config.providers[0].provider;
        let issuer = provider.issuer.trim_end_matches('/');
        provider.user_flows = vec![bff::UserFlow {
            name: bff::EDIT_PROFILE.to_owned(),
            metadata_url: format!("{issuer}/.well-known/openid-configuration"),
            end: bff::FlowEnd::RenewClaims,
        }];
    })
    .await;
    let mut alice = site.sign_in("alice").await;
    let home = alice.get("/").await;
    let link = home.body.split("href=\"").find(|rest| rest.contains(">Edit profile<"));
    let link = link
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .replace("&amp;", "&");
    let way = alice.get(&link).await;
    let address: url::Url = way.location().unwrap().parse().unwrap();
    let back = alice.choose(&address, "alice").await;
    assert_eq!(alice.get(&back).await.location(), Some("/profile"));
}

/// The shipped rules, and one that hides private documents from everybody but Marketing.
pub(crate) fn hiding(config: &mut Config) {
    let folder = config.site_root.as_ref().unwrap().with_file_name("policies");
    std::fs::create_dir(&folder).unwrap();
    for name in ["schema.cedarschema", "documents.cedar"] {
        std::fs::copy(config.policies.join(name), folder.join(name)).unwrap();
    }
    let rule = "@id(\"hidden\") @hides(\"existence\") forbid (principal, action, resource)
        when { resource.is_private } unless { principal has groups && principal.groups.contains(Group::\"Marketing\") };";
    std::fs::write(folder.join("hidden.cedar"), rule).unwrap();
    config.policies = folder;
}

#[tokio::test]
async fn do_2_a_hidden_document_is_answered_like_one_that_does_not_exist() {
    let site = TestSite::configured(hiding).await;
    let [plan, _] = documents(&site).await;
    let mut alice = site.sign_in("alice").await;
    let response = async |visitor: &mut Visitor, number: DocumentId| {
        let page = visitor.get(&format!("/docs/{number}")).await;
        let nonce = page
            .body
            .split("nonce=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let same = page.body.replace(nonce.unwrap(), "nonce");
        (page.status, same.replace(&number.to_string(), "N"))
    };
    let nothing = DocumentId::new(999).unwrap();
    let (hidden, unknown) = (response(&mut alice, plan).await, response(&mut alice, nothing).await);
    assert_eq!(hidden.0, StatusCode::NOT_FOUND);
    assert_eq!(hidden, unknown);
    // Marketing gets a refusal.
    let bob = response(&mut site.sign_in("bob").await, plan).await;
    assert_eq!(bob.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn to_2_an_api_gets_no_token_that_is_not_for_it() {
    let site = TestSite::with_provider(|config| config.providers[0].api_token = ApiToken::None).await;
    let mut erin = site.sign_in("erin").await;
    for path in ["/protected", "/admin"] {
        let page = erin.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
        assert!(page.body.contains("api_scopes"), "{path}: {}", page.body);
    }
    assert_eq!(site.provider.requests(demo::Endpoint::Messages), 0);
}

#[tokio::test]
async fn to_2_an_api_named_by_scopes_gets_a_token_with_those() {
    let request = |scope: &str| bff::TokenRequest {
        scopes: vec![scope.to_owned()],
        ..bff::TokenRequest::default()
    };
    let beside = ApiToken::Beside(request("messages:read"));
    let site = TestSite::with_provider(|config| config.providers[0].api_token = beside).await;
    let mut erin = site.sign_in("erin").await;
    let protected = erin.get("/protected").await;
    assert_eq!(protected.status, StatusCode::OK, "{}", protected.body);
    // The token of the sign-in would do here.
    assert_eq!(erin.get("/admin").await.status, StatusCode::FORBIDDEN);
}
