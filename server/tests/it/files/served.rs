//! `GET /docs/{id}/files/{name}`: for whoever may read the document, and in a form in which nothing in it runs.

use super::*;

const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

/// A site on each database, and one with files in a folder.
async fn sites() -> Vec<TestSite> {
    let mut sites = Vec::from(TestSite::both().await);
    let folder = TestSite::configured(|config| {
        config.files.kind = StorageKind::Folder;
        config.files.folder = config.site_root.as_ref().unwrap().with_file_name("stored");
    });
    sites.push(folder.await);
    sites
}

pub(super) async fn import_into(site: &TestSite, files: &[(&str, &[u8])]) -> ImportReport {
    import_with_settings(site, files, site.config.files.clone()).await
}

pub(super) async fn import_with_settings(
    site: &TestSite,
    files: &[(&str, &[u8])],
    settings: FileSettings,
) -> ImportReport {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut options = shelf::options(folder.path().to_owned());
    let config = site.config.clone();
    options.owner = Some("demo:dave".to_owned());
    options.source = Some("files".to_owned());
    options.files = settings;
    options.resolve_person = Box::new(move |who| config.resolve_person(who));
    import::run(&site.store, options, &mut |_| {}).await.unwrap()
}

/// Document 101 is private to Engineering, which alice is in and bob is not.
async fn plan(site: &TestSite) -> Vec<u8> {
    let picture = png(3, 2, &"p".repeat(1_500_000));
    let text = b"---\nid: 101\ngroups: [Engineering]\nprivate: true\n---\n![a](a.png) [b](b.html) ![c](c.svg) [d](d.gif) [e](<\"e\xc3\xbc%2f.pdf>)\n";
    let files: [(&str, &[u8]); 6] = [
        ("plan.md", text),
        ("a.png", &picture),
        ("b.html", b"<script>alert(1)</script>"),
        ("c.svg", SVG),
        ("d.gif", b"GIF89a\x01\0\x01\0<script>alert(1)</script>"),
        ("\"e\u{fc}%2f.pdf", b"%PDF-1.7 plan"),
    ];
    let report = import_into(site, &files).await;
    assert_eq!(
        (report.added + report.updated, warnings(&report).len()),
        (1, 0),
        "{report:?}"
    );
    picture
}

