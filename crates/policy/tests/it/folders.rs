//! Rules about folders: the plan and the decision agree, whatever a folder is called.

use domain::{Action, Document, predicate::folder_and_ancestors};

use super::{
    reference::holds,
    world::{document, forbid, permit, person, policy},
};

const FOLDERS: [&str; 20] = [
    "",
    "a",
    "A",
    "a-b",
    "a!",
    "a.b",
    "a/b",
    "a/b/c",
    "a/b-c",
    "a0",
    "ab",
    "%",
    "%/_",
    "_",
    "[*?]",
    "[*?]/x",
    "it's \"so\" \\ fine",
    "it's \"so\" \\ fine/\\",
    "日本/東京",
    "ü/Ö",
];

/// A text of Cedar.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn papers() -> Vec<Document> {
    let numbers = 1..;
    let paper = |(number, folder): (i64, &&str)| Document {
        folder: (*folder).to_owned(),
        ..document(number, "ben")
    };
    numbers.zip(&FOLDERS).map(paper).collect()
}

/// Under these rules somebody may read what is said to be theirs, and the plan holds exactly that.
fn allows(rules: &[String], is_expected: impl Fn(&Document) -> bool) {
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let (policy, person) = (policy(&rules), person("ann"));
    let plan = policy.plan(&person, Action::View);
    assert!(plan.is_exact, "{rules:?}");
    for paper in papers() {
        let allowed = policy.decide(&person, &(&paper).into()).reasons().is_some();
        assert_eq!(allowed, is_expected(&paper), "{:?} under {rules:?}", paper.folder);
        assert_eq!(
            holds(&plan, &paper),
            allowed,
            "the plan of {:?} under {rules:?}",
            paper.folder
        );
    }
}

fn lies_in(paper: &Document, folder: &str) -> bool {
    folder_and_ancestors(&paper.folder).any(|above| above == folder)
}

#[test]
fn fi_2_a_rule_about_a_folder_is_about_all_below_it_and_no_other_whatever_it_is_called() {
    for folder in FOLDERS {
        let within = format!("resource in Folder::{}", quoted(folder));
        allows(&[permit(&within)], |paper| lies_in(paper, folder));
        allows(&[permit("true"), forbid(&within)], |paper| !lies_in(paper, folder));
        allows(&[permit(&format!("resource.folder == {}", quoted(folder)))], |paper| {
            paper.folder == folder
        });
        let pattern = format!("resource.folder like {}", quoted(folder).replace('*', "\\*"));
        allows(&[permit(&pattern)], |paper| paper.folder == folder);
    }
}

#[test]
fn fi_2_a_folder_in_the_scope_of_a_rule_is_the_same_as_in_its_condition() {
    for (rule, other) in [
        (
            "permit (principal, action, resource in Folder::\"a/b\");",
            permit("resource in Folder::\"a/b\""),
        ),
        (
            "permit (principal, action, resource is Document in Folder::\"%\");",
            permit("resource in Folder::\"%\""),
        ),
    ] {
        let folder = if rule.contains('%') { "%" } else { "a/b" };
        allows(&[rule.to_owned()], |paper| lies_in(paper, folder));
        allows(&[other], |paper| lies_in(paper, folder));
    }
}

#[test]
fn fi_2_a_nested_folder_can_be_closed_and_one_in_it_opened_to_its_owner() {
    let rules = [
        permit("resource in Folder::\"a\""),
        forbid("resource in Folder::\"a/b\" && !(resource in Folder::\"a/b/c\")"),
        permit("resource in [Folder::\"%\", Folder::\"日本\"]"),
    ];
    allows(&rules, |paper| {
        let is_open = lies_in(paper, "a") && (!lies_in(paper, "a/b") || lies_in(paper, "a/b/c"));
        is_open || lies_in(paper, "%") || lies_in(paper, "日本")
    });
}

/// The example that is shipped as a comment, with the strokes taken away.
#[test]
fn fi_2_the_commented_example_is_a_rule_that_works() {
    let shipped = super::world::SHIPPED;
    let (_, example) = shipped.split_once("put your own names in").unwrap();
    let lines = example.lines().skip(1).filter_map(|line| line.strip_prefix("// "));
    let rule = lines.collect::<Vec<_>>().join("\n");
    let policy = super::world::checked(&rule).unwrap_or_else(|error| panic!("{error}\n{rule}"));
    assert_eq!(policy.advice(), []);
    let mut paper = document(1, "ben");
    paper.folder = "handbook/people".to_owned();
    let decide = |groups: &[&str], paper: &Document| {
        let member = super::world::member("ann", groups);
        policy.decide(&member, &paper.into()).reasons().is_some()
    };
    assert!(decide(&["Staff"], &paper) && !decide(&["Board"], &paper));
    paper.folder = "handbook-old".to_owned();
    assert!(!decide(&["Staff"], &paper));
}
