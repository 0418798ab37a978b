//! The generated documents: 5,000 people, 500 groups, half a percent public, the same in every run.
//!
//! Filled with SQL. Triggers and, in SQLite, indices are put aside meanwhile and made again as the migrations made them.

use std::error::Error;

use sqlx::{Executor as _, PgPool, SqlitePool, query, query_scalar};

/// The issuer of everybody.
pub(crate) const ISSUER: &str = "https://id.example";

/// Who owns what, by formula: the numbers of people and groups, and the time of the first document.
const PEOPLE: u64 = 5_000;
const GROUPS: u64 = 500;
const START: u64 = 1_700_000_000;

/// The name of a group: as long as directories make their ids.
pub(crate) fn group(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The statements in one dialect.
struct Dialect {
    /// The numbers of documents from 1 to `count` as rows `n (i)`.
    numbers: fn(u64) -> String,
    /// A number as a group's name.
    group: &'static str,
    /// The same, of a second group.
    other_group: &'static str,
}

const SQLITE: Dialect = Dialect {
    numbers: |count| {
        format!(
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n) AS n"
        )
    },
    group: "printf('00000000-0000-4000-8000-%012d', i * 7 % 500)",
    other_group: "printf('00000000-0000-4000-8000-%012d', i / 5 % 500)",
};

const POSTGRES: Dialect = Dialect {
    numbers: |count| format!("generate_series(1::bigint, {count}) AS n (i)"),
    group: "'00000000-0000-4000-8000-' || lpad((i * 7 % 500)::text, 12, '0')",
    other_group: "'00000000-0000-4000-8000-' || lpad((i / 5 % 500)::text, 12, '0')",
};

/// About forty words: one in 90 % of the documents, others in a seventh, in a thousand or in ten of them.
const TEXT: &str =
    "'Text of paper ' || i || CASE WHEN i % 10 <> 0 THEN ' everywhere' ELSE '' END || ' often' || (i % 7)
    || ' seldom' || (i * 31 % 997) || ' rare' || (i * 7919 % 100003)
    || ' the page of the handbook says how holidays, journeys and invoices are handed in, and who answers for them'
    || ' kite' || (i * 37 % 53) || ' lamp' || (i * 41 % 211) || ' moss' || (i * 43 % 499) || ' nest' || (i * 47 % 1999)
    || ' oven' || (i * 53 % 4999) || ' pear' || (i * 59 % 19997) || ' quay' || (i * 61 % 49999)";

fn people(dialect: &Dialect) -> String {
    let numbers = (dialect.numbers)(PEOPLE);
    format!(
        "INSERT INTO person (id, name, words) SELECT '{ISSUER}|p' || i, 'Person ' || i, 'person ' || i FROM {numbers};
         INSERT INTO person (id, name, words) VALUES ('{ISSUER}|newcomer', 'Newcomer', 'newcomer')"
    )
}

/// The times are two different permutations, so that no order is that of another. Every tenth document lies in `archive`, of which a rule forbids
/// to read what is not one's own; one document in the middle is the newcomer's.
fn documents(dialect: &Dialect, count: u64) -> String {
    let numbers = (dialect.numbers)(count);
    let newcomer = count / 2 + 7;
    format!(
        "INSERT INTO document (id, title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
         SELECT i, 'Paper ' || (i * 7919 % 1000003) || ' on item ' || i, 'paper ' || (i * 7919 % 1000003) || ' on item ' || i,
             CASE WHEN i = {newcomer} THEN '{ISSUER}|newcomer' ELSE '{ISSUER}|p' || (i * 31 % {PEOPLE} + 1) END,
             i % 200 <> 0,
             CASE WHEN i % 10 = 3 THEN 'archive/' ELSE 'area-' || (i % 50) || '/' END || 'topic-' || (i % 1000),
             'paper ' || (i * 7919 % 1000003) || ' on item ' || i, {START} + i * 104729 % {count}, {START} + i * 15485863 % {count}, 1, '[]',
             '<p>Text of paper ' || i || '</p>', {TEXT}
         FROM {numbers}"
    )
}

