//! Imports of folders of real files, repeated, and with errors in some of them.

use domain::{DocumentId, Library};
use server::import::{self, ImportEvent};
use store::ImportOutcome;

use crate::{
    documents::shelf::{Shelf, alice, options, visitor},
    support::Program,
};

mod batches;
mod git;
mod privacy;
mod report;
mod sources;
mod withdrawn;

fn problems(report: &import::ImportReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn front_matter_states_whose_a_document_is_and_for_whom() {
    for shelf in Shelf::both().await {
        let text = "---\nid: 12\ntitle: \"Plan: B\"\nowner: bob\nowner_name: Bob Baker\ngroups: [Sales, Berlin, Sales]\nprivate: true\nfolder: /a//b/\ntags: [x]\n---\n# B\n";
        let report = shelf.import(&[("x.md", text.as_bytes())]).await;
        assert_eq!((report.added, problems(&report).len()), (1, 0), "{report:?}");
        let row = shelf
            .store
            .find(DocumentId::new(12).unwrap())
            .await
            .unwrap()
            .unwrap()
            .row;
        assert_eq!(
            (row.title.as_str(), row.folder.as_str(), row.owner.subject()),
            ("Plan: B", "a/b", "bob")
        );
        assert_eq!(
            row.groups.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["Berlin", "Sales"]
        );
        assert!(row.visibility.is_private() && row.owner_name.as_deref() == Some("Bob Baker"));
    }
}

#[tokio::test]
async fn a_file_without_front_matter_has_a_title_and_a_folder_too() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 4] = [
            ("hand/book/a-b_c.md", b"no heading"),
            (
                "hand/book/b.MD",
                b"\xef\xbb\xbf## The *first* `heading`\r\n\r\ntext\r\n",
            ),
            ("c.markdown", b""),
            ("d.txt", b"# not Markdown"),
        ];
        let report = shelf.import(&files).await;
        assert_eq!((report.added, problems(&report).len()), (3, 0), "{report:?}");
        let rows = shelf.documents().await;
        let seen: Vec<_> = rows
            .iter()
            .rev()
            .map(|row| (row.title.as_str(), row.folder.as_str()))
            .collect();
        assert_eq!(
            seen,
            [("c", ""), ("a b c", "hand/book"), ("The first heading", "hand/book")]
        );
    }
}

#[tokio::test]
async fn the_same_files_twice_change_nothing() {
    for shelf in Shelf::both().await {
        let files: [(&str, &[u8]); 2] = [("a.md", b"# A"), ("b/c.md", b"---\nprivate: true\n---\n# C")];
        shelf.import(&files).await;
        let before = shelf.documents().await;
        let report = shelf.import(&files).await;
        assert_eq!((report.added, report.updated, report.unchanged), (0, 0, 2));
        assert_eq!(shelf.documents().await, before);
    }
}

#[tokio::test]
async fn a_changed_file_changes_its_document_by_update() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", b"---\ngroups: Engineering\n---\n# A\n\nold"), ("b.md", b"# B")])
            .await;
        let report = shelf
            .import(&[("a.md", b"---\nprivate: true\n---\n# A2\n\nnew"), ("b.md", b"# B")])
            .await;
        assert_eq!((report.added, report.updated, report.unchanged), (0, 1, 1));
        let open = shelf
            .library
            .open(&visitor(alice()), DocumentId::new(1).unwrap())
            .await
            .unwrap();
        assert_eq!(open.summary.title, "A2");
        assert!(open.html.contains("new") && open.summary.groups.is_empty() && open.summary.visibility.is_private());
        assert_eq!(shelf.store.count().await.unwrap(), 2);
    }
}

#[tokio::test]
async fn what_the_importer_states_holds_where_a_file_does_not() {
    for shelf in Shelf::both().await {
        let dir = shelf.folder.path().join("files");
        std::fs::create_dir_all(dir.join("sub")).unwrap();
        std::fs::write(dir.join("sub/a.md"), "# A").unwrap();
        std::fs::write(dir.join("b.md"), "---\nprivate: false\ngroups: []\nfolder: c\n---\n# B").unwrap();
        let mut options = options(dir);
        (options.folder, options.groups, options.private) = (Some("top".to_owned()), vec!["Sales".to_owned()], true);
        import::run(&shelf.store, options, &mut |_| {}).await.unwrap();
        let rows = shelf.documents().await;
        let seen: Vec<_> = rows
            .iter()
            .map(|row| (&*row.folder, row.groups.len(), row.visibility.is_private()))
            .collect();
        assert_eq!(seen, [("top/sub", 1, true), ("top/c", 0, false)]);
    }
}

