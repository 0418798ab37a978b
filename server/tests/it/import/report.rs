//! The report of an import (IM-6), and imports that write nothing.

use crate::{
    documents::shelf::{Shelf, options},
    support::Program,
};

const FILES: [(&str, &[u8]); 5] = [
    ("a.md", b"---\ntitle: A\n---\n[gone](gone.md)"),
    ("c/b.md", b"---\ntitle: B\n---\ntext"),
    ("c/d.md", b"---\ntitle: D\ndraft: true\n---\ntext"),
    ("c/e.md", b"---\ntitle: \"\"\n---\ntext"),
    ("f/g.md", b"---\ntitle: G\nowner: bob\n---\ntext"),
];

#[tokio::test]
async fn im_6_a_dry_run_reports_what_an_import_would_do_and_writes_nothing() {
    for shelf in Shelf::both().await {
        let dir = shelf.write("files", &FILES);
        let dry = || {
            let mut dry = options(dir.clone());
            dry.is_dry_run = true;
            dry.prune = true;
            dry
        };
        let planned = shelf.run(dry()).await;
        assert_eq!(
            (planned.added, planned.refused(), shelf.store.count().await.unwrap()),
            (3, 1, 0)
        );
        let mut done = shelf.run(options(dir.clone())).await;
        done.is_dry_run = true;
        assert_eq!(planned, done, "it said what happened");
        std::fs::remove_file(dir.join("c/b.md")).unwrap();
        std::fs::write(dir.join("a.md"), "---\ntitle: A2\n---\n").unwrap();
        let planned = shelf.run(dry()).await;
        assert_eq!(
            (planned.updated, planned.pruned(), shelf.store.count().await.unwrap()),
            (1, 1, 3)
        );
        assert!(shelf.titles().await.contains(&("A".to_owned(), false)));
    }
}

#[tokio::test]
async fn im_6_a_report_counts_folders_and_owners_nobody_knows() {
    for shelf in Shelf::both().await {
        let report = shelf.import(&FILES).await;
        let counts: Vec<_> = report
            .folders
            .iter()
            .map(|(folder, counts)| {
                (
                    folder.as_str(),
                    counts.added,
                    counts.left_out,
                    counts.refused,
                    counts.warnings,
                )
            })
            .collect();
        assert_eq!(counts, [("", 1, 0, 0, 1), ("c", 1, 1, 1, 0), ("f", 1, 0, 0, 0)]);
        let owners: Vec<_> = report
            .unknown_owners
            .iter()
            .map(|(owner, documents)| (owner.subject(), *documents))
            .collect();
        assert_eq!(owners, [("alice", 2), ("bob", 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn im_6_strict_fails_where_a_link_finds_nothing_and_json_says_which() {
    let program = Program::new();
    program.write(
        "portico.toml",
        "database_url = \"sqlite:portico.db\"\n[[providers]]\nid = \"acme\"\nissuer = \"http://127.0.0.1:9\"\nclient_id = \"portal\"\n",
    );
    program.write("files/a.md", "---\ntitle: A\nowner: alice\n---\n\n[gone](gone.md)\n");
    let arguments = ["import", "files", "--dry-run", "--json"];
    let run = program.run(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&report["dry_run"], &report["added"]), (&true.into(), &1.into()));
    assert_eq!(
        report["warnings"][0],
        serde_json::json!({ "kind": "link", "file": "a.md", "line": 6, "problem": "links to `gone.md`, which is not here" })
    );
    assert_eq!(program.run(&[&arguments[..], &["--strict"]].concat()).code, 1);
    let run = program.run(&["import", "files", "--strict"]);
    assert_eq!(run.code, 1, "it is imported, and reported");
    assert!(
        run.stdout.contains("1 added") && run.stdout.contains("warnings: links 1\n"),
        "{}",
        run.stdout
    );
    program.write("files/gone.md", "---\ntitle: B\nowner: alice\n---\n");
    assert_eq!(program.run(&["import", "files", "--strict"]).code, 0);
}
