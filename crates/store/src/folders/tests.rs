//! SQLite jumps from folder to folder through indices, and reads no document in between.

use crate::explained::{opened, sqlite, steps};
use crate::list::statement::with_values;
use domain::{Access, Branch, Condition, GroupMatch, PersonId, Predicate, RendererVersions};

use super::*;

const VERSIONS: RendererVersions = RendererVersions {
    current: 1,
    oldest_safe: 1,
};

/// 3,000 documents in 30 folders of 3 others, all of one owner and one group.
const FILL: &str = "INSERT INTO person (id) VALUES ('x|y');
    INSERT INTO document (title, title_key, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    SELECT 'T', 't', 'x|y', i % 2, 'top' || (i % 3) || '/f' || (i % 30), '', 0, 0, 1, '', '', '' FROM n;
    INSERT INTO document_group (group_id, group_key, document_id) SELECT 'a', 'a', id FROM document";

fn branch(predicate: Predicate) -> Branch {
    Branch {
        rule: "r".to_owned(),
        predicate,
    }
}

fn plan(by: GroupMatch, forbids: Vec<Branch>) -> Plan {
    let groups = ["a", "b", "c"].map(str::to_owned).into();
    Plan {
        access: Access::Branches {
            permits: vec![
                branch(Predicate::is(Condition::Private).negate()),
                branch(Predicate::is(Condition::Owner([PersonId::new("x", "y")].into()))),
                branch(Predicate::is(Condition::AnyGroup(groups))),
                branch(Predicate::is(Condition::InFolder(["top1".to_owned()].into()))),
            ],
            forbids,
        },
        group_match: by,
        is_exact: true,
    }
}

fn in_folder(folder: &str) -> Branch {
    branch(Predicate::is(Condition::InFolder([folder.to_owned()].into())))
}

/// With and without statistics, and where conditions are left that no index knows.
#[tokio::test]
async fn fi_2_sqlite_finds_each_folder_by_a_look_into_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder, VERSIONS).await;
    let sqlite = sqlite(&store);
    let forbid = branch(Predicate::is(Condition::OnlyGroups(["z".to_owned()].into())));
    for fill in ["", FILL, "ANALYZE"] {
        sqlx::raw_sql(fill).execute(&sqlite.writer).await.unwrap();
        for (by, forbids) in [
            (GroupMatch::Id, vec![]),
            (GroupMatch::Name, vec![]),
            (GroupMatch::Id, vec![forbid.clone()]),
        ] {
            let plan = plan(by, forbids);
            let lookups = lookups::of(&plan, &Ranges::below("top1"));
            let steps = steps(sqlite, &walk::statement(sqlite.sql, &plan, &lookups, "top1")).await;
            let group = match by {
                GroupMatch::Id => "document_group_by_folder (group_id=? AND folder>? AND folder<?)",
                GroupMatch::Name => "document_group_by_key_and_folder (group_key=? AND folder>? AND folder<?)",
            };
            for expected in [
                "document_public_by_folder (folder>? AND folder<?)",
                "document_by_owner_and_folder (owner_id=? AND folder>? AND folder<?)",
                group,
                "(folder>? AND folder<?)",
            ] {
                assert!(
                    steps.iter().any(|step| step.contains(expected)),
                    "{expected} in {steps:#?}"
                );
            }
            let tables = ["SCAN d", "SCAN g", "SCAN document"];
            let is_scan = |step: &&String| tables.iter().any(|table| step.starts_with(table));
            assert_eq!(steps.iter().find(is_scan), None, "{steps:#?}");
            assert!(!steps.iter().any(|step| step.contains("TEMP B-TREE")), "{steps:#?}");
        }
    }
}

/// One document for each folder and way in, however many documents there are.
#[tokio::test]
async fn fi_2_what_is_read_grows_with_the_folders_and_not_with_the_documents() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder, VERSIONS).await;
    let sqlite = sqlite(&store);
    sqlx::raw_sql(FILL).execute(&sqlite.writer).await.unwrap();
    for (parent, forbids, folders, rows) in [
        ("", vec![], 3, 10),
        ("top1", vec![], 10, 40),
        // Folders that are forbidden as a whole are not walked through.
        ("", vec![in_folder("top0"), in_folder("top2")], 1, 4),
        ("top1", vec![in_folder("top1")], 0, 0),
    ] {
        let plan = plan(GroupMatch::Id, forbids);
        let lookups = lookups::of(&plan, &Ranges::below(parent));
        let statement = walk::statement(sqlite.sql, &plan, &lookups, parent);
        if !lookups.is_empty() {
            let query = with_values!(sqlx::query(&statement.text), statement.values);
            let read = query.fetch_all(&sqlite.pool).await.unwrap().len();
            assert!(read <= rows, "{read} documents were read for {parent}");
        }
        let found = store.folder_candidates(&plan, parent).await.unwrap();
        assert_eq!(found.len(), folders, "{found:?}");
    }
}
