//! The demo behaves like a provider. What a client relies on, seen from outside.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use demo::{Demo, DemoConfig, Kind, PEOPLE};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use url::{Url, form_urlencoded};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://localhost:4040/auth/callback/demo";

fn demo() -> Demo {
    Demo::new(DemoConfig::new(
        "127.0.0.1:4041".parse().unwrap(),
        "http://localhost:4040/".parse().unwrap(),
    ))
    .unwrap()
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn send(demo: &Demo, request: Request<Body>) -> Response<Body> {
    demo.router().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn visit(demo: &Demo, path: &str, bearer: Option<&str>) -> Response<Body> {
    let mut request = Request::get(path);
    if let Some(token) = bearer {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    send(demo, request.body(Body::empty()).unwrap()).await
}

async fn post(demo: &Demo, path: &str, pairs: &[(&str, &str)]) -> Response<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    send(demo, request.body(Body::from(form(pairs))).unwrap()).await
}

fn requested<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut requested = vec![
        ("client_id", "portico"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        (
            "scope",
            "openid profile email offline_access messages:read messages:admin",
        ),
        ("state", "s-1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    requested.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    requested.extend(more);
    requested
}

fn reply(response: &Response<Body>) -> impl Fn(&str) -> Option<String> + use<> {
    let to = Url::parse(response.headers()[header::LOCATION].to_str().unwrap()).unwrap();
    assert!(to.as_str().starts_with(CALLBACK), "{to}");
    move |name| {
        to.query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

async fn tokens(demo: &Demo, pairs: &[(&str, &str)]) -> (StatusCode, Value) {
    let client = [("client_id", "portico"), ("client_secret", "portico-demo-secret")];
    let response = post(demo, "/token", &[&client, pairs].concat()).await;
    (response.status(), serde_json::from_str(&text(response).await).unwrap())
}

async fn sign_in(demo: &Demo, person: &str) -> Value {
    let response = post(demo, "/authorize", &requested(&[("demo_person", person)])).await;
    let code = reply(&response)("code").unwrap();
    redeem(demo, &code).await.1
}

async fn redeem(demo: &Demo, code: &str) -> (StatusCode, Value) {
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    tokens(demo, &grant).await
}

#[tokio::test]
async fn the_page_offers_five_people_and_a_way_back() {
    let page = visit(&demo(), &format!("/authorize?{}", form(&requested(&[]))), None).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = text(page).await;
    for person in PEOPLE {
        assert!(page.contains(&format!("value=\"{}\"", person.name)), "{page}");
    }
    assert!(page.contains(">Cancel</a>"));
}

#[tokio::test]
async fn cancelling_is_access_denied() {
    let demo = demo();
    let response = visit(
        &demo,
        &format!("/authorize?{}", form(&requested(&[("demo_person", "-")]))),
        None,
    )
    .await;
    let reply = reply(&response);
    assert_eq!(reply("error").as_deref(), Some("access_denied"));
    assert_eq!(reply("state").as_deref(), Some("s-1"));
    assert_eq!(reply("iss").as_deref(), Some("http://localhost:4041"));
    assert_eq!(demo.handle().newest(Kind::Code), None);
}

#[tokio::test]
async fn a_link_signs_nobody_in() {
    let response = visit(
        &demo(),
        &format!("/authorize?{}", form(&requested(&[("demo_person", "alice")]))),
        None,
    )
    .await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_is_sent_to_an_unknown_address() {
    for wrong in [
        ("redirect_uri", "http://localhost:4040/elsewhere"),
        ("client_id", "somebody"),
    ] {
        let response = visit(&demo(), &format!("/authorize?{}", form(&requested(&[wrong]))), None).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_client_without_pkce_is_refused() {
    for wrong in [("code_challenge", ""), ("code_challenge_method", "plain")] {
        let response = visit(&demo(), &format!("/authorize?{}", form(&requested(&[wrong]))), None).await;
        assert_eq!(
            reply(&response)("error").as_deref(),
            Some("invalid_request"),
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn the_provider_remembers_and_prompts_are_obeyed() {
    let demo = demo();
    let silent = visit(
        &demo,
        &format!("/authorize?{}", form(&requested(&[("prompt", "none")]))),
        None,
    )
    .await;
    assert_eq!(reply(&silent)("error").as_deref(), Some("login_required"));
    let signed_in = post(&demo, "/authorize", &requested(&[("demo_person", "alice")])).await;
    let cookie = signed_in.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    for (prompt, status) in [("none", 303), ("", 303), ("login", 200), ("create", 200)] {
        let path = format!("/authorize?{}", form(&requested(&[("prompt", prompt)])));
        let request = Request::get(path)
            .header(header::COOKIE, &cookie)
            .body(Body::empty())
            .unwrap();
        assert_eq!(send(&demo, request).await.status(), status, "{prompt}");
    }
}

#[tokio::test]
async fn the_response_can_arrive_by_post() {
    let requested = requested(&[
        ("response_mode", "form_post"),
        ("demo_person", "alice"),
        ("state", "\"><script>"),
    ]);
    let page = text(post(&demo(), "/authorize", &requested).await).await;
    assert!(
        page.contains(&format!("action=\"{CALLBACK}\"")) && page.contains("name=\"code\""),
        "{page}"
    );
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{page}");
}

#[tokio::test]
async fn a_code_works_once_and_with_its_verifier_only() {
    let demo = demo();
    let response = post(&demo, "/authorize", &requested(&[("demo_person", "alice")])).await;
    let code = reply(&response)("code").unwrap();
    assert_eq!(redeem(&demo, &code).await.0, StatusCode::OK);
    assert_eq!(redeem(&demo, &code).await.1["error"], "invalid_grant");

    let response = post(
        &demo,
        "/authorize",
        &requested(&[("demo_person", "alice"), ("code_challenge", &"A".repeat(43))]),
    )
    .await;
    assert_eq!(
        redeem(&demo, &reply(&response)("code").unwrap()).await.1["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_the_family() {
    let demo = demo();
    let first = sign_in(&demo, "alice").await;
    let refresh = async |token: &Value| {
        tokens(
            &demo,
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str().unwrap()),
            ],
        )
        .await
    };
    let (status, second) = refresh(&first["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(refresh(&first["refresh_token"]).await.1["error"], "invalid_grant");
    assert_eq!(refresh(&second["refresh_token"]).await.1["error"], "invalid_grant");
    let refused = visit(&demo, "/api/messages/protected", second["access_token"].as_str()).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn messages_request_their_scope() {
    let demo = demo();
    let (alice, erin) = (sign_in(&demo, "alice").await, sign_in(&demo, "erin").await);
    let status = async |name: &str, token: Option<&str>| {
        visit(&demo, &format!("/api/messages/{name}"), token)
            .await
            .status()
            .as_u16()
    };
    let (alice, erin) = (alice["access_token"].as_str(), erin["access_token"].as_str());
    assert_eq!(
        [
            status("public", None).await,
            status("protected", None).await,
            status("admin", None).await
        ],
        [200, 401, 401]
    );
    assert_eq!(
        [status("protected", alice).await, status("admin", alice).await],
        [200, 403]
    );
    assert_eq!(
        [status("protected", erin).await, status("admin", erin).await],
        [200, 200]
    );
    demo.handle().advance(301);
    assert_eq!(status("protected", alice).await, 401);
}

#[tokio::test]
async fn userinfo_states_who_it_is() {
    let demo = demo();
    let tokens = sign_in(&demo, "carol").await;
    let response = visit(&demo, "/userinfo", tokens["access_token"].as_str()).await;
    let reported: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(
        (&reported["sub"], &reported["name"], &reported["job_title"]),
        (&"carol".into(), &"Carol Chen".into(), &"CEO".into())
    );
    assert_eq!(visit(&demo, "/userinfo", None).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_client_gets_a_token_of_its_own() {
    let demo = demo();
    let (_, reply) = tokens(
        &demo,
        &[("grant_type", "client_credentials"), ("scope", "messages:read openid")],
    )
    .await;
    assert_eq!(reply["scope"], "messages:read");
    assert!(reply.get("id_token").is_none() && reply.get("refresh_token").is_none());
}

#[tokio::test]
async fn a_public_client_gets_none_of_its_own() {
    let mut config = DemoConfig::new(
        "127.0.0.1:4041".parse().unwrap(),
        "http://localhost:4040/".parse().unwrap(),
    );
    config.client_secret.clear();
    let demo = Demo::new(config).unwrap();
    let requested = [("grant_type", "client_credentials"), ("client_id", "portico")];
    let response = post(&demo, "/token", &requested).await;
    let status = response.status();
    let refusal: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(
        (status, &refusal["error"]),
        (StatusCode::BAD_REQUEST, &"unauthorized_client".into())
    );
}

#[tokio::test]
async fn the_directory_is_for_the_applications_own_token() {
    let demo = demo();
    let own = sign_in(&demo, "alice").await;
    let grant = ("grant_type", "client_credentials");
    let (_, messages) = tokens(&demo, &[grant, ("scope", "messages:read")]).await;
    let (_, directory) = tokens(&demo, &[grant, ("scope", "http://localhost:4041/.default")]).await;
    let token = |reply: &Value| reply["access_token"].as_str().unwrap().to_owned();
    let alice = PEOPLE[0].object_id();
    for (path, expected) in [
        (format!("/graph/v1.0/users/{alice}"), StatusCode::OK),
        (format!("/graph/v1.0/users/{alice}/manager"), StatusCode::OK),
        ("/graph/v1.0/users/nobody".to_owned(), StatusCode::NOT_FOUND),
        ("/graph/v1.0/me".to_owned(), StatusCode::UNAUTHORIZED),
    ] {
        let status = async |bearer: Option<&str>| visit(&demo, &path, bearer).await.status();
        assert_eq!(status(Some(&token(&directory))).await, expected, "{path}");
        assert_eq!(status(None).await, StatusCode::UNAUTHORIZED, "{path}");
        if !path.ends_with("/me") {
            assert_eq!(status(Some(&token(&own))).await, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(status(Some(&token(&messages))).await, StatusCode::FORBIDDEN, "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_secret_gets_nothing() {
    let demo = demo();
    let wrong = [
        ("grant_type", "client_credentials"),
        ("client_id", "portico"),
        ("client_secret", "guess"),
    ];
    assert_eq!(post(&demo, "/token", &wrong).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn revoked_tokens_are_not_active() {
    let demo = demo();
    let tokens = sign_in(&demo, "bob").await;
    let client = [("client_id", "portico"), ("client_secret", "portico-demo-secret")];
    let active = async || {
        let requested = [
            client[0],
            client[1],
            ("token", tokens["access_token"].as_str().unwrap()),
        ];
        let reply: Value = serde_json::from_str(&text(post(&demo, "/introspect", &requested).await).await).unwrap();
        reply["active"].as_bool().unwrap()
    };
    assert!(active().await);
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let revoked = post(&demo, "/revoke", &[client[0], client[1], ("token", refresh_token)]).await;
    assert_eq!(revoked.status(), StatusCode::OK);
    assert!(!active().await);
    assert_eq!(demo.handle().revoked(), [refresh_token]);
}

#[tokio::test]
async fn signing_out_redirects_only_where_registered() {
    let demo = demo();
    let tokens = sign_in(&demo, "alice").await;
    let hint = tokens["id_token"].as_str().unwrap();
    let end = async |pairs: &[(&str, &str)]| visit(&demo, &format!("/end_session?{}", form(pairs)), None).await;
    let back = ("post_logout_redirect_uri", "http://localhost:4040/auth/signed-out");
    let response = end(&[("id_token_hint", hint), back, ("state", "x y")]).await;
    assert_eq!(
        response.headers()[header::LOCATION],
        "http://localhost:4040/auth/signed-out?state=x+y"
    );
    let elsewhere = ("post_logout_redirect_uri", "http://localhost:4040/elsewhere");
    assert_eq!(
        end(&[("id_token_hint", hint), elsewhere]).await.status(),
        StatusCode::BAD_REQUEST
    );
    // Without a hint the sign-in page is shown first.
    assert_eq!(end(&[back]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_rebound_name_is_refused() {
    let request = Request::get("/jwks")
        .header(header::HOST, "rebound.example.com:4041")
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&demo(), request).await.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn issued_tokens_are_shown_only_where_requested() {
    assert_eq!(
        visit(&demo(), "/demo/issued", None).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_place_has_addresses_and_keys_of_its_own_and_the_issuer_of_all() {
    let mut config = DemoConfig::new(
        "127.0.0.1:4041".parse().unwrap(),
        "http://localhost:4040/".parse().unwrap(),
    );
    config.issuer = "http://localhost:4041/{tenantid}/v2.0".to_owned();
    config.mounts = vec!["common/v2.0".to_owned()];
    let demo = Demo::new(config).unwrap();
    let read =
        async |path: &str| -> Value { serde_json::from_str(&text(visit(&demo, path, None).await).await).unwrap() };
    let there = read("/common/v2.0/.well-known/openid-configuration").await;
    assert_eq!(there["issuer"], "http://localhost:4041/{tenantid}/v2.0");
    assert_eq!(there["token_endpoint"], "http://localhost:4041/common/v2.0/token");
    let here = read("/.well-known/openid-configuration").await;
    assert_eq!(here["token_endpoint"], "http://localhost:4041/token");
    assert_ne!(read("/jwks").await, read("/common/v2.0/jwks").await);
    let handle = demo.handle().at("common/v2.0").unwrap();
    assert_eq!(handle.requests(demo::Endpoint::Jwks), 1, "counted where it is asked");
    assert!(demo.handle().at("elsewhere").is_none());
}

#[tokio::test]
async fn the_old_way_to_sign_out_leads_to_registered_addresses_only() {
    let demo = demo();
    let out = "/v2/logout?client_id=portico&returnTo=";
    let back = visit(
        &demo,
        &format!("{out}http%3A%2F%2Flocalhost%3A4040%2Fauth%2Fsigned-out"),
        None,
    )
    .await;
    assert_eq!(
        back.headers()[header::LOCATION],
        "http://localhost:4040/auth/signed-out"
    );
    for wrong in [
        format!("{out}https%3A%2F%2Fevil.example"),
        "/v2/logout?client_id=portico".to_owned(),
    ] {
        assert_eq!(
            visit(&demo, &wrong, None).await.status(),
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_pushed_request_is_answered_once_and_by_its_page() {
    let mut config = DemoConfig::new(
        "127.0.0.1:4041".parse().unwrap(),
        "http://localhost:4040/".parse().unwrap(),
    );
    config.pushed_requests = true;
    let demo = Demo::new(config).unwrap();
    let refused = post(&demo, "/par", &requested(&[])).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "without the secret");
    let secret = ("client_secret", "portico-demo-secret");
    let refused = post(&demo, "/par", &requested(&[secret, ("request_uri", "urn:x:y")])).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "`request_uri` was pushed");
    let pushed = post(&demo, "/par", &requested(&[secret])).await;
    assert_eq!(pushed.status(), StatusCode::CREATED);
    let pushed: Value = serde_json::from_str(&text(pushed).await).unwrap();
    let reference = [
        ("client_id", "portico"),
        ("request_uri", pushed["request_uri"].as_str().unwrap()),
    ];
    let address = format!("/authorize?{}", form(&reference));
    let page = text(visit(&demo, &address, None).await).await;
    assert!(page.contains("urn:ietf:params:oauth:request_uri:") && !page.contains(CHALLENGE));
    assert!(!page.contains("portico-demo-secret"));
    let picked = [&reference[..], &[("demo_person", "alice")]].concat();
    let response = post(&demo, "/authorize", &picked).await;
    assert_eq!(reply(&response)("state").as_deref(), Some("s-1"));
    let (status, _) = redeem(&demo, &reply(&response)("code").unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let again = post(&demo, "/authorize", &picked).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST, "used twice");
}

/// Requests the tokens of a device code; the error, or the tokens.
async fn fetch(demo: &Demo, device_code: &str) -> Result<Value, String> {
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", device_code),
        ("client_id", "portico"),
        ("client_secret", "portico-demo-secret"),
    ];
    let response = post(demo, "/token", &fields).await;
    let is_good = response.status() == StatusCode::OK;
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    if is_good {
        Ok(body)
    } else {
        Err(body["error"].as_str().unwrap().to_owned())
    }
}

async fn made(demo: &Demo) -> (String, String) {
    let fields = [
        ("scope", "openid profile"),
        ("client_id", "portico"),
        ("client_secret", "portico-demo-secret"),
    ];
    let response = post(demo, "/device_authorization", &fields).await;
    let body: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(
        body["verification_uri_complete"],
        format!(
            "http://localhost:4041/device?user_code={}",
            body["user_code"].as_str().unwrap()
        )
    );
    let code = |name: &str| body[name].as_str().unwrap().to_owned();
    (code("device_code"), code("user_code"))
}

#[tokio::test]
async fn a_screen_gets_its_tokens_when_its_code_was_entered() {
    let demo = demo();
    let (device_code, user_code) = made(&demo).await;
    assert_eq!(
        fetch(&demo, &device_code).await.unwrap_err(),
        "slow_down",
        "at once is too soon"
    );
    demo.handle().advance(10);
    assert_eq!(fetch(&demo, &device_code).await.unwrap_err(), "authorization_pending");
    let typed = user_code.to_lowercase().replace('-', " ");
    let entered = post(&demo, "/device", &[("user_code", &typed), ("demo_person", "alice")]).await;
    assert_eq!(entered.status(), StatusCode::OK);
    demo.handle().advance(5);
    assert_eq!(
        fetch(&demo, &device_code).await.unwrap_err(),
        "slow_down",
        "ten seconds by now"
    );
    demo.handle().advance(15);
    assert!(fetch(&demo, &device_code).await.unwrap()["id_token"].is_string());
    demo.handle().advance(15);
    assert_eq!(fetch(&demo, &device_code).await.unwrap_err(), "invalid_grant", "once");
    let again = post(&demo, "/device", &[("user_code", &user_code), ("demo_person", "bob")]).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_code_for_a_screen_can_be_refused_and_expires() {
    let demo = demo();
    let (device_code, user_code) = made(&demo).await;
    post(&demo, "/device", &[("user_code", &user_code), ("demo_person", "-")]).await;
    demo.handle().advance(5);
    assert_eq!(fetch(&demo, &device_code).await.unwrap_err(), "access_denied");
    let (late, user_code) = made(&demo).await;
    demo.handle().advance(600);
    let entered = post(&demo, "/device", &[("user_code", &user_code), ("demo_person", "alice")]).await;
    assert_eq!(entered.status(), StatusCode::NOT_FOUND);
    assert_eq!(fetch(&demo, &late).await.unwrap_err(), "expired_token");
}

#[tokio::test]
async fn the_page_for_codes_escapes_what_is_in_the_address() {
    let page = text(visit(&demo(), "/device?user_code=%22%3E%3Cb%3E", None).await).await;
    assert!(page.contains("&quot;&gt;&lt;b&gt;") && !page.contains("<b>"), "{page}");
}
