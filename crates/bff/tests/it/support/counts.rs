//! The metrics of the site: everything recorded by the thread that holds [`Counts`], as Prometheus would scrape it.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// The counts of one test. Site, provider and browser run on the test's own thread.
pub(crate) struct Counts {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Counts {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new().set_buckets(&[1.0, 120.0]).unwrap();
        let recorder = builder.build_recorder();
        Self {
            handle: recorder.handle(),
            recorder,
        }
    }

    /// Counts until the guard is dropped.
    pub(crate) fn start(&self) -> metrics::LocalRecorderGuard<'_> {
        metrics::set_default_local_recorder(&self.recorder)
    }

    /// All lines about metrics, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = self.handle.render();
        let mut lines: Vec<_> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        lines.sort_unstable();
        lines.into_iter().map(str::to_owned).collect()
    }

    /// The whole number that is the value of the metric called `name` that has all `labels`; 0 if there is none.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let lines = self.lines();
        let is_it = |line: &&String| {
            let is_named = line.split(['{', ' ']).next() == Some(name);
            is_named && labels.iter().all(|(l, v)| line.contains(&format!("{l}=\"{v}\"")))
        };
        let line = lines.iter().find(is_it);
        line.map_or(0, |line| line.rsplit(' ').next().unwrap().parse().unwrap())
    }

    /// The number of requests to `endpoint` of the demo with that outcome.
    pub(crate) fn requests_to(&self, endpoint: &str, outcome: &str) -> u64 {
        let labels = [("provider", "demo"), ("endpoint", endpoint), ("outcome", outcome)];
        self.value("bff_provider_seconds_count", &labels)
    }
}
