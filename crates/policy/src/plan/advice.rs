//! Lint: rules that make lists slow, because no index serves them or a part of them cannot be translated for a database.

use super::compile::{Column, Node, Rule, Test};
use domain::TextField;

/// Something to know about a rule in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) rule: String,
    pub(crate) message: String,
}

/// What a condition costs a list, at worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// Its result is the same for every document: nothing to read, or everything in order.
    Constant,
    /// An index leads to the documents.
    Index,
    /// Every document has to be looked at.
    Scan,
}

/// Advice about a rule.
pub(super) fn about(rule: &Rule) -> Vec<Advice> {
    let mut opaque = Vec::new();
    collect_opaque(&rule.condition, &mut opaque);
    let scans = rule.permits && cost(&rule.condition, false) == Cost::Scan;
    let suggestion = |message: String| Advice {
        rule: rule.id.clone(),
        message,
    };
    let id = &rule.id;
    let mut advice: Vec<Advice> = opaque
        .into_iter()
        .map(|part| {
            suggestion(format!(
                "rule `{id}`: `{part}` cannot be translated for the database, so lists read more documents than they show"
            ))
        })
        .collect();
    if scans && advice.is_empty() {
        advice.push(suggestion(format!(
            "rule `{id}`: no index leads to the documents it permits, so lists read every document; \
             combine it with the owner, groups, a folder or `!resource.is_private`"
        )));
    }
    advice
}

fn collect_opaque<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
    match node {
        Node::Opaque(text) => found.push(text),
        Node::Constant(_) | Node::Known(_) | Node::Test(_) => {}
        Node::Not(inner) => collect_opaque(inner, found),
        Node::And(left, right) | Node::Or(left, right) | Node::Same(left, right) => {
            collect_opaque(left, found);
            collect_opaque(right, found);
        }
        Node::If(condition, then, otherwise) => {
            for part in [condition, then, otherwise] {
                collect_opaque(part, found);
            }
        }
    }
}

fn cost(node: &Node, negated: bool) -> Cost {
    match node {
        Node::Constant(_) | Node::Known(_) => Cost::Constant,
        Node::Not(inner) => cost(inner, !negated),
        Node::And(left, right) if negated => either(cost(left, true), cost(right, true)),
        Node::Or(left, right) if negated => both(cost(left, true), cost(right, true)),
        Node::And(left, right) => both(cost(left, false), cost(right, false)),
        Node::Or(left, right) => either(cost(left, false), cost(right, false)),
        Node::If(condition, then, otherwise) => either(
            both(cost(condition, false), cost(then, negated)),
            both(cost(condition, true), cost(otherwise, negated)),
        ),
        Node::Same(left, right) => either(
            both(cost(left, false), cost(right, negated)),
            both(cost(left, true), cost(right, !negated)),
        ),
        Node::Test(test) if is_indexed(test, negated) => Cost::Index,
        Node::Test(_) | Node::Opaque(_) => Cost::Scan,
    }
}

/// Both must hold: the better one leads, the other one is looked at on the way.
fn both(one: Cost, other: Cost) -> Cost {
    match (one, other) {
        (Cost::Index, _) | (_, Cost::Index) => Cost::Index,
        (Cost::Scan, _) | (_, Cost::Scan) => Cost::Scan,
        (Cost::Constant, Cost::Constant) => Cost::Constant,
    }
}

/// One must hold: the worse one counts.
fn either(one: Cost, other: Cost) -> Cost {
    match (one, other) {
        (Cost::Scan, _) | (_, Cost::Scan) => Cost::Scan,
        (Cost::Index, _) | (_, Cost::Index) => Cost::Index,
        (Cost::Constant, Cost::Constant) => Cost::Constant,
    }
}

fn is_indexed(test: &Test, negated: bool) -> bool {
    match test {
        Test::Private => negated,
        Test::Equals(Column::Private, _) => true,
        Test::Equals(column, _) | Test::OneOf(column, _) => {
            !negated
                && matches!(
                    column,
                    Column::Itself | Column::Owner | Column::Groups | Column::Text(TextField::Folder)
                )
        }
        Test::HasGroup(_) | Test::HasAnyGroup(_) | Test::HasAllGroups(_) | Test::LiesIn(_) => !negated,
        Test::Like(TextField::Folder, pattern) => !negated && pattern.prefix().is_some(),
        Test::Like(TextField::Title, _) | Test::NoGroups | Test::GroupsWithin(_) | Test::Number(..) => false,
    }
}
