//! Metrics show that a rule fails.

use metrics_exporter_prometheus::PrometheusBuilder;

use super::{PERMIT_ALL, Paper, with_rules};
use crate::documents::shelf::dave;

#[test]
fn a_rule_that_fails_is_counted_apart_from_a_refusal() {
    let fails = "@id(\"fails\") @because(\"x\") permit (principal, action, resource)
        when { 9223372036854775807 + (if resource.is_private then 1 else 0) > 0 };";
    let policy = with_rules(&format!("{PERMIT_ALL}{fails}")).unwrap();
    let recorder = PrometheusBuilder::new().build_recorder();
    let (open, broken) = (Paper::new("olga", &[], false), Paper::new("olga", &[], true));
    metrics::with_local_recorder(&recorder, || {
        let together = policy.decide_all(&dave(), &[open.facts(), open.facts()]);
        assert_eq!(together.len(), 2);
        let _ = policy.decide(&dave(), &broken.facts());
    });
    let text = recorder.handle().render();
    for line in [
        "portico_decisions_total{outcome=\"allowed\"} 2",
        "portico_decisions_total{outcome=\"failed\"} 1",
        "portico_decision_seconds_count{documents=\"one\"} 1",
        "portico_decision_seconds_count{documents=\"many\"} 1",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("outcome=\"refused\""), "{text}");
}
