//! Words, phrases, filters and order of results.

use domain::Rights;

use super::shelf::{NOW, Shelf, find, owner, paper, sorted};
use domain::Right;

#[test]
fn every_word_must_occur_somewhere() {
    let mut heading = paper(3, "Travel", "Trains");
    heading.headings = vec!["Costs".to_owned(), "Approval".to_owned()];
    let shelf = Shelf::new(&[
        paper(1, "Holiday", "How to ask for a holiday."),
        paper(2, "Sick leave", "Not a holiday, but leave."),
        heading,
    ]);
    assert_eq!(sorted(shelf.find("holiday ")), [1, 2]);
    assert_eq!(shelf.find("holiday leave "), [2]);
    assert_eq!(shelf.find("travel approval trains "), [3]);
    assert_eq!(shelf.find("holiday trains "), Vec::<i64>::new());
    assert_eq!(shelf.find("holiday -leave"), [1]);
    assert_eq!(shelf.find(""), Vec::<i64>::new());
    assert_eq!(shelf.find("…"), Vec::<i64>::new());
}

#[test]
fn the_last_word_may_be_unfinished() {
    let shelf = Shelf::new(&[
        paper(1, "Reimbursement", "of costs"),
        paper(2, "x", "Reimbursing nobody"),
    ]);
    assert_eq!(shelf.find("reimb"), [1, 2], "in the title comes first");
    assert_eq!(shelf.find("costs reimb"), [1]);
    assert_eq!(shelf.find("reimb costs"), Vec::<i64>::new());
    assert_eq!(shelf.find("re"), [1], "two letters begin a word of most texts");
    assert_eq!(shelf.find("r"), Vec::<i64>::new());
    assert_eq!(
        shelf.find("\"of co"),
        Vec::<i64>::new(),
        "a phrase is meant as it stands"
    );
}

#[test]
fn phrases_stand_as_they_are_written() {
    let mut split = paper(3, "blue", "red");
    split.headings = vec!["the blue".to_owned(), "house burns".to_owned()];
    let shelf = Shelf::new(&[
        paper(1, "a", "The blue house burns."),
        paper(2, "b", "The house is blue."),
        split,
    ]);
    assert_eq!(shelf.find("\"blue house\""), [1]);
    assert_eq!(shelf.find("\"Blue, HOUSE\""), [1]);
    assert_eq!(shelf.find("\"blue houses\""), Vec::<i64>::new());
    assert_eq!(sorted(shelf.find("blue houses ")), [1, 2, 3]);
    assert_eq!(shelf.find("house -\"blue house\""), [3, 2]);
}

#[test]
fn other_forms_and_accents_are_found_in_every_configured_language() {
    let shelf = Shelf::new(&[
        paper(1, "Policies", "Nothing else"),
        paper(2, "Verträge", "Die Häuser am See"),
        paper(3, "Règlement général", "Les congés payés"),
    ]);
    for (typed, id) in [
        ("policy ", 1),
        ("POLICIES ", 1),
        ("Vertrag ", 2),
        ("vertragen ", 2),
        ("haus ", 2),
        ("reglement ", 3),
        ("conge ", 3),
        ("CONGÉS ", 3),
    ] {
        assert_eq!(shelf.find(typed), [id], "{typed}");
    }
}

#[test]
fn chinese_and_japanese_are_found_without_spaces() {
    let shelf = Shelf::new(&[
        paper(1, "员工手册", "公司的休假政策"),
        paper(2, "情報共有ガイド", "社内の文書"),
        paper(3, "Portico 手册", "x"),
    ]);
    assert_eq!(shelf.find("手册"), [3, 1], "the shorter title fits better");
    assert_eq!(shelf.find("员工手册"), [1]);
    assert_eq!(shelf.find("休假政策"), [1]);
    assert_eq!(shelf.find("假休"), Vec::<i64>::new());
    assert_eq!(shelf.find("ガイド"), [2]);
    assert_eq!(shelf.find("休"), [1], "one sign begins a word");
    assert_eq!(shelf.find("portico手册"), [3]);
}

#[test]
fn small_typing_errors_are_forgiven_after_what_fits() {
    let shelf = Shelf::new(&[
        paper(1, "Reimbursement", "x"),
        paper(2, "Contract", "y"),
        paper(3, "Contrast", "y"),
        paper(4, "cat", "y"),
    ]);
    for (typed, expected) in [
        ("reimbursment ", vec![1]),
        ("riembursement ", vec![1]),
        ("reimbrusemnet ", vec![1]),
        ("reimburs3m3nt ", vec![1]),
        ("conract ", vec![2]),
        ("cta ", vec![]),
        ("2026 ", vec![]),
    ] {
        assert_eq!(shelf.find(typed), expected, "{typed}");
    }
    let found = find(&shelf.index, "contract ", &Rights::All);
    assert_eq!((super::shelf::ids(&found), found.similar), (vec![2, 3], 1));
    assert_eq!(
        shelf.find("\"reimbursment\""),
        Vec::<i64>::new(),
        "what is quoted is meant"
    );
}

#[test]
fn title_comes_before_headings_before_text() {
    let mut heading = paper(2, "b", "x y z");
    heading.headings = vec!["Security".to_owned()];
    let shelf = Shelf::new(&[paper(1, "a", "security x y"), heading, paper(3, "Security", "x y z")]);
    assert_eq!(shelf.find("security "), [3, 2, 1]);
}

#[test]
fn fresh_comes_before_stale() {
    let mut papers: Vec<_> = (1..=6).map(|id| paper(id, "Report", "the same text")).collect();
    for (paper, years) in papers.iter_mut().zip([3, 1, 9, 0, 2, 5]) {
        paper.updated_at = NOW - years * 31_557_600;
    }
    assert_eq!(Shelf::new(&papers).find("report "), [4, 2, 5, 1, 6, 3]);
}

