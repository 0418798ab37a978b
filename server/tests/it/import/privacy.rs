//! Nothing that is marked as private or a draft becomes public.

use domain::{DocumentId, Library, LibraryError};
use server::import::{Drafts, ImportReport};

use super::problems;
use crate::{
    documents::shelf::{NOW, Shelf, alice, bob, options, visitor},
    support::Program,
};

const SECRET: &str = "nobody else may read this";

/// Whether somebody without any part in it finds one of the texts.
async fn is_found(shelf: &Shelf) -> bool {
    let rows = shelf.documents().await;
    for row in rows {
        if let Ok(open) = shelf.library.open(&visitor(bob()), row.id).await
            && open.html.contains(SECRET)
        {
            return true;
        }
    }
    false
}

fn counted(report: &ImportReport) -> [usize; 5] {
    [
        report.public,
        report.private,
        report.left_out.len(),
        report.refused(),
        report.withdrawn.len(),
    ]
}

#[tokio::test]
async fn nothing_that_states_it_is_private_becomes_public() {
    let beginnings = [
        "---\nprivate: true\n---\n",
        "+++\nprivate = true\n+++\n",
        "{ \"private\": true }\n",
        "\n---\nprivate: true\n---\n",
        "<!-- a -->\n---\nprivate: true\n---\n",
        " ---\nprivate: true\n---\n",
        "\u{a0}---\nprivate: true\n---\n",
        "\u{200b}---\nprivate: true\n---\n",
        "\u{feff}\u{feff}---\nprivate: true\n---\n",
        "---\rprivate: true\r---\r",
        "----\nprivate: true\n----\n",
        "private: true\n\n",
        "---\nprivate: true\n\n",
        "--- yaml\nprivate: true\n---\n",
        "```yaml\nprivate: true\n```\n",
        "---\nparams:\n  private: true\n---\n",
        "---\nconfidential: true\n---\n",
        "---\nrestricted: true\n---\n",
        "---\nhidden: true\n---\n",
        "---\nsecret: true\n---\n",
        "---\ninternal: true\n---\n",
        "---\npermissions: [HR]\n---\n",
        "---\nteams: [HR]\n---\n",
        "---\ndraft: true\n---\n",
        "---\npublished: false\n---\n",
        "---\npublishDate: 2099-01-01\n---\n",
        "---\nunlisted: true\n---\n",
        "+++\ndraft = true\n+++\n",
        "---\ntitle: \"a\n---\n",
    ];
    for shelf in Shelf::both().await {
        let files: Vec<_> = beginnings
            .iter()
            .enumerate()
            .map(|(number, begin)| (format!("{number}.md"), format!("{begin}{SECRET}\n")))
            .collect();
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        let report = shelf.import(&files).await;
        assert!(!is_found(&shelf).await, "{:?}", shelf.titles().await);
        assert_eq!(counted(&report), [0, 10, 5, 14, 0], "{:#?}", problems(&report));
    }
}

#[tokio::test]
async fn toml_and_json_front_matter_mean_what_yaml_means() {
    for shelf in Shelf::both().await {
        let report = shelf
            .import(&[
                (
                    "a.md",
                    b"+++\nid = 7\ntitle = \"From TOML\"\ngroups = [\"Sales\"]\nprivate = true\n+++\nText",
                ),
                (
                    "b.md",
                    b"{ \"id\": 8, \"title\": \"From JSON\", \"private\": true, \"owner\": \"bob\" }\nText",
                ),
            ])
            .await;
        assert_eq!((report.added, problems(&report).len()), (2, 0), "{report:?}");
        assert_eq!(
            shelf.titles().await,
            [("From JSON".to_owned(), true), ("From TOML".to_owned(), true)]
        );
        let open = shelf
            .library
            .open(&visitor(bob()), DocumentId::new(8).unwrap())
            .await
            .unwrap();
        assert!(
            open.html.contains("Text") && !open.html.contains("private"),
            "{}",
            open.html
        );
    }
}

