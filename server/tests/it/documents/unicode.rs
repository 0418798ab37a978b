//! Texts are found however Unicode encodes their letters, also those of earlier versions.

use domain::{Group, GroupMatch, Library as _, Person, PersonId};
use store::Store;
use tempfile::TempDir;

use super::{
    all, id, numbers,
    shelf::{ISSUER, Shelf, alice, listed, person, visitor},
};
use crate::support::Database;

/// As macOS and some directories write `München` and `Übersicht`.
const NFD: [&str; 2] = ["Mu\u{308}nchen", "U\u{308}bersicht"];

async fn finds(shelf: &Shelf, filters: &[&str]) {
    for filter in filters {
        assert_eq!(numbers(&all(shelf, &visitor(alice()), filter).await), [1], "{filter}");
    }
}

const FILTERS: [&str; 7] = [
    "übersicht",
    "u\u{308}bersicht",
    "ÜBERSICHT",
    "münchen",
    "MU\u{308}NCHEN",
    "strasse",
    "STRAẞE",
];

#[tokio::test]
async fn do_4_a_filter_finds_a_title_however_unicode_writes_it() {
    let [city, overview] = NFD;
    let text = format!("---\ntitle: {overview} Straße\nfolder: {city}/Archiv\ngroups: [{city}]\n---\n");
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", text.as_bytes()), ("b.md", b"# Something else")])
            .await;
        finds(&shelf, &FILTERS).await;
        let row = shelf.store.find(id(1)).await.unwrap().unwrap().row;
        assert_eq!((&*row.title, &*row.folder), ("Übersicht Straße", "München/Archiv"));
        assert_eq!(row.groups, [Group::new("München")]);
        assert_eq!(row.groups[0].as_str(), "München");
    }
}

/// The title from the file's name, the folder from its path: macOS decomposes both.
#[tokio::test]
async fn do_4_names_of_files_and_folders_are_composed() {
    let [city, overview] = NFD;
    for shelf in Shelf::both().await {
        shelf
            .import(&[(&format!("{city}/{overview}-Straße.md"), b"text")])
            .await;
        finds(&shelf, &FILTERS).await;
    }
}

fn member(group: &str, by: GroupMatch) -> Person {
    Person {
        group_match: by,
        ..person("mia", &[group], None)
    }
}

#[tokio::test]
async fn po_3_a_member_of_a_group_reads_its_documents_however_unicode_writes_it() {
    for shelf in Shelf::both().await {
        for (number, label) in [("1", "München"), ("2", NFD[0])] {
            let text = format!("---\nid: {number}\nowner: bob\nprivate: true\ngroups: [{label}]\n---\n# A\n");
            shelf.import(&[(&format!("{number}.md"), text.as_bytes())]).await;
        }
        for by in [GroupMatch::Id, GroupMatch::Name] {
            for group in ["München", NFD[0]] {
                let visitor = visitor(member(group, by));
                assert_eq!(numbers(&all(&shelf, &visitor, "").await), [2, 1], "{group} {by:?}");
            }
            let shouted = numbers(&all(&shelf, &visitor(member("MÜNCHEN", by)), "").await);
            assert_eq!(shouted.len(), if by == GroupMatch::Name { 2 } else { 0 }, "{by:?}");
        }
    }
}

/// A database of the version before groups had keys, with texts as they came.
async fn old(database: &Database) {
    let [city, overview] = NFD;
    database.migrate_until(3).await;
    let mut statements = format!("INSERT INTO person (id) VALUES ('{ISSUER}|alice');");
    let document = |number: u16, title: &str, folder: &str, words: &str| {
        format!(
            "INSERT INTO document (id, title, owner_id, is_private, folder, words, created_at, updated_at, source, source_hash, rendered_by,
                 headings, html, content)
             VALUES ({number}, '{title}', '{ISSUER}|alice', true, '{folder}', '{words}', 7, 8, 's:{number}', 'hash', 2, '[]', '<p>x</p>', 'x');"
        )
    };
    let words = format!("{overview} Straße\n{city}").to_lowercase();
    statements += &document(1, &format!("{overview} Straße"), city, &words);
    statements += &document(2, "Plan", "", "plan\n");
    for number in 3..1_300 {
        statements += &document(number, "Ölpreis", "", "ölpreis\n");
    }
    for (number, group) in [
        (1, city),
        (1, "München"),
        (1, "STRASSE"),
        (2, "Sales"),
        (2, "Straße"),
        (2, "Σίσυφος"),
        (1_299, "Ω"),
    ] {
        let put = format!("INSERT INTO document_group (group_id, document_id) VALUES ('{group}', {number});");
        statements.push_str(&put);
    }
    database.execute(&statements).await;
}

