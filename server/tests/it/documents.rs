//! The library finds, decides and returns documents. On a real database, with the shipped policy, without a site around it.

use domain::{DocumentId, Groups, Library, LibraryError, Listing, ListingQuery, PersonId, Visitor, listing::PAGE_SIZE};
use server::{
    config::DatabaseUrl,
    library::{LocalLibrary, MAX_ROWS},
};
use store::{Store, StoreError};

mod changes;
mod crowd;
mod folders;
mod lists;
mod papers;
mod planned;
pub(crate) mod property;
mod reading;
mod rendering;
pub(crate) mod shelf;
mod unicode;

use shelf::{Shelf, alice, bob, carol, dave, erin, visitor};

fn id(number: i64) -> DocumentId {
    DocumentId::new(number).unwrap()
}

async fn all(shelf: &Shelf, visitor: &Visitor, filter: &str) -> Vec<Listing> {
    let mut query = ListingQuery {
        filter: filter.to_owned(),
        ..ListingQuery::default()
    };
    let mut pages = Vec::new();
    loop {
        let page = shelf.library.list(visitor, &query).await.unwrap();
        query.cursor.clone_from(&page.next);
        pages.push(page);
        if query.cursor.is_none() {
            return pages;
        }
    }
}

/// Numbers of all documents that a library lists.
async fn rows(library: &LocalLibrary, visitor: &Visitor) -> Vec<i64> {
    let (mut query, mut numbers) = (ListingQuery::default(), Vec::new());
    loop {
        let page = library.list(visitor, &query).await.unwrap();
        numbers.extend(page.rows.iter().map(|row| row.id.number()));
        query.cursor = page.next;
        if query.cursor.is_none() {
            return numbers;
        }
    }
}

fn numbers(pages: &[Listing]) -> Vec<i64> {
    pages
        .iter()
        .flat_map(|page| &page.rows)
        .map(|row| row.id.number())
        .collect()
}

#[tokio::test]
async fn do_1_a_document_keeps_owner_groups_privacy_title_and_content() {
    for shelf in Shelf::both_with_demo().await {
        let open = shelf.library.open(&visitor(alice()), id(1)).await.unwrap();
        let summary = open.summary;
        assert_eq!(
            (summary.title.as_str(), summary.owner.as_str()),
            ("How we build and release", "Alice Archer")
        );
        assert_eq!(summary.groups, ["Engineering"]);
        assert!(summary.visibility.is_private());
        assert!(open.html.contains("private engineering document"));
        assert_eq!(open.headings[0].anchor, "h-from-a-change-to-production");
    }
}

#[tokio::test]
async fn do_1_documents_outlive_the_process() {
    for shelf in Shelf::both_with_demo().await {
        shelf.store.close().await;
        let again = Store::open(&shelf.database.url(), markdown::VERSIONS).await.unwrap();
        assert_eq!(
            again.find(id(3)).await.unwrap().unwrap().row.title,
            "Office and administration"
        );
    }
}

#[tokio::test]
async fn do_2_an_allowed_document_is_shown() {
    for shelf in Shelf::both_with_demo().await {
        let html = shelf.library.open(&visitor(dave()), id(3)).await.unwrap().html;
        assert!(html.contains("public document of the administration"));
    }
}

#[tokio::test]
async fn do_2_a_refused_document_says_why_and_whom_to_ask() {
    for shelf in Shelf::both_with_demo().await {
        let Err(LibraryError::Refused(refusal)) = shelf.library.open(&visitor(alice()), id(2)).await else {
            panic!("document 2 was not refused");
        };
        assert!(
            refusal
                .sentences
                .contains(&"Only members of Marketing can read it.".to_owned()),
            "{refusal:?}"
        );
        assert_eq!(refusal.contact.as_deref(), Some("Bob Baker"));
        assert!(
            !format!("{refusal:?}").contains("campaign"),
            "the title or content was told: {refusal:?}"
        );
    }
}

#[tokio::test]
async fn do_2_an_unknown_document_is_not_found() {
    for shelf in Shelf::both_with_demo().await {
        let answer = shelf.library.open(&visitor(carol()), id(4_711)).await;
        assert!(matches!(answer, Err(LibraryError::NotFound)), "{answer:?}");
    }
}

