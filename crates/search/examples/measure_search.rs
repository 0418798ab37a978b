//! Benchmark of the index with many generated documents: words by a Zipf law, 500 groups, 5,000 owners, half a percent public.
//!
//! `cargo run --release -p search --example measure_search -- [DOCUMENTS] [FOLDER]` prints a table; without a folder it uses a temporary one.

#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use domain::{DocumentId, IndexedDocument, PersonId, Right, Rights, SearchQuery};
use search::{Language, SearchIndex, SearchRequest, Settings};

const NOW: i64 = 1_796_040_000;
const VOCABULARY: u64 = 50_000;
const WORDS_OF_A_TEXT: u64 = 60;
const GROUPS: u64 = 500;
const PEOPLE: u64 = 5_000;
const ROUNDS: usize = 200;

/// `SplitMix64`: the same documents in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ranks are small"
    )]
    fn rank(&mut self) -> u64 {
        // The inverse of a continuous Zipf law with exponent 1.
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((VOCABULARY as f64).powf(uniform)) as u64 - 1
    }
}

/// A word for a rank, made of syllables, so that beginnings and typing errors are those of words.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "ko", "ri", "mu", "te", "sal", "ner", "dor", "vi", "lan", "pe", "gus", "ha", "mi", "tor", "ze", "fa",
        "lo", "cu", "ran",
    ];
    let mut rank = rank + 400;
    let mut word = String::new();
    while rank > 0 {
        let syllable = usize::try_from(rank % 20).unwrap_or_default();
        word.push_str(SYLLABLES.get(syllable).copied().unwrap_or_default());
        rank /= 20;
    }
    word
}

fn person(number: u64) -> PersonId {
    PersonId::new("https://login.example", &format!("person-{number}"))
}

fn group(number: u64) -> Right {
    Right::GroupId(format!("00000000-0000-0000-0000-{number:012}"))
}

fn fill(index: &SearchIndex, documents: u64) -> Result<Duration, Box<dyn Error>> {
    let mut random = Random(1);
    let mut writer = index.writer()?;
    writer.begin_rebuild()?;
    let words: Vec<String> = (0..VOCABULARY).map(word).collect();
    let mut making = Duration::ZERO;
    let start = Instant::now();
    for number in 1..=documents {
        let began = Instant::now();
        let mut text = String::new();
        for _ in 0..WORDS_OF_A_TEXT {
            text.push_str(&words[usize::try_from(random.rank())?]);
            text.push(' ');
        }
        if number % 10 != 0 {
            text.push_str("common ");
        }
        if number % 50_000 == 7 {
            text.push_str("needle ");
        }
        let title = format!(
            "{} {} {number}",
            words[usize::try_from(random.rank())?],
            words[usize::try_from(random.rank())?]
        );
        let mut rights = BTreeSet::from([Right::Owner(person(random.below(PEOPLE))), Right::Folder(String::new())]);
        rights.insert(Right::Folder(format!("folder-{}", random.below(50))));
        rights.extend((0..=random.below(3)).map(|_| group(random.below(GROUPS))));
        if random.below(200) == 0 {
            rights.insert(Right::Public);
        }
        making += began.elapsed();
        writer.put(&IndexedDocument {
            id: DocumentId::new(i64::try_from(number)?).ok_or("not a number of a document")?,
            title: &title,
            headings: vec![&words[usize::try_from(number % VOCABULARY)?]],
            text: &text,
            rights,
            updated_at: NOW - i64::try_from(random.below(100_000_000))?,
        })?;
    }
    writer.finish_rebuild(1)?;
    let took = start.elapsed().saturating_sub(making);
    writer.finish()?;
    Ok(took)
}

fn people() -> Vec<(&'static str, Rights)> {
    let of = |groups: u64, first: u64| {
        let mut rights: BTreeSet<Right> = (0..groups).map(|number| group(first + number * 2 % GROUPS)).collect();
        rights.extend([Right::Public, Right::Owner(person(first))]);
        Rights::AnyOf(rights)
    };
    let newcomer = Rights::AnyOf(DocumentId::new(7).map(Right::Document).into_iter().collect());
    vec![
        ("5 groups", of(5, 17)),
        ("newcomer", newcomer),
        ("200 groups", of(200, 3)),
        ("own only", of(0, 99)),
        ("chief executive", Rights::All),
    ]
}

fn measure(index: &SearchIndex, typed: &str, rights: &Rights) -> Result<(Duration, Duration, usize), Box<dyn Error>> {
    let query = SearchQuery::parse(typed, NOW);
    let (owners, groups) = (BTreeSet::new(), BTreeSet::new());
    let request = SearchRequest {
        query: &query,
        rights,
        owners: &owners,
        groups: &groups,
        now: NOW,
        limit: 20,
        skip: 0,
    };
    let mut times = Vec::with_capacity(ROUNDS);
    let mut hits = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        hits = index.search(&request)?.hits.len();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok((times[ROUNDS / 2], times[ROUNDS * 99 / 100], hits))
}

/// Memory of this process that is not a mapped file, in MB; what Linux says.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1000
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder.join("index")).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some(entry.metadata().ok()?.len()))
        .sum::<u64>()
        / 1_000_000
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let documents: u64 = arguments.next().map_or(Ok(100_000), |number| number.parse())?;
    let temporary = tempfile::TempDir::new()?;
    let folder = arguments.next().map_or_else(|| temporary.path().to_owned(), Into::into);
    let settings = Settings {
        languages: vec![Language::English, Language::German, Language::French],
        ..Settings::default()
    };
    let index = SearchIndex::open(&folder, settings.clone())?;
    if index.documents() != documents {
        let took = fill(&index, documents)?;
        let rate = documents * 1000 / u64::try_from(took.as_millis())?.max(1);
        println!(
            "{documents} documents in {took:.1?}: {rate} a second; {} MB of memory, {} MB on disk",
            memory(),
            size(&folder)
        );
    }
    drop(index);
    let start = Instant::now();
    let index = SearchIndex::open(&folder, settings)?;
    println!(
        "opened and verified in {:.1?}; {} MB of memory",
        start.elapsed(),
        memory()
    );
    let rare = word(20_000);
    let searches = [
        ("in 90 %", "common ".to_owned()),
        ("in about 40 %", format!("{} ", word(30))),
        ("rare", "needle ".to_owned()),
        ("two words", format!("common {} ", word(30))),
        ("two middling", format!("{} {} ", word(200), word(300))),
        ("beginning", word(30).chars().take(3).collect()),
        ("beginning of two", word(30).chars().take(2).collect()),
        (
            "typing error",
            format!("{}x ", rare.get(..rare.len() - 1).unwrap_or_default()),
        ),
        (
            "typing error, unfinished",
            format!("{}x", rare.get(..rare.len() - 2).unwrap_or_default()),
        ),
        ("typing error beside", "common nedle ".to_owned()),
        ("phrase", format!("\"{} {}\"", word(1), word(2))),
        ("folder alone", "folder:folder-7".to_owned()),
    ];
    println!("\n| search | who | hits | p50 ms | p99 ms |\n|---|---|---|---|---|");
    for (what, typed) in &searches {
        for (who, rights) in people() {
            let (median, worst, hits) = measure(&index, typed, &rights)?;
            let ms = |time: Duration| time.as_secs_f64() * 1000.0;
            println!("| {what} | {who} | {hits} | {:.2} | {:.2} |", ms(median), ms(worst));
        }
    }
    println!("\n{} MB of memory after searching", memory());
    Ok(())
}
