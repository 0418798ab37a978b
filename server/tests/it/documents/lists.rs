//! Lists in every order: both neighbours of a page, folders, counts, and what triggers repeat beside groups.

use bff::KeyRing;
use domain::{Count, Cursor, Library as _, Listing, ListingQuery, Sort, SortKey, Visitor};
use server::library::LocalLibrary;

use super::{
    planned::{put_in, put_rows, under},
    shelf::{Shelf, alice, bob, carol, dave, policy, visitor},
};

const SORTS: [Sort; 6] = {
    const fn sort(key: SortKey, is_descending: bool) -> Sort {
        Sort { key, is_descending }
    }
    [
        sort(SortKey::Updated, true),
        sort(SortKey::Updated, false),
        sort(SortKey::Created, true),
        sort(SortKey::Created, false),
        sort(SortKey::Title, true),
        sort(SortKey::Title, false),
    ]
};

fn small_pages(shelf: &Shelf) -> LocalLibrary {
    LocalLibrary::new(shelf.store.clone(), policy().into(), KeyRing::ephemeral()).with_page_size(5)
}

fn by(sort: Sort) -> ListingQuery {
    ListingQuery {
        sort,
        ..ListingQuery::default()
    }
}

fn at(query: &ListingQuery, cursor: Option<&Cursor>) -> ListingQuery {
    assert!(cursor.is_some());
    ListingQuery {
        cursor: cursor.cloned(),
        ..query.clone()
    }
}

fn ids(page: &Listing) -> Vec<i64> {
    page.rows.iter().map(|row| row.id.number()).collect()
}

/// All pages from the first on.
async fn pages(library: &LocalLibrary, visitor: &Visitor, query: &ListingQuery) -> Vec<Listing> {
    let mut pages = vec![library.list(visitor, query).await.unwrap()];
    while let Some(Listing { next: Some(next), .. }) = pages.last() {
        let query = at(query, Some(next));
        pages.push(library.list(visitor, &query).await.unwrap());
    }
    pages
}

/// Documents 10 to 40: times and titles with many ties, half of them in group `g0`, every third public.
async fn fill(shelf: &Shelf) {
    shelf
        .import(&[("a.md", b"---\nowner: bob\nprivate: true\n---\n# A")])
        .await;
    put_rows(
        shelf,
        10..=40,
        "'Title ' || (i % 4), 'title ' || (i % 4)",
        "i % 3 <> 0",
        "i % 7, i % 5",
    )
    .await;
    put_in(
        shelf,
        "SELECT 'Engineering', 'engineering', id FROM document WHERE id >= 10 AND id % 2 = 0",
    )
    .await;
}

fn expected(sort: Sort) -> Vec<i64> {
    let key = |id: i64| match sort.key {
        SortKey::Created => id % 7,
        SortKey::Updated => id % 5,
        SortKey::Title => id % 4,
    };
    let mut expected: Vec<i64> = (10..=40).filter(|id| id % 3 == 0 || id % 2 == 0).collect();
    expected.sort_by_key(|id| (key(*id), *id));
    if sort.is_descending {
        expected.reverse();
    }
    expected
}

#[tokio::test]
async fn fi_1_every_order_goes_forward_and_back_over_the_same_pages() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let (library, alice) = (small_pages(&shelf), visitor(alice()));
        for sort in SORTS {
            let query = by(sort);
            let forward = pages(&library, &alice, &query).await;
            let shown: Vec<i64> = forward.iter().flat_map(ids).collect();
            assert_eq!(shown, expected(sort), "{sort:?}");
            assert_eq!(forward[0].previous, None);
            let mut page = forward.last().unwrap().clone();
            for earlier in forward.iter().rev().skip(1) {
                page = library.list(&alice, &at(&query, page.previous.as_ref())).await.unwrap();
                assert_eq!(page.rows, earlier.rows, "{sort:?}");
                let next = library.list(&alice, &at(&query, page.next.as_ref())).await.unwrap();
                assert!(next.previous.is_some() && next.rows != page.rows);
            }
            assert_eq!(page.previous, None, "the first page, from behind");
        }
    }
}

