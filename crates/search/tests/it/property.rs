//! Property: a search finds what it must, and nothing outside the rights. Documents, changes and people are generated.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Right, Rights};
use proptest::{prelude::*, sample::select, test_runner::Config};
use tempfile::TempDir;

use super::shelf::{NOW, Paper, find, ids, number, open, owner, paper};

/// Words that no stemmer and no typing error makes one of.
const WORDS: [&str; 8] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "kilowatt", "zulu",
];

fn rights() -> impl Strategy<Value = BTreeSet<Right>> {
    let right = prop_oneof![
        Just(Right::Public),
        select(&["ann", "ben"][..]).prop_map(owner),
        select(&["a", "b"][..]).prop_map(|name| Right::GroupId(name.to_owned())),
        select(&["a", "b"][..]).prop_map(|name| Right::GroupName(name.to_owned())),
        select(&["", "x", "x/y"][..]).prop_map(|path| Right::Folder(path.to_owned())),
    ];
    proptest::collection::btree_set(right, 0..4)
}

fn document() -> impl Strategy<Value = Paper> {
    let words = || proptest::collection::vec(select(&WORDS[..]), 0..5).prop_map(|words| words.join(" "));
    (1..12_i64, words(), words(), words(), rights(), 0..5_i64).prop_map(|(id, title, heading, text, rights, age)| {
        Paper {
            headings: vec![heading],
            updated_at: NOW - age * 31_557_600,
            rights,
            ..paper(id, &title, &text)
        }
    })
}

/// A put, a removal or a commit.
#[derive(Debug, Clone)]
enum Step {
    Put(Paper),
    Remove(i64),
    Commit,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => document().prop_map(Step::Put),
        2 => (1..12_i64).prop_map(Step::Remove),
        2 => Just(Step::Commit),
        1 => Just(Step::Reopen),
    ]
}

fn holds(paper: &Paper, word: &str) -> bool {
    [&paper.title, &paper.headings[0], &paper.text]
        .iter()
        .any(|text| text.split(' ').any(|found| found == word))
}

fn expected(papers: &BTreeMap<i64, Paper>, words: &[&str], rights: &Rights) -> BTreeSet<i64> {
    let fits = |paper: &&Paper| {
        let is_allowed = match rights {
            Rights::All => true,
            Rights::AnyOf(rights) => rights.iter().any(|right| match right {
                Right::Document(id) => *id == number(paper.id),
                other => paper.rights.contains(other),
            }),
        };
        is_allowed && words.iter().all(|word| holds(paper, word))
    };
    papers.values().filter(fits).map(|paper| paper.id).collect()
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: Config::default().cases / 4, ..Config::default() })]

    #[test]
    fn a_search_finds_what_holds_the_words_within_the_rights_and_nothing_else(
        steps in proptest::collection::vec(step(), 1..25),
        searches in proptest::collection::vec(
            (proptest::collection::vec(select(&WORDS[..]), 1..3), proptest::option::weighted(0.8, rights()), 1..12_i64), 1..8),
    ) {
        let folder = TempDir::new().unwrap();
        let mut index = open(folder.path());
        let mut writer = index.writer().unwrap();
        writer.begin_rebuild().unwrap();
        writer.finish_rebuild(0).unwrap();
        let (mut put, mut committed) = (BTreeMap::new(), BTreeMap::new());
        for (number_of_step, step) in steps.into_iter().chain([Step::Commit]).enumerate() {
            match step {
                Step::Put(paper) => {
                    writer.put(&paper.indexed()).unwrap();
                    put.insert(paper.id, paper);
                }
                Step::Remove(id) => {
                    writer.remove(number(id));
                    put.remove(&id);
                }
                Step::Commit => {
                    writer.commit(i64::try_from(number_of_step).unwrap()).unwrap();
                    committed = put.clone();
                }
                Step::Reopen => {
                    drop(writer);
                    index = open(folder.path());
                    writer = index.writer().unwrap();
                    put = committed.clone();
                }
            }
        }
        for (words, rights, id) in searches {
            let rights = rights.map_or(Rights::All, |mut rights| {
                if id % 3 == 0 {
                    rights.insert(Right::Document(number(id)));
                }
                Rights::AnyOf(rights)
            });
            let found = find(&index, &format!("{} ", words.join(" ")), &rights);
            let exact: BTreeSet<i64> = ids(&found)[..found.hits.len() - found.similar].iter().copied().collect();
            prop_assert_eq!(&exact, &expected(&committed, &words, &rights), "{:?} {:?}", words, rights);
            // What is only similar is within the rights as well.
            let all: BTreeSet<i64> = ids(&found).into_iter().collect();
            prop_assert!(all.is_subset(&expected(&committed, &[], &rights)));
            prop_assert_eq!(all.len(), found.hits.len(), "found twice");
        }
    }
}
