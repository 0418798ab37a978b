//! A database that can be read but not written: a full disk, a read-only file or server. `/readyz` and
//! `portico check` report it, and no response claims that something was done.

use std::{
    fs,
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use http::StatusCode;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, sqlite::SqliteConnectOptions};
use store::Store;

use crate::support::{Database, Program, RemoteVisitor, TestSite, free_ports};

/// The body of `/readyz` with this status.
async fn ready_is(site: &TestSite, status: StatusCode) -> serde_json::Value {
    let ready = site.ready().await;
    assert_eq!(ready.status, status, "{}", ready.body);
    ready.json()
}

/// Merges SQLite's log into its file: a site that is stopped while a reader is busy leaves it.
async fn merge_log(file: &Path) {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    connection.close().await.unwrap();
}

/// Makes a SQLite file read-only for everybody, `root` too: it claims to be of a version that nobody can write (file format §1.3.3).
async fn make_read_only(file: &Path, read_only: bool) {
    merge_log(file).await;
    let mut file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(18)).unwrap();
    file.write_all(&[if read_only { 9 } else { 2 }]).unwrap();
}

#[tokio::test]
async fn readyz_reports_a_sqlite_file_that_became_read_only() {
    let site = TestSite::start().await;
    ready_is(&site, StatusCode::OK).await;
    make_read_only(site.database.file(), true).await;
    let reported = ready_is(&site, StatusCode::SERVICE_UNAVAILABLE).await;
    let problem = "the database can be read but not written: it is read-only";
    assert_eq!(
        (&reported["database"]["ready"], &reported["database"]["problem"]),
        (&false.into(), &problem.into())
    );
    make_read_only(site.database.file(), false).await;
    ready_is(&site, StatusCode::OK).await;
}

#[tokio::test]
async fn readyz_reports_a_postgres_server_that_became_read_only() {
    let site = TestSite::on(Some(Database::postgres().await), |_| {}).await;
    ready_is(&site, StatusCode::OK).await;
    let set = |value: &str| {
        format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {value}', current_database()); END $$"
        )
    };
    // In a transaction of its own: whoever connects again has the new setting.
    let disconnect = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    site.database.execute(&set("on")).await;
    site.database.execute(disconnect).await;
    let reported = ready_is(&site, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(
        reported["database"]["problem"],
        "the database can be read but not written: it is read-only"
    );
    let undo = format!("SET transaction_read_only = off; {}", set("off"));
    site.database.execute(&undo).await;
    site.database.execute(disconnect).await;
    ready_is(&site, StatusCode::OK).await;
}

