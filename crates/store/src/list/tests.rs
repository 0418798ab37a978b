//! SQLite reads every lookup in every order from its index; the plans of PostgreSQL are tested with the whole store.

use crate::explained::{opened, sqlite, steps};
use std::collections::BTreeSet;

use domain::{
    Access, Branch, Condition, DocumentId, GroupMatch, PersonId, Plan, Predicate, RendererVersions, Sort, SortKey,
    TextField,
};

use super::*;

const VERSIONS: RendererVersions = RendererVersions {
    current: 1,
    oldest_safe: 1,
};

const FILL: &str = "INSERT INTO person (id) VALUES ('x|y');
    INSERT INTO document (title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT 'T' || (i % 7), 't' || (i % 7), 'x|y', i % 2, 'f', '', i % 5, i % 3, 1, '', '', '' FROM n;
    INSERT INTO document_group (group_id, group_key, document_id) SELECT 'a', 'a', id FROM document;
    INSERT INTO document_group (group_id, group_key, document_id) SELECT 'b', 'b', id FROM document WHERE id % 3 = 0;
    ANALYZE";

const FIRST: Part<'_> = Part {
    from: None,
    enough: None,
};

fn plan(by: GroupMatch) -> Plan {
    let branch = |predicate| Branch {
        rule: "r".to_owned(),
        predicate,
    };
    let person = BTreeSet::from([PersonId::new("x", "y")]);
    let public = Predicate::is(Condition::Private).negate();
    let groups = ["a", "b", "c"].map(str::to_owned).into();
    let folder = Condition::Text(TextField::Folder, ["f".to_owned()].into());
    let document = Condition::Document([DocumentId::new(7).unwrap()].into());
    Plan {
        access: Access::Branches {
            permits: vec![
                branch(public.clone()),
                branch(Predicate::is(Condition::Owner(person.clone()))),
                branch(Predicate::is(Condition::AnyGroup(groups))),
                branch(Predicate::is(folder)),
                branch(Predicate::is(document)),
            ],
            forbids: vec![branch(
                public.negate().and(Predicate::is(Condition::Owner(person)).negate()),
            )],
        },
        group_match: by,
        is_exact: true,
    }
}

fn everything(by: GroupMatch) -> Plan {
    Plan {
        access: Access::All,
        group_match: by,
        is_exact: true,
    }
}

fn sorts() -> impl Iterator<Item = Sort> {
    let keys = [SortKey::Updated, SortKey::Created, SortKey::Title];
    keys.into_iter()
        .flat_map(|key| [true, false].map(|is_descending| Sort { key, is_descending }))
}

/// With and without statistics: SQLite gathers some where many documents were written.
#[tokio::test]
async fn fi_1_sqlite_reads_each_lookup_from_its_index_in_every_order() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder, VERSIONS).await;
    let sqlite = sqlite(&store);
    for statistics in [false, true] {
        if statistics {
            sqlx::raw_sql(FILL).execute(&sqlite.writer).await.unwrap();
        }
        for by in [GroupMatch::Id, GroupMatch::Name] {
            for sort in sorts() {
                let order = Order::new(sort, false);
                let (column, suffix, behind) = (order.column(), order.index_suffix(), order.behind());
                let group = match by {
                    GroupMatch::Id => "id",
                    GroupMatch::Name => "key",
                };
                let range = |id: &str| format!("({column},{id}){behind}(?,?)");
                let plan = plan(by);
                let indexed = ListSource::new(selection(&plan), &subtrees::Subtrees::default());
                let statement = batch(sqlite.sql, &indexed, &candidates(&indexed, order), &FIRST);
                let steps = steps(sqlite, &statement).await;
                for expected in [
                    format!("document_public_by_{suffix} ({}", range("number")),
                    format!("document_by_owner_and_{suffix} (owner_id=? AND {}", range("number")),
                    format!("document_by_folder_and_{suffix} (folder=? AND {}", range("number")),
                    format!(
                        "document_group_by_{group}_and_{suffix} (group_{group}=? AND {}",
                        range("document_id")
                    ),
                ] {
                    // First rows, and those behind them; titles are read once more.
                    let times = if sort.key == SortKey::Title { 4 } else { 2 };
                    let found = steps.iter().filter(|step| step.contains(&expected)).count();
                    assert_eq!(found, times, "{expected} in {steps:#?}");
                }
                assert_no_scan(&steps, 2);

                let all = everything(by);
                let all = ListSource::new(selection(&all), &subtrees::Subtrees::default());
                let statement = batch(sqlite.sql, &all, &candidates(&all, order), &FIRST);
                let steps = self::steps(sqlite, &statement).await;
                let expected = format!("document_by_{suffix} ({}", range("number"));
                assert!(
                    steps.iter().any(|step| step.contains(&expected)),
                    "{expected} in {steps:#?}"
                );
                assert_no_scan(&steps, 1);
            }
        }
    }
}

/// Whether no table is read as a whole, and nothing but results is sorted.
fn assert_no_scan(steps: &[String], sorts: usize) {
    let scans = steps.iter().filter(|step| step.starts_with("SCAN"));
    let scans: Vec<_> = scans
        .filter(|step| {
            ["SCAN d", "SCAN g", "SCAN n"]
                .iter()
                .any(|table| step.starts_with(table))
        })
        .collect();
    assert!(scans.is_empty(), "{steps:#?}");
    let sorted = steps.iter().filter(|step| step.contains("TEMP B-TREE")).count();
    assert!(sorted <= sorts, "{steps:#?}");
}