#[tokio::test]
async fn drafts_are_left_out_and_counted() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 5] = [
            ("_drafts/a.md", b"# A"),
            ("b.md", b"---\ndraft: true\n---\n# B"),
            ("c.md", b"---\ntitle: C\npublishDate: 2026-06-02\n---\n"),
            ("d.md", b"# D"),
            ("sub/_Drafts/deep/e.md", b"# E"),
        ];
        let report = shelf.import(&files).await;
        assert_eq!(counted(&report), [1, 0, 4, 0, 0], "{report:?}");
        assert_eq!(shelf.titles().await, [("D".to_owned(), false)]);
        let said: Vec<_> = report
            .left_out
            .iter()
            .map(|file| (file.file.as_str(), file.line, file.text.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("_drafts/a.md", 1, "folder _drafts/"),
                ("b.md", 2, "draft: true"),
                ("c.md", 3, "publishDate: 2026-06-02"),
                ("sub/_Drafts/deep/e.md", 1, "folder _Drafts/")
            ]
        );
        let mut later = options(shelf.folder.path().join("files"));
        later.now = NOW + 86_400;
        let report = shelf.run(later).await;
        assert_eq!((report.added, report.left_out.len()), (1, 3), "its day has come");
    }
}

#[tokio::test]
async fn drafts_may_be_imported_for_their_owner_alone() {
    for shelf in Shelf::both().await {
        let dir = shelf.write(
            "files",
            &[
                ("_drafts/a.md", b"---\ngroups: [Marketing]\nprivate: false\n---\n# A"),
                ("b.md", b"---\ndraft: true\ngroups: [Marketing]\n---\n# B"),
                ("c.md", b"---\nexpiryDate: 2020-01-01\n---\n# C"),
            ],
        );
        let mut options = options(dir);
        (options.drafts, options.groups) = (Drafts::Private, vec!["Marketing".to_owned()]);
        let report = shelf.run(options).await;
        assert_eq!(counted(&report), [0, 3, 0, 0, 0], "{report:?}");
        for row in shelf.documents().await {
            assert!(row.groups.is_empty() && row.visibility.is_private(), "{row:?}");
            assert!(
                shelf.library.open(&visitor(alice()), row.id).await.is_ok(),
                "alice owns it"
            );
            let refused = shelf.library.open(&visitor(bob()), row.id).await;
            assert!(
                matches!(refused, Err(LibraryError::Refused(_) | LibraryError::NotFound)),
                "bob is in Marketing"
            );
        }
    }
}

#[test]
fn the_report_ends_with_what_was_made_public_private_left_out_and_refused() {
    let program = Program::new();
    program.write(
        "portico.toml",
        "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n",
    );
    for (name, text) in [
        ("a.md", "# A"),
        ("b.md", "---\nprivate: true\n---\n# B"),
        ("c.md", "---\ndraft: true\n---\n# C"),
        ("d.md", "---\npublishDate: 2999-01-01\n---\n# D"),
        ("e.md", "---\nunlisted: true\n---\n# E"),
        ("f.md", "---\nconfidential: true\n---\n# F"),
    ] {
        program.write(&format!("files/{name}"), text);
    }
    let reported = program.run(&["import", "files", "--owner", "alice"]);
    assert_eq!(reported.code, 1, "{}", reported.stderr);
    let last = reported.stdout.lines().last().unwrap();
    assert_eq!(
        last,
        "1 public, 1 private, 3 drafts left out, 1 refused, 0 withdrawn, 0 pruned"
    );
    assert!(
        reported.stderr.contains("f.md:2: `confidential: true`"),
        "{}",
        reported.stderr
    );
    let reported = program.run(&["import", "files", "--owner", "alice", "--drafts", "private", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&reported.stdout).unwrap();
    assert_eq!(
        (&report["public"], &report["private"], &report["refused"]),
        (&1.into(), &4.into(), &1.into()),
        "{report}"
    );
    assert!(report["source"].as_str().unwrap().starts_with("folder:/"), "{report}");
}

#[tokio::test]
async fn an_owner_who_is_probably_nobody_is_reported_by_file() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 4] = [
            ("a.md", b"---\ntitle: A\nowner: platform-team\n---\n"),
            ("b.md", b"---\nowner: \"@acme/docs\"\n---\n# B"),
            ("c.md", b"---\nowner: carol\ngroups: [\"R&D, Sales\"]\n---\n# C"),
            ("d.md", b"---\nowner: login.example.com|7\n---\n# D"),
        ];
        let report = shelf.import(&files).await;
        assert_eq!((report.added, report.problems.len()), (4, 0), "{report:?}");
        let warnings: Vec<_> = report.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 4, "{warnings:#?}");
        assert!(
            warnings[0].starts_with("c.md:3: the group `R&D, Sales` is one group"),
            "{warnings:#?}"
        );
        assert!(
            warnings[1].starts_with("a.md:3: the owner `platform-team` looks like a group"),
            "{warnings:#?}"
        );
        assert!(
            warnings[2].starts_with("b.md:2: ") && warnings[3].starts_with("d.md:2: "),
            "{warnings:#?}"
        );
        let mut person = alice();
        person.id = domain::PersonId::new(crate::documents::shelf::ISSUER, "platform-team");
        shelf.store.upsert_person(&person).await.unwrap();
        let report = shelf.import(&files).await;
        assert_eq!(
            report.warnings.len(),
            3,
            "who signed in is somebody: {:?}",
            report.warnings
        );
    }
}

