//! For random trees of documents with links in every spelling: each leads to the document that was meant, whichever came first, and after files have
//! moved; and what a reader may not read is revealed by none.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap, HashSet},
};

use domain::{DocumentId, Library as _, LibraryError};
use proptest::{prelude::*, sample::select};

use crate::documents::{
    property::runner,
    shelf::{Shelf, alice, bob, options, visitor},
};

const FOLDERS: [&str; 7] = ["", "guide", "guide/Deep dive", "Über uns", "v1.2", "a&b/c", "a&b"];
const NAMES: [&str; 8] = [
    "intro",
    "On call",
    "über",
    "v1.2 notes",
    "100%25",
    "b+c",
    "日本語",
    "Setup_1",
];

/// A document of a random tree.
#[derive(Debug, Clone)]
struct Leaf {
    folder: &'static str,
    name: &'static str,
    is_private: bool,
    /// Whether it is imported before the others.
    is_early: bool,
    /// How each document links to each of the others.
    spellings: Vec<usize>,
}

const SPELLINGS: usize = 10;

impl Leaf {
    fn path(&self) -> String {
        let slash = if self.folder.is_empty() { "" } else { "/" };
        format!("{}{slash}{}.md", self.folder, self.name)
    }

    /// A link to another document with `words`, spelt in one of the ways.
    fn link(&self, to: &Self, spelling: usize, words: &str) -> String {
        let path = to.path();
        let stem = path.trim_end_matches(".md");
        let up = "../".repeat(self.folder.split('/').filter(|part| !part.is_empty()).count());
        let (encoded, bare) = (encoded(&path), encoded(stem));
        match spelling {
            0 => format!("[{words}]({up}{encoded}#on-call)"),
            1 => format!("[{words}]({up}{bare}#on-call)"),
            2 => format!("[{words}]({up}{bare}.html?x=1#On%20call)"),
            3 => format!("[{words}](/{bare}/#on_call)"),
            4 => format!("[{words}](@/{encoded}#on-call)"),
            5 => format!("[{words}](<{up}{}#On call>)", path.replace('%', "%25")),
            // A name alone means the nearest.
            6 if !to.folder.is_empty() => format!("[[{stem}#On call|{words}]]"),
            7 => format!("<a href=\"{up}{encoded}#on-call\">{words}</a>"),
            // Templates name files as they are, and their addresses are read like any other.
            9 if !path.contains('%') => format!("[{words}]({{{{< ref \"/{path}#on-call\" >}}}})"),
            _ => format!("[{words}][r{words}]\n\n[r{words}]: {up}{encoded}#on-call\n"),
        }
    }
}

/// Everything but letters, digits and `/` in percent signs.
fn encoded(path: &str) -> String {
    let byte = |b: u8| match b {
        b'/' | b'.' => char::from(b).to_string(),
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    path.bytes().map(byte).collect()
}

fn leaf() -> impl Strategy<Value = Leaf> {
    let spellings = prop::collection::vec(0..SPELLINGS, 6);
    (
        select(&FOLDERS[..]),
        select(&NAMES[..]),
        prop::bool::weighted(0.3),
        any::<bool>(),
        spellings,
    )
        .prop_map(|(folder, name, is_private, is_early, spellings)| Leaf {
            folder,
            name,
            is_private,
            is_early,
            spellings,
        })
}

/// Documents at different paths, and where the first of them moves to.
fn tree() -> impl Strategy<Value = (Vec<Leaf>, Leaf)> {
    prop::collection::vec(leaf(), 7).prop_filter_map("too few", |leaves| {
        let mut paths = HashSet::new();
        let mut leaves: Vec<Leaf> = leaves.into_iter().filter(|leaf| paths.insert(leaf.path())).collect();
        let moved = leaves.pop()?;
        (leaves.len() >= 3).then_some((leaves, moved))
    })
}

fn text(leaves: &[Leaf], number: usize, turn: usize) -> String {
    let leaf = &leaves[number];
    let owner = if leaf.is_private {
        "owner: bob\nprivate: true\n"
    } else {
        ""
    };
    let links: Vec<String> = leaves
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != number)
        .map(|(other, to)| leaf.link(to, leaf.spellings[other], &format!("L{other}")))
        .collect();
    let links = links.join("\n\n");
    format!("---\ntitle: secret{number}x{turn}\n{owner}---\n\n## On call\n\nhidden{number}x{turn}x\n\n{links}\n")
}

/// The documents by their numbers in `leaves`, as far as they are there.
async fn ids(shelf: &Shelf, turn: usize) -> HashMap<usize, DocumentId> {
    let rows = shelf.documents().await;
    let numbered = rows.into_iter().filter_map(|row| {
        let (number, of) = row.title.strip_prefix("secret")?.split_once('x')?;
        (of == turn.to_string()).then(|| (number.parse().unwrap(), row.id))
    });
    numbered.collect()
}

