//! Which requests are refused before anybody acts on them?

use axum::body::Body;
use http::{Method, StatusCode, header};
use serde_json::json;

use crate::support::TestSite;

#[tokio::test]
async fn cs_1_a_call_that_does_not_say_it_comes_from_here_is_refused() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let request = alice
        .foreign_request(Method::POST, "/api/fn/who_am_i")
        .header(header::HOST, "127.0.0.1:4040")
        .header(header::CONTENT_TYPE, "application/json");
    let answer = alice.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
}

#[tokio::test]
async fn cs_2_a_state_change_from_another_site_is_refused() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:4041"),
    ];
    for (name, value) in foreign {
        for path in ["/auth/logout", "/api/fn/who_am_i"] {
            let request = alice
                .foreign_request(Method::POST, path)
                .header(header::HOST, "127.0.0.1:4040")
                .header(name, value)
                .header(header::CONTENT_TYPE, "application/json");
            let answer = alice.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {name}: {value}");
        }
    }
    assert_eq!(
        alice.get("/profile").await.status,
        StatusCode::OK,
        "somebody else signed alice out"
    );
}

#[tokio::test]
async fn cs_2_json_that_calls_itself_text_is_not_taken() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/plain; application/json",
        "",
    ] {
        let request = alice
            .request(Method::POST, "/api/fn/who_am_i")
            .header(header::CONTENT_TYPE, kind);
        let answer = alice.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
}

#[tokio::test]
async fn cs_3_no_other_site_is_answered() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for path in [
        "/",
        "/profile",
        "/api/messages/public",
        "/auth/session",
        "/api/fn/who_am_i",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let request = alice
                .foreign_request(method, path)
                .header(header::ORIGIN, "https://evil.example")
                .header("access-control-request-method", "POST");
            let answer = alice.send(request.body(Body::empty()).unwrap()).await;
            let cors: Vec<_> = answer
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control"))
                .collect();
            assert!(cors.is_empty(), "{path}: {cors:?}");
        }
    }
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let body = "x".repeat(10 * 1024 * 1024);
    for path in [
        "/api/fn/who_am_i",
        "/auth/logout",
        "/auth/callback/demo",
        "/docs",
        "/nothing",
    ] {
        for announced in [true, false] {
            let mut request = alice
                .request(Method::POST, path)
                .header(header::CONTENT_TYPE, "application/json");
            if announced {
                request = request.header(header::CONTENT_LENGTH, body.len());
            }
            let answer = alice.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        }
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused() {
    let site = TestSite::start().await;
    let mut visitor = site.visitor();
    for path in [
        "/%ff",
        "/docs/%C3",
        "/%",
        "/docs/%00",
        "/auth/callback/%ff",
        "/pkg/%ff",
        "/%0d%0aset-cookie:a=b",
    ] {
        assert_eq!(visitor.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let query = visitor.get("/docs?q=%ff&after=%00").await;
    assert!(query.status.is_client_error(), "{}", query.status);
}

#[tokio::test]
async fn a_call_with_the_wrong_arguments_is_the_callers_fault() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    for arguments in [json!({}), json!({ "kind": "secret" }), json!([]), json!("x")] {
        let answer = alice.call("message", &arguments).await;
        assert!(
            answer.status.is_client_error(),
            "{arguments}: {} {}",
            answer.status,
            answer.body
        );
    }
    let unknown = alice.call("nothing", &json!({})).await;
    assert!(unknown.status.is_client_error(), "{}", unknown.status);
}

#[tokio::test]
async fn files_of_the_build_are_compressed_and_never_outside_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("dist");
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(root.join("pkg/portico.js"), "x".repeat(4000)).unwrap();
    std::fs::write(root.join("pkg/portico.js.br"), "compressed before").unwrap();
    std::fs::write(root.join("favicon.svg"), "<svg/>").unwrap();
    let site = TestSite::configured(move |config| config.site_root = Some(root)).await;
    let mut visitor = site.visitor();
    let request = visitor
        .request(Method::GET, "/pkg/portico.js")
        .header(header::ACCEPT_ENCODING, "br, gzip");
    let script = visitor.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (script.status, script.header("content-encoding")),
        (StatusCode::OK, "br")
    );
    assert_eq!(script.body, "compressed before");
    assert_eq!(script.header("content-type"), "text/javascript");
    let icon = visitor.get("/favicon.svg").await;
    assert_eq!(
        (icon.status, icon.header("cache-control")),
        (StatusCode::OK, "public, max-age=3600")
    );
    for path in [
        "/pkg/../../secret.txt",
        "/pkg/..%2f..%2fsecret.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
    ] {
        let answer = visitor.get(path).await;
        assert!(
            answer.status.is_client_error() && !answer.body.contains("secret\n"),
            "{path}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn ui_4_a_name_no_file_can_have_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    std::fs::write(root.join("pkg/portico.js"), "x").unwrap();
    let site = TestSite::configured(move |config| config.site_root = Some(root)).await;
    let mut visitor = site.visitor();
    let long = "a".repeat(300);
    // The last is too long only with the `.br` of its compressed form.
    let almost = "a".repeat(250);
    for path in [
        format!("/{long}.txt"),
        format!("/docs/{long}.x"),
        format!("/pkg/{long}.js"),
        format!("/pkg/{long}"),
        "/pkg/nothing.js".to_owned(),
        format!("/pkg/{almost}.js"),
        format!("/{almost}.js"),
    ] {
        let request = visitor
            .request(Method::GET, &path)
            .header(header::ACCEPT_ENCODING, "br");
        let answer = visitor.send(request.body(Body::empty()).unwrap()).await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED),
            "{path}: {}",
            answer.status
        );
        // As text: pages that scripts wake up are compressed where that is accepted.
        let page = visitor.get(&path).await;
        assert!(page.body.contains("<html lang=\"en\">"), "{path}: {}", page.body);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ui_4_a_file_that_cannot_be_read_is_a_page_and_kept_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    // A link in a circle.
    for name in ["circle.svg", "pkg/circle.svg"] {
        std::os::unix::fs::symlink("circle.svg", root.join(name)).unwrap();
    }
    let site = TestSite::configured(move |config| config.site_root = Some(root)).await;
    for path in ["/circle.svg", "/pkg/circle.svg"] {
        let answer = site.visitor().get(path).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (StatusCode::INTERNAL_SERVER_ERROR, "no-store"),
            "{path}"
        );
        assert!(
            answer.body.contains("class=\"mark\"") && answer.body.contains("This is our mistake"),
            "{path}: {}",
            answer.body
        );
    }
}
