//! Documents are imported, changed and removed while people list, search, open and look through folders: nobody ever sees what they may not.
//!
//! Every state of a document has a title and a text of its own, so whatever is shown tells which state it was read from.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bff::{BackgroundTasks, Clock};
use domain::{
    DocumentId, Library as _, LibraryError, ListingQuery, Search as _, SearchError, Sort, SortKey, Summary, Visitor,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use server::search::{Follower, LocalSearch, SearchStatus};

use super::shelf::{Shelf, options, person, policy, visitor};
use crate::support::soon;

const DOCUMENTS: usize = 24;
const CHANGES: usize = 60;
const READERS: u64 = 4;
const PEOPLE: [&str; 3] = ["alice", "bob", "dave"];
const GROUPS: [&str; 3] = ["Sales", "Berlin", "Board"];

/// Who may read a state of a document.
#[derive(Debug, Clone)]
struct Access {
    owner: &'static str,
    group: Option<&'static str>,
    is_private: bool,
}

impl Access {
    fn any(random: &mut StdRng) -> Self {
        Self {
            owner: PEOPLE.choose(random).unwrap(),
            group: GROUPS.choose(random).copied().filter(|_| random.random_bool(0.5)),
            is_private: random.random_bool(0.8),
        }
    }

    /// The rules that are shipped, once more.
    fn lets(&self, reader: &Reader) -> bool {
        !self.is_private || self.owner == reader.name || self.group.is_some_and(|group| reader.groups.contains(&group))
    }
}

/// A state of a document, and when it may have been the present one.
#[derive(Debug)]
struct State {
    access: Access,
    from: u64,
    until: u64,
}

/// Everything that ever was, by title, and a clock that each step moves.
#[derive(Debug, Default)]
struct History {
    states: Mutex<HashMap<String, State>>,
    clock: AtomicU64,
    is_over: AtomicBool,
}

impl History {
    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// What was shown has to be a state that this person may read, and that was present at some moment of the request.
    fn judge(&self, title: &str, reader: &Reader, requested: u64, answered: u64) {
        let states = self.states.lock().unwrap();
        let state = states.get(title).unwrap_or_else(|| panic!("{title:?} never was"));
        assert!(state.access.lets(reader), "{reader:?} saw {title:?}: {state:?}");
        assert!(
            state.from <= answered && requested <= state.until,
            "{title:?} was shown from {requested} to {answered}: {state:?}"
        );
    }

    fn judge_row(&self, row: &Summary, reader: &Reader, requested: u64, answered: u64) {
        self.judge(&row.title, reader, requested, answered);
        assert!(!row.reasons.is_empty(), "{row:?}");
    }
}

/// Writes documents, and tells the history before and after.
struct Writer<'a> {
    shelf: &'a Shelf,
    history: &'a History,
    dir: PathBuf,
    present: BTreeMap<usize, String>,
    written: usize,
    random: StdRng,
}

impl Writer<'_> {
    /// One import, in which some files are new, some are other ones, and some are gone.
    async fn change(&mut self, round: usize) {
        let mut gone = Vec::new();
        let began = self.history.tick();
        for _ in 0..3 {
            let number = self.random.random_range(0..DOCUMENTS);
            let file = self.dir.join(format!("team/{}/{number}.md", number % 4));
            if let Some(title) = self.present.remove(&number) {
                gone.push(title);
                if self.random.random_bool(0.2) {
                    fs::remove_file(&file).unwrap();
                    continue;
                }
            }
            let access = Access::any(&mut self.random);
            self.written += 1;
            let title = format!("Paper {number} of {round}x{}", self.written);
            let group = access
                .group
                .map(|group| format!("groups: [{group}]\n"))
                .unwrap_or_default();
            let text = format!(
                "---\nowner: {}\nprivate: {}\n{group}---\n# {title}\n\nreport secret{number}of{round}\n",
                access.owner, access.is_private
            );
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            let state = State {
                access,
                from: began,
                until: u64::MAX,
            };
            self.history.states.lock().unwrap().insert(title.clone(), state);
            if let Some(title) = self.present.insert(number, title) {
                // Written over before it was ever imported.
                gone.push(title);
            }
        }
        let mut import = options(self.dir.clone());
        import.prune = true;
        import.source = Some("crowd".to_owned());
        let report = self.shelf.run(import).await;
        assert!(report.problems.is_empty(), "{report:?}");
        let ended = self.history.tick();
        let mut states = self.history.states.lock().unwrap();
        for title in gone {
            states.get_mut(&title).unwrap().until = ended;
        }
    }
}

/// Somebody who reads, in other groups each time: a change of groups takes effect with the next request.
#[derive(Debug, Clone)]
struct Reader {
    name: &'static str,
    groups: Vec<&'static str>,
}

