//! Cuts a predicate into branches at its alternatives, so that each branch can be read from one index in order.

use std::collections::BTreeSet;

use domain::{Branch, Predicate};

/// How many branches one rule may become. Beyond that, alternatives stay inside a branch.
const MAX_BRANCHES: usize = 16;

/// The branches of one rule.
pub(super) fn of(rule: &str, predicate: Predicate) -> impl Iterator<Item = Branch> {
    alternatives(predicate).into_iter().map(|predicate| Branch {
        rule: rule.to_owned(),
        predicate,
    })
}

/// The predicate as alternatives, if they are few.
fn alternatives(predicate: Predicate) -> Vec<Predicate> {
    if count(&predicate) > MAX_BRANCHES {
        return vec![predicate];
    }
    match predicate {
        Predicate::Any(parts) => parts.into_iter().flat_map(alternatives).collect(),
        Predicate::All(parts) => parts.into_iter().map(alternatives).fold(
            vec![Predicate::always()],
            |combined: Vec<Predicate>, alternatives| {
                let pairs = combined
                    .iter()
                    .flat_map(|so_far| alternatives.iter().map(|next| so_far.clone().and(next.clone())));
                pairs.collect()
            },
        ),
        single @ Predicate::Is { .. } => vec![single],
    }
}

fn count(predicate: &Predicate) -> usize {
    match predicate {
        Predicate::Any(parts) => parts.iter().map(count).fold(0, usize::saturating_add),
        Predicate::All(parts) => parts.iter().map(count).fold(1, usize::saturating_mul),
        Predicate::Is { .. } => 1,
    }
}

/// The branches without those that another one covers: each of its conditions is a condition of the covered one, too.
pub(super) fn distinct(branches: Vec<Branch>) -> Vec<Branch> {
    let mut minimal: Vec<(BTreeSet<Predicate>, Branch)> = Vec::new();
    for branch in branches {
        let conditions = conditions(&branch.predicate);
        if minimal.iter().any(|(other, _)| other.is_subset(&conditions)) {
            continue;
        }
        minimal.retain(|(other, _)| !conditions.is_subset(other));
        minimal.push((conditions, branch));
    }
    minimal.into_iter().map(|(_, branch)| branch).collect()
}

fn conditions(predicate: &Predicate) -> BTreeSet<Predicate> {
    match predicate {
        Predicate::All(parts) => parts.iter().cloned().collect(),
        other => BTreeSet::from([other.clone()]),
    }
}
