//! The shipped rules, and errors in policy files. Asked of the policy alone.

use std::fs;

use domain::{Decision, DocumentFacts, DocumentId, Group, Groups, Person, PersonId, Refusal};
use policy::{Policy, PolicyError};

mod counted;
mod files;
mod groups;

use crate::documents::shelf::{ISSUER, alice, bob, carol, dave, erin, person, policy, policy_folder};

struct Paper {
    owner: PersonId,
    owner_name: Option<&'static str>,
    groups: Vec<Group>,
    is_private: bool,
}

impl Paper {
    fn new(owner: &str, groups: &[&str], is_private: bool) -> Self {
        let groups = groups.iter().copied().map(Group::new).collect();
        Self {
            owner: PersonId::new(ISSUER, owner),
            owner_name: Some("Olga Owner"),
            groups,
            is_private,
        }
    }

    fn facts(&self) -> DocumentFacts<'_> {
        let id = DocumentId::new(7).unwrap();
        let (owner, owner_name, groups, is_private) = (&self.owner, self.owner_name, &*self.groups, self.is_private);
        DocumentFacts {
            id,
            title: "A paper",
            folder: "",
            owner,
            owner_name,
            groups,
            is_private,
            updated_at: 0,
        }
    }
}

fn reasons(policy: &Policy, person: &Person, paper: &Paper) -> Vec<(String, String)> {
    let reasons = policy.decide(person, &paper.facts()).reasons().unwrap_or_default();
    reasons
        .into_iter()
        .map(|reason| (reason.rule, reason.because))
        .collect()
}

fn rules(policy: &Policy, person: &Person, paper: &Paper) -> Vec<String> {
    reasons(policy, person, paper)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect()
}

