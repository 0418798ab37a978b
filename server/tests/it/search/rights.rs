//! Nothing that somebody may not read is found, counted or quoted, at any moment: the index of these tests has stopped following, so that only
//! the decision is left.

use std::path::Path;

use domain::Person;
use policy::{Policy, Source};

use super::finder::{Finder, numbers, page};
use crate::documents::shelf::{Shelf, alice, bob, carol, dave, person, policy_folder};

fn policy(rules: &str) -> Policy {
    let file = policy_folder().join("schema.cedarschema");
    let schema = Source {
        text: std::fs::read_to_string(&file).unwrap(),
        path: file,
    };
    let rules = Source {
        path: Path::new("rules.cedar").to_owned(),
        text: rules.to_owned(),
    };
    Policy::check(&schema, &[rules]).unwrap()
}

#[tokio::test]
async fn fi_5_what_became_private_moved_or_was_removed_is_gone_before_the_index_follows() {
    for shelf in Shelf::both().await {
        let texts: Vec<(String, &[u8])> = (1..=6)
            .map(|number| {
                let text: &[u8] = b"---\nowner: bob\ngroups: [Engineering]\nfolder: old/deep\n---\n# Plan\n\nzebra";
                (format!("{number}.md"), text)
            })
            .collect();
        let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        shelf.import(&files).await;
        let finder = Finder::start(&shelf, "index");
        finder.until_found().await;
        finder.stop().await;
        let alice = alice();
        assert_eq!(finder.find(&alice, "zebra folder:old").await, [1, 2, 3, 4, 5, 6]);

        let private = if shelf.database.text().starts_with("sqlite") {
            "1"
        } else {
            "true"
        };
        for statement in [
            format!("UPDATE document SET is_private = {private}"),
            "DELETE FROM document_group WHERE document_id = 1".to_owned(),
            "UPDATE document_group SET group_id = 'Marketing', group_key = 'marketing' WHERE document_id = 2"
                .to_owned(),
            "UPDATE document SET trashed_at = 1 WHERE id = 3".to_owned(),
            "DELETE FROM document WHERE id = 4".to_owned(),
            "UPDATE document SET folder = 'new' WHERE id = 5".to_owned(),
        ] {
            shelf.database.execute(&statement).await;
        }
        assert_eq!(finder.find(&alice, "zebra").await, [5, 6]);
        assert_eq!(
            finder.find(&alice, "zebra folder:old").await,
            [6],
            "it lies elsewhere now"
        );
        // Another person, or the same one without the group.
        assert_eq!(finder.find(&dave(), "zebra").await, [] as [i64; 0]);
        assert_eq!(finder.find(&person("alice", &[], None), "zebra").await, [] as [i64; 0]);
        assert_eq!(finder.find(&carol(), "zebra").await, [1, 2, 5, 6]);
        // Other rules.
        let nothing = policy("@id(\"none\") @refused(\"No.\") forbid (principal, action, resource);");
        assert_eq!(
            numbers(&page(&finder.under(nothing), &alice, "zebra").await),
            [] as [i64; 0]
        );
    }
}

/// What somebody is told of a search, but for which documents it finds.
async fn outcome(finder: &Finder, rules: &str, who: &Person, words: &str) -> (usize, usize, bool) {
    let page = page(&finder.under(policy(rules)), who, words).await;
    (page.results.len(), page.similar, page.is_cut)
}

#[tokio::test]
async fn fi_5_refused_hits_neither_count_nor_shorten_a_page_nor_tell_that_there_are_more() {
    // The plan holds the refused ones, as rights say nothing of titles.
    let rules = "@id(\"all\") @because(\"x\") permit (principal, action, resource);
        @id(\"secret\") @refused(\"No.\") forbid (principal, action, resource) when { resource.title like \"Secret*\" };";
    let shelf = Shelf::sqlite().await;
    let mut files: Vec<(String, String)> = (0..450)
        .map(|n| (format!("s{n}.md"), "# Secret zebra zebra".to_owned()))
        .collect();
    files.extend((0..3).map(|n| {
        (
            format!("o{n}.md"),
            format!("# Open {n}\n\nmany other words and one zebra"),
        )
    }));
    files.push(("similar.md".to_owned(), "# Zebro".to_owned()));
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    shelf.import(&files).await;
    let finder = Finder::start(&shelf, "index");
    finder.until_found().await;

    let alice = alice();
    assert_eq!(outcome(&finder, rules, &alice, "zebra").await, (3, 0, false));
    // 450 documents have both words, none of which may be read: the same as if there were none.
    assert_eq!(outcome(&finder, rules, &alice, "secret zebra").await, (0, 0, false));
    assert_eq!(outcome(&finder, rules, &alice, "secret unheard").await, (0, 0, false));
    // Fewer than a few exact ones that may be read: similar words are looked for, whatever else there is.
    let narrower = format!(
        "{rules}\n@id(\"open\") @refused(\"No.\") forbid (principal, action, resource) when {{ resource.title like \"Open*\" }};"
    );
    assert_eq!(outcome(&finder, &narrower, &alice, "zebra").await, (1, 1, false));
    // Without the rule there are more than a page holds.
    assert_eq!(
        outcome(
            &finder,
            "@id(\"all\") @because(\"x\") permit (principal, action, resource);",
            &alice,
            "zebra"
        )
        .await,
        (50, 0, true)
    );
}

#[tokio::test]
async fn fi_5_an_owner_is_found_by_what_lists_show_and_never_by_address() {
    for shelf in Shelf::both().await {
        let text = b"---\nowner: bob\nprivate: false\n---\n# Paper";
        shelf
            .import(&[("a.md", text), ("b.md", b"---\nowner: alice\n---\n# Paper")])
            .await;
        let mut signed_in = bob();
        signed_in.name = "Bob Baker".to_owned();
        signed_in.email = Some("secret-address@portico.example".to_owned());
        shelf.store.upsert_person(&signed_in).await.unwrap();
        let finder = Finder::start(&shelf, "index");
        finder.until_found().await;
        let alice = alice();
        for words in ["owner:bob", "paper owner:\"bob baker\"", "owner:BAKER"] {
            assert_eq!(finder.find(&alice, words).await, [1], "{words}");
        }
        assert_eq!(finder.find(&alice, "owner:me").await, [2]);
        for words in [
            "owner:secret-address",
            "owner:portico.example",
            "owner:nobody-at-all",
            "paper owner:zed",
        ] {
            assert_eq!(finder.find(&alice, words).await, [] as [i64; 0], "{words}");
        }
    }
}

#[tokio::test]
async fn fi_4_groups_and_times_narrow_a_search_down() {
    for shelf in Shelf::both().await {
        let group = "---\nowner: bob\ngroups: [Engineering]\n---\n# Paper of the group".as_bytes();
        shelf
            .import(&[("a.md", group), ("b.md", b"---\nprivate: false\n---\n# Paper")])
            .await;
        let finder = Finder::start(&shelf, "index");
        finder.until_found().await;
        let alice = alice();
        assert_eq!(finder.find(&alice, "paper").await, [1, 2]);
        for words in [
            "paper group:Engineering",
            "group:engineering",
            "paper group:\"ENGINEERING\" group:none",
        ] {
            assert_eq!(finder.find(&alice, words).await, [1], "{words}");
        }
        assert_eq!(finder.find(&alice, "paper group:none").await, [] as [i64; 0]);
        assert_eq!(finder.find(&alice, "paper updated:<2000").await, [] as [i64; 0]);
        assert_eq!(finder.find(&alice, "paper updated:>=2000").await, [1, 2]);
    }
}
