//! What is left of a rule for one person: every shape that a plan must get right, and the traps between the policy language and databases.

use std::collections::BTreeSet;

use domain::{
    Access, Action, Comparison, Condition, Document, DocumentId, Group, GroupMatch, Groups, NumberField, Pattern,
    PatternPart, Plan, Predicate, Right, Rights, TextField, Visibility,
};
use policy::Policy;

use super::{
    reference::{has_right, holds},
    world::{SHIPPED, checked, document, forbid, id, member, permit, person, policy},
};

fn plan(policy: &Policy, person: &domain::Person) -> Plan {
    policy.plan(person, Action::View).as_ref().clone()
}

fn is(condition: Condition) -> Predicate {
    Predicate::is(condition)
}

fn set<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    values.into_iter().collect()
}

fn texts(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|text| (*text).to_owned()).collect()
}

/// What one permit with this condition is for Ann, who is in sales and berlin and whose report Bob is.
fn permitted(condition: &str) -> (Access, bool) {
    let mut ann = member("ann", &["sales", "berlin"]);
    ann.reporting_line.reports = Some(vec![id("bob")]);
    let plan = plan(&policy(&[&permit(condition)]), &ann);
    (plan.access, plan.is_exact)
}

fn predicate(condition: &str) -> Predicate {
    match permitted(condition) {
        (Access::Branches { permits, forbids }, true) if forbids.is_empty() => {
            Predicate::any(permits.into_iter().map(|branch| branch.predicate))
        }
        other => panic!("{condition}: {other:?}"),
    }
}

fn like(field: TextField, parts: &[&str]) -> Predicate {
    let part = |text: &&str| match *text {
        "*" => PatternPart::Wildcard,
        text => PatternPart::Literal(text.to_owned()),
    };
    is(Condition::Like(field, Pattern::new(parts.iter().map(part))))
}

fn public() -> Predicate {
    is(Condition::Private).negate()
}

fn owned_by(name: &str) -> Predicate {
    is(Condition::Owner(set([id(name)])))
}

fn in_any(groups: &[&str]) -> Predicate {
    is(Condition::AnyGroup(texts(groups)))
}

fn in_folder(folders: &[&str]) -> Predicate {
    is(Condition::InFolder(texts(folders)))
}

fn is_text(field: TextField, values: &[&str]) -> Predicate {
    is(Condition::Text(field, texts(values)))
}

#[test]
fn conditions_on_flags_people_and_groups_become_tests_of_columns() {
    let ann = format!("resource.owner == Person::\"{}\"", id("ann"));
    for (condition, expected) in [
        // However it is written, what is public is one thing: otherwise the partial index is not used.
        ("resource.is_private == false", public()),
        ("!resource.is_private", public()),
        ("false == resource.is_private", public()),
        ("resource.is_private != true", public()),
        ("resource.owner == principal", owned_by("ann")),
        (&ann, owned_by("ann")),
        (
            "principal has reports && principal.reports.contains(resource.owner)",
            owned_by("bob"),
        ),
        (
            "principal has groups && resource.groups.containsAny(principal.groups)",
            in_any(&["berlin", "sales"]),
        ),
        (
            "principal has groups && principal.groups.containsAny(resource.groups)",
            in_any(&["berlin", "sales"]),
        ),
        ("resource.groups.contains(Group::\"sales\")", in_any(&["sales"])),
        (
            "principal has groups && resource.groups.containsAll(principal.groups)",
            in_any(&["berlin"]).and(in_any(&["sales"])),
        ),
        (
            "principal has groups && principal.groups.containsAll(resource.groups)",
            is(Condition::OnlyGroups(texts(&["berlin", "sales"]))),
        ),
        ("resource.groups.isEmpty()", is(Condition::OnlyGroups(texts(&[])))),
        (
            "if resource.is_private then resource.owner == principal else true",
            public().or(is(Condition::Private).and(owned_by("ann"))),
        ),
        (
            "(resource.owner == principal) == !resource.is_private",
            owned_by("ann")
                .and(public())
                .or(owned_by("ann").negate().and(is(Condition::Private))),
        ),
    ] {
        assert_eq!(predicate(condition), expected, "{condition}");
    }
}

