//! Predicates are simplified as they are made.

use super::*;

fn owner(name: &str) -> Predicate {
    Predicate::is(Condition::Owner(BTreeSet::from([PersonId::new(
        "https://a.example",
        name,
    )])))
}

#[test]
fn lists_without_entries_are_decided_at_once() {
    for never in [
        Condition::Owner(BTreeSet::new()),
        Condition::AnyGroup(BTreeSet::new()),
        Condition::InFolder(BTreeSet::new()),
        Condition::Text(TextField::Title, BTreeSet::new()),
        Condition::Document(BTreeSet::new()),
    ] {
        assert!(Predicate::is(never.clone()).is_never(), "{never:?}");
        assert!(Predicate::is(never).negate().is_always());
    }
    let top = Condition::InFolder(BTreeSet::from([String::new()]));
    assert!(Predicate::is(top).is_always());
    let nothing_else = Predicate::is(Condition::OnlyGroups(BTreeSet::new()));
    assert!(!nothing_else.is_always() && !nothing_else.is_never());
}

#[test]
fn constants_disappear_and_the_order_does_not_matter() {
    let (a, b) = (owner("a"), owner("b"));
    assert_eq!(a.clone().and(Predicate::always()), a);
    assert!(a.clone().and(Predicate::never()).is_never());
    assert_eq!(a.clone().or(Predicate::never()), a);
    assert!(a.clone().or(Predicate::always()).is_always());
    assert_eq!(a.clone().or(b.clone()), b.clone().or(a.clone()));
    assert_eq!(a.clone().and(a.clone()), a);
    assert_eq!(a.clone().or(b.clone()).or(a.clone()), a.or(b));
}

#[test]
fn a_negation_ends_at_single_conditions() {
    let (a, b) = (owner("a"), owner("b"));
    let negated = a.clone().and(b.clone()).negate();
    assert_eq!(negated, a.clone().negate().or(b.clone().negate()));
    assert_eq!(negated.negate(), a.and(b));
    let late = Condition::Number(NumberField::UpdatedAt, Comparison::LessOrEqual, 5);
    let early = Condition::Number(NumberField::UpdatedAt, Comparison::Greater, 5);
    assert_eq!(Predicate::is(late).negate(), Predicate::is(early));
}

#[test]
fn a_folder_lies_in_its_ancestors_up_to_the_top() {
    assert_eq!(
        folder_and_ancestors("a/b/c").collect::<Vec<_>>(),
        ["a/b/c", "a/b", "a", ""]
    );
    assert_eq!(folder_and_ancestors("").collect::<Vec<_>>(), [""]);
}
