//! What is said to the databases? One list of statements; where two databases have different words for something, the
//! word stands in [`Dialect`]. Who says them is in the files beside.

/// The statements that are not the same everywhere.
#[derive(Debug)]
pub(super) struct Dialect {
    /// A document by number (`$1`): a `RowColumns` and what is read. The text comes along where the HTML is of a renderer before `$2`, so
    /// that what is rendered is of the moment of what is decided.
    pub(super) find: &'static str,
    /// At most `$2` rows below the number `$1`, newest first. The primary key is walked; nothing is sorted.
    pub(super) stretch: &'static str,
    /// The same, of documents that have all words of the JSON list `$3`.
    pub(super) stretch_with_words: &'static str,
    /// A document, new or changed.
    pub(super) put: &'static str,
    /// The groups (a JSON list of label and key by name, `$1`) of a document (`$2`).
    pub(super) put_groups: &'static str,
    /// Name, e-mail and words of somebody who is signed in.
    pub(super) remember_person: &'static str,
    /// At most `$2` people who hold `$1`, in lower case, in what is known of them.
    pub(super) people_like: &'static str,
    /// Whose ids at provider `$1` the JSON list `$2` holds.
    pub(super) people_by_object_id: &'static str,
}

/// The columns of a row, in the order of `RowColumns`. Groups come along as JSON: a second statement would cost more than
/// the whole first one. So does the name, by a question of its own: a join is something a planner could begin at the other end.
macro_rules! row {
    ($groups:literal) => {
        concat!(
            "SELECT d.id, d.title, d.owner_id, (SELECT p.name FROM person p WHERE p.id = d.owner_id) AS name, d.is_private,
                 d.folder, d.updated_at,
                 (SELECT ",
            $groups,
            " FROM document_group g WHERE g.document_id = d.id) AS groups"
        )
    };
}

macro_rules! dialect {
    (now: $now:literal, position: $position:literal, groups: $groups:literal, items of: $items:literal, as: $item:literal,
        lists of: $lists:literal, as: $list:literal) => {
        Dialect {
            find: concat!(
                row!($groups),
                ", d.html, d.headings, d.rendered_by, CASE WHEN d.rendered_by < $2 THEN d.content END AS content
                 FROM document d WHERE d.id = $1"
            ),
            stretch: concat!(row!($groups), " FROM document d WHERE d.id < $1 ORDER BY d.id DESC LIMIT $2"),
            stretch_with_words: concat!(
                row!($groups),
                " FROM document d WHERE d.id < $1
                     AND NOT EXISTS (SELECT 1 FROM ", $items, "($3", $item, " WHERE ", $position, "(d.words, w.value) = 0)
                     ORDER BY d.id DESC LIMIT $2"
            ),
            put: concat!(
                "INSERT INTO document (id, title, owner_id, is_private, folder, words, source, source_hash, rendered_by, headings, html,
                     content, created_at, updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, ", $now, ", ", $now, ")
                 ON CONFLICT (id) DO UPDATE SET title = excluded.title, owner_id = excluded.owner_id, is_private = excluded.is_private,
                     folder = excluded.folder, words = excluded.words, source_hash = excluded.source_hash,
                     rendered_by = excluded.rendered_by, headings = excluded.headings, html = excluded.html, content = excluded.content,
                     updated_at = excluded.updated_at
                 RETURNING id"
            ),
            put_groups: concat!(
                "INSERT INTO document_group (group_id, group_key, document_id)
                 SELECT w.value ->> 0, w.value ->> 1, $2 FROM ", $lists, "($1", $list, " WHERE true ON CONFLICT DO NOTHING"
            ),
            remember_person: concat!(
                "INSERT INTO person (id, name, email, words, seen_at) VALUES ($1, $2, $3, $4, ", $now, ")
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, words = excluded.words,
                     seen_at = excluded.seen_at
                 WHERE person.name IS DISTINCT FROM excluded.name OR person.email IS DISTINCT FROM excluded.email
                     OR person.words <> excluded.words
                     OR person.seen_at IS NULL OR person.seen_at < excluded.seen_at - 3600"
            ),
            people_like: concat!(
                "SELECT id, name FROM person
                 WHERE seen_at IS NOT NULL AND ", $position, "(words, $1) > 0 ORDER BY name, id LIMIT $2"
            ),
            people_by_object_id: concat!(
                "SELECT object_id, person_id FROM object_id
                 WHERE provider = $1 AND object_id IN (SELECT w.value FROM ", $items, "($2", $item, ")"
            ),
        }
    };
}

pub(super) const SQLITE: Dialect = dialect! {
    now: "unixepoch()", position: "instr", groups: "json_group_array(json_array(g.group_id, g.group_key))",
    items of: "json_each", as: ") AS w", lists of: "json_each", as: ") AS w"
};

pub(super) const POSTGRES: Dialect = dialect! {
    now: "extract(epoch FROM now())::bigint", position: "strpos", groups: "coalesce(json_agg(json_build_array(g.group_id, g.group_key)), '[]')::text",
    items of: "json_array_elements_text", as: "::json) AS w (value)", lists of: "json_array_elements", as: "::json) AS w (value)"
};

pub(super) const COUNT: &str = "SELECT count(*) FROM document";

/// The document made from a source, in any state of it.
pub(super) const KNOWN: &str = "SELECT id, source_hash FROM document WHERE source = $1";
/// The same, from exactly this state.
pub(super) const IMPORTED: &str = "SELECT id FROM document WHERE source = $1 AND source_hash = $2";
pub(super) const TITLE: &str = "SELECT title FROM document WHERE id = $1";
/// An owner has to be somebody; their name may come later.
pub(super) const PUT_OWNER: &str = "INSERT INTO person (id) VALUES ($1) ON CONFLICT DO NOTHING";
pub(super) const DROP_GROUPS: &str = "DELETE FROM document_group WHERE document_id = $1";
/// What a document looks like, by the renderer `$4`: only of the text and title that were rendered, and only after an older renderer.
pub(super) const RERENDERED: &str = "UPDATE document SET html = $2, headings = $3, rendered_by = $4
    WHERE id = $1 AND rendered_by < $4 AND content = $5 AND title = $6";

/// Documents in which a version that stored no keys wrote groups, to be gone through again.
pub(super) const FIND_GROUPS_WITHOUT_KEY: &str = "INSERT INTO document_to_normalise (document_id)
    SELECT DISTINCT document_id FROM document_group WHERE group_key = '' ON CONFLICT DO NOTHING";
/// The last of the next few hundred documents whose texts are of an earlier version.
pub(super) const NEXT_TO_NORMALISE: &str = "SELECT max(document_id) FROM
    (SELECT document_id FROM document_to_normalise ORDER BY document_id LIMIT 500) AS next";
/// Texts of documents up to the number `$1`.
pub(super) const TEXTS_TO_NORMALISE: &str = "SELECT d.id, d.title, d.folder, d.words FROM document_to_normalise n
    JOIN document d ON d.id = n.document_id WHERE n.document_id <= $1";
/// Their groups that have no key.
pub(super) const GROUPS_TO_NORMALISE: &str = "SELECT g.document_id, g.group_id FROM document_to_normalise n
    JOIN document_group g ON g.document_id = n.document_id WHERE n.document_id <= $1 AND g.group_key = ''";
pub(super) const PUT_TEXTS: &str = "UPDATE document SET title = $2, folder = $3, words = $4 WHERE id = $1";
pub(super) const DROP_GROUP: &str = "DELETE FROM document_group WHERE group_id = $1 AND document_id = $2";
pub(super) const NORMALISED: &str = "DELETE FROM document_to_normalise WHERE document_id <= $1";

pub(super) const INTRODUCE_PERSON: &str = "INSERT INTO person (id, name) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name
    WHERE person.seen_at IS NULL AND person.name IS DISTINCT FROM excluded.name";
pub(super) const REMEMBER_OBJECT_ID: &str = "INSERT INTO object_id (provider, object_id, person_id) VALUES ($1, $2, $3)
    ON CONFLICT (provider, object_id) DO UPDATE SET person_id = excluded.person_id
    WHERE object_id.person_id <> excluded.person_id";

/// The cheapest question that needs the tables.
pub(super) const READY: &str = "SELECT id FROM document LIMIT 1";

/// Takes more room than a session: what is overwritten in its place proves nothing about the disk.
pub(super) const PROBE_SQLITE: &str =
    "INSERT INTO write_probe (id, at, room) VALUES (1, unixepoch(), randomblob(65536))
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, room = excluded.room";
pub(super) const PROBE_POSTGRES: &str = "INSERT INTO write_probe (id, at) VALUES (1, extract(epoch FROM now())::bigint)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at";

#[cfg(test)]
mod tests {
    use sqlx::{query_as, sqlite::SqliteConnectOptions};

    use crate::store::sqlite::Sqlite;

    /// What PostgreSQL does is counted by a test of the whole store.
    #[tokio::test]
    async fn do_4_sqlite_reads_documents_by_key_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("a.db"));
        let sqlite = Sqlite::open(options).await.unwrap();
        for statement in [
            super::SQLITE.find,
            super::SQLITE.stretch,
            super::SQLITE.stretch_with_words,
        ] {
            let explain = format!("EXPLAIN QUERY PLAN {statement}");
            let plan: Vec<(i64, i64, i64, String)> = query_as(&explain).fetch_all(&sqlite.pool).await.unwrap();
            assert!(
                plan.iter()
                    .any(|step| step.3.starts_with("SEARCH d USING INTEGER PRIMARY KEY")),
                "{plan:?}"
            );
            let known = ["SEARCH", "CORRELATED SCALAR SUBQUERY", "SCAN w VIRTUAL TABLE"];
            let known = |step: &str| known.iter().any(|known| step.starts_with(known));
            assert!(plan.iter().all(|step| known(&step.3)), "{plan:?}");
        }
    }
}
