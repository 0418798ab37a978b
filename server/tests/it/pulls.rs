//! `[[sources]]`: repositories that are pulled again and again, by one of several Porticos, whatever happens to them.

use std::{path::PathBuf, sync::Mutex, time::Duration};

use axum::{Router, extract::Request, response::IntoResponse as _};
use http::{StatusCode, header};
use server::{
    Config,
    config::SourceSettings,
    git::{Credentials, GitAddress, Mirror, Repository, Running},
    import::Drafts,
};
use store::{PullLease, PullState};

use crate::{
    documents::shelf::listed,
    support::{Database, TestRepository, TestSite, git_settings},
};

/// A source of all of a repository, with erin as owner of what names none.
fn source(name: &str, repository: Repository) -> SourceSettings {
    SourceSettings {
        name: name.to_owned(),
        repository,
        folder: Some("handbook".to_owned()),
        owner: Some("demo:erin".to_owned()),
        groups: vec![],
        private: false,
        drafts: Drafts::default(),
        every: Duration::from_mins(15),
    }
}

/// Sites on both databases that pull these, after the first pull.
async fn sites(sources: impl Fn() -> Vec<SourceSettings>) -> [TestSite; 2] {
    let site = async |database| {
        let sources = sources();
        let site = TestSite::on(database, |config: &mut Config| config.sources = sources).await;
        site.until_idle().await;
        site
    };
    [site(None).await, site(Some(Database::postgres().await)).await]
}

async fn state(site: &TestSite, name: &str) -> PullState {
    let states = site.store.pull_states().await.unwrap();
    states.into_iter().find(|state| state.name == name).unwrap()
}

/// Lets time pass, and pulls what is due then.
async fn later(site: &TestSite, seconds: i64) {
    site.advance(seconds);
    site.pulls.pull_due().await;
    // Whatever the site began itself.
    site.until_idle().await;
}