/// Another writer, such as a backup, is no trouble.
#[tokio::test]
async fn readyz_does_not_wait_for_a_writer_who_takes_long() {
    let site = TestSite::start().await;
    let mut other = SqliteConnectOptions::new()
        .filename(site.database.file())
        .connect()
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let start = Instant::now();
    assert_eq!(site.visitor().get("/readyz").await.status, StatusCode::OK);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn checking_often_whether_a_site_is_ready_does_not_write_often() {
    for site in TestSite::both().await {
        let mut writes = std::collections::BTreeSet::new();
        let file = |site: &TestSite| match &site.database {
            Database::Sqlite(file) => fs::metadata(file.with_extension("db-wal")).unwrap().len(),
            Database::Postgres(_) => 0,
        };
        let start = Instant::now();
        for _ in 0..200 {
            assert!(site.store.ready(Duration::from_secs(2)).await.is_ok());
            writes.insert(file(&site));
        }
        let most = 2 + usize::try_from(start.elapsed().as_secs() / 2).unwrap();
        assert!(writes.len() <= most, "{writes:?}");
    }
}

const PROVIDER: &str = "[[providers]]\nid = \"acme\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"portal\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn check_reports_a_sqlite_file_that_is_read_only_and_makes_none() {
    let program = Program::new();
    program.write(
        "portico.toml",
        &format!("database_url = \"sqlite:portico.db\"\n{PROVIDER}"),
    );
    let sound = |program: &Program| {
        let run = program.run(&["check"]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    };
    sound(&program);
    assert!(!program.exists("portico.db"), "it looked, and made nothing");
    let file = program.path("portico.db");
    // Of an older version: the table that is written is not there.
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut old = options.connect().await.unwrap();
    old.execute("PRAGMA journal_mode = WAL; CREATE TABLE document (id INTEGER)")
        .await
        .unwrap();
    old.close().await.unwrap();
    for migrated in [false, true] {
        if migrated {
            fs::remove_file(&file).unwrap();
            let url = server::config::DatabaseUrl::parse(&format!("sqlite:{}", file.display())).unwrap();
            Store::open(&url, markdown::VERSIONS).await.unwrap().close().await;
        }
        sound(&program);
        make_read_only(&file, true).await;
        let run = program.run(&["check"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(
            run.stderr.contains("`sqlite:portico.db`")
                && run.stderr.contains("read-only")
                && run.stderr.lines().count() == 1,
            "{}",
            run.stderr
        );
        let run = program.run(&["check", "--json"]);
        let reported: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &reported["ok"]), (1, &false.into()), "{reported}");
        make_read_only(&file, false).await;
        sound(&program);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_reports_a_postgres_database_that_is_read_only() {
    let database = Database::postgres().await;
    let program = Program::new();
    program.write(
        "portico.toml",
        &format!("database_url = \"{}\"\n{PROVIDER}", database.text()),
    );
    for migrated in [false, true] {
        if migrated {
            Store::open(&database.url(), markdown::VERSIONS)
                .await
                .unwrap()
                .close()
                .await;
        }
        assert_eq!(program.run(&["check"]).code, 0);
        let set = |value: &str| {
            format!(
                "SET transaction_read_only = off; DO $$ BEGIN EXECUTE \
                 format('ALTER DATABASE %I SET default_transaction_read_only = {value}', current_database()); END $$"
            )
        };
        database.execute(&set("on")).await;
        let run = program.run(&["check"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(
            run.stderr.contains("it is read-only") && run.stderr.lines().count() == 1,
            "{}",
            run.stderr
        );
        database.execute(&set("off")).await;
    }
}

/// Signs Bob in until a sign-in has no room, then out again until a sign-out has none either, since it writes less. Returns how many sign-outs
/// succeeded.
#[cfg(unix)]
async fn fill(listen: &str) -> usize {
    let mut visitors = Vec::new();
    loop {
        let mut bob = RemoteVisitor::new(listen);
        if bob.try_sign_in("bob").await == 503 {
            break;
        }
        visitors.push(bob);
        assert!(visitors.len() < 500, "the disk is never full");
    }
    let mut signed_out = 0;
    for mut bob in visitors {
        if bob.post_form("/auth/logout", &[]).await.0 == 503 {
            break;
        }
        signed_out += 1;
    }
    signed_out
}

/// A program whose files may not grow beyond a size: that holds for `root` too, and writing fails as on a full disk.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn lo_1_on_a_full_disk_signing_out_is_a_503_and_the_session_continues() {
    let program = Program::new();
    let listen = format!("127.0.0.1:{}", free_ports().0);
    let public_url = format!("http://{listen}");
    let variables = [
        ("PORTICO_LISTEN", listen.as_str()),
        ("PORTICO_PUBLIC_URL", &public_url),
        ("PORTICO_LOG", "info,server=debug"),
    ];
    // Once without a limit: what is written at the first start is there then.
    let serving = program.serve(&["--demo"], &variables);
    serving.stop().await;
    let database = program.path("data/demo.db");
    merge_log(&database).await;
    let size = fs::metadata(&database).unwrap().len();
    let serving = program.serve_with_files_up_to(size / 1024 + 64, &["--demo"], &variables);

    let [mut alice, mut erin] = [(); 2].map(|()| RemoteVisitor::new(&listen));
    alice.sign_in("alice").await;
    erin.sign_in("erin").await;
    assert_eq!(alice.get("/profile").await.0, 200);
    let mut log = serving.until_stored("alice");
    let page = erin.get("/sessions?person=alice").await.2;
    let of_alice = page
        .split("name=\"session\" value=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}"));
    let of_alice = of_alice.split('"').next().unwrap().to_owned();
    let signed_out = fill(&listen).await;
    let (status, _, ready) = alice.get("/readyz").await;
    assert!(
        status == 503 && ready.contains("can be read but not written"),
        "{ready}"
    );

    for _ in 0..2 {
        let (status, _, page) = alice.post_form("/auth/logout", &[]).await;
        assert_eq!(status, 503, "{page}");
        assert_eq!(
            alice.get("/profile").await.0,
            200,
            "the session goes on, and the cookie is there"
        );
        let (status, _, page) = alice.post_form("/sessions/end-all", &[]).await;
        assert_eq!(status, 503, "{page}");
        assert_eq!(alice.get("/profile").await.0, 200);
    }
    assert_eq!(
        erin.post_form("/sessions/end", &[("session", &of_alice)]).await.0,
        503,
        "an administrator"
    );
    assert_eq!(alice.get("/profile").await.0, 200);
    assert_eq!(alice.get("/docs").await.0, 200, "everything can be read");

    log.extend(serving.stop().await);
    let claims = |line: &&String| {
        line.contains("\"success\"") && ["sign_out", "session_end"].iter().any(|event| line.contains(event))
    };
    assert_eq!(log.iter().filter(claims).count(), signed_out, "{log:#?}");
}