#[tokio::test]
async fn do_2_strangers_sign_in_first_whether_or_not_the_document_exists() {
    for shelf in Shelf::both_with_demo().await {
        for number in [1, 3, 4_711] {
            let answer = shelf.library.open(&Visitor::Anonymous, id(number)).await;
            assert!(matches!(answer, Err(LibraryError::SignInFirst)), "{answer:?}");
        }
        let answer = shelf.library.list(&Visitor::Anonymous, &ListingQuery::default()).await;
        assert!(matches!(answer, Err(LibraryError::SignInFirst)), "{answer:?}");
    }
}

#[tokio::test]
async fn do_4_the_demos_people_find_in_the_list_what_they_may_open() {
    for shelf in Shelf::both_with_demo().await {
        let mut unknown = alice();
        unknown.groups = Groups::Unknown;
        for person in [alice(), bob(), carol(), dave(), erin(), unknown] {
            let visitor = visitor(person);
            let mut open = Vec::new();
            for number in (1..=i64::try_from(demo::DOCUMENTS.len()).unwrap()).rev() {
                match shelf.library.open(&visitor, id(number)).await {
                    Ok(document) => open.push(document.summary),
                    Err(LibraryError::Refused(_)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            let listed: Vec<_> = all(&shelf, &visitor, "")
                .await
                .into_iter()
                .flat_map(|page| page.rows)
                .collect();
            assert_eq!(listed, open, "{visitor:?}");
            assert!(listed.iter().all(|row| !row.reasons.is_empty()));
        }
    }
}

#[tokio::test]
async fn do_4_pages_follow_each_other_without_gaps_or_repeats() {
    for shelf in Shelf::both().await {
        let files: Vec<(String, String)> = (0..130)
            .map(|n| {
                (
                    format!("{n:03}.md"),
                    format!("---\nowner: bob\nprivate: {}\n---\n# Paper {n}\n", n % 2 == 1),
                )
            })
            .collect();
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .collect();
        shelf.import(&files).await;
        let pages = all(&shelf, &visitor(dave()), "").await;
        assert_eq!(
            pages.iter().map(|page| page.rows.len()).collect::<Vec<_>>(),
            [PAGE_SIZE, PAGE_SIZE, 15]
        );
        let expected: Vec<i64> = (1..=130).rev().filter(|n| n % 2 == 1).collect();
        assert_eq!(numbers(&pages), expected);
        assert_eq!(numbers(&all(&shelf, &visitor(bob()), "").await).len(), 130);
        assert_eq!(
            numbers(&all(&shelf, &visitor(carol()), "PAPER 12").await),
            [130, 129, 128, 127, 126, 125, 124, 123, 122, 121, 113, 13]
        );
    }
}

#[tokio::test]
async fn do_4_a_full_last_page_has_no_next() {
    for shelf in Shelf::both().await {
        let names: Vec<String> = (0..PAGE_SIZE).map(|n| format!("{n:02}.md")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"# x".as_slice())).collect();
        shelf.import(&files).await;
        let pages = all(&shelf, &visitor(alice()), "").await;
        assert_eq!((pages.len(), pages[0].rows.len()), (1, PAGE_SIZE));
    }
}

/// Which rows a filter finds is tested of what the person can reach, and of a bounded number for one page.
#[tokio::test]
async fn do_4_a_filter_looks_at_a_bounded_number_of_rows_and_the_next_request_goes_on() {
    for shelf in Shelf::both().await {
        shelf
            .import(&[
                ("mine.md", b"---\nowner: dave\n---\n# Paper of mine"),
                ("a.md", b"---\nowner: bob\nid: 1\n---\n# Paper A"),
            ])
            .await;
        let rows = i64::try_from(MAX_ROWS).unwrap() + 2_000;
        for (private, words, filter) in [("true", "paper", "paper"), ("false", "other", "paper")] {
            shelf
                .database
                .execute(&format!(
                    "DELETE FROM document WHERE id >= 10;
                     INSERT INTO document
                         (id, title, owner_id, is_private, folder, words, created_at, updated_at, rendered_by, headings, html, content)
                     WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} + 10)
                     SELECT i, 'Paper', '{}', {private}, '', '{words}', 9999999999, 9999999999, 1, '[]', '', '' FROM n",
                    bob().id.as_str()
                ))
                .await;
            let shown = |pages: &[Listing]| pages.iter().map(|page| page.rows.len()).collect::<Vec<_>>();
            let pages = all(&shelf, &visitor(dave()), filter).await;
            let expected = if private == "true" { vec![2] } else { vec![0, 2] };
            assert_eq!(shown(&pages), expected);
            // Everything is hers to read; a filter that nearly nothing has is as slow for her.
            let pages = all(&shelf, &visitor(carol()), "mine").await;
            assert_eq!(shown(&pages), [0, 1]);
            // Back from there, the rows between are looked at again.
            let mut query = ListingQuery {
                filter: "mine".to_owned(),
                cursor: pages[0].next.clone(),
                ..ListingQuery::default()
            };
            let last = shelf.library.list(&visitor(carol()), &query).await.unwrap();
            query.cursor.clone_from(&last.previous);
            assert!(query.cursor.is_some());
            let back = shelf.library.list(&visitor(carol()), &query).await.unwrap();
            assert_eq!(back.rows, []);
            assert!(back.previous.is_some() && back.next.is_some());
        }
    }
}