#[tokio::test]
async fn a_number_out_of_all_proportion_is_refused_and_ends_no_import() {
    for shelf in Shelf::both().await {
        let report = shelf
            .import(&[
                ("a.md", b"---\ntitle: A\nid: 9223372036854775807\n---\n"),
                ("b.md", b"# B"),
                ("c.md", b"---\nid: 1000000000\n---\n# C"),
            ])
            .await;
        assert_eq!((report.added, report.refused()), (2, 1), "{report:?}");
        assert!(
            problems(&report)[0].starts_with("a.md:3: `id: 9223372036854775807` is too high"),
            "{report:?}"
        );
        let report = shelf.import(&[("d.md", b"# D")]).await;
        assert_eq!((report.added, report.refused()), (1, 1));
    }
}

#[tokio::test]
async fn a_database_that_holds_the_highest_number_of_all_takes_documents_again() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# A"), ("b.md", b"# B")]).await;
        let last = if shelf.database.text().starts_with("sqlite") {
            "UPDATE sqlite_sequence SET seq = 9223372036854775807 WHERE name = 'document'"
        } else {
            "UPDATE document_number SET last = 9223372036854775807"
        };
        shelf.database.execute(last).await;
        let report = shelf.import(&[("c.md", b"# C"), ("d.md", b"# D")]).await;
        assert_eq!((report.added, report.problems.len()), (2, 0), "{report:?}");
        let numbers: Vec<_> = shelf.documents().await.iter().map(|row| row.id.number()).collect();
        assert_eq!(numbers, [4, 3, 2, 1]);
    }
}

#[tokio::test]
async fn im_4_what_only_another_program_understands_is_taken_out_and_reported_with_its_line() {
    for shelf in Shelf::both().await {
        let text = b"---\ntitle: A\n---\nimport Tabs from '@theme/Tabs';\n\nWords.\n\n{{< gallery dir=\"x\" >}}\n\n`{{< code >}}`\n";
        let report = shelf.import(&[("a.md", text)]).await;
        let warnings: Vec<_> = report
            .warnings
            .iter()
            .map(|warning| (warning.kind.name(), warning.problem.line))
            .collect();
        assert_eq!(warnings, [("construct", 4), ("construct", 8)], "{:?}", report.warnings);
        let again = shelf.import(&[("a.md", text)]).await;
        assert_eq!(
            (again.unchanged, &again.warnings),
            (1, &report.warnings),
            "the same at every import"
        );
        let id = DocumentId::new(1).unwrap();
        let html = shelf.library.open(&visitor(alice()), id).await.unwrap().html;
        assert!(html.contains("Words.") && html.contains("{{&lt; code &gt;}}"), "{html}");
        assert!(!html.contains("gallery") && !html.contains("@theme"), "{html}");
    }
}
