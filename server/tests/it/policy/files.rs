//! An invalid policy file is refused with file and line.

use std::{fs, path::Path};

use policy::{Policy, PolicyError};

use super::{PERMIT_ALL, with_rules};
use crate::documents::shelf::{policy, policy_folder};

#[test]
fn po_6_a_wrong_rule_is_named_with_file_line_and_problem() {
    named(&[
        (
            "permit (principal, action, resource) when { resource.nope };",
            "",
            "no `@id",
        ),
        (
            "@id(\"a\")\npermit (principal, action, resource);",
            "rules.cedar:3:1: ",
            "no `@because",
        ),
        (
            "@id(\"A b\") @because(\"x\")\npermit (principal, action, resource);",
            "rules.cedar:3:1: ",
            "lower-case",
        ),
        (
            "@id(\"a\") @because(\"{group}\")\npermit (principal, action, resource);",
            "rules.cedar:3:1: ",
            "uses `{group}`",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal, action, resource)\nwhen { resource.nope };",
            "rules.cedar:5:",
            "`nope`",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal, action, resource)\nwhen { principal.groups == [] };",
            "rules.cedar:5:",
            "`groups`",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal, action, resource)\nwhen { resource.owner.name == \"x\" };",
            "rules.cedar:5:",
            "level",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal, action == Action::\"edit\", resource);",
            "rules.cedar:4:",
            "edit",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal == ?principal, action, resource);",
            "rules.cedar:",
            "slots",
        ),
        (
            "@id(\"a\") @because(\"x\")\npermit (principal, action, resource",
            "rules.cedar:4:",
            "unexpected",
        ),
        (&format!("{PERMIT_ALL}{PERMIT_ALL}"), "rules.cedar:4:1: ", "stands in"),
    ]);
}

#[test]
fn po_6_a_wrong_label_is_named_with_file_line_and_problem() {
    named(&[
        (
            "@id(\"a\") @because(\"x\") @label(\"{team}\")\npermit (principal, action, resource);",
            "rules.cedar:3:1: ",
            "uses `{team}`",
        ),
        (
            "@id(\"a\") @label(\"x\")\nforbid (principal, action, resource);",
            "rules.cedar:3:1: ",
            "`@label`",
        ),
    ]);
}

/// Each of these rules is refused at this place with this problem.
fn named(cases: &[(&str, &str, &str)]) {
    let head = "// a comment\n\n";
    for (rule, place, problem) in cases {
        let error = with_rules(&format!("{head}{rule}")).unwrap_err().to_string();
        let first = error.lines().next().unwrap();
        assert!(first.contains(place) && first.contains(problem), "{rule}\n=> {error}");
    }
}

#[test]
fn do_2_a_rule_that_would_hide_something_else_is_named() {
    named(&[
        (
            "@id(\"a\") @because(\"x\") @hides(\"existence\")\npermit (principal, action, resource);",
            "rules.cedar:3:1: ",
            "belongs to a `forbid`",
        ),
        (
            "@id(\"a\") @hides(\"title\")\nforbid (principal, action, resource);",
            "rules.cedar:3:1: ",
            "`@hides(\"existence\")`",
        ),
        (
            "@id(\"a\") @hides\nforbid (principal, action, resource);",
            "rules.cedar:3:1: ",
            "`@hides(\"existence\")`",
        ),
        (
            "@id(\"a\") @refused(\"No.\") @hides(\"existence\")\nforbid (principal, action, resource);",
            "rules.cedar:3:1: ",
            "nobody would read",
        ),
    ]);
}

#[test]
fn po_6_every_mistake_is_listed_on_a_line_of_its_own() {
    let error = with_rules("permit (principal, action, resource);\nforbid (principal, action, resource);\n")
        .unwrap_err()
        .to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
    assert!(error.lines().nth(1).unwrap().contains("rules.cedar:2:1: "), "{error}");
}

#[test]
fn po_6_a_folder_without_rules_or_schema_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Policy::load(&folder.path().join("nowhere")).unwrap_err();
    assert!(missing.to_string().contains("nowhere"), "{missing}");
    let no_schema = Policy::load(folder.path()).unwrap_err();
    assert!(no_schema.to_string().contains("schema.cedarschema"), "{no_schema}");
    fs::copy(
        policy_folder().join("schema.cedarschema"),
        folder.path().join("schema.cedarschema"),
    )
    .unwrap();
    assert!(matches!(Policy::load(folder.path()), Err(PolicyError::Empty { .. })));
}

#[test]
fn po_6_a_wrong_schema_is_named_with_its_line() {
    let load = |schema: &str| {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("schema.cedarschema"), schema).unwrap();
        fs::write(folder.path().join("a.cedar"), PERMIT_ALL).unwrap();
        Policy::load(folder.path()).unwrap_err().to_string()
    };
    assert!(
        load("entity Person;\n\nentity = x").contains("schema.cedarschema:3:"),
        "{}",
        load("entity Person;\n\nentity = x")
    );
    let lacks = load(
        "entity Person;\nentity Document;\nentity Group;\naction read appliesTo { principal: Person, resource: Document };",
    );
    assert!(lacks.contains("no action `Action::\"view\"`"), "{lacks}");
}

#[test]
fn the_shipped_policy_loads() {
    assert!(Path::new(&policy_folder()).join("README.md").exists());
    let _ = policy();
}