/// The address behind the words of each link; `None` for words that lead nowhere.
fn links(html: &str) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for tag in html.split("<a ").skip(1) {
        let (attributes, rest) = tag.split_once('>').unwrap();
        let words = rest.split("</a>").next().unwrap();
        let address = attributes
            .split_once("href=\"")
            .map(|(_, value)| value.split('"').next().unwrap());
        found.insert(words.to_owned(), address.map(str::to_owned));
    }
    found
}

/// How many links were looked at.
async fn lead_where_they_mean(shelf: &Shelf, leaves: &[Leaf], turn: usize, why: &str) -> usize {
    let ids = ids(shelf, turn).await;
    let mut seen = 0;
    for (number, id) in &ids {
        let html = shelf.library.open(&visitor(bob()), *id).await.unwrap().html;
        let links = links(&html);
        for (other, to) in leaves.iter().enumerate().filter(|(other, _)| other != number) {
            // What is not there yet may be taken for another document.
            let Some(expected) = ids.get(&other).map(|id| format!("/docs/{id}#h-on-call")) else {
                continue;
            };
            let link = leaves[*number].link(to, leaves[*number].spellings[other], "x");
            let place = leaves[*number].path();
            assert_eq!(
                links.get(&format!("L{other}")),
                Some(&Some(expected)),
                "{why}: {link} in {place}: {html}"
            );
            seen += 1;
        }
    }
    seen
}

/// Whether what alice may not read is revealed by nothing that she may read.
async fn reveal_nothing(shelf: &Shelf, leaves: &[Leaf], turn: usize) {
    for (number, id) in ids(shelf, turn).await {
        let open = shelf.library.open(&visitor(alice()), id).await;
        if leaves[number].is_private {
            assert!(
                matches!(open, Err(LibraryError::NotFound | LibraryError::Refused(_))),
                "{open:?}"
            );
            continue;
        }
        let shown = serde_json::to_string(&open.unwrap()).unwrap();
        for (other, _) in leaves.iter().enumerate().filter(|(_, leaf)| leaf.is_private) {
            let is_shown = [format!("secret{other}x{turn}\""), format!("hidden{other}x{turn}x")]
                .iter()
                .any(|secret| shown.contains(secret));
            assert!(!is_shown, "{other} in {shown}");
        }
    }
}

async fn holds(shelf: &Shelf, turn: usize, (mut leaves, moved): (Vec<Leaf>, Leaf)) -> usize {
    let folder = format!("files{turn}");
    let import = async |leaves: &[Leaf], is_there: &dyn Fn(&Leaf) -> bool| {
        let _ = std::fs::remove_dir_all(shelf.folder.path().join(&folder));
        let numbers = (0..leaves.len()).filter(|number| is_there(&leaves[*number]));
        let files: Vec<(String, String)> = numbers
            .map(|number| (leaves[number].path(), text(leaves, number, turn)))
            .collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (&**path, text.as_bytes())).collect();
        let mut options = options(shelf.write(&folder, &files));
        options.source = Some(folder.clone());
        options.prune = true;
        let report = shelf.run(options).await;
        assert_eq!(report.problems, []);
        report
    };
    import(&leaves, &|leaf| leaf.is_early).await;
    let mut seen = lead_where_they_mean(shelf, &leaves, turn, "the first").await;
    // The early ones are not written again: their links find what came since.
    let report = import(&leaves, &|_| true).await;
    assert_eq!(report.warnings, []);
    seen += lead_where_they_mean(shelf, &leaves, turn, "all").await;
    reveal_nothing(shelf, &leaves, turn).await;
    leaves[0] = Leaf {
        folder: moved.folder,
        name: moved.name,
        ..leaves[0].clone()
    };
    import(&leaves, &|_| true).await;
    seen + lead_where_they_mean(shelf, &leaves, turn, "moved").await
}

#[test]
fn im_2_links_of_random_trees_lead_to_what_was_meant() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shelves = runtime.block_on(Shelf::both());
    for (shelf, cases) in shelves.iter().zip([24, 12]) {
        let (turn, seen) = (Cell::new(0), Cell::new(0));
        let outcome = runner(cases).run(&tree(), |tree| {
            turn.set(turn.get() + 1);
            seen.set(seen.get() + runtime.block_on(holds(shelf, turn.get(), tree)));
            Ok(())
        });
        outcome.unwrap();
        assert!(
            seen.get() > turn.get() * 10,
            "{} links of {} trees",
            seen.get(),
            turn.get()
        );
    }
    // Within the runtime, as their databases say goodbye.
    runtime.block_on(async { drop(shelves) });
}
