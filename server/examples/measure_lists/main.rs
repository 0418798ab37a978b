//! Benchmark of lists: the first, tenth and last page of 50 rows for five people, against the same page by a query written by hand.
//!
//! `cargo run --release -p server --example measure_lists -- DOCUMENTS DATABASE` fills the database if it is empty (`sqlite:/path` or `postgres://…`),
//! measures, and prints JSON. Times are microseconds. With a folder as a third argument, it makes the search index there and measures searches, too.

#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

use bff::KeyRing;
use domain::{Cursor, Library as _, Listing, ListingQuery, Sort, SortKey};
use serde_json::{Value, json};
use server::{config::DatabaseUrl, library::LocalLibrary};
use sqlx::{PgPool, SqlitePool};
use store::{Connections, Store};

mod by_hand;
mod dataset;
mod people;
mod searches;

use by_hand::Pool;
use people::Reader;

const PAGE: usize = 50;
const ROUNDS: usize = 400;
/// Before measuring: databases make up their mind about a statement after some executions.
const WARM_UP: usize = 40;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (documents, database, index) = match arguments.as_slice() {
        [documents, database] => (documents, database, None),
        [documents, database, index] => (documents, database, Some(index)),
        _ => return Err("usage: measure_lists DOCUMENTS DATABASE [INDEX-FOLDER]".into()),
    };
    let documents: u64 = documents.parse()?;
    let store = Store::open(&DatabaseUrl::parse(database)?, markdown::VERSIONS).await?;
    let pool = match store.connections() {
        Connections::Sqlite(connections) => Pool::Sqlite(writable(database, connections).await?),
        Connections::Postgres(connections) => Pool::Postgres(PgPool::from(connections)),
    };
    let start = Instant::now();
    if store.count().await? == 0 {
        match &pool {
            Pool::Sqlite(pool) => dataset::fill_sqlite(pool, documents).await?,
            Pool::Postgres(pool) => dataset::fill_postgres(&unlimited(pool).await?, documents).await?,
        }
    }
    let filled = start.elapsed();
    let readers = people::readers();
    let mut results = Vec::new();
    for reader in &readers {
        results.extend(measure(&store, &pool, reader).await?);
    }
    let search = match index {
        Some(folder) => Some(searches::measure(&store, &readers, folder.as_ref()).await?),
        None => None,
    };
    let report = json!({
        "database": database, "documents": documents, "groups": dataset::all_groups(), "filled_ms": filled.as_millis(),
        "page_rows": PAGE, "rounds": ROUNDS, "lists": results, "search": search, "readers": readers,
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    store.close().await;
    Ok(())
}

/// The statements of a server end after seconds; filling takes minutes.
async fn unlimited(pool: &PgPool) -> Result<PgPool, sqlx::Error> {
    let options = pool.connect_options().as_ref().clone();
    sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
}

async fn writable(database: &str, read: store::SqliteConnections) -> Result<SqlitePool, sqlx::Error> {
    drop(SqlitePool::from(read));
    let path = database.trim_start_matches("sqlite:");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    sqlx::sqlite::SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
}

async fn measure(store: &Store, pool: &Pool, reader: &Reader) -> Result<Vec<Value>, Box<dyn Error>> {
    let policy = people::policy(reader.has_forbid)?;
    let library = LocalLibrary::new(store.clone(), policy, KeyRing::ephemeral()).with_page_size(PAGE);
    let text = by_hand::newest(reader, matches!(pool, Pool::Sqlite(_)), PAGE + 1);
    let mut results = Vec::new();
    for (name, page) in pages(&library, reader).await? {
        let times = timed(async || Ok(library.list(&reader.visitor, &page.query).await?.rows.len())).await?;
        let by_hand = match page.after {
            Some((updated_at, id)) => Some(timed(async || pool.read(&text, updated_at, id).await).await?),
            None => None,
        };
        results.push(json!({
            "person": reader.name, "page": name, "rows": page.rows,
            "p50": times.at(50), "p99": times.at(99),
            "by_hand_p50": by_hand.as_ref().map(|times| times.at(50)), "by_hand_p99": by_hand.as_ref().map(|times| times.at(99)),
        }));
    }
    // The first pages of the other orders.
    for (name, key) in [
        ("first by title", SortKey::Title),
        ("first by creation", SortKey::Created),
    ] {
        let query = ListingQuery {
            sort: Sort::usual(key),
            ..ListingQuery::default()
        };
        let rows = library.list(&reader.visitor, &query).await?.rows.len();
        let times = timed(async || Ok(library.list(&reader.visitor, &query).await?.rows.len())).await?;
        results.push(
            json!({ "person": reader.name, "page": name, "rows": rows, "p50": times.at(50), "p99": times.at(99) }),
        );
    }
    Ok(results)
}

/// A page, and the place behind which a query by hand finds the same rows.
struct Page {
    query: ListingQuery,
    after: Option<(i64, i64)>,
    rows: usize,
}

/// The first, the tenth and the last page: the last is reached from behind, by the list in the opposite direction.
async fn pages(library: &LocalLibrary, reader: &Reader) -> Result<Vec<(&'static str, Page)>, Box<dyn Error>> {
    let mut query = ListingQuery::default();
    let mut page = library.list(&reader.visitor, &query).await?;
    let mut found = vec![("first", Page::new(&query, Some((i64::MAX, i64::MAX)), &page))];
    for number in 2..=10 {
        let Some(next) = page.next.clone() else { break };
        let after = last_place(&page);
        query.cursor = Some(next);
        page = library.list(&reader.visitor, &query).await?;
        if number == 10 {
            found.push(("tenth", Page::new(&query, after, &page)));
        }
    }
    if let Some((cursor, after)) = last(library, reader).await? {
        query.cursor = Some(cursor);
        page = library.list(&reader.visitor, &query).await?;
        found.push(("last", Page::new(&query, after, &page)));
    }
    Ok(found)
}

/// The cursor of the last page, and the place before it.
async fn last(library: &LocalLibrary, reader: &Reader) -> Result<Option<(Cursor, Option<(i64, i64)>)>, Box<dyn Error>> {
    let Some(person) = reader.visitor.person() else {
        return Ok(None);
    };
    let mut query = ListingQuery::default();
    query.cursor = library.cursor_of_last_page(person, &query);
    let last = library.list(&reader.visitor, &query).await?;
    query.cursor = last.previous;
    if query.cursor.is_none() {
        return Ok(None);
    }
    let before = library.list(&reader.visitor, &query).await?;
    let after = last_place(&before);
    Ok(before.next.map(|next| (next, after)))
}

fn last_place(page: &Listing) -> Option<(i64, i64)> {
    page.rows.last().map(|row| (row.updated_at, row.id.number()))
}

impl Page {
    fn new(query: &ListingQuery, after: Option<(i64, i64)>, page: &Listing) -> Self {
        Self {
            query: query.clone(),
            after,
            rows: page.rows.len(),
        }
    }
}

/// Sorted times.
struct Times(Vec<Duration>);

impl Times {
    /// The time in microseconds that this percentage of calls did not exceed.
    fn at(&self, percent: usize) -> u128 {
        let place = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(place).map_or(0, Duration::as_micros)
    }
}

async fn timed(call: impl AsyncFn() -> Result<usize, Box<dyn Error>>) -> Result<Times, Box<dyn Error>> {
    timed_rounds(ROUNDS, call).await
}

async fn timed_rounds(
    rounds: usize,
    call: impl AsyncFn() -> Result<usize, Box<dyn Error>>,
) -> Result<Times, Box<dyn Error>> {
    for _ in 0..WARM_UP {
        call().await?;
    }
    let mut times = Vec::new();
    for _ in 0..rounds {
        let start = Instant::now();
        std::hint::black_box(call().await?);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(Times(times))
}