impl Reader {
    fn any(random: &mut StdRng) -> Self {
        let groups = GROUPS.into_iter().filter(|_| random.random_bool(0.4)).collect();
        Self {
            name: PEOPLE.choose(random).unwrap(),
            groups,
        }
    }

    fn visitor(&self) -> Visitor {
        visitor(person(self.name, &self.groups, None))
    }
}

/// Reads in every way there is, until the writer is done and once more.
async fn read(shelf: &Shelf, search: &LocalSearch, history: &History, seed: u64) -> usize {
    let (mut random, mut shown) = (StdRng::seed_from_u64(seed), 0);
    loop {
        let is_last = history.is_over.load(Ordering::SeqCst);
        let reader = Reader::any(&mut random);
        let visitor = reader.visitor();
        let query = ListingQuery {
            sort: *[SortKey::Updated, SortKey::Created, SortKey::Title]
                .map(Sort::usual)
                .choose(&mut random)
                .unwrap(),
            folder: random.random_bool(0.3).then(|| "team/1".to_owned()),
            ..ListingQuery::default()
        };
        let requested = history.tick();
        let page = shelf.library.list(&visitor, &query).await.unwrap();
        let answered = history.tick();
        page.rows
            .iter()
            .for_each(|row| history.judge_row(row, &reader, requested, answered));
        shown += page.rows.len();

        let requested = history.tick();
        match search.search(&visitor, "report", 20).await {
            Ok(found) => {
                let answered = history.tick();
                for result in &found.results {
                    history.judge_row(&result.summary, &reader, requested, answered);
                    let snippet = result.snippet.as_ref().map_or("", |snippet| snippet.text.as_str());
                    assert!(
                        belongs(snippet, &result.summary.title),
                        "{snippet:?} of {:?}",
                        result.summary.title
                    );
                }
                shown += found.results.len();
            }
            Err(SearchError::Building { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }

        let id = DocumentId::new(random.random_range(1..=60)).unwrap();
        let requested = history.tick();
        match shelf.library.open(&visitor, id).await {
            Ok(open) => {
                let answered = history.tick();
                history.judge_row(&open.summary, &reader, requested, answered);
                assert!(belongs(&open.html, &open.summary.title), "{open:?}");
                for link in open.previous.iter().chain(&open.next) {
                    history.judge(&link.title, &reader, requested, answered);
                }
                shown += 1;
            }
            Err(LibraryError::NotFound | LibraryError::Refused(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
        if is_last {
            return shown;
        }
    }
}

/// Whether a text with `secret7of3` in it is that of `Paper 7 of 3x…`; one without is anybody's.
fn belongs(text: &str, title: &str) -> bool {
    let Some((_, word)) = text.split_once("secret") else {
        return true;
    };
    let word: String = word.chars().take_while(char::is_ascii_alphanumeric).collect();
    let Some((number, round)) = word.split_once("of") else {
        return false;
    };
    title.starts_with(&format!("Paper {number} of {round}x"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fi_5_nobody_sees_what_they_may_not_while_documents_and_groups_change() {
    for (shelf, seed) in Shelf::both().await.into_iter().zip([1, 2]) {
        let tasks = BackgroundTasks::default();
        let status = SearchStatus::default();
        let settings = search::Settings {
            origin: shelf.store.identity().await.unwrap(),
            ..search::Settings::default()
        };
        Follower {
            store: shelf.store.clone(),
            status: status.clone(),
            folder: shelf.folder.path().join("index"),
            settings,
        }
        .start(&tasks);
        let search = LocalSearch::new(
            shelf.store.clone(),
            std::sync::Arc::new(policy()),
            status.clone(),
            Clock::system(),
        );
        let history = History::default();
        let mut writer = Writer {
            shelf: &shelf,
            history: &history,
            dir: shelf.folder.path().join("crowd"),
            present: BTreeMap::new(),
            written: 0,
            random: StdRng::seed_from_u64(seed),
        };
        let write = async {
            for round in 0..CHANGES {
                writer.change(round).await;
            }
            soon(
                "the index has followed",
                status.follows(shelf.store.last_change().await.unwrap()),
            )
            .await;
            history.is_over.store(true, Ordering::SeqCst);
        };
        let reads = (0..READERS).map(|reader| read(&shelf, &search, &history, seed * 100 + reader));
        let ((), shown) = tokio::join!(write, futures::future::join_all(reads));
        assert!(
            shown.iter().all(|shown| *shown > 100),
            "too little was looked at: {shown:?}"
        );
        drop(search);
        tasks.stop(std::time::Duration::from_secs(10)).await;
    }
}