#[test]
fn filters_narrow_down_and_alone_find_the_latest() {
    let folder = |path: &str| Right::Folder(path.to_owned());
    let mut old =
        paper(1, "Plan", "x").with_rights([Right::Public, folder("a/b"), folder("a"), folder(""), owner("ann")]);
    old.updated_at = NOW - 400 * 86_400;
    let shelf = Shelf::new(&[
        old,
        paper(2, "Plan", "x").with_rights([
            Right::Public,
            folder("ab"),
            folder(""),
            owner("ben"),
            Right::GroupId("Sales".to_owned()),
        ]),
    ]);
    assert_eq!(shelf.find("plan folder:a"), [1]);
    assert_eq!(shelf.find("folder:a/b plan"), [1]);
    assert_eq!(shelf.find("folder:a folder:ab"), [2, 1]);
    assert_eq!(shelf.find("folder:/"), [2, 1]);
    assert_eq!(shelf.find("plan folder:b"), Vec::<i64>::new());
    assert_eq!(shelf.find("owner:ann"), [1]);
    assert_eq!(shelf.find("owner:ann owner:ben plan"), [2, 1]);
    assert_eq!(shelf.find("owner:ann folder:ab"), Vec::<i64>::new());
    assert_eq!(shelf.find("group:Sales"), [2]);
    assert_eq!(shelf.find("updated:30d"), [2]);
    assert_eq!(shelf.find("plan updated:<2026"), [1]);
    assert_eq!(shelf.find("updated:2026"), [2]);
    assert_eq!(shelf.find("updated:1980 plan"), Vec::<i64>::new());
}

#[test]
fn a_name_that_nobody_could_resolve_finds_nothing() {
    use std::collections::BTreeSet;
    let shelf = Shelf::new(&[paper(1, "Plan", "x")]);
    for typed in ["plan owner:ghost", "plan group:ghost", "owner:ghost"] {
        let query = domain::SearchQuery::parse(typed, NOW);
        let request = search::SearchRequest {
            query: &query,
            rights: &Rights::All,
            owners: &BTreeSet::new(),
            groups: &BTreeSet::new(),
            now: NOW,
            limit: 10,
            skip: 0,
        };
        assert_eq!(shelf.index.search(&request).unwrap().hits.len(), 0, "{typed}");
    }
}

#[test]
fn no_more_than_the_limit_is_found_and_it_is_said() {
    let papers: Vec<_> = (1..=60).map(|id| paper(id, "Report", "x")).collect();
    let shelf = Shelf::new(&papers);
    let found = find(&shelf.index, "report ", &Rights::All);
    assert_eq!((found.hits.len(), found.is_cut), (50, true));
    let shelf = Shelf::new(&papers[..50]);
    assert!(!find(&shelf.index, "report ", &Rights::All).is_cut);
}

/// With rights beside it, a word is looked up document by document; alone, the engine passes over what is not among the best. A prefix and a typing
/// error that stand for few words are looked up as these.
#[test]
fn rights_that_allow_everything_change_neither_what_is_found_nor_its_order() {
    let word = |number: i64| {
        format!(
            "plan{}",
            ["", "s", "ned", "ning", "et", "k"][usize::try_from(number % 6).unwrap()]
        )
    };
    let few: Vec<_> = (1..=180)
        .map(|id| paper(id, &word(id / 3), &word(id).repeat(1 + usize::from(id % 5 == 0))))
        .collect();
    // More words than are looked up one by one.
    let many: Vec<_> = (1..=180)
        .map(|id| {
            paper(
                id,
                "x",
                &format!("plan{id} {}", "y ".repeat(usize::try_from(id % 7).unwrap())),
            )
        })
        .collect();
    for papers in [few, many] {
        let shelf = Shelf::new(&papers);
        for typed in [
            "plan",
            "plan ",
            "planet",
            "plan -planned",
            "plan plans",
            "plam ",
            "plam",
            "planett ",
            "x plan",
        ] {
            let alone = find(&shelf.index, typed, &Rights::All);
            let within = find(&shelf.index, typed, &Rights::AnyOf([Right::Public].into()));
            let ids = |found| super::shelf::ids(found);
            assert_eq!(ids(&alone), ids(&within), "{typed}");
            let scores = |found: &domain::SearchHits| {
                found
                    .hits
                    .iter()
                    .map(|hit| (hit.score * 1e3).round())
                    .collect::<Vec<_>>()
            };
            assert_eq!(scores(&alone), scores(&within), "{typed}");
        }
        assert!(!shelf.find("plan").is_empty() && !shelf.find("plam").is_empty());
    }
}

#[test]
fn a_prefix_and_a_typing_error_find_every_word_they_may_stand_for_few_or_many() {
    for words in [5, 48, 49, 200] {
        let papers: Vec<_> = (1..=words)
            .map(|id| paper(id, "x", &format!("measur{}", letters(id))))
            .collect();
        let shelf = Shelf::new(&papers);
        let all: Vec<i64> = (1..=words.min(50)).collect();
        for rights in [Rights::All, Rights::AnyOf([Right::Public].into())] {
            let found = find(&shelf.index, "measur", &rights);
            assert_eq!(found.hits.len(), all.len(), "{words} words");
            let found = find(&shelf.index, "measru", &rights);
            assert_eq!(found.hits.len(), all.len(), "{words} words, with a typing error");
        }
    }
}

/// Two letters for each number.
fn letters(number: i64) -> String {
    let letter = |number: i64| char::from(b'a' + u8::try_from(number % 26).unwrap());
    [letter(number / 26), letter(number)].into_iter().collect()
}