async fn request(visitor: &mut Visitor, method: Method, path: &str, headers: &[(&str, &str)]) -> TestResponse {
    let mut built = visitor.request(method, path);
    for (name, value) in headers {
        built = built.header(*name, *value);
    }
    visitor.send(built.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn im_3_a_file_is_served_to_whoever_may_read_its_document_and_to_nobody_else() {
    for site in sites().await {
        let picture = plan(&site).await;
        let mut alice = site.sign_in("alice").await;
        let shown = alice.get("/docs/101/files/a.png").await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        assert_eq!(shown.header("content-length"), picture.len().to_string());
        assert_eq!(shown.header("content-type"), "image/png");
        assert_eq!(shown.header("cache-control"), "private, no-cache");
        assert_eq!(shown.header("vary"), "Cookie");
        assert!(shown.body.ends_with("pppp") && shown.headers.get("set-cookie").is_none());
        let tag = shown.header("etag").to_owned();
        let known = [("if-none-match", tag.as_str())];
        let again = request(&mut alice, Method::GET, "/docs/101/files/a.png", &known).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        // Who may not read the document gets what they get for it, whatever they know of the file.
        let mut bob = site.sign_in("bob").await;
        let refused = bob.get("/docs/101").await.status;
        for path in ["/docs/101/files/a.png", "/docs/101/files/nothing.png"] {
            let response = request(&mut bob, Method::GET, path, &known).await;
            assert_eq!(response.status, refused, "{path}");
            assert_eq!(response.header("cache-control"), "no-store");
            assert!(response.headers.get("etag").is_none() && !response.body.contains("pppp"));
        }
        let mut stranger = site.visitor();
        for path in ["/docs/101/files/a.png", "/docs/4711/files/a.png", "/docs/x/files/a.png"] {
            let response = request(&mut stranger, Method::GET, path, &known).await;
            assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(response.header("cache-control"), "no-store");
        }
        for path in [
            "/docs/101/files/nothing.png",
            "/docs/4711/files/a.png",
            "/docs/x/files/a.png",
            "/docs/101/files/..%2fa.png",
        ] {
            assert_eq!(alice.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/docs/101/files/a.png%00", "/docs/101/files/%ff"] {
            assert_eq!(alice.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
        }
        site.store.trash(&[id(101)]).await.unwrap();
        let gone = request(&mut alice, Method::GET, "/docs/101/files/a.png", &known).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "in the trash");
    }
}

#[tokio::test]
async fn im_3_nothing_in_a_file_runs_in_a_browser() {
    let site = TestSite::start().await;
    plan(&site).await;
    let mut alice = site.sign_in("alice").await;
    for (name, kind, is_download) in [
        ("a.png", "image/png", false),
        ("b.html", "application/octet-stream", true),
        ("c.svg", "image/svg+xml", false),
        ("d.gif", "image/gif", false),
        ("%22e%C3%BC%252f.pdf", "application/pdf", true),
    ] {
        let response = alice.get(&format!("/docs/101/files/{name}")).await;
        assert_eq!(response.status, StatusCode::OK, "{name}");
        assert_eq!(response.header("content-type"), kind, "{name}");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
        let policy = response.header("content-security-policy");
        assert!(
            policy.starts_with("sandbox; default-src 'none'") && !policy.contains("script"),
            "{policy}"
        );
        let disposition = response.header("content-disposition");
        assert_eq!(
            disposition.starts_with("attachment;"),
            is_download,
            "{name}: {disposition}"
        );
    }
    let pdf = alice.get("/docs/101/files/%22e%C3%BC%252f.pdf").await;
    assert_eq!(
        pdf.header("content-disposition"),
        "attachment; filename=\"_e__2f.pdf\"; filename*=UTF-8''%22e%C3%BC%252f.pdf"
    );
}

#[tokio::test]
async fn im_3_ranges_and_head_are_of_the_stored_bytes() {
    for site in sites().await {
        let picture = plan(&site).await;
        let size = picture.len();
        let mut alice = site.sign_in("alice").await;
        let path = "/docs/101/files/a.png";
        let head = request(&mut alice, Method::HEAD, path, &[("accept-encoding", "br")]).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
        assert_eq!(head.header("content-length"), size.to_string());
        assert!(head.headers.get("content-encoding").is_none());
        for (range, expected, length) in [
            ("bytes=1-3", format!("bytes 1-3/{size}"), 3),
            ("bytes=1048570-1048585", format!("bytes 1048570-1048585/{size}"), 16),
            ("bytes=-5", format!("bytes {}-{}/{size}", size - 5, size - 1), 5),
            (
                "bytes=1500000-",
                format!("bytes 1500000-{}/{size}", size - 1),
                size - 1_500_000,
            ),
        ] {
            let part = request(&mut alice, Method::GET, path, &[("range", range)]).await;
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
            assert_eq!(part.header("content-range"), expected);
            assert_eq!(part.body.len(), length, "{range}");
        }
        let beyond = request(&mut alice, Method::GET, path, &[("range", "bytes=9999999-")]).await;
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
        let post = request(&mut alice, Method::POST, path, &[]).await;
        assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn im_3_replicas_on_one_database_serve_the_same_files() {
    let site = TestSite::on(Some(Database::postgres().await), |_| {}).await;
    plan(&site).await;
    let alice = site.sign_in("alice").await;
    let other = site.replica().await;
    let mut there = other.visitor_like(&alice);
    assert_eq!(there.get("/docs/101/files/c.svg").await.status, StatusCode::OK);
}

#[tokio::test]
async fn im_3_the_content_policy_follows_which_pictures_of_other_sites_are_shown() {
    let text: &[u8] =
        b"---\nid: 101\n---\n![The badge](https://badges.example/a.svg) ![b](https://img.example.com/b.png)\n";
    for (images, source, shown) in [
        ("allowed", "img-src 'self' https: ", 2),
        ("refused", "img-src 'self' ", 0),
        ("img.example.com", "img-src 'self' https://img.example.com ", 1),
    ] {
        let site = TestSite::configured(move |config| {
            let written = server::config::Sources {
                file: Some(("portico.toml".into(), format!("images = \"{images}\"\n"))),
                ..server::config::Sources::default()
            };
            config.images = server::Config::read(&written).unwrap().images;
        })
        .await;
        import_into(&site, &[("a.md", text)]).await;
        let page = site.sign_in("alice").await.get("/docs/101").await;
        assert_eq!(page.status, StatusCode::OK);
        let policy = page.header("content-security-policy");
        assert!(policy.contains(source), "{images}: {policy}");
        assert_eq!(page.body.matches("<img src=\"https://").count(), shown, "{images}");
        assert!(page.body.contains("The badge"));
    }
}

#[tokio::test]
async fn im_3_files_of_a_hidden_document_are_answered_like_those_of_none() {
    let site = TestSite::configured(crate::pages::hiding).await;
    plan(&site).await;
    let mut alice = site.sign_in("alice").await;
    let hidden = alice.get("/docs/101/files/a.png").await;
    let unknown = alice.get("/docs/4711/files/a.png").await;
    assert_eq!(
        (hidden.status, hidden.body),
        (StatusCode::NOT_FOUND, unknown.body),
        "{}",
        unknown.status
    );
}