#[tokio::test]
async fn one_bad_file_is_reported_by_name_and_line_and_stops_no_other() {
    for shelf in Shelf::both().await {
        let large = vec![b'a'; 1024 * 1024 + 1];
        let deep = format!("---\nprivate: true\n---\n\n{}\n", ">".repeat(6_000));
        let files: [(&str, &[u8]); 22] = [
            ("a-good.md", b"# Good"),
            ("b-utf8.md", b"# A\n\nfine\n\xff\xfe\n"),
            ("c-open.md", b"---\nprivate: true\n# no end\n"),
            ("d-yaml.md", b"---\ntitle: x\ngroups: [a, b\nprivate: true\n---\n"),
            ("e-type.md", b"---\ntitle: x\n\nprivate: perhaps\n---\n"),
            ("f-key.md", b"---\ntitle: x\npirvate: true\n---\n"),
            ("g-empty.md", b"---\ntitle: x\nprivate:\n---\n"),
            ("g-key.md", b"---\nPrivate: true\n---\n"),
            ("g-other.md", b"---\ntitle: x\nis_private: true\n---\n"),
            ("g-public.md", b"---\npublic: false\n---\n"),
            ("h-large.md", &large),
            ("i-owner.md", b"---\ntitle: x\nowner: nobody\n---\n"),
            ("j-id.md", b"---\nid: 0\n---\n"),
            ("k-folder.md", b"---\nfolder: a/../b\n---\n"),
            ("l-title.md", b"---\ntitle: \"\"\n---\n"),
            ("m-deep.md", deep.as_bytes()),
            ("n-taken.md", b"---\ntitle: x\nid: 1\n---\n"),
            ("o-nul.md", b"---\ntitle: x\n---\nfine\n\0\n"),
            ("o-said.md", b"# A\n\n&#0; &#x0;\n"),
            ("o-title.md", b"---\ntitle: \"x\\0\"\n---\n"),
            ("p-nul.md", b"---\ntitle: \"x\0\"\n---\n"),
            ("z-good.md", b"# Also good"),
        ];
        let report = shelf.import(&files).await;
        assert_eq!(report.added, 3, "{report:#?}");
        let expected = [
            ("b-utf8.md:4: ", "UTF-8"),
            ("c-open.md:1: ", "never ends"),
            ("d-yaml.md:", ""),
            ("e-type.md:4: ", ""),
            ("f-key.md:3: ", "did you mean `private`?"),
            ("g-empty.md:3: ", "`private` is empty"),
            ("g-key.md:2: ", "did you mean `private`?"),
            ("g-other.md:3: ", "write `private: true`"),
            ("g-public.md:2: ", "write `private: true`"),
            ("h-large.md:1: ", "1048577 bytes"),
            ("i-owner.md:3: ", "`nobody` is nobody"),
            ("j-id.md:2: ", "no document number"),
            ("k-folder.md:2: ", "`..`"),
            ("l-title.md:2: ", "`title` is empty"),
            ("m-deep.md:5: ", "too deeply"),
            ("n-taken.md:3: ", "belongs to another document, `Good`"),
            ("o-nul.md:5: ", "NUL"),
            ("o-title.md:2: ", "control characters"),
            ("p-nul.md:2: ", "NUL"),
        ];
        let shown = problems(&report);
        assert_eq!(shown.len(), expected.len(), "{shown:#?}");
        for (shown, (position, problem)) in shown.iter().zip(expected) {
            assert!(
                shown.starts_with(position) && shown.contains(problem) && !shown.contains('\n'),
                "{shown} should be {position}…{problem}"
            );
        }
    }
}

#[tokio::test]
async fn a_document_preserves_its_number() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"---\nid: 5\n---\n# A")]).await;
        let report = shelf.import(&[("a.md", b"---\nid: 6\n---\n# A")]).await;
        assert_eq!(
            problems(&report),
            ["a.md:2: `id: 6` does not fit: this is document 5, and a document keeps its number"]
        );
        assert_eq!(
            report.withdrawn.len(),
            1,
            "what it said before may not be right any more"
        );
        let report = shelf.import(&[("a.md", b"# A without a number")]).await;
        assert_eq!((report.updated, shelf.store.count().await.unwrap()), (1, 1));
    }
}

#[tokio::test]
async fn no_link_leads_out_of_the_folder_and_hidden_folders_are_passed_by() {
    for shelf in Shelf::both().await {
        let outside = shelf.folder.path().join("outside");
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("secret.md"), "# Secret").unwrap();
        let files = shelf.folder.path().join("files");
        std::fs::create_dir_all(&files).unwrap();
        std::os::unix::fs::symlink(&outside, files.join("folder")).unwrap();
        std::os::unix::fs::symlink(outside.join("secret.md"), files.join("link.md")).unwrap();
        std::os::unix::fs::symlink("loop", files.join("loop")).unwrap();
        let report = shelf.import(&[(".git/notes.md", b"# Hidden"), ("a.md", b"# A")]).await;
        assert_eq!(report.added, 1);
        assert_eq!(
            problems(&report),
            [
                "folder:1: is a symbolic link, which is not followed",
                "link.md:1: is a symbolic link, which is not followed"
            ]
        );
    }
}

