//! The SQL statements, but for those of one file alone. Those that differ between the databases are in [`Dialect`]; the queries that execute them are in the files beside.

mod words;

pub(super) use words::{Matching, Merge, Words};

/// The statements that differ between the databases.
#[derive(Debug)]
pub(super) struct Dialect {
    /// What composed statements are made of.
    pub(super) words: Words,
    /// The columns of `DocumentRowColumns`, of a table `document d`.
    pub(super) row: &'static str,
    /// A document by id (`$1`): `DocumentRowColumns`, HTML and headings. Includes the text if the HTML is of a renderer before `$2`, so that the
    /// text that is rendered is the one that was decided about.
    pub(super) find: &'static str,
    /// The documents of the sources in the JSON list `$1`, trashed ones included.
    pub(super) known: &'static str,
    /// Titles of the ids in the JSON list `$1`.
    pub(super) titles: &'static str,
    /// New documents (a JSON list of objects, `$1`).
    pub(super) insert: &'static str,
    /// Documents that change (the same).
    pub(super) update: &'static str,
    /// Unchanged documents (a JSON list of objects, `$1`) that have another source now, or come back from the trash.
    pub(super) adopt: &'static str,
    /// Positions of documents (a JSON list of objects, `$1`).
    pub(super) place: &'static str,
    /// Trashes the documents of the ids in the JSON list `$1`.
    pub(super) trash: &'static str,
    /// Deletes what stands beside the documents of the JSON list `$1`: their groups, files, links, aliases, names of places. One statement each.
    pub(super) drop_parts: [&'static str; 5],
    /// Deletes the names of places alone.
    pub(super) drop_anchors: &'static str,
    /// Inserts groups of documents (a JSON list of objects, `$1`).
    pub(super) put_groups: &'static str,
    /// Inserts which files documents have (a JSON list of objects, `$1`).
    pub(super) put_files: &'static str,
    /// Inserts where links of documents lead (a JSON list of objects, `$1`).
    pub(super) put_links: &'static str,
    /// Inserts aliases of documents (a JSON list of objects, `$1`).
    pub(super) put_aliases: &'static str,
    /// Inserts names of places of documents (a JSON list of objects, `$1`).
    pub(super) put_anchors: &'static str,
    /// The places of those documents and names of a JSON list of objects, `$1`, that are stored.
    pub(super) anchors: &'static str,
    /// Owners and their names (a JSON list of objects, `$1`). A name that a provider sent is not changed.
    pub(super) put_owners: &'static str,
    /// How many documents of other sources than `$1` have a hash of the JSON list `$2`, by source.
    pub(super) same_texts: &'static str,
    /// How many documents of other sources than `$1` have a path of the JSON list `$2`, by source.
    pub(super) same_paths: &'static str,
    /// Which people of the JSON list `$1` have signed in.
    pub(super) seen: &'static str,
    /// Name, e-mail address and search text of a signed-in person.
    pub(super) upsert_person: &'static str,
    /// At most `$2` people whose search text contains `$1`.
    pub(super) people_matching: &'static str,
    /// People by their ids of the JSON list `$2` at provider `$1`.
    pub(super) people_by_object_id: &'static str,
}

/// The columns of a row, in the order of `DocumentRowColumns`. Groups are aggregated as JSON: a second statement would cost more than the whole
/// first one. The name is a subquery, since a planner could start a join at the wrong table.
macro_rules! row {
    ($groups:literal) => {
        concat!(
            "SELECT d.id, d.title, d.owner_id, (SELECT p.name FROM person p WHERE p.id = d.owner_id) AS name, d.is_private,
                 d.folder, d.updated_at, d.created_at,
                 (SELECT ",
            $groups,
            " FROM document_group g WHERE g.document_id = d.id) AS groups"
        )
    };
}

/// The objects of a JSON list (`$1`) as rows `w`, for SQLite.
macro_rules! rows {
    ($first:literal $(, $column:literal)* $(,)?) => {
        concat!("(SELECT value ->> '", $first, "' AS ", $first $(, ", value ->> '", $column, "' AS ", $column)*, " FROM json_each($1)) AS w")
    };
}

/// Deletes the rows of a table that belong to documents of a JSON list (`$1`).
macro_rules! drop_rows {
    ($table:literal, $items:literal, $item:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE document_id IN (SELECT CAST(w.value AS BIGINT) FROM ",
            $items,
            "($1",
            $item,
            ")"
        )
    };
}

macro_rules! dialect {
    (
        now: $now:literal, position: $position:literal, groups: $groups:literal, items of: $items:literal, as: $item:literal,
        documents: $documents:expr, places: $places:expr, positions: $positions:expr, pairs: $pairs:expr, files: $files:expr, links: $links:expr, aliases: $aliases:expr, anchors: $anchors:expr, people: $people:expr, words: $words:expr
    ) => {
        Dialect {
            words: $words,
            row: row!($groups),
            find: concat!(
                row!($groups),
                ", d.html, d.headings, d.rendered_by, CASE WHEN d.rendered_by < $2 THEN d.content END AS content
                 FROM document d WHERE d.id = $1 AND d.trashed_at IS NULL"
            ),
            known: concat!(
                "SELECT d.id, d.source, d.source_hash, d.trashed_at IS NOT NULL, d.position FROM document d
                 WHERE d.source IN (SELECT w.value FROM ", $items, "($1", $item, ")"
            ),
            titles: concat!(
                "SELECT d.id, d.title FROM document d
                 WHERE d.id IN (SELECT CAST(w.value AS BIGINT) FROM ", $items, "($1", $item, ")"
            ),
            insert: concat!(
                "INSERT INTO document (id, title, title_key, owner_id, is_private, folder, words, source, source_name, source_path, source_hash,
                     rendered_by, headings, html, content, created_at, updated_at)
                 SELECT w.id, w.title, w.title_key, w.owner, w.is_private, w.folder, w.words, w.source, w.source_name, w.source_path, w.source_hash,
                     w.rendered_by, w.headings, w.html, w.content, coalesce(w.created_at, ", $now, "), coalesce(w.updated_at, ", $now, ") FROM ", $documents
            ),
            update: concat!(
                "UPDATE document SET title = w.title, title_key = w.title_key, owner_id = w.owner, is_private = w.is_private, folder = w.folder, words = w.words,
                     source = w.source, source_name = w.source_name, source_path = w.source_path, source_hash = w.source_hash,
                     rendered_by = w.rendered_by, headings = w.headings, html = w.html, content = w.content,
                     created_at = coalesce(w.created_at, document.created_at), updated_at = coalesce(w.updated_at, ", $now, "),
                     trashed_at = NULL
                 FROM ", $documents, " WHERE document.id = w.id"
            ),
            adopt: concat!(
                "UPDATE document SET source = w.source, source_name = w.source_name, source_path = w.source_path, trashed_at = NULL
                 FROM ", $places, " WHERE document.id = w.id"
            ),
            place: concat!(
                "UPDATE document SET position = w.position FROM ", $positions, " WHERE document.id = w.id AND document.position <> w.position"
            ),
            trash: concat!(
                "UPDATE document SET trashed_at = ", $now, "
                 WHERE trashed_at IS NULL AND id IN (SELECT CAST(w.value AS BIGINT) FROM ", $items, "($1", $item, ")"
            ),
            drop_parts: [
                drop_rows!("document_group", $items, $item),
                drop_rows!("document_file", $items, $item),
                drop_rows!("document_link", $items, $item),
                drop_rows!("document_alias", $items, $item),
                drop_rows!("document_anchor", $items, $item),
            ],
            drop_anchors: drop_rows!("document_anchor", $items, $item),
            put_groups: concat!(
                "INSERT INTO document_group (group_id, group_key, document_id, updated_at, created_at, title_key, folder)
                 SELECT w.group_id, w.group_key, w.document_id, d.updated_at, d.created_at, d.title_key, d.folder
                 FROM ", $pairs, " LEFT JOIN document d ON d.id = w.document_id AND d.trashed_at IS NULL
                 WHERE true ON CONFLICT DO NOTHING"
            ),
            put_links: concat!(
                "INSERT INTO document_link (document_id, is_wiki, target, path)
                 SELECT w.document_id, w.is_wiki, w.target, w.path FROM ", $links, " WHERE true ON CONFLICT DO NOTHING"
            ),
            put_aliases: concat!(
                "INSERT INTO document_alias (document_id, path) SELECT w.document_id, w.path FROM ", $aliases, " WHERE true ON CONFLICT DO NOTHING"
            ),
            put_anchors: concat!(
                "INSERT INTO document_anchor (document_id, name, anchor) SELECT w.document_id, w.name, w.anchor FROM ", $anchors,
                " WHERE true ON CONFLICT DO NOTHING"
            ),
            anchors: concat!(
                "SELECT a.document_id, a.name, a.anchor FROM ", $anchors,
                " JOIN document_anchor a ON a.document_id = w.document_id AND a.name = w.name"
            ),
            put_files: concat!(
                "INSERT INTO document_file (document_id, is_wiki, target, name, hash, width, height)
                 SELECT w.document_id, w.is_wiki, w.target, w.name, w.hash, w.width, w.height FROM ", $files, " WHERE true ON CONFLICT DO NOTHING"
            ),
            put_owners: concat!(
                "INSERT INTO person (id, name) SELECT w.id, w.name FROM ", $people, " WHERE true
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name
                 WHERE person.seen_at IS NULL AND excluded.name IS NOT NULL AND person.name IS DISTINCT FROM excluded.name"
            ),
            same_texts: concat!(
                "SELECT d.source_name, min(d.source), count(*) FROM document d
                 WHERE d.trashed_at IS NULL AND d.source_name IS DISTINCT FROM $1
                     AND d.source_hash IN (SELECT w.value FROM ", $items, "($2", $item, ")
                 GROUP BY d.source_name ORDER BY count(*) DESC, d.source_name LIMIT 1"
            ),
            same_paths: concat!(
                "SELECT d.source_name, min(d.source), count(*) FROM document d
                 WHERE d.trashed_at IS NULL AND d.source_name <> $1
                     AND d.source_path IN (SELECT w.value FROM ", $items, "($2", $item, ")
                 GROUP BY d.source_name ORDER BY count(*) DESC, d.source_name LIMIT 1"
            ),
            seen: concat!(
                "SELECT id FROM person WHERE seen_at IS NOT NULL AND id IN (SELECT w.value FROM ", $items, "($1", $item, ")"
            ),
            upsert_person: concat!(
                "INSERT INTO person (id, name, email, words, seen_at) VALUES ($1, $2, $3, $4, ", $now, ")
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, words = excluded.words,
                     seen_at = excluded.seen_at
                 WHERE person.name IS DISTINCT FROM excluded.name OR person.email IS DISTINCT FROM excluded.email
                     OR person.words <> excluded.words
                     OR person.seen_at IS NULL OR person.seen_at < excluded.seen_at - 3600"
            ),
            people_matching: concat!(
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
    items of: "json_each", as: ") AS w",
    documents: rows!(
        "id", "title", "title_key", "owner", "is_private", "folder", "words", "source", "source_name", "source_path", "source_hash", "rendered_by",
        "headings", "html", "content", "created_at", "updated_at",
    ),
    places: rows!("id", "source", "source_name", "source_path"),
    positions: rows!("id", "position"),
    pairs: rows!("document_id", "group_id", "group_key"),
    files: rows!("document_id", "is_wiki", "target", "name", "hash", "width", "height"),
    links: rows!("document_id", "is_wiki", "target", "path"),
    aliases: rows!("document_id", "path"),
    anchors: rows!("document_id", "name", "anchor"),
    people: rows!("id", "name"),
    words: Words {
        items_of: "json_each", items_as: ") AS w", lists: ("json_each(", ") AS s"), is_public: "d.is_private = 0", number: "d.number", position: "instr", numbers: ["group_concat(", ")"], merge: Merge::Queue,
        matching: Matching::Glob
    }
};

pub(super) const POSTGRES: Dialect = dialect! {
    now: "extract(epoch FROM now())::bigint", position: "strpos", groups: "coalesce(json_agg(json_build_array(g.group_id, g.group_key)), '[]')::text",
    items of: "json_array_elements_text", as: "::json) AS w (value)",
    documents: "json_to_recordset($1::json) AS w (id bigint, title text, title_key text, owner text, is_private boolean, folder text, words text, source text,
        source_name text, source_path text, source_hash text, rendered_by bigint, headings text, html text, content text,
        created_at bigint, updated_at bigint)",
    places: "json_to_recordset($1::json) AS w (id bigint, source text, source_name text, source_path text)",
    positions: "json_to_recordset($1::json) AS w (id bigint, position bigint)",
    pairs: "json_to_recordset($1::json) AS w (document_id bigint, group_id text, group_key text)",
    files: "json_to_recordset($1::json) AS w (document_id bigint, is_wiki boolean, target text, name text, hash text, width bigint, height bigint)",
    links: "json_to_recordset($1::json) AS w (document_id bigint, is_wiki boolean, target text, path text)",
    aliases: "json_to_recordset($1::json) AS w (document_id bigint, path text)",
    anchors: "json_to_recordset($1::json) AS w (document_id bigint, name text, anchor text)",
    people: "json_to_recordset($1::json) AS w (id text, name text)",
    words: Words {
        items_of: "json_array_elements_text", items_as: "::json) AS w (value)", lists: ("json_array_elements(", "::json) AS s (value)"),
        is_public: "NOT d.is_private", number: "d.id", position: "strpos",
        numbers: ["string_agg(CAST(", " AS TEXT), ',')"], merge: Merge::Sort, matching: Matching::Like
    }
};

pub(super) const COUNT: &str = "SELECT count(*) FROM document WHERE trashed_at IS NULL";

/// Whether anything was imported from the source `$1`.
pub(super) const HAS_SOURCE: &str = "SELECT 1 FROM document WHERE source_name = $1 LIMIT 1";
/// At most `$3` documents of the source `$1`, by path, above the path `$2`, that are not in the trash.
pub(super) const OF_SOURCE: &str = "SELECT id, source_path FROM document
    WHERE source_name = $1 AND source_path > $2 AND trashed_at IS NULL ORDER BY source_path LIMIT $3";
/// The highest id of a document, without those that older versions took from files unchecked.
pub(super) const HIGHEST_ID: &str = "SELECT coalesce(max(id), 0) FROM document WHERE id <= 9007199254740992";
/// Replaces HTML by that of the renderer `$4`, if text and title are those that were rendered, and the stored HTML is of an older renderer.
pub(super) const REPLACE_HTML: &str = "UPDATE document SET html = $2, headings = $3, rendered_by = $4
    WHERE id = $1 AND rendered_by < $4 AND content = $5 AND title = $6";

/// The cheapest query that needs the tables.
pub(super) const READY: &str = "SELECT id FROM document LIMIT 1";

/// Writes a large value: overwriting a small one in place would not reveal a full disk.
pub(super) const PROBE_SQLITE: &str =
    "INSERT INTO write_probe (id, at, room) VALUES (1, unixepoch(), randomblob(65536))
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, room = excluded.room";
pub(super) const PROBE_POSTGRES: &str = "INSERT INTO write_probe (id, at) VALUES (1, extract(epoch FROM now())::bigint)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at";

#[cfg(test)]
mod tests;
