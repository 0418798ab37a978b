//! Requests that are refused before a handler runs.

use axum::body::Body;
use http::{Method, StatusCode, header};
use serde_json::json;

use crate::support::TestSite;

#[tokio::test]
async fn cs_1_a_call_that_does_not_state_it_is_from_here_is_refused() {
    let site = TestSite::start().await;
    let mut alice = site.sign_in("alice").await;
    let request = alice
        .foreign_request(Method::POST, "/api/fn/current_user")
        .header(header::HOST, "127.0.0.1:4040")
        .header(header::CONTENT_TYPE, "application/json");
    let response = alice.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN, "{}", response.body);
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
            .request(Method::POST, "/api/fn/current_user")
            .header(header::CONTENT_TYPE, kind);
        let response = alice.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(response.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
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
        "/api/fn/current_user",
    ] {
        for method in [Method::OPTIONS, Method::GET] {
            let request = alice
                .foreign_request(method, path)
                .header(header::ORIGIN, "https://evil.example")
                .header("access-control-request-method", "POST");
            let response = alice.send(request.body(Body::empty()).unwrap()).await;
            let cors: Vec<_> = response
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
        "/api/fn/current_user",
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
            let response = alice.send(request.body(Body::from(body.clone())).unwrap()).await;
            assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
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
        let response = alice.call("message", &arguments).await;
        assert!(
            response.status.is_client_error(),
            "{arguments}: {} {}",
            response.status,
            response.body
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
        let response = visitor.get(path).await;
        assert!(
            response.status.is_client_error() && !response.body.contains("secret\n"),
            "{path}: {}",
            response.status
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
        let response = visitor.send(request.body(Body::empty()).unwrap()).await;
        assert!(
            matches!(response.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED),
            "{path}: {}",
            response.status
        );
        // As text: pages that scripts wake up are compressed where that is accepted.
        let page = visitor.get(&path).await;
        assert!(page.body.contains("<html lang=\"en\">"), "{path}: {}", page.body);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn ui_4_a_file_that_cannot_be_read_is_a_page_and_stored_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    // A link in a circle.
    for name in ["circle.svg", "pkg/circle.svg"] {
        std::os::unix::fs::symlink("circle.svg", root.join(name)).unwrap();
    }
    let site = TestSite::configured(move |config| config.site_root = Some(root)).await;
    for path in ["/circle.svg", "/pkg/circle.svg"] {
        let response = site.visitor().get(path).await;
        assert_eq!(
            (response.status, response.header("cache-control")),
            (StatusCode::INTERNAL_SERVER_ERROR, "no-store"),
            "{path}"
        );
        assert!(
            response.body.contains("class=\"mark\"") && response.body.contains("This is our mistake"),
            "{path}: {}",
            response.body
        );
    }
}

/// A site whose script, favicon and one uncompressed file are there, with forms of the script made beforehand.
async fn site_with_files() -> (TestSite, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    let text = "0123456789".repeat(400);
    for (name, content) in [
        ("pkg/portico.js", text.as_str()),
        ("pkg/portico.js.br", "as brotli"),
        ("pkg/portico.js.gz", "as gzip"),
        ("favicon.svg", "<svg>0123456789</svg>"),
        ("favicon.svg.br", "picture as brotli"),
    ] {
        std::fs::write(root.join(name), content).unwrap();
    }
    (
        TestSite::configured(move |config| config.site_root = Some(root)).await,
        folder,
    )
}

async fn request_with(
    site: &TestSite,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> crate::support::TestResponse {
    let mut visitor = site.visitor();
    let mut request = visitor.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_form_of_a_file_is_chosen_by_weight_and_caches_learn_that() {
    let (site, _folder) = site_with_files().await;
    for (accepted, coding, body) in [
        (Some("br, gzip"), "br", "as brotli"),
        (Some("br;q=0, gzip"), "gzip", "as gzip"),
        (Some("br;q=0.1, gzip;q=0.2"), "gzip", "as gzip"),
        (Some("*"), "br", "as brotli"),
        (Some("br;q=0, *;q=0.1"), "gzip", "as gzip"),
        (Some("br;q=0, gzip;q=0, *"), "", "0123456789"),
        (Some("*;q=0"), "", "0123456789"),
        (Some("identity, br;q=0.9"), "", "0123456789"),
        (Some("br;q=x"), "", "0123456789"),
        (Some(""), "", "0123456789"),
        (None, "", "0123456789"),
    ] {
        let headers: Vec<_> = accepted.map(|value| ("accept-encoding", value)).into_iter().collect();
        let whole = request_with(&site, Method::GET, "/pkg/portico.js", &headers).await;
        assert_eq!(
            (whole.status, whole.header("content-encoding")),
            (StatusCode::OK, coding),
            "{accepted:?}"
        );
        assert!(whole.body.starts_with(body), "{accepted:?}: {}", whole.body);
        let head = request_with(&site, Method::HEAD, "/pkg/portico.js", &headers).await;
        assert_eq!(
            (head.header("content-encoding"), head.body.as_str()),
            (coding, ""),
            "{accepted:?}"
        );
        let since = whole.header("last-modified").to_owned();
        let same = [headers.clone(), vec![("if-modified-since", since.as_str())]].concat();
        let same = request_with(&site, Method::GET, "/pkg/portico.js", &same).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED, "{accepted:?}");
        let part = [headers, vec![("range", "bytes=0-3")]].concat();
        let part = request_with(&site, Method::GET, "/pkg/portico.js", &part).await;
        assert_eq!(
            (part.status, part.body.as_str()),
            (StatusCode::PARTIAL_CONTENT, &body[..4]),
            "{accepted:?}"
        );
        for response in [&whole, &head, &same, &part] {
            let vary: Vec<_> = response.headers.get_all(header::VARY).iter().collect();
            assert_eq!(vary, ["accept-encoding"], "{accepted:?} {}", response.status);
        }
    }
    let icon = request_with(&site, Method::GET, "/favicon.svg", &[("accept-encoding", "br;q=0")]).await;
    assert_eq!(
        (icon.body.as_str(), icon.header("vary")),
        ("<svg>0123456789</svg>", "accept-encoding")
    );
    let icon = request_with(&site, Method::GET, "/favicon.svg", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(
        (icon.body.as_str(), icon.header("vary")),
        ("picture as brotli", "accept-encoding")
    );
}

#[tokio::test]
async fn a_page_is_compressed_by_weight_and_caches_learn_that() {
    let site = TestSite::start().await;
    for (accepted, coding) in [
        ("br;q=0, gzip", "gzip"),
        ("*;q=0", ""),
        ("*", "br"),
        ("identity, gzip;q=0.5", ""),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let page = request_with(&site, method.clone(), "/about", &[("accept-encoding", accepted)]).await;
            assert_eq!(
                (page.status, page.header("vary")),
                (StatusCode::OK, "accept-encoding"),
                "{accepted}"
            );
            if method == Method::GET {
                assert_eq!(page.header("content-encoding"), coding, "{accepted}");
            }
        }
    }
}

#[tokio::test]
async fn a_range_that_is_not_understood_is_ignored() {
    let (site, _folder) = site_with_files().await;
    for path in ["/pkg/portico.js", "/favicon.svg"] {
        let whole = request_with(&site, Method::GET, path, &[]).await;
        let length = whole.body.len();
        for range in [
            "lines=0-3",
            "bytes=3-0",
            "bytes=a-b",
            "bytes",
            "bytes=0-3,5-7",
            "bytes=0-3,2-7",
            "",
        ] {
            let response = request_with(&site, Method::GET, path, &[("range", range)]).await;
            assert_eq!(
                (response.status, &response.body),
                (StatusCode::OK, &whole.body),
                "{path} {range}"
            );
            assert!(!response.headers.contains_key("content-range"), "{path} {range}");
        }
        for (range, from, to) in [
            ("bytes=2-5", 2, 5),
            ("BYTES=2-5", 2, 5),
            ("bytes=-4", length - 4, length - 1),
            ("bytes=4-99999999999999999999", 4, length - 1),
        ] {
            let response = request_with(&site, Method::GET, path, &[("range", range)]).await;
            let reported = format!("bytes {from}-{to}/{length}");
            assert_eq!(
                (response.status, response.header("content-range")),
                (StatusCode::PARTIAL_CONTENT, reported.as_str()),
                "{path} {range}"
            );
            assert_eq!(response.body, whole.body[from..=to], "{path} {range}");
        }
        let longer = request_with(&site, Method::GET, path, &[("range", "bytes=-999999")]).await;
        assert_eq!((longer.status, &longer.body), (StatusCode::OK, &whole.body), "{path}");
        for range in ["bytes=999999-", "bytes=-0"] {
            let beyond = request_with(&site, Method::GET, path, &[("range", range)]).await;
            let reported = format!("bytes */{length}");
            assert_eq!(
                (beyond.status, beyond.header("content-range")),
                (StatusCode::RANGE_NOT_SATISFIABLE, reported.as_str()),
                "{path} {range}"
            );
        }
    }
    let page = request_with(&site, Method::GET, "/about", &[("range", "bytes=0-3")]).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_range_is_only_of_get_and_under_a_condition_none() {
    let (site, _folder) = site_with_files().await;
    for path in ["/pkg/portico.js", "/favicon.svg"] {
        let length = request_with(&site, Method::GET, path, &[]).await.body.len();
        let head = request_with(&site, Method::HEAD, path, &[("range", "bytes=2-5")]).await;
        assert_eq!(
            (head.status, head.header("content-length")),
            (StatusCode::OK, length.to_string().as_str()),
            "{path}"
        );
        let condition = [("range", "bytes=2-5"), ("if-range", "Mon, 30 Nov 2020 00:00:00 GMT")];
        assert_eq!(
            request_with(&site, Method::GET, path, &condition).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_file_is_read_and_nothing_else() {
    let (site, _folder) = site_with_files().await;
    for (path, status) in [
        ("/favicon.svg", StatusCode::METHOD_NOT_ALLOWED),
        ("/pkg/portico.js", StatusCode::METHOD_NOT_ALLOWED),
        ("/nothing.svg", StatusCode::NOT_FOUND),
    ] {
        let response = request_with(&site, Method::DELETE, path, &[]).await;
        assert_eq!(response.status, status, "{path}");
    }
}
