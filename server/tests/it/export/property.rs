//! The round trip of random documents: hostile names, texts that look like front matter, links and files in every spelling.

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

use server::export::ExportProblem;

use super::{export_to, round_trip_of};
use crate::documents::shelf::Shelf;

/// Databases of either kind take a while to make.
const CASES: u32 = 16;

const FOLDERS: [&str; 14] = [
    "",
    "a",
    "A",
    "a/b",
    "drafts",
    "_drafts/x",
    "CON",
    "...",
    ".hidden/x",
    "e\u{301}",
    "a:b?",
    "x.md",
    "trailing.",
    "שלום 😀",
];

const NAMES: [&str; 12] = [
    "n.md",
    "N.md",
    "n.markdown",
    "index.md",
    "SUMMARY.md",
    "_drafts.md",
    "nul.md",
    "2024-01-31-a b.md",
    "..md",
    "n-2.md",
    "with `tick` [x].md",
    "日本 (1).md",
];

const WORDS: [&str; 20] = [
    "yes",
    "null",
    "1:30",
    "~",
    "a, b",
    "\"quoted\"",
    "'",
    "# no comment",
    "- item",
    "{a: b}",
    "[x]",
    "back\\slash",
    "*alias",
    "&anchor",
    "!!tag",
    "é 😀",
    "שלום",
    "\u{202e}reversed",
    "zero\u{200b}width",
    "0123",
];

const TEXTS: [&str; 22] = [
    "",
    "# Heading\n",
    "---\n\nDear reader,\n\n---\n",
    "---\ntitle: not mine\n---\n",
    "+++\n+++\n",
    "\u{feff}# Mark\n",
    "Line\r\nother\r\n",
    "\ttab\n",
    "no end",
    "\n\n\nblank\n",
    "{\"json\": 1}\n",
    "<!-- comment -->\n",
    "[a](n.md) [b](../n.md#heading) [c](/a/n)\n",
    "[[n]] [[index#Heading|words]] ![[n]]\n",
    "[a][r]\n\n[r]: <../a/b/n.md> \"title\"\n",
    "<a href=\"n.md?x=1&amp;y=2\">a</a>\n",
    "![p](p.png) ![q](../img/p.png)\n",
    "![[p.png|20]] [file](/img/data.bin)\n",
    "`[a](n.md)`\n\n    [a](n.md)\n\n[a](n.md)\n",
    "[gone](nothing.md) [out](https://other.example/n.md)\n",
    "[a](日本%20(1).md) [b](<日本 (1).md>)\n",
    "~~~\n[a](n.md)\n~~~\n",
];

#[derive(Debug, Clone)]
struct Paper {
    /// Where its file lay, and where it is now if that is elsewhere.
    folder: &'static str,
    name: &'static str,
    moved: Option<&'static str>,
    title: String,
    owner: String,
    groups: Vec<String>,
    is_private: bool,
    position: Option<i64>,
    created: i64,
    updated: i64,
    text: String,
}

fn paper() -> impl Strategy<Value = Paper> {
    let words = || proptest::collection::vec(select(&WORDS[..]), 1..4).prop_map(|words| words.join(" "));
    let text = proptest::collection::vec(select(&TEXTS[..]), 0..5).prop_map(|texts| texts.concat());
    let place = (
        select(&FOLDERS[..]),
        select(&NAMES[..]),
        proptest::option::weighted(0.3, select(&FOLDERS[..])),
    );
    let access = (words(), proptest::collection::vec(words(), 0..4), any::<bool>());
    let position = proptest::option::of(-5_000_i64..2_000_000);
    let dates = (0_i64..1_780_000_000, 0_i64..1_000_000);
    (place, words(), access, position, dates, text).prop_map(
        |((folder, name, moved), title, (owner, groups, is_private), position, (created, later), text)| Paper {
            folder,
            name,
            moved,
            title,
            owner,
            groups,
            is_private,
            position,
            created,
            updated: created + later,
            text,
        },
    )
}

/// Writes papers as an author would, with pictures and files beside them, and imports them; how many came in.
async fn fill(shelf: &Shelf, papers: &[Paper]) -> usize {
    let dir = shelf.folder.path().join("files");
    let write = |path: String, bytes: &[u8]| {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("img/data.bin".to_owned(), b"data\0");
    for paper in papers {
        let folder = paper.folder;
        // Pictures with the same names in all folders, and different contents in some.
        let picture = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0",
            &[u8::try_from(folder.len() % 3).unwrap()][..],
        ]
        .concat();
        write(format!("{folder}/p.png").trim_start_matches('/').to_owned(), &picture);
        write(
            format!("{folder}/img/p.png").trim_start_matches('/').to_owned(),
            &picture,
        );
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let groups: Vec<_> = paper.groups.iter().map(|group| json(group)).collect();
        let moved = paper
            .moved
            .map(|moved| format!("folder: {}\n", json(moved)))
            .unwrap_or_default();
        let weight = paper
            .position
            .map(|position| format!("weight: {position}e-3\n"))
            .unwrap_or_default();
        let text = format!(
            "---\ntitle: {}\nowner: {}\ngroups: [{}]\nprivate: {}\n{moved}{weight}created: \"{}\"\nupdated: \"{}\"\n---\n{}",
            json(&paper.title),
            json(&format!("https://id.example|{}", paper.owner)),
            groups.join(", "),
            paper.is_private,
            paper.created,
            paper.updated,
            paper.text,
        );
        write(
            format!("{folder}/{}", paper.name).trim_start_matches('/').to_owned(),
            text.as_bytes(),
        );
    }
    super::import_from(shelf, &dir).await.added
}

#[test]
fn im_8_random_documents_come_back_as_they_were() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 30,
        ..Config::default()
    };
    let (added, clean) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let papers = proptest::collection::vec(paper(), 1..8);
    TestRunner::new(config)
        .run(&papers, |papers| {
            runtime.block_on(async {
                for (shelf, other) in Shelf::both().await.iter().zip(Shelf::both().await) {
                    added.set(added.get() + fill(shelf, &papers).await);
                    let report = export_to(shelf, "out").await;
                    let is_link = |problem: &ExportProblem| problem.message.starts_with("links to `");
                    assert!(report.problems.iter().all(is_link), "{:?}", report.problems);
                    clean.set(clean.get() + u32::from(report.problems.is_empty()));
                    round_trip_of(shelf, &other, &report).await;
                }
            });
            Ok(())
        })
        .unwrap();
    assert!(
        added.get() > 2 * usize::try_from(CASES).unwrap(),
        "most of them are documents"
    );
}