#[test]
fn conditions_on_folders_texts_and_numbers_become_tests_of_columns() {
    use TextField::{Folder, Title};
    let updated = |comparison| is(Condition::Number(NumberField::UpdatedAt, comparison, 100));
    for (condition, expected) in [
        ("resource in Folder::\"handbook\"", in_folder(&["handbook"])),
        ("resource in [Folder::\"a\", Folder::\"b/c\"]", in_folder(&["a", "b/c"])),
        (
            "resource == Document::\"7\"",
            is(Condition::Document(set(DocumentId::new(7)))),
        ),
        ("resource.title == \"x\"", is_text(Title, &["x"])),
        ("[\"x\", \"y\"].contains(resource.title)", is_text(Title, &["x", "y"])),
        ("resource.title like \"Pub*\"", like(Title, &["Pub", "*"])),
        (
            "resource.folder like \"hand\\*[%_?*\"",
            like(Folder, &["hand*[%_?", "*"]),
        ),
        // `>` may come as the negation of `<=`.
        ("resource.updated_at > 100", updated(Comparison::Greater)),
        ("!(resource.updated_at <= 100)", updated(Comparison::Greater)),
        ("100 > resource.updated_at", updated(Comparison::Less)),
        ("!(resource.updated_at < 100)", updated(Comparison::GreaterOrEqual)),
        ("resource.updated_at == 100", updated(Comparison::Equal)),
    ] {
        assert_eq!(predicate(condition), expected, "{condition}");
    }
}

#[test]
fn a_condition_about_the_person_alone_is_gone_from_the_plan() {
    let policy = policy(&[&permit("principal has job_title && principal.job_title == \"CEO\"")]);
    let mut carol = person("carol");
    assert_eq!(plan(&policy, &carol).access, Access::None);
    carol.job_title = Some("CEO".to_owned());
    let all = plan(&policy, &carol);
    assert_eq!(
        (all.access.clone(), all.is_exact, all.rights()),
        (Access::All, true, Rights::All)
    );
}

#[test]
fn the_shipped_rules_are_exact_for_everybody() {
    let policy = checked(SHIPPED).unwrap();
    let alice = plan(&policy, &member("alice", &["Engineering"]));
    let Access::Branches { permits, forbids } = &alice.access else {
        panic!("{alice:?}")
    };
    assert!(alice.is_exact && forbids.is_empty());
    let rules: Vec<&str> = permits.iter().map(|branch| branch.rule.as_str()).collect();
    assert_eq!(rules, ["group-members", "owner", "public-documents"]);
    let rights = set([
        Right::Public,
        Right::Owner(id("alice")),
        Right::GroupId("Engineering".to_owned()),
    ]);
    assert_eq!(alice.rights(), Rights::AnyOf(rights));
    assert!(policy.advice().is_empty(), "{:?}", policy.advice());
}

#[test]
fn a_forbid_without_an_exception_for_the_person_leaves_nothing() {
    let rules = [
        permit("true"),
        forbid("!(principal has groups && principal.groups.contains(Group::\"staff\"))"),
    ];
    let policy = policy(&[&rules[0], &rules[1]]);
    assert_eq!(plan(&policy, &person("ann")).access, Access::None);
    assert_eq!(plan(&policy, &member("ann", &["sales"])).access, Access::None);
    assert_eq!(plan(&policy, &member("ann", &["staff"])).access, Access::All);
}

#[test]
fn a_forbid_stays_beside_a_permit_for_everything() {
    let forbid = "forbid (principal, action, resource) when { resource in Folder::\"hr\" } unless { resource.owner == principal };";
    let policy = policy(&[&permit("true"), forbid]);
    let plan = plan(&policy, &person("ann"));
    let Access::Branches { permits, forbids } = &plan.access else {
        panic!("{plan:?}")
    };
    assert!(permits[0].predicate.is_always());
    let owned = is(Condition::Owner(set([id("ann")])));
    assert_eq!(
        forbids[0].predicate,
        is(Condition::InFolder(texts(&["hr"]))).and(owned.negate())
    );
    assert_eq!(plan.rights(), Rights::All);
}

#[test]
fn empty_sets_are_decided_without_the_database() {
    let none = member("ann", &[]);
    for (condition, expected) in [
        (
            "principal has groups && resource.groups.containsAny(principal.groups)",
            Access::None,
        ),
        (
            "principal has groups && resource.groups.containsAll(principal.groups)",
            Access::All,
        ),
        (
            "principal has groups && principal.groups.containsAll(resource.groups) && false",
            Access::None,
        ),
    ] {
        let plan = plan(&policy(&[&permit(condition)]), &none);
        assert_eq!(plan.access, expected, "{condition}");
    }
}

