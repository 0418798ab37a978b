//! Imports of many files, with errors in some of them; nothing that was reported is lost.

use std::time::Instant;
use store::{ImportOutcome, Store};

use server::import::{self, ImportEvent};

use super::problems;
use crate::{
    documents::shelf::{Shelf, options},
    support::Database,
};

fn small(count: usize) -> Vec<(String, String)> {
    (0..count)
        .map(|number| {
            let text = format!("---\ngroups: [Sales, Support]\n---\n# Paper {number}\n\nA few *words* about number {number}, and a list:\n\n- one\n- two\n");
            (format!("folder-{}/{number:05}.md", number % 20), text)
        })
        .collect()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &[u8])> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_written_loses_none_of_its_neighbours() {
    for shelf in Shelf::both().await {
        let mut files = small(600);
        files[7].1 = "---\nid: 1\n---\n# Taken by the first".to_owned();
        files[300].1 = "---\nid: 9\n---\n# Asked for".to_owned();
        files[301].1 = "---\nid: 9\n---\n# Asked for as well".to_owned();
        files[9].1 = "---\nid: 9\n---\n# Asked for in another batch".to_owned();
        files[599].1 = "---\nprivate:\n---\n".to_owned();
        files.sort();
        let mut dry = options(shelf.write("files", &borrowed(&files)));
        dry.is_dry_run = true;
        let planned = shelf.run(dry).await;
        let report = shelf.import(&borrowed(&files)).await;
        assert_eq!(
            problems(&planned),
            problems(&report),
            "a dry run finds the same ids taken"
        );
        assert_eq!(report.added + report.refused(), 600, "{:?}", problems(&report));
        let rows = shelf.documents().await;
        assert_eq!(rows.len(), report.added);
        let numbers: std::collections::BTreeSet<_> = rows.iter().map(|row| row.id).collect();
        assert_eq!(numbers.len(), report.added, "no number twice");
        assert!(report.refused() >= 3, "{:?}", problems(&report));
        let groups = rows.iter().filter(|row| row.groups.len() == 2).count();
        assert!(groups >= 590, "{groups}");
        let again = shelf.import(&borrowed(&files)).await;
        assert_eq!((again.added, again.updated, again.unchanged), (0, 0, report.added));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_confirmed_is_committed_when_the_database_disappears() {
    let shelf = Shelf::both().await.into_iter().nth(1).unwrap();
    let files = small(600);
    let dir = shelf.write("files", &borrowed(&files));
    let mut reported = 0;
    let server = shelf.database.server();
    let permits = tokio::sync::Notify::new();
    let store = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
    let mut send_command = |event| {
        if matches!(event, ImportEvent::Done { .. }) {
            reported += 1;
            permits.notify_one();
        }
    };
    let import = import::run(&store, options(dir.clone()), &mut send_command);
    let stopping = async {
        permits.notified().await;
        server.disconnect().await;
    };
    let (outcome, ()) = futures::join!(import, stopping);
    server.reconnect().await;
    let store = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
    let count = usize::try_from(store.count().await.unwrap()).unwrap();
    assert!(
        reported > 0 && count >= reported,
        "{reported} were told, {count} are there: {outcome:?}"
    );
    let report = import::run(&store, options(dir), &mut |_| {}).await.unwrap();
    assert_eq!(
        (report.added, report.unchanged),
        (600 - count, count),
        "the next import goes on where this one ended"
    );
}

#[tokio::test]
async fn progress_names_files_in_their_order() {
    for shelf in Shelf::both().await {
        let mut files = small(300);
        files.sort();
        let dir = shelf.write("files", &borrowed(&files));
        let mut seen = Vec::new();
        let mut send_command = |event| {
            if let ImportEvent::Done { file, outcome, .. } = event {
                assert_eq!(outcome, ImportOutcome::Created);
                seen.push(file);
            }
        };
        import::run(&shelf.store, options(dir), &mut send_command)
            .await
            .unwrap();
        assert_eq!(seen, files.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
}

/// Several programs that start at once on a database that is not there yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_starts_at_once_on_a_new_file_make_the_tables_once() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let url = Database::sqlite(folder.path()).url();
        let starting = (0..8).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let store = Store::open(&url, markdown::VERSIONS).await?;
                server::session_store::open(&store).await?;
                store.count().await
            })
        });
        for started in futures::future::join_all(starting).await {
            assert_eq!(started.unwrap().unwrap(), 0);
        }
    }
}

#[test]
fn first_imports_at_once_by_several_programs_are_all_imported() {
    let program = crate::support::Program::new();
    program.write(
        "portico.toml",
        "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n",
    );
    for number in 0..6 {
        program.write(&format!("files-{number}/a.md"), &format!("# From {number}"));
    }
    let reported: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..6)
            .map(|number| {
                let program = &program;
                scope.spawn(move || program.run(&["import", &format!("files-{number}"), "--owner", "alice"]))
            })
            .collect();
        running.into_iter().map(|running| running.join().unwrap()).collect()
    });
    for reported in reported {
        assert!(
            reported.code == 0 && reported.stdout.contains("1 added"),
            "{}{}",
            reported.stdout,
            reported.stderr
        );
    }
}

/// Run by hand: `cargo test --release -p server --test it import_speed -- --nocapture --include-ignored`; the promise is for the release build, so here
/// only a floor is held that one transaction a document would break.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_speed_is_that_of_batches() {
    const DOCUMENTS: usize = 1_000;
    for shelf in Shelf::both().await {
        let files = small(DOCUMENTS);
        let dir = shelf.write("files", &borrowed(&files));
        let begin = Instant::now();
        let report = import::run(&shelf.store, options(dir.clone()), &mut |_| {})
            .await
            .unwrap();
        let first = begin.elapsed();
        let begin = Instant::now();
        let again = import::run(&shelf.store, options(dir), &mut |_| {}).await.unwrap();
        assert_eq!((report.added, again.unchanged), (DOCUMENTS, DOCUMENTS));
        println!(
            "{}: {:.0} documents/s, {:.0}/s unchanged",
            if shelf.database.text().starts_with("sqlite") {
                "SQLite"
            } else {
                "PostgreSQL"
            },
            1_000.0 / first.as_secs_f64(),
            1_000.0 / begin.elapsed().as_secs_f64()
        );
    }
}
