//! The same page by a query written by hand for one person: what it costs without a plan, a decision, a cursor and a count.

use std::error::Error;

use sqlx::{PgPool, Row as _, SqlitePool, query};

use crate::people::Reader;

/// The newest rows behind a place, as somebody who knows the tables would read them.
pub(crate) fn newest(reader: &Reader, is_sqlite: bool, rows: usize) -> String {
    // In SQLite an index goes on from a place by the number alone, not by the row id.
    let (public, groups, number) = if is_sqlite {
        ("d.is_private = 0", "json_group_array(x.group_id)", "d.number")
    } else {
        ("NOT d.is_private", "json_agg(x.group_id)::text", "d.id")
    };
    let forbid = if reader.has_forbid {
        format!(
            " AND NOT ((d.folder = 'archive' OR (d.folder >= 'archive/' AND d.folder < 'archive0')) AND d.owner_id <> '{}')",
            reader.subject
        )
    } else {
        String::new()
    };
    let document = |condition: &str| {
        format!(
            "SELECT * FROM (SELECT d.updated_at, d.id FROM document d
                 WHERE {condition} AND d.trashed_at IS NULL AND (d.updated_at, {number}) < ($1, $2){forbid}
                 ORDER BY d.updated_at DESC, {number} DESC LIMIT {rows}) AS b"
        )
    };
    let mut branches = Vec::new();
    if reader.reads_all {
        branches.push(document("1 = 1"));
    } else {
        branches.push(document(&format!("d.owner_id = '{}'", reader.subject)));
        if reader.reads_public {
            branches.push(document(public));
        }
        let join = if forbid.is_empty() {
            String::new()
        } else {
            format!(" JOIN document d ON d.id = g.document_id{forbid}")
        };
        branches.extend(reader.groups.iter().map(|group| {
            format!(
                "SELECT * FROM (SELECT g.updated_at, g.document_id AS id FROM document_group g{join}
                     WHERE g.group_id = '{group}' AND (g.updated_at, g.document_id) < ($1, $2)
                     ORDER BY g.updated_at DESC, g.document_id DESC LIMIT {rows}) AS b"
            )
        }));
    }
    let branches = branches.join(" UNION ");
    format!(
        "SELECT d.id, d.title, p.name, d.is_private, d.folder, d.updated_at,
             (SELECT {groups} FROM document_group x WHERE x.document_id = d.id) AS groups
         FROM (SELECT updated_at, id FROM ({branches}) AS page ORDER BY updated_at DESC, id DESC LIMIT {rows}) AS page
         JOIN document d ON d.id = page.id LEFT JOIN person p ON p.id = d.owner_id
         ORDER BY page.updated_at DESC, page.id DESC"
    )
}

/// Connections that hand-written queries use.
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Pool {
    /// Reads all columns of the rows behind a place, and says how many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn read(&self, text: &str, updated_at: i64, id: i64) -> Result<usize, Box<dyn Error>> {
        macro_rules! read {
            ($pool:expr) => {{
                let rows = query(text).bind(updated_at).bind(id).fetch_all($pool).await?;
                for row in &rows {
                    let _: (i64, String, Option<String>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                    let _: (bool, String, i64) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
                    let _: Option<String> = row.try_get(6)?;
                }
                Ok(rows.len())
            }};
        }
        match self {
            Self::Sqlite(pool) => read!(pool),
            Self::Postgres(pool) => read!(pool),
        }
    }
}
