//! Security headers.

use http::StatusCode;

use crate::support::{TestResponse, TestSite};

fn nonce(response: &TestResponse) -> String {
    let policy = response.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    nonce.unwrap_or_else(|| panic!("no nonce in {policy}")).to_owned()
}

#[tokio::test]
async fn hd_1_scripts_run_by_nonce_and_nothing_else_does() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    let page = visitor.get("/").await;
    let policy = page.header("content-security-policy").to_owned();
    for part in [
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "'wasm-unsafe-eval'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    for part in ["'unsafe-inline'", "'unsafe-eval'", "*"] {
        assert!(!policy.contains(part), "{part} in {policy}");
    }
    let nonce = nonce(&page);
    let scripts = page.body.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(
        page.body.matches(&format!("nonce=\"{nonce}\"")).count(),
        scripts,
        "{}",
        page.body
    );
    assert!(
        !page.body.contains(" style=\"") && !page.body.contains(" onclick"),
        "{}",
        page.body
    );
    assert_ne!(self::nonce(&visitor.get("/").await), nonce, "a nonce was used twice");
}

#[tokio::test]
async fn hd_1_responses_without_scripts_allow_none() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    for path in ["/healthz", "/auth/signed-out", "/%ff", "/api/messages/public"] {
        let response = visitor.get(path).await;
        assert!(
            response.header("content-security-policy").contains("script-src 'none'"),
            "{path}: {:?}",
            response.headers
        );
    }
}

#[tokio::test]
async fn hd_1_a_sign_out_may_be_redirected_to_the_provider() {
    let site = TestSite::start().await;
    let page = site.sign_in("alice").await.get("/").await;
    let issuer = &site.config.providers[0].provider.issuer;
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {issuer}")), "{policy}");
}

#[tokio::test]
async fn hd_2_every_response_is_isolated() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for path in [
        "/",
        "/profile",
        "/docs/1",
        "/nothing",
        "/healthz",
        "/readyz",
        "/auth/session",
        "/api/messages/protected",
    ] {
        let response = alice.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), value, "{name} of {path}");
        }
        assert!(!response.header("referrer-policy").is_empty(), "{path}");
        assert!(
            !response.headers.contains_key("strict-transport-security"),
            "{path}: plain http promises no https"
        );
    }
}

#[tokio::test]
async fn hd_2_https_is_promised_for_a_year_or_more() {
    use server::config::Config;
    let folder = tempfile::tempdir().unwrap();
    let mut config: Config = crate::support::config(&folder, 1);
    config.public_url = "https://portico.example".parse().unwrap();
    let provider = bff::ProviderConfig::new("acme", "https://login.example", "portal").unwrap();
    let claims = server::config::ClaimNames {
        groups: "groups".into(),
        roles: "roles".into(),
        job_title: "job".into(),
        object_id: "oid".into(),
    };
    let directory = server::config::DirectoryUse::default();
    config.providers = vec![server::config::ProviderSettings {
        provider,
        claims,
        directory,
        api_token: server::config::ApiToken::default(),
    }];
    let site = server::site(&config).await.unwrap();
    let mut visitor = crate::support::Visitor::new(site.router, &config.public_url);
    let response = visitor.get("/").await;
    let age: u64 = response
        .header("strict-transport-security")
        .strip_prefix("max-age=")
        .unwrap()
        .parse()
        .unwrap();
    assert!(age >= 31_536_000);
}

#[tokio::test]
async fn hd_3_personal_responses_are_stored_nowhere() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for path in [
        "/",
        "/profile",
        "/docs",
        "/docs/1",
        "/protected",
        "/nothing",
        "/auth/session",
    ] {
        assert!(
            alice.get(path).await.header("cache-control").contains("no-store"),
            "{path}"
        );
    }
    let call = alice.call("current_user", &serde_json::json!({})).await;
    assert_eq!(call.status, StatusCode::OK, "{}", call.body);
    assert!(call.header("cache-control").contains("no-store"));
    let out = alice.post_form("/auth/logout", &[]).await;
    assert!(out.header("clear-site-data").contains("\"cache\""), "{:?}", out.headers);
}
