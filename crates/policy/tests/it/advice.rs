//! Lint: an operator learns which rules make lists slow, and where they stand.

use super::world::{checked, policy};

fn advice(rule: &str) -> Vec<String> {
    let policy = policy(&[rule]);
    policy.advice().iter().map(ToString::to_string).collect()
}

#[test]
fn rules_that_an_index_serves_need_no_advice() {
    for condition in [
        "true",
        "resource.is_private == false",
        "resource.owner == principal && resource.title like \"x*\"",
        "principal has groups && resource.groups.containsAny(principal.groups)",
        "resource in Folder::\"a\" || !resource.is_private",
        "resource.folder like \"handbook/*\"",
        "principal has job_title && principal.job_title like \"C*\"",
    ] {
        let rule = super::world::permit(condition);
        assert_eq!(advice(&rule), Vec::<String>::new(), "{condition}");
    }
    let forbid = super::world::forbid("resource.title like \"Draft*\"");
    assert_eq!(advice(&forbid), Vec::<String>::new(), "a forbid rides on the permits");
}

#[test]
fn rules_that_would_read_every_document_are_reported() {
    for condition in [
        "resource.title like \"Pub*\"",
        "resource.is_private",
        "resource.is_private == true",
        "!(resource.owner == principal)",
        "resource.owner == principal || resource.title like \"x*\"",
        "resource.updated_at > 100",
        "resource.folder like \"*/public\"",
        "principal has groups && principal.groups.containsAll(resource.groups)",
        "if resource.is_private then resource.owner == principal else resource.title == \"x\" && resource.updated_at > 0",
    ] {
        let found = advice(&super::world::permit(condition));
        let scans = condition.starts_with("if") || found.iter().any(|advice| advice.contains("no index leads"));
        assert!(scans, "{condition}: {found:?}");
    }
}

#[test]
fn what_the_database_cannot_be_asked_is_reported_with_its_line() {
    let rules = "// One.\n@id(\"plain\") @because(\"x\")\npermit (principal, action, resource) when { !resource.is_private };\n\n\
                 @id(\"odd\") @because(\"x\")\npermit (principal, action, resource)\nwhen { resource.title == resource.folder };\n";
    let policy = checked(rules).unwrap();
    let found: Vec<String> = policy.advice().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("rules.cedar:5:1: rule `odd`: `"), "{found:?}");
    assert!(
        found[0].contains("resource.title") && found[0].contains("cannot be translated"),
        "{found:?}"
    );
}