#[tokio::test]
async fn documents_of_an_earlier_version_are_brought_to_one_form_when_the_database_is_opened() {
    let folder = TempDir::new().unwrap();
    for database in [Database::sqlite(folder.path()), Database::postgres().await] {
        old(&database).await;
        let shelf = Shelf::on(database, TempDir::new().unwrap()).await;
        finds(&shelf, &FILTERS).await;
        let found = shelf.store.find(id(1)).await.unwrap().unwrap();
        assert_eq!(
            found.row.groups,
            ["München", "STRASSE"].map(Group::new),
            "NFC and NFD are one group"
        );
        assert_eq!(
            (found.row.updated_at, &*found.rendered.html),
            (8, "<p>x</p>"),
            "nothing else has changed"
        );
        assert_eq!(shelf.store.count().await.unwrap(), 1_299);
        for (group, reads) in [
            ("straße", vec![2, 1]),
            ("SALES", vec![2]),
            ("ΣΊΣΥΦΟΣ", vec![2]),
            ("ω", vec![1_299]),
        ] {
            let visitor = visitor(member(group, GroupMatch::Name));
            assert_eq!(numbers(&all(&shelf, &visitor, "").await), reads, "{group}");
        }
        let waiting = "SELECT (SELECT count(*) FROM document_to_normalise) + (SELECT count(*) FROM document_group WHERE group_key = '')";
        assert_eq!(shelf.database.number(waiting).await, 0);
        // Keys in the database are what rules compare.
        let keys =
            "SELECT count(*) FROM document_group WHERE group_key IN ('sales', 'strasse', 'münchen', 'σίσυφοσ', 'ω')";
        assert_eq!(shelf.database.number(keys).await, 6);
    }
}

/// A replica of the version before goes on writing beside this one.
#[tokio::test]
async fn what_an_earlier_version_writes_beside_this_one_is_read_in_the_same_form() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[("a.md", b"---\nowner: bob\nprivate: true\n---\n# A")])
            .await;
        let [city, _] = NFD;
        let write = format!(
            "UPDATE document SET title = '{city}'; INSERT INTO document_group (group_id, document_id) VALUES ('{city}', 1)"
        );
        shelf.database.execute(&write).await;
        for (group, by) in [("München", GroupMatch::Id), ("MÜNCHEN", GroupMatch::Name)] {
            let open = shelf.library.open(&visitor(member(group, by)), id(1)).await.unwrap();
            assert_eq!(
                (&*open.summary.title, &*open.summary.groups),
                ("München", &["München".to_owned()][..])
            );
        }
        shelf.store.close().await;
        let again = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
        assert_eq!(
            shelf
                .database
                .number("SELECT count(*) FROM document_group WHERE group_key = 'münchen'")
                .await,
            1
        );
        let filter = ["münchen".to_owned()];
        assert_eq!(listed(&again, &filter).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn people_are_found_however_unicode_writes_their_names() {
    for shelf in Shelf::both().await {
        let mut zoe = person("zoe", &[], None);
        zoe.name = "Zoë Strauß".to_owned();
        shelf.store.upsert_person(&zoe).await.unwrap();
        for text in ["zoe\u{308}", "ZOË", "STRAUSS"] {
            let found = shelf.store.people_matching(text).await.unwrap();
            assert_eq!(
                found,
                [(PersonId::new(ISSUER, "zoe"), "Zoë Strauß".to_owned())],
                "{text}"
            );
        }
    }
}
