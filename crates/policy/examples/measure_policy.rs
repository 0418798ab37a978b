//! Benchmark of decisions and plans: the shipped rules, and three more with a folder, a manager and a `forbid`.
//!
//! `cargo run --release -p policy --example measure_policy`

#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::{
    collections::BTreeMap,
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use domain::{Action, Document, DocumentId, Group, GroupMatch, Groups, Person, PersonId, ReportingLine, Visibility};
use policy::{Policy, PolicyError, Source};

const ROUNDS: usize = 2_000;

const MORE: &str = r#"
@id("handbook") @because("x")
permit (principal, action == Action::"view", resource in Folder::"handbook")
when { principal has groups && principal.groups.contains(Group::"group-1") };
@id("manager") @because("x")
permit (principal, action == Action::"view", resource)
when { principal has reports && principal.reports.contains(resource.owner) };
@id("board") @hides("existence")
forbid (principal, action == Action::"view", resource)
when { resource.folder like "board*" }
unless { principal has groups && principal.groups.contains(Group::"board") };
"#;

fn policy(more: &str) -> Result<Policy, PolicyError> {
    let source = |name: &str, text: &str| Source {
        path: PathBuf::from(name),
        text: text.to_owned(),
    };
    let schema = source(
        "schema.cedarschema",
        include_str!("../../../policies/schema.cedarschema"),
    );
    let rules = include_str!("../../../policies/documents.cedar");
    Policy::check(&schema, &[source("documents.cedar", rules), source("more.cedar", more)])
}

fn person(groups: usize) -> Person {
    Person {
        id: PersonId::new("https://login.example", "alice"),
        name: "Alice Example".to_owned(),
        email: None,
        picture: None,
        job_title: Some("Engineer".to_owned()),
        groups: Groups::Known(
            (0..groups)
                .map(|number| Group::new(format!("group-{number}")))
                .collect(),
        ),
        roles: vec!["Reader".to_owned()],
        claims: String::new(),
        group_match: GroupMatch::Id,
        group_names: BTreeMap::new(),
        reporting_line: ReportingLine::default(),
    }
}

fn documents() -> Vec<Document> {
    let document = |number: i64| {
        Some(Document {
            id: DocumentId::new(number)?,
            title: format!("Paper {number}"),
            owner: PersonId::new("https://login.example", "olga"),
            owner_name: Some("Olga".to_owned()),
            groups: vec![Group::new("group-3"), Group::new("other")],
            visibility: Visibility::from_private(number % 2 == 0),
            folder: "handbook/people".to_owned(),
            content: String::new(),
            updated_at: 1_796_040_000,
        })
    };
    (1..=50).filter_map(document).collect()
}

/// Median and 99th percentile, per `parts` of one call.
fn measure(what: &str, parts: u32, mut call: impl FnMut(usize)) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|round| {
            let start = Instant::now();
            call(round);
            start.elapsed() / parts
        })
        .collect();
    times.sort_unstable();
    let at = |part: usize| times.get(ROUNDS * part / 100).copied().unwrap_or_default();
    println!("{what}: p50 {:.1?}, p99 {:.1?}", at(50), at(99));
}

fn main() -> Result<(), PolicyError> {
    let papers = documents();
    let facts: Vec<_> = papers.iter().map(Into::into).collect();
    for (name, more) in [("4 rules", ""), ("7 rules", MORE)] {
        let policy = policy(more)?;
        for groups in [5, 200] {
            let alice = person(groups);
            println!("{name}, {groups} groups");
            if let Some(first) = facts.first() {
                measure("  one decision", 1, |_| {
                    black_box(policy.decide(&alice, first));
                });
            }
            measure("  a decision of fifty", 50, |_| {
                black_box(policy.decide_all(&alice, &facts));
            });
            let mut other = alice.clone();
            measure("  a plan made", 1, |round| {
                // Another name is another plan.
                other.name = round.to_string();
                black_box(policy.plan(&other, Action::View));
            });
            measure("  a plan kept", 1, |_| {
                black_box(policy.plan(&alice, Action::View));
            });
        }
    }
    Ok(())
}