#[test]
fn unknown_groups_grant_nothing_and_are_no_error() {
    let policy = policy(&[&permit(
        "principal has groups && resource.groups.containsAny(principal.groups)",
    )]);
    let plan = plan(&policy, &person("ann"));
    assert_eq!((plan.access.clone(), plan.is_exact), (Access::None, true));
    assert_eq!(plan.rights(), Rights::AnyOf(BTreeSet::new()));
}

#[test]
fn groups_are_compared_as_the_persons_provider_says() {
    let policy = policy(&[&permit("resource.groups.contains(Group::\"SALES\")")]);
    let mut ann = member("ann", &[]);
    let key = |plan: &Plan| match &plan.access {
        Access::Branches { permits, .. } => permits[0].predicate.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(key(&plan(&policy, &ann)), is(Condition::AnyGroup(texts(&["SALES"]))));
    ann.group_match = GroupMatch::Name;
    let by_name = plan(&policy, &ann);
    assert_eq!(key(&by_name), is(Condition::AnyGroup(texts(&["sales"]))));
    assert_eq!(
        by_name.rights(),
        Rights::AnyOf(set([Right::GroupName("sales".to_owned())]))
    );
}

#[test]
fn arithmetic_is_left_to_the_decision() {
    let (access, is_exact) = permitted("resource.updated_at + 1 > 100");
    assert_eq!((access, is_exact), (Access::All, false));
    // The engine fails for every document, and a rule that fails refuses.
    for condition in ["9223372036854775807 + 1 > 0", "!(9223372036854775807 + 1 > 0)"] {
        assert_eq!(permitted(condition).0, Access::None, "{condition}");
        let rules = [permit("true"), forbid(condition)];
        let policy = policy(&[&rules[0], &rules[1]]);
        assert_eq!(plan(&policy, &person("ann")).access, Access::None, "{condition}");
    }
    // It is not reached, or it is reached for some documents only.
    assert_eq!(permitted("true || 9223372036854775807 + 1 > 0"), (Access::All, true));
    let (_, is_exact) = permitted("resource.is_private || 9223372036854775807 + 1 > 0");
    assert!(!is_exact);
}

#[test]
fn what_is_not_understood_is_wide_in_a_permit_and_narrow_in_a_forbid() {
    let opaque = "resource.title == resource.folder";
    for (condition, expected) in [
        (opaque.to_owned(), Access::All),
        (format!("!({opaque})"), Access::All),
        (format!("{opaque} && false"), Access::None),
    ] {
        assert_eq!(permitted(&condition).0, expected, "{condition}");
    }
    for condition in [opaque.to_owned(), format!("!({opaque})")] {
        let rules = [permit("true"), forbid(&condition)];
        let policy = policy(&[&rules[0], &rules[1]]);
        let plan = plan(&policy, &person("ann"));
        assert_eq!((plan.access, plan.is_exact), (Access::All, false), "{condition}");
    }
    // Beside something that is understood, the rest narrows down.
    let (access, is_exact) = permitted(&format!("{opaque} && !resource.is_private"));
    let Access::Branches { permits, .. } = access else {
        panic!("{access:?}")
    };
    assert_eq!(
        (&permits[0].predicate, is_exact),
        (&is(Condition::Private).negate(), false)
    );
}

#[test]
fn a_rule_for_others_or_for_another_action_is_gone() {
    let zoe = format!("permit (principal == Person::\"{}\", action, resource);", id("zoe"));
    let view = "permit (principal, action in [Action::\"view\"], resource is Document in Folder::\"a\");";
    let policy = policy(&[&zoe, view]);
    assert_eq!(plan(&policy, &person("zoe")).access, Access::All);
    let ann = plan(&policy, &person("ann"));
    let Access::Branches { permits, .. } = ann.access else {
        panic!()
    };
    assert_eq!(permits[0].predicate, is(Condition::InFolder(texts(&["a"]))));
}

#[test]
fn alternatives_become_branches_and_a_covered_branch_is_gone() {
    let one = permit("(resource.owner == principal || resource in Folder::\"a\") && !resource.is_private");
    let other = permit("!resource.is_private && resource.title like \"x*\" && resource in Folder::\"a\"");
    let policy = policy(&[&one, &other]);
    let Access::Branches { permits, .. } = plan(&policy, &person("ann")).access else {
        panic!()
    };
    let public = || is(Condition::Private).negate();
    let predicates: Vec<Predicate> = permits.into_iter().map(|branch| branch.predicate).collect();
    assert_eq!(
        set(predicates),
        set([
            is(Condition::Owner(set([id("ann")]))).and(public()),
            is(Condition::InFolder(texts(&["a"]))).and(public()),
        ])
    );
}

#[test]
fn the_decision_and_the_plan_agree_on_folders() {
    let policy = policy(&[
        &permit("resource in Folder::\"handbook\""),
        &permit("resource in Folder::\"a/b\""),
    ]);
    let ann = person("ann");
    let plan = plan(&policy, &ann);
    for (folder, expected) in [
        ("handbook", true),
        ("handbook/people", true),
        ("handbook/people/deep", true),
        ("handbooks", false),
        ("Handbook", false),
        ("old/handbook", false),
        ("", false),
        ("a", false),
        ("a/b/c", true),
    ] {
        let document = Document {
            folder: folder.to_owned(),
            ..document(1, "olga")
        };
        let allowed = policy.decide(&ann, &(&document).into()).reasons().is_some();
        assert_eq!(allowed, expected, "{folder}");
        assert_eq!(holds(&plan, &document), expected, "{folder}");
        assert_eq!(has_right(&plan.rights(), &document), expected, "{folder}");
    }
}

#[test]
fn a_person_in_hundreds_of_groups_has_one_branch_for_them() {
    let names: Vec<String> = (0..300).map(|number| format!("group-{number}")).collect();
    let ann = member("ann", &names.iter().map(String::as_str).collect::<Vec<_>>());
    let plan = plan(&checked(SHIPPED).unwrap(), &ann);
    let Access::Branches { permits, .. } = &plan.access else {
        panic!()
    };
    assert_eq!(permits.len(), 3);
    let Rights::AnyOf(rights) = plan.rights() else { panic!() };
    assert_eq!(rights.len(), 302);
    let mut paper = document(1, "olga");
    paper.groups = vec![Group::new("group-299")];
    assert!(holds(&plan, &paper) && has_right(&plan.rights(), &paper));
    paper.groups = vec![Group::new("group-300")];
    assert!(!holds(&plan, &paper) && !has_right(&plan.rights(), &paper));
    paper.visibility = Visibility::Public;
    assert!(holds(&plan, &paper));
}

#[test]
fn rights_come_from_a_condition_that_every_document_of_a_branch_fulfils() {
    let rights = |condition: &str| {
        let mut ann = member("ann", &["sales", "berlin"]);
        ann.groups = Groups::Known(vec![Group::new("sales")]);
        plan(&policy(&[&permit(condition)]), &ann).rights()
    };
    let any = |rights: &[Right]| Rights::AnyOf(rights.iter().cloned().collect());
    let folder = |path: &str| Right::Folder(path.to_owned());
    let any_title = |titles: [&str; 3]| {
        titles
            .map(|title| format!("resource.title == \"{title}\""))
            .join(" || ")
    };
    let titles = format!("({}) && ({})", any_title(["a", "b", "c"]), any_title(["d", "e", "f"]));
    for (condition, expected) in [
        ("resource.folder like \"handbook/pe*\"", any(&[folder("handbook")])),
        ("resource.folder == \"a/b\"", any(&[folder("a/b")])),
        ("resource.folder like \"hand*\"", Rights::All),
        ("resource.title like \"x*\"", Rights::All),
        ("resource.is_private", Rights::All),
        (
            "resource.title like \"x*\" && resource in Folder::\"a\"",
            any(&[folder("a")]),
        ),
        ("resource.owner == principal || resource.title like \"x*\"", Rights::All),
        ("!(resource in Folder::\"a\")", Rights::All),
        ("false", any(&[])),
        // Too many alternatives to be branches of their own.
        (
            &format!(
                "(resource in Folder::\"a\" || resource in Folder::\"b\" || resource.folder == \"c\") && {titles}"
            ),
            any(&[folder("a"), folder("b"), folder("c")]),
        ),
        (
            &format!("(resource in Folder::\"a\" || resource.title == \"g\" || resource.title == \"h\") && {titles}"),
            Rights::All,
        ),
    ] {
        assert_eq!(rights(condition), expected, "{condition}");
    }
}