const HANDBOOK: &str = "INSERT INTO document (title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    SELECT 'T', 't', 'x|y', 1, CASE i % 4 WHEN 0 THEN 'h' WHEN 1 THEN 'h/a' WHEN 2 THEN 'h-a' ELSE 'h/a/b' END, '', i % 5, i % 3, 1, '', '', '' FROM n;
    ANALYZE";

/// Each folder below the one that a permit names is looked up like a group. Beyond a thousand of them, documents are read in order.
#[tokio::test]
async fn fi_1_permits_by_folder_are_read_from_the_folders_below() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder, VERSIONS).await;
    let sqlite = sqlite(&store);
    sqlx::raw_sql(FILL).execute(&sqlite.writer).await.unwrap();
    sqlx::raw_sql(HANDBOOK).execute(&sqlite.writer).await.unwrap();
    let in_handbook = Predicate::is(Condition::InFolder(["h".to_owned()].into()));
    let plan = permitting(in_handbook.clone().and(Predicate::is(Condition::Private)));
    for sort in sorts() {
        let order = Order::new(sort, false);
        let source = store.list_source(selection(&plan)).await.unwrap();
        let statement = batch(sqlite.sql, &source, &candidates(&source, order), &FIRST);
        let steps = steps(sqlite, &statement).await;
        let (column, suffix, behind) = (order.column(), order.index_suffix(), order.behind());
        let expected = format!("document_by_folder_and_{suffix} (folder=? AND ({column},number){behind}(?,?)");
        assert!(
            steps.iter().any(|step| step.contains(&expected)),
            "{expected} in {steps:#?}"
        );
        assert_no_scan(&steps, 2);
        assert_eq!(read(&store, &plan, sort, false).await.len(), 300, "{sort:?}");
    }
    let mut statement = Statement::new(sqlite.sql);
    statement.push(&subtrees::folders_within(sqlite.sql));
    let steps = steps(sqlite, &statement).await;
    assert!(
        steps.iter().any(|step| step.contains("(path>? AND path<?)")),
        "{steps:#?}"
    );

    let kinds = |source: &ListSource<'_>| source.lookups.iter().map(|lookup| lookup.kind).collect::<Vec<_>>();
    let public = permitting(in_handbook.and(Predicate::is(Condition::Private).negate()));
    let source = store.list_source(selection(&public)).await.unwrap();
    assert_eq!(kinds(&source), [lookups::Kind::Folder; 3]);
    let many = HANDBOOK.replace("'h/a/b'", "'h/' || i").replace("i < 400", "i < 4008");
    sqlx::raw_sql(&many).execute(&sqlite.writer).await.unwrap();
    let source = store.list_source(selection(&plan)).await.unwrap();
    assert_eq!(kinds(&source), [lookups::Kind::All]);
    assert_eq!(read(&store, &plan, Sort::default(), false).await.len(), 300 + 3006);
}

fn permitting(predicate: Predicate) -> Plan {
    let rule = "r".to_owned();
    Plan {
        access: Access::Branches {
            permits: vec![Branch { rule, predicate }],
            forbids: Vec::new(),
        },
        group_match: GroupMatch::Id,
        is_exact: true,
    }
}

fn selection(plan: &Plan) -> Selection<'_> {
    Selection {
        plan,
        folder: None,
        words: &[],
    }
}

fn candidates<'a>(source: &'a ListSource<'a>, order: Order) -> Candidates<'a> {
    Candidates {
        lookups: &source.lookups,
        by: source.selection.plan.group_match,
        order,
        limit: 64,
    }
}

/// All rows in the order of reading, some at a time.
async fn read(store: &Store, plan: &Plan, sort: Sort, is_backward: bool) -> Vec<i64> {
    let source = store.list_source(selection(plan)).await.unwrap();
    let mut stretch = Stretch {
        sort,
        is_backward,
        from: None,
        candidates: 150,
        rows: 120,
    };
    let mut ids = Vec::new();
    loop {
        let batch = store.list(&source, &stretch).await.unwrap();
        ids.extend(batch.rows.iter().map(|(_, row)| row.id.number()));
        stretch.from = batch.read_to;
        if stretch.from.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn fi_1_every_order_has_every_document_once_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder, VERSIONS).await;
    sqlx::raw_sql(FILL).execute(&sqlite(&store).writer).await.unwrap();
    for by in [GroupMatch::Id, GroupMatch::Name] {
        for plan in [plan(by), everything(by)] {
            for sort in sorts() {
                let mut expected: Vec<(i64, i64)> = (1..=2_000)
                    .map(|id| match sort.key {
                        SortKey::Updated => (id % 3, id),
                        SortKey::Created => (id % 5, id),
                        SortKey::Title => (id % 7, id),
                    })
                    .collect();
                expected.sort_unstable();
                if sort.is_descending {
                    expected.reverse();
                }
                let mut expected: Vec<i64> = expected.into_iter().map(|(_, id)| id).collect();
                assert_eq!(read(&store, &plan, sort, false).await, expected, "{sort:?} {by:?}");
                expected.reverse();
                assert_eq!(read(&store, &plan, sort, true).await, expected, "{sort:?} {by:?}");
            }
        }
    }
}