fn refusal(policy: &Policy, person: &Person, paper: &Paper) -> Refusal {
    match policy.decide(person, &paper.facts()) {
        Decision::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn po_1_public_documents_are_for_anyone_signed_in() {
    let paper = Paper::new("olga", &[], false);
    for person in [alice(), bob(), dave(), erin()] {
        assert_eq!(rules(&policy(), &person, &paper), ["public-documents"]);
    }
}

#[test]
fn po_1_the_ceo_sees_all() {
    let policy = policy();
    assert_eq!(
        rules(&policy, &carol(), &Paper::new("olga", &["Board"], true)),
        ["chief-executive"]
    );
    for other in ["ceo", "CEO ", "Deputy CEO", ""] {
        let other = person("mallory", &[], Some(other));
        assert!(
            rules(&policy, &other, &Paper::new("olga", &[], true)).is_empty(),
            "{:?}",
            other.job_title
        );
    }
}

#[test]
fn po_1_owners_see_their_own() {
    assert_eq!(
        reasons(&policy(), &dave(), &Paper::new("dave", &[], true)),
        [("owner".to_owned(), "it is yours".to_owned())]
    );
}

#[test]
fn po_1_members_of_a_documents_group_see_it_even_when_private() {
    let paper = Paper::new("olga", &["Engineering", "Marketing"], true);
    let expected = [("group-members".to_owned(), "you are in Engineering".to_owned())];
    assert_eq!(reasons(&policy(), &alice(), &paper), expected);
}

#[test]
fn po_1_nothing_is_allowed_by_default() {
    let policy = policy();
    for person in [alice(), bob(), dave(), erin()] {
        assert!(rules(&policy, &person, &Paper::new("olga", &["Board"], true)).is_empty());
        assert!(rules(&policy, &person, &Paper::new("olga", &[], true)).is_empty());
    }
}

#[test]
fn po_3_groups_are_compared_exactly() {
    let policy = policy();
    for group in ["engineering", "Engineering ", "ENGINEERING", "Engineerin", ""] {
        let person = person("mallory", &[group], None);
        assert!(
            rules(&policy, &person, &Paper::new("olga", &["Engineering"], true)).is_empty(),
            "{group:?}"
        );
    }
}

#[test]
fn po_5_the_same_rules_hold_for_people_of_any_provider() {
    let policy = policy();
    for issuer in [
        "https://login.example/tenant/v2.0",
        "https://accounts.example",
        "http://localhost:4041",
    ] {
        let mut here = alice();
        here.id = PersonId::new(issuer, "42");
        let mut own = Paper::new("x", &[], true);
        own.owner = PersonId::new(issuer, "42");
        assert_eq!(rules(&policy, &here, &own), ["owner"]);
        assert_eq!(
            rules(&policy, &here, &Paper::new("olga", &["Engineering"], true)),
            ["group-members"]
        );
    }
}

#[test]
fn po_5_the_same_subject_at_another_provider_owns_nothing() {
    let mut stranger = dave();
    stranger.id = PersonId::new("https://other.example", "dave");
    assert!(rules(&policy(), &stranger, &Paper::new("dave", &[], true)).is_empty());
}

#[test]
fn po_2_unknown_groups_grant_nothing_and_the_refusal_says_so() {
    let policy = policy();
    let mut unknown = alice();
    unknown.groups = Groups::Unknown;
    let paper = Paper::new("olga", &["Engineering"], true);
    let sentences = refusal(&policy, &unknown, &paper).sentences;
    assert!(
        sentences
            .iter()
            .any(|sentence| sentence.contains("groups are not known just now")),
        "{sentences:?}"
    );
    assert!(
        !refusal(&policy, &bob(), &paper)
            .sentences
            .iter()
            .any(|sentence| sentence.contains("not known"))
    );
    assert_eq!(
        rules(&policy, &unknown, &Paper::new("alice", &["Engineering"], true)),
        ["owner"]
    );
}

#[test]
fn wow_1_every_rule_that_lets_somebody_in_is_named() {
    let mut carol = carol();
    carol.groups = Groups::Known(["Sales", "Berlin", "Board"].map(Group::new).to_vec());
    let paper = Paper::new("carol", &["Berlin", "Engineering", "Sales"], false);
    let shown: Vec<String> = reasons(&policy(), &carol, &paper)
        .into_iter()
        .map(|(_, because)| because)
        .collect();
    assert_eq!(
        shown,
        [
            "it is public",
            "you are in Berlin and Sales",
            "it is yours",
            "you are the CEO"
        ]
    );
}

#[test]
fn wow_1_a_rule_says_its_reason_in_a_word_for_rows_of_a_list() {
    let mut carol = carol();
    carol.groups = Groups::Known(vec![Group::new("Sales")]);
    let labels = |policy: &Policy, paper: &Paper| -> Vec<String> {
        let reasons = policy.decide(&carol, &paper.facts()).reasons().unwrap_or_default();
        reasons.into_iter().map(|reason| reason.label).collect()
    };
    let paper = Paper::new("carol", &["Sales"], false);
    assert_eq!(labels(&policy(), &paper), ["public", "Sales", "yours", "CEO"]);
    // Without a label, what the rule says is said.
    assert_eq!(labels(&with_rules(PERMIT_ALL).unwrap(), &paper), ["of me"]);
}

#[test]
fn wow_1_a_refusal_speaks_in_the_authors_words() {
    let refusal = refusal(
        &policy(),
        &dave(),
        &Paper::new("olga", &["Berlin", "Engineering", "Sales"], true),
    );
    assert_eq!(
        refusal.sentences,
        [
            "This document is private.",
            "Only members of Berlin, Engineering or Sales can read it.",
            "It belongs to Olga Owner."
        ]
    );
    assert_eq!(refusal.contact.as_deref(), Some("Olga Owner"));
}

#[test]
fn wow_1_a_refusal_leaves_out_what_nobody_knows() {
    let mut paper = Paper::new("olga", &[], true);
    paper.owner_name = None;
    let refusal = refusal(&policy(), &dave(), &paper);
    assert_eq!(
        (refusal.sentences.as_slice(), refusal.contact),
        (["This document is private.".to_owned()].as_slice(), None)
    );
}

#[test]
fn wow_1_names_that_look_like_placeholders_stay_what_they_are() {
    let mut paper = Paper::new("olga", &["{owner}"], true);
    paper.owner_name = Some("{groups}");
    let sentences = refusal(&policy(), &dave(), &paper).sentences;
    assert_eq!(
        sentences[1..],
        ["Only members of {owner} can read it.", "It belongs to {groups}."]
    );
}

#[test]
fn wow_1_the_owner_is_named_only_where_a_rule_names_owners() {
    let policy = with_rules(
        "@id(\"open\") @because(\"it is open\") @refused(\"Ask the front desk.\")
        permit (principal, action, resource) when { !resource.is_private };",
    );
    let refusal = refusal(&policy.unwrap(), &dave(), &Paper::new("olga", &[], true));
    assert_eq!(
        (refusal.sentences.as_slice(), refusal.contact),
        (["Ask the front desk.".to_owned()].as_slice(), None)
    );
}

const HIDES: &str = "@id(\"board\") @hides(\"existence\") forbid (principal, action, resource)
    when { resource.is_private } unless { principal has groups && principal.groups.contains(Group::\"Board\") };\n";

#[test]
fn do_2_a_rule_hides_that_there_is_a_document_from_those_it_keeps_out() {
    let guests = "@id(\"no-guests\") @refused(\"Not for guests.\")
        forbid (principal, action, resource) when { principal.roles.contains(\"Guest\") };";
    let policy = with_rules(&format!("{PERMIT_ALL}{HIDES}{guests}")).unwrap();
    let (open, secret) = (Paper::new("olga", &[], false), Paper::new("olga", &[], true));
    let member = person("mia", &["Board"], None);
    let guest = Person {
        roles: vec!["Guest".to_owned()],
        ..dave()
    };
    assert_eq!(policy.decide(&dave(), &secret.facts()), Decision::Hidden);
    assert_eq!(
        policy.decide(&guest, &secret.facts()),
        Decision::Hidden,
        "whatever else keeps out"
    );
    assert_eq!(refusal(&policy, &guest, &open).sentences, ["Not for guests."]);
    assert_eq!(rules(&policy, &member, &secret), ["all"]);
    assert_eq!(rules(&policy, &dave(), &open), ["all"]);
}

#[test]
fn do_2_where_a_rule_hides_a_failure_tells_nothing() {
    let fails = "@id(\"fails\") @because(\"x\") permit (principal, action, resource)
        when { 9223372036854775807 + (if resource.is_private then 1 else 0) > 0 };";
    let policy = with_rules(&format!("{HIDES}{fails}")).unwrap();
    let member = person("mia", &["Board"], None);
    assert_eq!(
        policy.decide(&member, &Paper::new("olga", &[], true).facts()),
        Decision::Hidden
    );
}

const PERMIT_ALL: &str = "@id(\"all\") @because(\"of me\") permit (principal, action, resource);\n";

pub(crate) fn with_rules(rules: &str) -> Result<Policy, PolicyError> {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        policy_folder().join("schema.cedarschema"),
        folder.path().join("schema.cedarschema"),
    )
    .unwrap();
    fs::write(folder.path().join("rules.cedar"), rules).unwrap();
    Policy::load(folder.path())
}

#[test]
fn a_forbid_beats_every_permit_and_says_why_by_itself() {
    let forbid = "@id(\"no-guests\") @refused(\"Guests cannot read this; contact {owner}.\")
        forbid (principal, action, resource) when { principal.roles.contains(\"Guest\") };";
    let policy = with_rules(&format!("{PERMIT_ALL}{forbid}")).unwrap();
    let paper = Paper::new("olga", &[], true);
    let guest = Person {
        roles: vec!["Guest".to_owned()],
        ..dave()
    };
    assert_eq!(
        refusal(&policy, &guest, &paper).sentences,
        ["Guests cannot read this; contact Olga Owner."]
    );
    assert_eq!(rules(&policy, &dave(), &paper), ["all"]);
}

#[test]
fn wow_1_a_forbid_without_words_is_told_as_a_rule_and_never_as_none() {
    let silent =
        "@id(\"no-guests\") forbid (principal, action, resource) when { principal.roles.contains(\"Guest\") };\n";
    let open =
        "@id(\"open\") @because(\"it is open\") permit (principal, action, resource) when { !resource.is_private };";
    let policy = with_rules(&format!("{silent}{open}")).unwrap();
    let guest = Person {
        roles: vec!["Guest".to_owned()],
        ..dave()
    };
    let paper = Paper::new("olga", &[], false);
    assert_eq!(rules(&policy, &dave(), &paper), ["open"]);
    assert_eq!(
        refusal(&policy, &guest, &paper).sentences,
        ["A rule keeps this document closed to you."]
    );
    assert_eq!(
        refusal(&policy, &dave(), &Paper::new("olga", &[], true)).sentences,
        ["No rule lets you read this document."]
    );
}

#[test]
fn a_rule_that_fails_refuses_whatever_the_others_say() {
    // Overflow is the one failure the validator lets through.
    let fails = "@id(\"fails\") @because(\"x\") permit (principal, action, resource)
        when { 9223372036854775807 + (if resource.is_private then 1 else 0) > 0 };";
    let policy = with_rules(&format!("{PERMIT_ALL}{fails}")).unwrap();
    assert_eq!(rules(&policy, &dave(), &Paper::new("olga", &[], false)).len(), 2);
    let refusal = refusal(&policy, &dave(), &Paper::new("olga", &[], true));
    assert!(
        refusal.sentences[0].contains("could not be decided") && refusal.contact.is_none(),
        "{refusal:?}"
    );
}
