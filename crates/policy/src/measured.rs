//! Metrics of decisions. Nobody and no document is named.
//!
//! | metric | meaning |
//! |---|---|
//! | `portico_decisions_total{outcome}` | documents decided: `allowed`, `refused`, or `failed` where a rule could not be decided, which refuses |
//! | `portico_decision_seconds{documents}` | one question to the policy, about `one` document or `many` of a list |

use std::time::Instant;

use domain::Decision;

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Allowed,
    Refused,
    /// Refused, because it could not be decided.
    Failed,
}

/// `number` documents were decided with this outcome.
pub(super) fn counted(outcome: Outcome, number: usize) {
    let outcome = match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    };
    metrics::counter!("portico_decisions_total", "outcome" => outcome).increment(number as u64);
}

/// As traces write numbers.
fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Measures one question about so many documents, as a span as well.
pub(super) fn measured(documents: usize, deciding: impl FnOnce() -> Vec<Decision>) -> Vec<Decision> {
    let span = tracing::debug_span!(target: "portico", "decision", documents = whole(documents), allowed = tracing::field::Empty);
    let start = Instant::now();
    let decisions = span.in_scope(deciding);
    if !span.is_disabled() {
        let allowed = decisions
            .iter()
            .filter(|decision| matches!(decision, Decision::Allowed(_)));
        span.record("allowed", whole(allowed.count()));
    }
    let documents = if documents == 1 { "one" } else { "many" };
    metrics::histogram!("portico_decision_seconds", "documents" => documents).record(start.elapsed());
    decisions
}
