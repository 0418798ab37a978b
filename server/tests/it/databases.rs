//! Sites on SQLite and on PostgreSQL, alone and with replicas.

use std::collections::BTreeSet;

use domain::{Access, Branch, Condition, DocumentId, GroupMatch, PersonId, Plan, Predicate, Sort, SortKey};
use http::StatusCode;
use rand::{Rng as _, distr::Uniform};
use server::{
    config::DatabaseUrl,
    import::{self, ImportReport},
};
use sqlx::{ConnectOptions as _, Executor as _, PgPool};
use store::{Connections, ImportOutcome, Selection, Store, Stretch};

use crate::{
    documents::shelf::{Shelf, alice, bob, options, person},
    support::{Database, TestSite, documents},
};

mod disk_full;
mod outages;
mod slow;

async fn write(site: &TestSite, name: &str) -> ImportReport {
    let config = site.config.clone();
    let text = format!("---\ntitle: {name}\nowner: demo:dave\nprivate: false\n---\n{name}\n");
    import::seed_demo(&site.store, &[(name, &text)], &move |who| config.resolve_person(who))
        .await
        .unwrap()
}

#[tokio::test]
async fn do_1_people_sign_in_read_and_list_on_either_database() {
    for site in TestSite::both().await {
        let [plan, notice] = documents(&site).await;
        let (mut alice, mut bob) = (site.sign_in("alice").await, site.sign_in("bob").await);
        let opened = alice.get(&format!("/docs/{plan}")).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
        assert!(opened.body.contains("the plan is simple") && opened.body.contains("you are in Engineering"));
        assert_eq!(bob.get(&format!("/docs/{plan}")).await.status, StatusCode::FORBIDDEN);
        let list = bob.get("/docs").await.body;
        assert!(list.contains(&format!("/docs/{notice}")) && !list.contains("Secret plan"));
        let ready = site.visitor().get("/readyz").await;
        assert_eq!(
            (ready.status, &ready.json()["database"]["ready"]),
            (StatusCode::OK, &true.into())
        );
    }
}