#[tokio::test]
async fn do_4_the_filter_looks_in_title_and_folder_without_regard_to_case() {
    for shelf in Shelf::both().await {
        let text = "---\ntitle: Über Ölpreise 100% _sicher_\nfolder: Wissen/Energie\n---\n";
        shelf
            .import(&[("a.md", text.as_bytes()), ("b.md", b"# Something else")])
            .await;
        let visitor = visitor(alice());
        for found in [
            "ÜBER",
            "ölpreise energie",
            "wissen/energie",
            "100%",
            "_SICHER_",
            "  über   ",
        ] {
            assert_eq!(numbers(&all(&shelf, &visitor, found).await), [1], "{found}");
        }
        for missed in [
            "über kohle",
            "1_0",
            "100%%",
            "'; DROP TABLE document; --",
            "\"",
            "[\"über\"]",
        ] {
            assert!(numbers(&all(&shelf, &visitor, missed).await).is_empty(), "{missed}");
        }
    }
}

#[tokio::test]
async fn owners_are_called_by_the_name_their_provider_tells() {
    for shelf in Shelf::both().await {
        shelf.import(&[("a.md", b"---\nowner: bob\n---\n# A")]).await;
        let owner = async || shelf.library.open(&visitor(dave()), id(1)).await.unwrap().summary.owner;
        assert_eq!(owner().await, "bob");
        shelf
            .store
            .set_name_if_never_seen(&PersonId::new(shelf::ISSUER, "bob"), "Bob, perhaps")
            .await
            .unwrap();
        assert_eq!(owner().await, "Bob, perhaps");
        let mut signed_in = bob();
        signed_in.name = "Bob Baker".to_owned();
        shelf.store.upsert_person(&signed_in).await.unwrap();
        shelf
            .store
            .set_name_if_never_seen(&signed_in.id, "Somebody else")
            .await
            .unwrap();
        assert_eq!(owner().await, "Bob Baker");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "this is no database, whatever its name says. ".repeat(100)).unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (url, expected) in [
        (format!("sqlite:{}", garbage.display()), "cannot open the database"),
        (format!("sqlite:{}/x.db", file.display()), "cannot make the folder"),
        (
            format!("sqlite:{}", folder.path().display()),
            "cannot open the database",
        ),
    ] {
        let error: StoreError = Store::open(&DatabaseUrl::parse(&url).unwrap(), markdown::VERSIONS)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains(expected) && !error.to_string().contains('\n'),
            "{url}: {error}"
        );
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    for shelf in Shelf::both().await {
        shelf
            .database
            .execute("UPDATE _sqlx_migrations SET checksum = substr(checksum, 2)")
            .await;
        shelf.store.close().await;
        let error = Store::open(&shelf.database.url(), markdown::VERSIONS)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("do not fit this version"), "{error}");
    }
}