#[tokio::test]
async fn fi_1_a_page_that_one_returns_to_is_the_same_whatever_changed_before_and_behind_it() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let (library, alice) = (small_pages(&shelf), visitor(alice()));
        for sort in SORTS {
            let query = by(sort);
            let forward = pages(&library, &alice, &query).await;
            let (first, second, third) = (&forward[0], &forward[1], &forward[2]);
            // New rows at both ends, one of page 1 gone, and one of page 4.
            put_rows(&shelf, 60..=60, "'A', 'a'", "false", "9, 9").await;
            put_rows(&shelf, 61..=61, "'Z', 'z'", "false", "0, 0").await;
            let gone = [ids(first)[0], ids(&forward[3])[0]];
            let trash = format!(
                "UPDATE document SET trashed_at = 1 WHERE id IN ({}, {})",
                gone[0], gone[1]
            );
            shelf.database.execute(&trash).await;
            let back = library
                .list(&alice, &at(&query, third.previous.as_ref()))
                .await
                .unwrap();
            assert_eq!(ids(&back), ids(second), "{sort:?}");
            let again = library.list(&alice, &at(&query, back.next.as_ref())).await.unwrap();
            assert_eq!(ids(&again), ids(third));
            // Also if the row that a cursor was made of is gone itself.
            let edge = ids(third)[0];
            let trash = format!("UPDATE document SET trashed_at = 1 WHERE id = {edge}");
            shelf.database.execute(&trash).await;
            let back = library
                .list(&alice, &at(&query, third.previous.as_ref()))
                .await
                .unwrap();
            assert_eq!(ids(&back), ids(second));
            // Fewer rows than a page before it: the first page, whole.
            let start = library.list(&alice, &at(&query, back.previous.as_ref())).await.unwrap();
            assert_eq!((start.rows.len(), start.previous), (5, None), "{sort:?}");
            let restore =
                "UPDATE document SET trashed_at = NULL WHERE trashed_at = 1; DELETE FROM document WHERE id >= 60";
            shelf.database.execute(restore).await;
        }
    }
}

#[tokio::test]
async fn fi_1_behind_rows_that_are_gone_the_way_back_is_the_last_page() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let (library, alice) = (small_pages(&shelf), visitor(alice()));
        let query = by(Sort::default());
        let first = library.list(&alice, &query).await.unwrap();
        let all = expected(Sort::default());
        let gone: Vec<String> = all[5..].iter().map(ToString::to_string).collect();
        let trash = format!("UPDATE document SET trashed_at = 1 WHERE id IN ({})", gone.join(","));
        shelf.database.execute(&trash).await;
        let empty = library.list(&alice, &at(&query, first.next.as_ref())).await.unwrap();
        assert_eq!((ids(&empty), empty.next), (vec![], None));
        let back = library
            .list(&alice, &at(&query, empty.previous.as_ref()))
            .await
            .unwrap();
        assert_eq!((ids(&back), back.previous), (all[..5].to_vec(), None));
    }
}

#[tokio::test]
async fn fi_1_a_cursor_of_somebody_else_or_another_list_is_the_first_page() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let library = small_pages(&shelf);
        let (alice, carol) = (visitor(alice()), visitor(carol()));
        let query = by(Sort::usual(SortKey::Title));
        let first = library.list(&alice, &query).await.unwrap();
        let of_alice = at(&query, first.next.as_ref());
        assert_ne!(library.list(&alice, &of_alice).await.unwrap().rows, first.rows);
        let of_carol = library.list(&carol, &query).await.unwrap();
        let strange = library.list(&carol, &of_alice).await.unwrap();
        assert_eq!((strange.rows, strange.previous), (of_carol.rows, None));
        for other in [
            ListingQuery {
                sort: Sort::default(),
                ..of_alice.clone()
            },
            ListingQuery {
                filter: "title".to_owned(),
                ..of_alice.clone()
            },
            ListingQuery {
                folder: Some(String::new()),
                ..of_alice.clone()
            },
            ListingQuery {
                cursor: Some(Cursor("17".to_owned())),
                ..of_alice.clone()
            },
        ] {
            let page = library.list(&alice, &other).await.unwrap();
            assert_eq!(page.previous, None, "{other:?}");
            assert_eq!(page.rows.len(), 5, "{other:?}");
        }
    }
}

