//! Every address and every method. The routes are read from the sources, so that a new one is looked at too.

use std::{collections::BTreeSet, path::Path};

use axum::body::Body;
use http::{Method, StatusCode};

use crate::support::{TestResponse, TestSite, Visitor};

/// Sources that name routes of the public listener.
const SOURCES: [&str; 5] = [
    "app/src/lib.rs",
    "crates/bff/src/router.rs",
    "server/src/api.rs",
    "server/src/router/health.rs",
    "server/src/sessions.rs",
];

/// What stands between `before` and the next quotation mark in the part of a source that is no test.
fn texts<'a>(source: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let found = source.split(before).skip(1);
    found.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
}

/// Every route, with values for its parameters; server functions and two files.
fn addresses() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    for name in SOURCES {
        let source = std::fs::read_to_string(root.join(name)).unwrap();
        let before = found.len();
        for before in [".route(", "path!("] {
            found.extend(texts(&source, before).map(str::to_owned));
        }
        assert!(found.len() > before, "{name} names no route");
    }
    let mut folders = vec![root.join("app/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                found.extend(texts(&source, "endpoint =").map(|name| format!("/api/fn/{name}")));
            }
        }
    }
    assert!(found.len() > 25, "{found:?}");
    found.extend(["/pkg/portico.js".to_owned(), "/favicon.svg".to_owned()]);
    let filled = found
        .iter()
        .map(|path| path.replace("{provider}", "demo").replace(":id", "101"));
    filled.collect()
}

async fn site() -> (TestSite, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    std::fs::write(root.join("pkg/portico.js"), "x").unwrap();
    std::fs::write(root.join("favicon.svg"), "<svg/>").unwrap();
    (
        TestSite::configured(move |config| config.site_root = Some(root)).await,
        folder,
    )
}

async fn fetch(visitor: &mut Visitor, method: &Method, path: &str) -> TestResponse {
    let request = visitor.request(method.clone(), path);
    visitor.send(request.body(Body::empty()).unwrap()).await
}

/// Where GET begins, takes or ends something, and HEAD must not.
fn acts(path: &str) -> bool {
    path.starts_with("/auth/") && path != "/auth/session"
}

#[tokio::test]
async fn ui_4_head_is_answered_wherever_get_is_and_each_405_states_what_is_allowed() {
    let methods = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];
    let (site, _folder) = site().await;
    for path in addresses() {
        let mut responses = Vec::new();
        for method in &methods {
            // Somebody new for each: some of these end a session, or begin one.
            responses.push((method, fetch(&mut site.visitor(), method, &path).await));
        }
        let allowed: BTreeSet<&str> = responses
            .iter()
            .filter(|(_, response)| response.status != StatusCode::METHOD_NOT_ALLOWED)
            .map(|(method, _)| method.as_str())
            .collect();
        assert!(!allowed.is_empty(), "{path} allows nothing");
        assert_eq!(allowed.contains("GET"), allowed.contains("HEAD"), "{path}: {allowed:?}");
        for (method, response) in &responses {
            if response.status == StatusCode::METHOD_NOT_ALLOWED {
                let reported: BTreeSet<&str> = response.header("allow").split(',').map(str::trim).collect();
                assert_eq!(reported, allowed, "{method} {path}");
            }
        }
        let [(_, get), (_, head), ..] = responses.as_slice() else {
            unreachable!()
        };
        assert_eq!(head.body, "", "{path}");
        if allowed.contains("GET") && !acts(&path) {
            assert_eq!(head.status, get.status, "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        }
        if acts(&path) && allowed.contains("HEAD") {
            assert_eq!(head.status, StatusCode::OK, "{path}");
            assert!(!head.headers.contains_key("set-cookie"), "{path}");
        }
    }
}

#[tokio::test]
async fn ui_4_a_trailing_slash_is_a_redirect_to_the_address_without_it() {
    let (site, _folder) = site().await;
    let mut visitor = site.visitor();
    for path in addresses().iter().filter(|path| *path != "/") {
        for method in [Method::GET, Method::HEAD] {
            let response = fetch(&mut visitor, &method, &format!("{path}/?a=b%2F&c=/")).await;
            let found = (response.status, response.location());
            let expected = format!("{path}?a=b%2F&c=/");
            assert_eq!(
                found,
                (StatusCode::PERMANENT_REDIRECT, Some(expected.as_str())),
                "{method} {path}/"
            );
            assert_eq!(response.header("cache-control"), "no-store", "{path}");
        }
        // Nobody's form is sent on to somewhere else.
        let sent = visitor.post_form(&format!("{path}/"), &[]).await;
        assert!(
            sent.status.is_client_error() && sent.location().is_none(),
            "{path}/: {}",
            sent.status
        );
    }
    for (path, expected) in [
        ("//evil.example/", "/evil.example"),
        ("//evil.example//", "/evil.example"),
        ("/\\evil.example/", "/evil.example"),
        ("///", "/"),
        ("/nothing/", "/nothing"),
    ] {
        let response = fetch(&mut visitor, &Method::GET, path).await;
        assert_eq!(response.location(), Some(expected), "{path}");
    }
    assert_eq!(fetch(&mut visitor, &Method::GET, "/").await.status, StatusCode::OK);
}
