//! People, documents and policies to try plans on.

use std::path::PathBuf;

use domain::{Document, DocumentId, Group, GroupMatch, Groups, Person, PersonId, ReportingLine, Visibility};
use policy::{Policy, PolicyError, Source};

/// The schema that is shipped.
pub(super) const SCHEMA: &str = include_str!("../../../../policies/schema.cedarschema");
/// The rules that are shipped.
pub(super) const SHIPPED: &str = include_str!("../../../../policies/documents.cedar");

pub(super) const ISSUER: &str = "https://login.example";

pub(super) fn id(subject: &str) -> PersonId {
    PersonId::new(ISSUER, subject)
}

pub(super) fn person(subject: &str) -> Person {
    Person {
        id: id(subject),
        name: subject.to_owned(),
        email: None,
        picture: None,
        job_title: None,
        groups: Groups::Unknown,
        roles: Vec::new(),
        claims: String::new(),
        group_match: GroupMatch::Id,
        group_names: std::collections::BTreeMap::new(),
        reporting_line: ReportingLine::default(),
    }
}

pub(super) fn member(subject: &str, groups: &[&str]) -> Person {
    Person {
        groups: Groups::Known(groups.iter().copied().map(Group::new).collect()),
        ..person(subject)
    }
}

pub(super) fn document(number: i64, owner: &str) -> Document {
    Document {
        id: DocumentId::new(number).unwrap(),
        title: format!("Paper {number}"),
        owner: id(owner),
        owner_name: None,
        groups: Vec::new(),
        visibility: Visibility::Private,
        folder: String::new(),
        content: String::new(),
        updated_at: 0,
    }
}

fn source(name: &str, text: &str) -> Source {
    Source {
        path: PathBuf::from(name),
        text: text.to_owned(),
    }
}

pub(super) fn checked(rules: &str) -> Result<Policy, PolicyError> {
    Policy::check(&source("schema.cedarschema", SCHEMA), &[source("rules.cedar", rules)])
}

/// A policy of these rules, each a whole `permit` or `forbid` without annotations, called `r0`, `r1` and so on.
pub(super) fn policy(rules: &[&str]) -> Policy {
    let named = |(number, rule): (usize, &&str)| format!("@id(\"r{number}\") @because(\"x\")\n{rule}\n");
    let rules = rules.iter().enumerate().map(named).collect::<Vec<_>>().concat();
    checked(&rules).unwrap_or_else(|error| panic!("{error}\n{rules}"))
}

/// `permit` under this condition.
pub(super) fn permit(condition: &str) -> String {
    format!("permit (principal, action, resource) when {{ {condition} }};")
}

/// `forbid` under this condition.
pub(super) fn forbid(condition: &str) -> String {
    format!("forbid (principal, action, resource) when {{ {condition} }};")
}