#[tokio::test]
async fn fi_1_a_list_is_counted_up_to_a_thousand_and_only_what_may_be_read() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let count = async |library: &LocalLibrary, visitor: &Visitor, query: &ListingQuery| {
            library.list(visitor, query).await.unwrap().count
        };
        let exactly = |number| {
            Some(Count {
                number,
                is_capped: false,
            })
        };
        let library = small_pages(&shelf);
        let (alice, dave) = (visitor(alice()), visitor(dave()));
        let all = ListingQuery::default();
        assert_eq!(count(&library, &alice, &all).await, exactly(21));
        assert_eq!(count(&library, &dave, &all).await, exactly(10));
        assert_eq!(count(&library, &visitor(bob()), &all).await, exactly(32));
        let filtered = ListingQuery {
            filter: "title".to_owned(),
            ..all.clone()
        };
        assert_eq!(count(&library, &dave, &filtered).await, exactly(10));
        // A plan that holds more than the policy allows counts nothing.
        let inexact = under(
            &shelf,
            "permit (principal, action, resource) when { resource.updated_at + 1 < 4 }",
        );
        assert_eq!(count(&inexact, &alice, &all).await, None);

        put_rows(&shelf, 1_000..=2_200, "'Many', 'many'", "false", "5, 5").await;
        put_in(
            &shelf,
            "SELECT 'Engineering', 'engineering', id FROM document WHERE id >= 1000",
        )
        .await;
        let capped = Some(Count {
            number: 1_000,
            is_capped: true,
        });
        assert_eq!(count(&library, &alice, &all).await, capped);
        assert_eq!(count(&library, &visitor(carol()), &all).await, capped);
        // Each document twice, by two permits, and exactly as many as are counted.
        shelf
            .database
            .execute("DELETE FROM document WHERE id BETWEEN 10 AND 999 OR id >= 2000")
            .await;
        assert_eq!(count(&library, &alice, &all).await, exactly(1_000));
    }
}

#[tokio::test]
async fn fi_2_a_folder_lists_what_lies_directly_in_it_whether_it_is_small_or_large() {
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        let large = 1_500;
        put_rows(&shelf, 100..=100 + large, "'L', 'l'", "true", "i, i").await;
        for statement in [
            "UPDATE document SET folder = 'large' WHERE id >= 100",
            "UPDATE document SET folder = 'small' WHERE id BETWEEN 10 AND 29",
            "UPDATE document SET folder = 'small/below' WHERE id BETWEEN 30 AND 35",
            "UPDATE document SET folder = 'smaller' WHERE id = 36",
            "UPDATE document SET is_private = false WHERE id % 500 = 0",
        ] {
            shelf.database.execute(statement).await;
        }
        let library = small_pages(&shelf);
        for (person, reads) in [
            (alice(), (|id| id % 3 == 0 || id % 2 == 0) as fn(&i64) -> bool),
            (dave(), |id| id % 3 == 0),
            (carol(), |_| true),
        ] {
            let visitor = visitor(person);
            for sort in SORTS {
                let query = |folder: &str| ListingQuery {
                    folder: Some(folder.to_owned()),
                    ..by(sort)
                };
                let small: Vec<i64> = pages(&library, &visitor, &query("small"))
                    .await
                    .iter()
                    .flat_map(ids)
                    .collect();
                let mut sorted = small.clone();
                sorted.sort_unstable();
                assert_eq!(sorted, (10..=29).filter(reads).collect::<Vec<_>>(), "{sort:?}");
                let listed = pages(&library, &visitor, &query("large")).await;
                if reads(&101) {
                    assert_eq!(listed.iter().map(|page| page.rows.len()).sum::<usize>(), 1_501);
                } else {
                    let mut expected = vec![500, 1_000, 1_500];
                    if sort.is_descending {
                        expected.reverse();
                    }
                    assert_eq!(listed.iter().flat_map(ids).collect::<Vec<_>>(), expected, "{sort:?}");
                    assert_eq!(listed.len(), 1);
                }
            }
            for nothing in ["none", "smal", "small/", "%", "x\0y"] {
                let query = ListingQuery {
                    folder: Some(nothing.to_owned()),
                    ..ListingQuery::default()
                };
                let page = library.list(&visitor, &query).await.unwrap();
                assert_eq!((page.rows, page.next, page.previous), (vec![], None, None));
            }
        }
    }
}