#[tokio::test]
async fn im_7_a_source_is_pulled_at_the_start_and_again_when_it_is_due() {
    let repository = TestRepository::with(&[("a.md", "# A"), ("b.md", "# B")]);
    for site in sites(|| vec![source("handbook", repository.repository())]).await {
        let first = state(&site, "handbook").await;
        assert_eq!((first.error.as_deref(), first.failures), (None, 0));
        assert_eq!(
            first.commit_id.as_deref(),
            Some(&*repository.git(&["rev-parse", "HEAD"]))
        );
        assert_eq!(
            (
                site.store.count().await.unwrap(),
                first.due_at - first.attempted_at.unwrap()
            ),
            (2, 900)
        );
        let row = listed(&site.store, &[]).await.unwrap().remove(0);
        assert_eq!((&*row.folder, row.owner.subject()), ("handbook", "erin"));

        repository.write("a.md", "# A changed");
        repository.remove("b.md");
        let commit = repository.commit(
            1_000_000_100,
            "Bob",
            &[("c.md", "# C"), ("d.md", "---\nprivat: true\n---\n# D")],
        );
        later(&site, 60).await;
        assert_eq!(state(&site, "handbook").await, first, "it is not due");
        later(&site, 900).await;
        let second = state(&site, "handbook").await;
        assert_eq!(second.commit_id.as_deref(), Some(&*commit));
        let summary: serde_json::Value = serde_json::from_str(&second.summary.unwrap()).unwrap();
        for (key, count) in [
            ("added", 1),
            ("updated", 1),
            ("unchanged", 0),
            ("removed", 1),
            ("refused", 1),
        ] {
            assert_eq!(summary[key], count, "{key}: {summary}");
        }
        assert!(
            summary["problems"][0].as_str().unwrap().starts_with("d.md:2: "),
            "{summary}"
        );
        assert_eq!(site.store.count().await.unwrap(), 2);
        repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[tokio::test]
async fn im_7_an_unchanged_commit_is_imported_again_after_an_hour_alone() {
    let repository = TestRepository::with(&[("a.md", "# A")]);
    for site in sites(|| vec![source("handbook", repository.repository())]).await {
        let first = state(&site, "handbook").await;
        later(&site, 1_000).await;
        let second = state(&site, "handbook").await;
        assert!(
            second.attempted_at > first.attempted_at && second.imported_at == first.imported_at,
            "{second:?}"
        );
        later(&site, 2_700).await;
        let third = state(&site, "handbook").await;
        assert!(
            third.imported_at > first.imported_at && third.commit_id == first.commit_id,
            "{third:?}"
        );
    }
}

#[tokio::test]
async fn im_7_of_several_porticos_one_pulls() {
    let repository = TestRepository::with(&[("a.md", "# A")]);
    for site in sites(|| vec![source("handbook", repository.repository())]).await {
        let replica = site.replica().await;
        let first = state(&site, "handbook").await;
        site.advance(1_000);
        let now = site.now();
        let other = PullLease {
            name: "handbook",
            holder: "another process",
        };
        assert!(
            site.store
                .claim_pull(other, now, now + 120, now)
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            site.store
                .claim_pull(other, now, now + 120, now)
                .await
                .unwrap()
                .is_none(),
            "a lease is nobody else's"
        );
        site.pulls.pull_due().await;
        assert_eq!(state(&site, "handbook").await.attempted_at, first.attempted_at);
        // That process died. Both see it, and they share the folder: two pulls would be one that fails.
        repository.commit(1_000_000_100, "Bob", &[("a.md", "# A2")]);
        site.advance(121);
        tokio::join!(site.pulls.pull_due(), replica.pulls.pull_due());
        let second = state(&site, "handbook").await;
        assert_eq!((second.error, second.failures, second.leased_until), (None, 0, 0));
        assert_ne!(second.commit_id, first.commit_id);
        assert!(!site.store.renew_pull(other, now).await.unwrap(), "the lease was lost");
        repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

#[tokio::test]
async fn im_7_what_cannot_be_pulled_leaves_documents_and_says_so() {
    let repository = TestRepository::with(&[("a.md", "# A")]);
    let hidden = repository.path().with_file_name("gone");
    let secret_name = "secret-project";
    for site in sites(|| vec![source(secret_name, repository.repository())]).await {
        std::fs::rename(repository.path(), &hidden).unwrap();
        later(&site, 1_000).await;
        let failed = state(&site, secret_name).await;
        assert!(
            failed.error.as_deref().unwrap().contains("cannot be read"),
            "{failed:?}"
        );
        assert_eq!((failed.failures, failed.due_at - failed.attempted_at.unwrap()), (1, 60));
        assert_eq!(site.store.count().await.unwrap(), 1, "documents stay");
        let ready = site.ready().await;
        assert_eq!(ready.status, StatusCode::OK, "a site is ready without its sources");
        let body = &ready.json()["sources"];
        assert_eq!(
            (&body["ready"], &body["configured"], &body["failing"]),
            (&false.into(), &1.into(), &1.into())
        );
        assert!(
            !ready.body.contains(secret_name) && !ready.body.contains("handbook"),
            "{}",
            ready.body
        );
        later(&site, 61).await;
        assert_eq!(state(&site, secret_name).await.failures, 2);

        std::fs::rename(&hidden, repository.path()).unwrap();
        later(&site, 121).await;
        let good = state(&site, secret_name).await;
        assert_eq!((good.error, good.failures), (None, 0));
        assert_eq!(site.ready().await.json()["sources"]["ready"], true);
    }
}

#[tokio::test]
async fn im_7_a_branch_or_all_files_that_disappear_take_no_document_along() {
    let repository = TestRepository::with(&[("a.md", "# A")]);
    repository.git(&["branch", "docs"]);
    let of_branch = || {
        let branch = server::git::BranchName::parse("docs").ok();
        Repository {
            branch,
            ..repository.repository()
        }
    };
    for site in sites(|| vec![source("handbook", of_branch())]).await {
        repository.git(&["branch", "-D", "docs"]);
        later(&site, 1_000).await;
        assert_eq!(
            state(&site, "handbook").await.error.as_deref(),
            Some("the repository has no branch `docs`")
        );
        // Another history under the same name, without any document.
        repository.git(&["checkout", "--quiet", "--orphan", "docs"]);
        repository.git(&["rm", "-r", "-f", "--quiet", "."]);
        repository.commit(1_000_000_200, "Bob", &[("code.txt", "no document")]);
        later(&site, 61).await;
        let state = state(&site, "handbook").await;
        assert_eq!(state.error, None);
        let summary = state.summary.unwrap();
        assert!(summary.contains("no file was found at all"), "{summary}");
        assert_eq!(site.store.count().await.unwrap(), 1);
        repository.git(&["checkout", "--quiet", "--force", "main"]);
        repository.git(&["branch", "--force", "docs", "main"]);
    }
}

#[tokio::test]
async fn im_7_administrators_and_nobody_else_see_how_sources_are() {
    let repository = TestRepository::with(&[("a.md", "# A"), ("<b>x.md", "---\nprivat: true\n---\n# <script>")]);
    let missing = || Repository {
        address: GitAddress::Local(PathBuf::from("/nowhere/at/all")),
        ..repository.repository()
    };
    for site in sites(|| {
        vec![
            source("hand<b>book", repository.repository()),
            source("other", missing()),
        ]
    })
    .await
    {
        let mut erin = site.sign_in("erin").await;
        let page = erin.get("/admin/sources").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let commit = &repository.git(&["rev-parse", "HEAD"])[..10];
        for part in [
            "hand&lt;b&gt;book",
            commit,
            "1 new, 1 refused",
            "&lt;b&gt;x.md:2: ",
            "/nowhere/at/all",
            "cannot be read",
            "Failing",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        assert!(!page.body.contains("<b>"), "{}", page.body);
        let mut alice = site.sign_in("alice").await;
        assert_eq!(alice.get("/admin/sources").await.status, StatusCode::NOT_FOUND);
        let call = alice.call("list_sources", &serde_json::json!({})).await;
        assert!(
            call.status == StatusCode::NOT_FOUND && !call.body.contains("nowhere"),
            "{}",
            call.body
        );
        let nobody = site.visitor().get("/admin/sources").await;
        assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
        assert!(alice.get("/").await.status == StatusCode::OK && !alice.get("/").await.body.contains("/admin/sources"));
        assert!(erin.get("/").await.body.contains("/admin/sources"));
    }
}

/// Serves the files of a repository to whoever signs in, as the simplest servers do; every value of `Authorization` is recorded.
async fn serve(folder: PathBuf, expected: String, seen: &'static Mutex<Vec<String>>) -> u16 {
    let answer = move |request: Request| {
        let sent = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let sent = sent.unwrap_or_default().to_owned();
        seen.lock().unwrap().push(sent.clone());
        let file = folder.join(request.uri().path().trim_start_matches('/'));
        std::future::ready(match std::fs::read(file) {
            _ if sent != expected => StatusCode::UNAUTHORIZED.into_response(),
            Ok(bytes) => bytes.into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        })
    };
    start(Router::new().fallback(answer)).await
}

async fn start(router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(server::serve::serve(listener, router, std::future::pending()));
    port
}

/// The only file that a fetch of this brings, or why there is none.
async fn fetch(address: String, credentials: Credentials) -> Result<String, String> {
    let fetched = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository {
            address: GitAddress::parse(&address).unwrap(),
            branch: None,
            path: server::git::RepositoryPath::default(),
            credentials,
        };
        let mirror = Mirror::open(repository, &git_settings(folder.path()), Running::default());
        let snapshot = mirror.and_then(|mirror| mirror.snapshot("test", 1 << 20));
        let config = walk(folder.path());
        assert!(
            !config.contains("hunter2") && !config.contains("aHVudGVy"),
            "no secret is stored"
        );
        let snapshot = snapshot.map_err(|error| format!("{error} {error:?}"))?;
        Ok(std::fs::read_to_string(snapshot.folder().join("a.md")).unwrap())
    });
    fetched.await.unwrap()
}

/// The contents of all files below a folder.
fn walk(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &walk(&path);
        } else {
            text += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    text
}

#[tokio::test]
async fn im_7_credentials_go_to_their_server_alone_and_are_never_shown() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static ELSEWHERE: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let repository = TestRepository::with(&[("a.md", "# A")]);
    repository.git(&["update-server-info"]);
    // `portico:hunter2`
    let authorization = "Basic cG9ydGljbzpodW50ZXIy".to_owned();
    let port = serve(repository.path(), authorization.clone(), &SEEN).await;
    let credentials = || Credentials {
        username: Some("portico".to_owned()),
        password: Some("hunter2".into()),
        ..Credentials::default()
    };
    let address = |port: u16| format!("http://127.0.0.1:{port}/.git");
    assert_eq!(fetch(address(port), credentials()).await.as_deref(), Ok("# A"));
    assert!(SEEN.lock().unwrap().iter().all(|sent| *sent == authorization));
    let refused = fetch(address(port), Credentials::default()).await.unwrap_err();
    assert!(
        refused.contains("127.0.0.1") && refused.contains("git failed"),
        "{refused}"
    );

    let wrong = Credentials {
        password: Some("hunter22".into()),
        ..credentials()
    };
    let refused = fetch(address(port), wrong).await.unwrap_err();
    assert!(!refused.contains("hunter2"), "{refused}");
    let target = serve(repository.path(), authorization, &ELSEWHERE).await;
    let redirect = move |request: Request| {
        let to = format!("http://127.0.0.1:{target}{}", request.uri());
        std::future::ready((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]))
    };
    let port = start(Router::new().fallback(redirect)).await;
    let refused = fetch(address(port), credentials()).await.unwrap_err();
    assert!(refused.contains("git failed"), "{refused}");
    assert_eq!(
        ELSEWHERE.lock().unwrap().as_slice(),
        [""; 0],
        "redirects are not followed"
    );
}