#[tokio::test]
async fn two_replicas_on_one_database_are_one_site() {
    for site in TestSite::both().await {
        let other = site.replica().await;
        let [plan, _] = documents(&site).await;
        let mut alice = site.sign_in("alice").await;
        let mut alice_there = other.visitor_like(&alice);
        let opened = alice_there.get(&format!("/docs/{plan}")).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);

        assert_eq!(write(&other, "There").await.added, 1);
        let here = alice.get("/docs/103").await;
        assert!(
            here.status == StatusCode::OK && here.body.contains("There"),
            "{}",
            here.body
        );
        let found = alice.get("/docs?q=there").await.body;
        assert!(found.contains("/docs/103") && !found.contains("/docs/102"), "{found}");
        assert_eq!(write(&site, "There").await.unchanged, 1, "it is the same document here");

        assert_eq!(
            alice_there.post_form("/auth/logout", &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(alice.get("/profile").await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_at_once_make_the_tables_once() {
    let database = Database::postgres().await;
    let starting = (0..6).map(|_| {
        let url = database.url();
        tokio::spawn(async move { Store::open(&url, markdown::VERSIONS).await })
    });
    for started in futures::future::join_all(starting).await {
        assert_eq!(started.unwrap().unwrap().count().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_the_same_time_take_turns_and_no_number_is_given_twice() {
    for shelf in Shelf::both().await {
        let dir = shelf.folder.path().join("files");
        std::fs::create_dir_all(&dir).unwrap();
        for name in 0..20 {
            std::fs::write(dir.join(format!("{name}.md")), format!("# Paper {name}")).unwrap();
        }
        let importing = (0..4).map(async |_| {
            let store = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
            import::run(&store, options(dir.clone()), &mut |_| {}).await.unwrap()
        });
        let reports = futures::future::join_all(importing).await;
        assert!(reports.iter().all(|report| report.problems.is_empty()), "{reports:?}");
        assert_eq!(
            reports.iter().map(|report| report.added).sum::<usize>(),
            20,
            "{reports:?}"
        );
        let rows = shelf.documents().await;
        let numbers: Vec<i64> = rows.iter().map(|row| row.id.number()).collect();
        assert_eq!(numbers, (1..=20).rev().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn the_next_number_is_above_every_number_of_a_file() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", b"---\nid: 12\n---\n# A"), ("b.md", b"# B")])
            .await;
        shelf
            .import(&[("c.md", b"---\nid: 3\n---\n# C"), ("d.md", b"# D")])
            .await;
        let rows = shelf.documents().await;
        let seen: Vec<_> = rows.iter().map(|row| (row.id.number(), row.title.as_str())).collect();
        assert_eq!(seen, [(14, "D"), (13, "B"), (12, "A"), (3, "C")]);
    }
}

/// Also where a database orders and folds letters as people in a country do.
#[tokio::test]
async fn people_are_found_and_ordered_alike_on_every_database() {
    let shelves = Shelf::both().await;
    let country = Other::beside(&shelves[1].database, "LOCALE_PROVIDER icu ICU_LOCALE 'de'").await;
    let abroad = Store::open(&country.url, markdown::VERSIONS).await.unwrap();
    for store in shelves.iter().map(|shelf| &shelf.store).chain([&abroad]) {
        let people = ["Ärger", "alice", "Zoe", "Ab", "A b", "a_b%"].into_iter().zip(1..);
        for (name, subject) in people {
            let mut person = person(&format!("{subject}"), &[], None);
            (person.name, person.email) = (name.to_owned(), Some(format!("{subject}@Example.org")));
            store.upsert_person(&person).await.unwrap();
        }
        let found = async |text| {
            let people = store.people_matching(text).await.unwrap();
            people.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        let all = ["A b", "Ab", "Zoe", "a_b%", "alice", "Ärger"];
        assert_eq!(found("EXAMPLE").await, all);
        assert_eq!(found("ÄRG").await, ["Ärger"]);
        assert_eq!(found("ärg").await, ["Ärger"]);
        assert_eq!(found("_b%").await, ["a_b%"]);
    }
    abroad.close().await;
    country.drop().await;
}

/// A database made in another way.
struct Other {
    name: String,
    beside: Database,
    url: DatabaseUrl,
}

impl Other {
    async fn beside(database: &Database, how: &str) -> Self {
        let options = database.server().options();
        let name = format!("{}_other", options.get_database().unwrap());
        database
            .execute(&format!("CREATE DATABASE {name} {how} TEMPLATE template0"))
            .await;
        let url: String = options.database(&name).to_url_lossy().into();
        let url = DatabaseUrl::parse(&url).unwrap();
        Self {
            name,
            beside: database.clone(),
            url,
        }
    }

    async fn drop(self) {
        self.beside
            .execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await;
    }
}

#[tokio::test]
async fn people_are_found_by_their_ids_in_the_directory_however_many() {
    for shelf in Shelf::both().await {
        let ids: Vec<String> = (0..1_200).map(|number| format!("\"{number}\\")).collect();
        for (id, person) in [
            (&ids[0], alice().id),
            (&ids[1_100], alice().id),
            (&ids[1_100], bob().id),
        ] {
            shelf.store.upsert_object_id("acme", id, &person).await.unwrap();
        }
        shelf.store.upsert_object_id("other", &ids[7], &bob().id).await.unwrap();
        let found = shelf.store.people_by_object_id("acme", &ids).await.unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((&found[&ids[0]], &found[&ids[1_100]]), (&alice().id, &bob().id));
    }
}

#[tokio::test]
async fn a_nul_is_found_nowhere_and_stops_nothing() {
    for shelf in Shelf::both_with_demo().await {
        let mut person = alice();
        (person.name, person.email) = ("Ali\0ce".to_owned(), Some("a\0@example.org".to_owned()));
        shelf.store.upsert_person(&person).await.unwrap();
        shelf.store.set_name_if_never_seen(&bob().id, "Bo\0b").await.unwrap();
        let found = shelf.store.people_matching("ali").await.unwrap();
        assert_eq!(found, [(person.id, "Ali\u{fffd}ce".to_owned())]);
        assert!(shelf.store.people_matching("\0").await.unwrap().is_empty());
        assert_eq!(shelf.documents_with("\0").await, []);
        let ids = ["\0".to_owned()];
        assert!(shelf.store.people_by_object_id("acme", &ids).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_nul_in_an_address_is_no_outage() {
    for site in TestSite::both().await {
        documents(&site).await;
        let mut erin = site.sign_in("erin").await;
        for address in ["/docs?q=%00", "/docs?q=plan%00", "/sessions?person=%00"] {
            let page = erin.get(address).await;
            assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        }
    }
}

#[tokio::test]
async fn a_file_at_the_end_of_a_long_path_is_one_document() {
    for shelf in Shelf::both().await {
        // Letters by chance: PostgreSQL would pack others until they fit.
        let mut letters = rand::rng().sample_iter(Uniform::new_inclusive('a', 'z').unwrap());
        let path: Vec<String> = (0..14).map(|_| letters.by_ref().take(230).collect()).collect();
        let path = format!("{}/a.md", path.join("/"));
        let text: &[u8] = b"---\nfolder: deep\n---\n# Deep";
        let report = shelf.import(&[(&path, text)]).await;
        assert_eq!((report.added, report.problems.len()), (1, 0), "{report:?}");
        let mut seen = Vec::new();
        let mut progress = |event| {
            if let import::ImportEvent::Done { outcome, .. } = event {
                seen.push(outcome);
            }
        };
        let dir = shelf.folder.path().join("files");
        import::run(&shelf.store, options(dir), &mut progress).await.unwrap();
        assert_eq!(seen, [ImportOutcome::Unchanged]);
    }
}

#[tokio::test]
async fn a_database_that_may_not_be_written_or_cannot_hold_every_text_is_reported_at_the_start() {
    let database = Database::postgres().await;
    let name = database.server().options().get_database().unwrap().to_owned();
    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    database.execute(&read_only).await;
    let error = Store::open(&database.url(), markdown::VERSIONS)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be written") && error.contains(&name), "{error}");

    let database = Database::postgres().await;
    let latin = Other::beside(&database, "ENCODING 'LATIN1' LOCALE 'C'").await;
    let error = Store::open(&latin.url, markdown::VERSIONS)
        .await
        .unwrap_err()
        .to_string();
    latin.drop().await;
    assert!(error.contains("`LATIN1`") && error.contains("UTF8"), "{error}");
}

/// The connections of a store, of which it has as many as the pool allows.
fn postgres_pool(store: &Store) -> PgPool {
    match store.connections() {
        Connections::Postgres(pool) => pool.into(),
        Connections::Sqlite(_) => panic!("not in PostgreSQL"),
    }
}

/// Makes each connection of `store` publish what it has counted, which it does otherwise when it ends or rests.
async fn publish_counts(store: &Store) {
    let pool = postgres_pool(store);
    // All at once: none of them is another one again.
    let mut connections = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        connections.push(pool.acquire().await.unwrap());
    }
    for connection in &mut connections {
        connection.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    }
}

#[tokio::test]
async fn do_4_postgres_reads_a_document_by_key() {
    let database = Database::postgres().await;
    let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    database
        .execute(
            "INSERT INTO person (id) SELECT 'https://id.example|' || n FROM generate_series(1, 2000) n;
             INSERT INTO document
                 (id, title, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
             SELECT n, 'Paper', 'https://id.example|' || n % 2000 + 1, true, '', 'paper', 0, 0, 1, '[]', '', ''
                 FROM generate_series(1, 20000) n;
             ANALYZE",
        )
        .await;
    // Often enough that the database has made up its mind about the statement, on every connection.
    for turn in 0..20 {
        assert!(store.find(DocumentId::new(1 + turn).unwrap()).await.unwrap().is_some());
    }
    publish_counts(&store).await;
    let pool = database.server().pool().await;
    let counts = "SELECT seq_tup_read, idx_scan, idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'document'";
    let (whole, by_key, rows): (i64, i64, i64) = sqlx::query_as(counts).fetch_one(&pool).await.unwrap();
    assert_eq!((whole, rows), (0, 20), "rows read without a key, and by one");
    assert!(by_key >= 20, "{by_key} reads by key");
}

/// A plan as the shipped rules make it: what is public, what is one's own, what is of one's groups.
fn plan(groups: usize, by: GroupMatch) -> Plan {
    let branch = |predicate| Branch {
        rule: "r".to_owned(),
        predicate,
    };
    let person = BTreeSet::from([PersonId::new("https://id.example", "7")]);
    let groups = (0..groups).map(|number| format!("g{number}")).collect();
    Plan {
        access: Access::Branches {
            permits: vec![
                branch(Predicate::is(Condition::Private).negate()),
                branch(Predicate::is(Condition::Owner(person))),
                branch(Predicate::is(Condition::AnyGroup(groups))),
            ],
            forbids: Vec::new(),
        },
        group_match: by,
        is_exact: true,
    }
}

/// Reads the lists of somebody and of everybody, in every order and direction, several times.
async fn read_lists(store: &Store, groups: usize, by: GroupMatch) {
    let (mine, everything) = (plan(groups, by), all_documents(by));
    for key in [SortKey::Updated, SortKey::Created, SortKey::Title] {
        for is_descending in [true, false] {
            for plan in [&mine, &everything] {
                let selection = Selection {
                    plan,
                    folder: None,
                    words: &[],
                };
                let source = store.list_source(selection).await.unwrap();
                let mut stretch = Stretch {
                    sort: Sort { key, is_descending },
                    is_backward: false,
                    from: None,
                    candidates: 26,
                    rows: 26,
                };
                // Often enough that the database has made up its mind about every statement, on every connection.
                for _ in 0..PAGES {
                    let batch = store.list(&source, &stretch).await.unwrap();
                    // Begins anew at the end.
                    assert!(
                        batch.rows.len() == 26 || batch.read_to.is_none(),
                        "{}",
                        batch.rows.len()
                    );
                    stretch.from = batch.read_to;
                }
                assert!(store.count_list(&source, 50).await.unwrap().is_some());
            }
        }
    }
}

/// Pages that are read of each list.
const PAGES: i64 = 7;

fn all_documents(by: GroupMatch) -> Plan {
    Plan {
        access: Access::All,
        group_match: by,
        is_exact: true,
    }
}

#[tokio::test]
async fn fi_1_postgres_reads_a_page_of_every_order_from_indices() {
    let database = Database::postgres().await;
    let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    database
        .execute(
            "INSERT INTO person (id) SELECT 'https://id.example|' || n FROM generate_series(1, 2000) n;
             INSERT INTO document (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by,
                     headings, html, content)
             SELECT n, 'Paper', 'paper ' || (n * 7919 % 20011), 'https://id.example|' || n % 2000 + 1, n % 200 <> 0, '', 'paper',
                     n * 7907 % 30011, n * 7901 % 40009, 1, '[]', '', ''
                 FROM generate_series(1, 20000) n;
             INSERT INTO document_group (group_id, group_key, document_id) SELECT 'g' || n % 50, 'g' || n % 50, n
                 FROM generate_series(1, 20000) n;
             ANALYZE",
        )
        .await;
    // The connection that filled the tables has told its counts and is closed.
    database.execute("SELECT pg_stat_reset()").await;
    let mut pages = 0;
    let mut lookups = 0;
    for by in [GroupMatch::Id, GroupMatch::Name] {
        for groups in [0, 5, 25] {
            read_lists(&store, groups, by).await;
            pages += 2 * 6 * PAGES;
            lookups += 6 * PAGES * (2 + i64::try_from(groups).unwrap());
        }
    }
    publish_counts(&store).await;
    let pool = database.server().pool().await;
    let counts = "SELECT sum(seq_tup_read)::bigint, sum(idx_tup_fetch)::bigint FROM pg_stat_user_tables
        WHERE relname IN ('document', 'document_group')";
    let (whole, rows): (i64, i64) = sqlx::query_as(counts).fetch_one(&pool).await.unwrap();
    assert_eq!(whole, 0, "rows read without an index");
    // A lookup reads 26 rows at most, a page 26 rows and their groups, a count 300; a join by hash or merge reads millions.
    let most = lookups * 26 + pages * 3 * 26 + 2 * 6 * 2 * 3 * 300;
    assert!(
        rows <= most,
        "{rows} rows read for {pages} pages of 26, expected {most}"
    );
}

#[tokio::test]
async fn fi_2_postgres_finds_each_folder_by_a_look_into_an_index() {
    let database = Database::postgres().await;
    let store = Store::open(&database.url(), markdown::VERSIONS).await.unwrap();
    database
        .execute(
            "INSERT INTO person (id) SELECT 'https://id.example|' || n FROM generate_series(1, 2000) n;
             INSERT INTO document (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by,
                     headings, html, content)
             SELECT n, 'Paper', 'paper', 'https://id.example|' || n % 2000 + 1, n % 200 <> 0, 'top' || n % 3 || '/f' || n % 30, 'paper',
                     0, 0, 1, '[]', '', ''
                 FROM generate_series(1, 20000) n;
             INSERT INTO document_group (group_id, group_key, document_id) SELECT 'g' || n % 50, 'g' || n % 50, n
                 FROM generate_series(1, 20000) n;
             ANALYZE",
        )
        .await;
    database.execute("SELECT pg_stat_reset()").await;
    let mut answers = 0;
    for by in [GroupMatch::Id, GroupMatch::Name] {
        for plan in [plan(0, by), plan(5, by), plan(25, by), all_documents(by)] {
            for _ in 0..PAGES {
                assert_eq!(store.folder_candidates(&plan, "").await.unwrap().len(), 3);
                assert!(!store.folder_candidates(&plan, "top1").await.unwrap().is_empty());
                answers += 2;
            }
        }
    }
    publish_counts(&store).await;
    let pool = database.server().pool().await;
    let counts = "SELECT sum(seq_tup_read)::bigint, sum(idx_tup_fetch)::bigint FROM pg_stat_user_tables
        WHERE relname IN ('document', 'document_group')";
    let (whole, rows): (i64, i64) = sqlx::query_as(counts).fetch_one(&pool).await.unwrap();
    assert_eq!(whole, 0, "rows read without an index");
    // Ten folders, found by 27 keys at most, each with its row; twenty thousand documents would be 400 times that.
    let most = answers * 10 * 27 * 3;
    assert!(rows <= most, "{rows} rows read for {answers} answers, expected {most}");
}
