//! Searches within rights.

use domain::{Right, Rights};

use super::shelf::{Shelf, find, number, owner, paper, sorted};

fn shelf() -> Shelf {
    let group = |name: &str| [Right::GroupId(name.to_owned()), Right::GroupName(name.to_lowercase())];
    Shelf::new(&[
        paper(1, "Plan", "x"),
        paper(2, "Plan", "x").with_rights([owner("ann")]),
        paper(3, "Plan", "x").with_rights(group("Sales").into_iter().chain([owner("ben")])),
        paper(4, "Plan", "x").with_rights([Right::Folder("p".to_owned()), owner("ben")]),
    ])
}

#[test]
fn an_empty_list_of_rights_finds_nothing() {
    let shelf = shelf();
    for typed in ["plan", "plan x ", "owner:ann", "folder:p", "plan -y"] {
        assert_eq!(shelf.find_within(typed, &[]), Vec::<i64>::new(), "{typed}");
    }
}

#[test]
fn each_right_finds_what_carries_it() {
    let shelf = shelf();
    let within = |rights: &[Right]| sorted(shelf.find_within("plan", rights));
    assert_eq!(within(&[Right::Public]), [1]);
    assert_eq!(within(&[owner("ann")]), [2]);
    assert_eq!(within(&[Right::GroupId("Sales".to_owned())]), [3]);
    assert_eq!(within(&[Right::GroupName("sales".to_owned())]), [3]);
    assert_eq!(within(&[Right::GroupName("Sales".to_owned())]), Vec::<i64>::new());
    assert_eq!(within(&[Right::GroupId("sales".to_owned())]), Vec::<i64>::new());
    assert_eq!(within(&[Right::Document(number(4))]), [4]);
    assert_eq!(within(&[Right::Public, owner("ben")]), [1, 3, 4]);
    assert_eq!(
        sorted(super::shelf::ids(&find(&shelf.index, "plan", &Rights::All))),
        [1, 2, 3, 4]
    );
}

#[test]
fn what_is_typed_is_never_a_right() {
    let shelf = shelf();
    for typed in [
        "p",
        "o:https://login.example|ann",
        "rights:p plan",
        "\"p\"",
        "g:Sales",
        "=plan",
    ] {
        assert_eq!(
            shelf.find_within(typed, &[Right::GroupId("none".to_owned())]),
            Vec::<i64>::new(),
            "{typed}"
        );
    }
}

#[test]
fn similar_words_and_beginnings_stay_within_rights() {
    let shelf = Shelf::new(&[
        paper(1, "Confidential merger", "x").with_rights([owner("ann")]),
        paper(2, "Confidence", "x"),
    ]);
    for typed in [
        "merger ",
        "merg",
        "mergre ",
        "\"confidential merger\"",
        "confidential ",
        "confidental ",
    ] {
        assert!(!shelf.find_within(typed, &[Right::Public]).contains(&1), "{typed}");
    }
}

#[test]
fn thousands_of_rights_are_one_set() {
    let shelf = shelf();
    let mut many: Vec<Right> = (0..3000).map(|number| Right::GroupId(format!("g{number}"))).collect();
    assert_eq!(shelf.find_within("plan", &many), Vec::<i64>::new());
    many.push(Right::GroupId("Sales".to_owned()));
    many.push(Right::Document(number(2)));
    assert_eq!(sorted(shelf.find_within("plan", &many)), [2, 3]);
}