/// What sorts a document stands beside its groups as well.
#[tokio::test]
async fn fi_1_what_sorts_a_document_is_repeated_beside_its_groups_by_whoever_changes_it() {
    let wrong =
        "SELECT count(*) FROM document_group g LEFT JOIN document d ON d.id = g.document_id AND d.trashed_at IS NULL
        WHERE g.updated_at IS DISTINCT FROM d.updated_at OR g.created_at IS DISTINCT FROM d.created_at
            OR g.title_key IS DISTINCT FROM d.title_key";
    for shelf in Shelf::both().await {
        fill(&shelf).await;
        assert!(shelf.database.number("SELECT count(*) FROM document_group").await > 10);
        for statement in [
            "UPDATE document SET updated_at = 77 WHERE id = 10",
            "UPDATE document SET created_at = 78 WHERE id = 12",
            "UPDATE document SET title = 'New', title_key = 'new' WHERE id = 14",
            "UPDATE document SET trashed_at = 1 WHERE id = 16",
            "INSERT INTO document_group (group_id, group_key, document_id) VALUES ('More', 'more', 16)",
            "UPDATE document SET updated_at = 79 WHERE id = 16",
            "UPDATE document SET trashed_at = NULL WHERE id = 16",
            "INSERT INTO document_group (group_id, group_key, document_id) VALUES ('More', 'more', 18)",
            "DELETE FROM document WHERE id = 18",
        ] {
            shelf.database.execute(statement).await;
            assert_eq!(shelf.database.number(wrong).await, 0, "{statement}");
        }
        let note = "---\ntitle: Über uns\ngroups: [Sales, Engineering]\n---\n";
        shelf.import(&[("n.md", note.as_bytes())]).await;
        assert_eq!(shelf.database.number(wrong).await, 0);
        let key = "SELECT count(*) FROM document_group WHERE title_key = 'uber uns'";
        assert_eq!(shelf.database.number(key).await, 2);
        shelf
            .import(&[("n.md", note.replace("Über uns", "Ändert sich").as_bytes())])
            .await;
        assert_eq!(shelf.database.number(wrong).await, 0);
        assert_eq!(shelf.database.number(&key.replace("uber uns", "andert sich")).await, 2);
    }
}

/// A planner that knows nothing of what was imported chooses the wrong index.
#[tokio::test]
async fn fi_1_statistics_are_fresh_after_an_import() {
    let [sqlite, postgres] = Shelf::both().await;
    let names: Vec<String> = (0..300).map(|number| format!("{number}.md")).collect();
    let note = b"---\ngroups: [Sales]\n---\n# A note".as_slice();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), note)).collect();
    for (shelf, known) in [
        (
            sqlite,
            "SELECT coalesce(max(CAST(substr(stat, 1, instr(stat, ' ') - 1) AS INTEGER)), 0) FROM sqlite_stat1
                 WHERE idx = 'document_group_by_id_and_title'",
        ),
        (
            postgres,
            "SELECT coalesce(max(c.reltuples), 0)::bigint FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname
                 WHERE c.relname = 'document_group' AND s.attname = 'title_key'",
        ),
    ] {
        assert_eq!(shelf.database.number(known).await, 0);
        shelf.import(&files).await;
        assert_eq!(shelf.database.number(known).await, 300);
    }
}