#[tokio::test]
async fn what_is_no_file_is_reported_and_not_waited_for() {
    for shelf in Shelf::both().await {
        let files = shelf.folder.path().join("files");
        std::fs::create_dir_all(&files).unwrap();
        let pipe = files.join("pipe.md");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let _socket = std::os::unix::net::UnixListener::bind(files.join("socket.md")).unwrap();
        // An import that opened it would wait for this, and not for ever.
        let to = pipe.clone();
        let writer = std::thread::spawn(move || std::fs::write(to, "# Piped").unwrap());
        let report = shelf.import(&[("a.md", b"# A")]).await;
        assert_eq!(
            problems(&report),
            [
                "pipe.md:1: is a named pipe, a socket or a device; only regular files are read",
                "socket.md:1: is a named pipe, a socket or a device; only regular files are read"
            ]
        );
        assert_eq!(report.added, 1);
        assert_eq!(std::fs::read_to_string(&pipe).unwrap(), "# Piped", "nobody took it");
        writer.join().unwrap();
    }
}

#[test]
fn names_reach_a_terminal_in_letters_it_does_not_act_on() {
    let program = Program::new();
    program.write(
        "portico.toml",
        "[[providers]]\nid = \"acme\"\nissuer = \"https://a.example\"\nclient_id = \"portal\"\n",
    );
    let name = "a\u{1b}[2Jb\u{9b}\u{202e}c.md";
    program.write(&format!("files/{name}"), "---\nprivate:\n---\n");
    program.write("files/key.md", "---\n\"own\\eer\": x\n---\n");
    let is_active =
        |text: &str| text.contains(|letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}');
    let reported = program.run(&["import", "files", "--owner", "alice"]);
    assert_eq!(reported.code, 1, "{}", reported.stderr);
    assert!(
        !is_active(&reported.stderr) && !is_active(&reported.stdout),
        "{:?}",
        reported.stderr
    );
    let lines: Vec<_> = reported.stderr.lines().collect();
    assert!(
        lines.len() == 2
            && lines[0].starts_with("a\\u{1b}[2Jb\\u{9b}\\u{202e}c.md:2: ")
            && lines[1].contains("`own\\u{1b}er`"),
        "{lines:?}"
    );
    let as_json = program.run(&["import", "files", "--owner", "alice", "--json"]);
    assert!(!is_active(&as_json.stdout), "{:?}", as_json.stdout);
    let report: serde_json::Value = serde_json::from_str(&as_json.stdout).unwrap();
    assert_eq!(report["problems"][0]["file"], name, "a program reads the name as it is");
    let missing = program.run(&["import", "no\u{1b}folder", "--owner", "alice"]);
    assert!(
        missing.code == 1 && missing.stderr.contains("`no\\u{1b}folder`") && !is_active(&missing.stderr),
        "{:?}",
        missing.stderr
    );
}

#[test]
fn si_2_an_owner_whose_issuer_is_not_known_is_refused_and_one_with_an_issuer_is_imported() {
    let program = Program::new();
    program.write(
        "portico.toml",
        "[[providers]]\nid = \"work\"\nkind = \"entra\"\ntenant = \"contoso.com\"\nclient_id = \"portal\"\n",
    );
    program.write("files/a.md", "---\ntitle: A\nowner: work:abc\n---\n");
    program.write(
        "files/b.md",
        "---\nowner: https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0|abc\n---\n# B\n",
    );
    let reported = program.run(&["import", "files"]);
    assert_eq!(
        (reported.code, reported.stdout.split_once('\n').unwrap().1),
        (
            1,
            "1 added, 0 changed, 0 as before\n1 public, 0 private, 0 drafts left out, 1 refused, 0 withdrawn, 0 pruned\n"
        ),
        "{}",
        reported.stderr
    );
    let remedy =
        "`https://login.microsoftonline.com/{tenantid}/v2.0|abc` with the tenant's identifier for `{tenantid}`";
    assert!(
        reported.stderr.starts_with("a.md:3: `work:abc` is nobody: ") && reported.stderr.contains(remedy),
        "{}",
        reported.stderr
    );
    let refused = program.run(&["import", "files", "--owner", "abc"]);
    assert!(
        refused.code == 2 && refused.stderr.starts_with("--owner: `abc` is nobody: "),
        "{}",
        refused.stderr
    );
}

#[tokio::test]
async fn progress_reports_of_every_file() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"# A")]).await;
        let dir = shelf.folder.path().join("files");
        std::fs::write(dir.join("b.md"), [0xff]).unwrap();
        let mut seen = Vec::new();
        import::run(&shelf.store, options(dir), &mut |event| seen.push(event))
            .await
            .unwrap();
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0], ImportEvent::Started { files: 2 });
        assert!(
            matches!(&seen[1], ImportEvent::Done { file, outcome: ImportOutcome::Unchanged, .. } if file == "a.md"),
            "{seen:?}"
        );
        assert!(
            matches!(&seen[2], ImportEvent::Problem(problem) if problem.line == 1),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    for shelf in Shelf::both().await {
        let error = import::run(&shelf.store, options("/no/such/folder".into()), &mut |_| {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}