/// One group of each document, and a second one of every fifth.
fn groups(dialect: &Dialect, count: u64) -> String {
    let numbers = (dialect.numbers)(count);
    let Dialect { group, other_group, .. } = dialect;
    let columns = "group_id, group_key, document_id, updated_at, created_at, title_key, folder";
    let of_document = "n.i, d.updated_at, d.created_at, d.title_key, d.folder";
    format!(
        "INSERT INTO document_group ({columns}) SELECT {group}, {group}, {of_document} FROM {numbers} JOIN document d ON d.id = n.i;
         INSERT INTO document_group ({columns}) SELECT {other_group}, {other_group}, {of_document}
             FROM {numbers} JOIN document d ON d.id = n.i WHERE i % 5 = 0 ON CONFLICT DO NOTHING"
    )
}

const FOLDERS: &str = "INSERT INTO folder (path, name) SELECT DISTINCT f.top, f.top
        FROM (SELECT CASE WHEN id % 10 = 3 THEN 'archive' ELSE 'area-' || (id % 50) END AS top FROM document) AS f WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO folder (path, name) SELECT DISTINCT folder, 'topic-' || (id % 1000) FROM document WHERE true ON CONFLICT DO NOTHING;
    UPDATE folder SET parent_id = (SELECT id FROM folder top WHERE top.path = '') WHERE path <> '' AND path NOT LIKE '%/%';
    UPDATE folder SET parent_id = (SELECT p.id FROM folder p WHERE p.path || '/' || folder.name = folder.path) WHERE path LIKE '%/%'";

const CHANGES: &str = "INSERT INTO document_change (document_id) SELECT id FROM document ORDER BY id";

/// Fills an empty database.
///
/// # Errors
/// Those of the database.
pub(crate) async fn fill_sqlite(pool: &SqlitePool, count: u64) -> Result<(), Box<dyn Error>> {
    let aside = "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
        AND tbl_name IN ('document', 'document_group', 'person')";
    let made_by = aside.replace("type || ' ' || name", "sql");
    let (names, made_by): (Vec<String>, Vec<String>) = (
        query_scalar(aside).fetch_all(pool).await?,
        query_scalar(&made_by).fetch_all(pool).await?,
    );
    let mut work = pool.begin().await?;
    for name in names {
        work.execute(&*format!("DROP {name}")).await?;
    }
    for statement in [
        people(&SQLITE),
        documents(&SQLITE, count),
        groups(&SQLITE, count),
        FOLDERS.to_owned(),
        CHANGES.to_owned(),
    ] {
        sqlx::raw_sql(&statement).execute(&mut *work).await?;
    }
    for statement in made_by {
        query(&statement).execute(&mut *work).await?;
    }
    work.commit().await?;
    sqlx::raw_sql("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(pool)
        .await?;
    Ok(())
}

/// Fills an empty database.
///
/// # Errors
/// Those of the database.
pub(crate) async fn fill_postgres(pool: &PgPool, count: u64) -> Result<(), Box<dyn Error>> {
    let changes = CHANGES.replace(
        "(document_id) SELECT id",
        "(document_id, sequence) SELECT id, nextval('document_change_sequence')",
    );
    for statement in [
        "ALTER TABLE document DISABLE TRIGGER USER; ALTER TABLE document_group DISABLE TRIGGER USER".to_owned(),
        people(&POSTGRES),
        documents(&POSTGRES, count),
        groups(&POSTGRES, count),
        FOLDERS.to_owned(),
        changes,
        format!("UPDATE document_number SET last = {count}"),
        "ALTER TABLE document ENABLE TRIGGER USER; ALTER TABLE document_group ENABLE TRIGGER USER".to_owned(),
    ] {
        sqlx::raw_sql(&statement).execute(pool).await?;
    }
    for table in ["person", "document", "document_group", "folder"] {
        pool.execute(&*format!("VACUUM ANALYZE {table}")).await?;
    }
    Ok(())
}

/// How many groups there are.
pub(crate) const fn all_groups() -> u64 {
    GROUPS
}
