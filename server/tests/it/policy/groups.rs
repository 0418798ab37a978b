//! Groups are compared by one key, wherever they come from: a claim, a document or a rule.

use domain::{Decision, Group, GroupMatch, Person};
use policy::Policy;

use super::{PERMIT_ALL, Paper, rules, with_rules};
use crate::documents::shelf::person;

fn by_name(groups: &[&str]) -> Person {
    Person {
        group_match: GroupMatch::Name,
        ..person("mia", groups, None)
    }
}

/// What is decided of each document alone, and of all together.
fn decided(policy: &Policy, person: &Person, papers: &[Paper]) -> [Vec<Decision>; 2] {
    let facts: Vec<_> = papers.iter().map(Paper::facts).collect();
    let alone = facts.iter().map(|facts| policy.decide(person, facts)).collect();
    [alone, policy.decide_all(person, &facts)]
}

const HAS_ALL: &str = "{ principal has groups && resource.groups.containsAll(principal.groups) }";

#[test]
fn do_4_a_forbid_about_all_groups_does_not_depend_on_what_else_is_on_the_page() {
    let hides = format!("@id(\"hides\") @hides(\"existence\") forbid (principal, action, resource) when {HAS_ALL};");
    let policy = with_rules(&format!("{PERMIT_ALL}{hides}")).unwrap();
    let papers = [
        Paper::new("olga", &["Sales"], true),
        Paper::new("olga", &["SALES"], true),
    ];
    for decided in decided(&policy, &by_name(&["Sales"]), &papers) {
        assert_eq!(decided, [Decision::Hidden, Decision::Hidden]);
    }
    let [alone, together] = decided(&policy, &person("mia", &["Sales"], None), &papers);
    assert_eq!(alone, together);
    assert!(
        alone[0] == Decision::Hidden && matches!(alone[1], Decision::Allowed(_)),
        "{alone:?}"
    );
}

#[test]
fn do_4_a_permit_about_all_groups_does_not_depend_on_what_else_is_on_the_page() {
    let permit =
        format!("@id(\"all-groups\") @because(\"of {{groups}}\") permit (principal, action, resource) when {HAS_ALL};");
    let policy = with_rules(&permit).unwrap();
    let papers = [
        Paper::new("olga", &["Sales"], true),
        Paper::new("olga", &["SALES", "Straße"], true),
        Paper::new("olga", &["Berlin"], true),
    ];
    let shown = |decisions: Vec<Decision>| -> Vec<Option<String>> {
        let reasons = decisions.into_iter().map(Decision::reasons);
        reasons.map(|reasons| Some(reasons?[0].because.clone())).collect()
    };
    for decided in decided(&policy, &by_name(&["sales"]), &papers) {
        let words = |text: &str| Some(text.to_owned());
        assert_eq!(shown(decided), [words("of Sales"), words("of SALES"), None]);
    }
    for decided in decided(&policy, &by_name(&["sales", "STRASSE"]), &papers) {
        assert_eq!(shown(decided), [None, Some("of SALES and Straße".to_owned()), None]);
    }
}

#[test]
fn po_3_a_group_in_a_rule_is_that_group_however_it_is_written() {
    for (written, in_claim) in [
        ("sales", "Sales"),
        ("SALES", "Sales"),
        ("STRASSE", "Straße"),
        ("Straße", "STRASSE"),
        ("Mu\u{308}nchen", "MÜNCHEN"),
        ("σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("\\u{53}ales", "sales"),
    ] {
        let rule = format!(
            "@id(\"named\") @because(\"x\") permit (principal, action, resource)
             when {{ principal has groups && [Group::\"{written}\"].containsAny(principal.groups) }};"
        );
        let policy = with_rules(&rule).unwrap();
        let paper = Paper::new("olga", &[], true);
        assert_eq!(rules(&policy, &by_name(&[in_claim]), &paper), ["named"], "{written}");
        assert!(rules(&policy, &by_name(&["Berlin"]), &paper).is_empty());
        // Where ids count, upper and lower case differ.
        assert!(
            rules(&policy, &person("mia", &[in_claim], None), &paper).is_empty(),
            "{written}"
        );
    }
}

#[test]
fn po_3_a_forbid_that_names_a_group_holds_for_every_spelling_of_it() {
    let keeps_out = "@id(\"no-sales\") @refused(\"Not for {groups}.\") forbid (principal, action, resource)
        when { resource.groups.contains(Group::\"sales\") };";
    let policy = with_rules(&format!("{PERMIT_ALL}{keeps_out}")).unwrap();
    for label in ["Sales", "SALES", "sAlEs"] {
        let paper = Paper::new("olga", &[label], false);
        assert!(rules(&policy, &by_name(&["Berlin"]), &paper).is_empty(), "{label}");
        assert_eq!(rules(&policy, &person("mia", &[], None), &paper), ["all"], "{label}");
    }
}

#[test]
fn po_3_a_group_is_the_same_however_unicode_writes_its_letters() {
    let policy = crate::documents::shelf::policy();
    let paper = Paper::new("olga", &["München"], true);
    for by in [GroupMatch::Id, GroupMatch::Name] {
        let mut member = person("mia", &["Mu\u{308}nchen"], None);
        member.group_match = by;
        assert_eq!(rules(&policy, &member, &paper), ["group-members"], "{by:?}");
        assert!(member.is_in(&Group::new("München")));
    }
}

#[test]
fn wow_1_a_group_is_named_once_however_often_a_document_writes_it() {
    let policy = crate::documents::shelf::policy();
    let paper = Paper::new("olga", &["SALES", "Sales", "sales"], true);
    let because = |person: &Person| {
        policy.decide(person, &paper.facts()).reasons().unwrap()[0]
            .because
            .clone()
    };
    assert_eq!(because(&by_name(&["sALES"])), "you are in SALES");
    assert_eq!(because(&person("mia", &["Sales"], None)), "you are in Sales");
}

#[test]
fn po_3_a_text_in_a_rule_is_compared_in_the_form_documents_have() {
    let rule = "@id(\"title\") @because(\"x\") permit (principal, action, resource) when { resource.title like \"U\u{308}ber*\" };";
    let policy = with_rules(rule).unwrap();
    let paper = Paper::new("olga", &[], true);
    let facts = domain::DocumentFacts {
        title: "Über alles",
        ..paper.facts()
    };
    assert!(policy.decide(&by_name(&[]), &facts).reasons().is_some());
}
