//! A counter that a test can wait for: it signals every change, so that no test polls.

use tokio::sync::watch;

use super::within_deadline;

/// A count that can be waited for. All clones are the same count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(watch::Sender<usize>);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    pub(crate) fn value(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until there are so many.
    pub(crate) async fn reaches(&self, what: &str, number: usize) {
        let mut count = self.0.subscribe();
        within_deadline(what, count.wait_for(|count| *count >= number))
            .await
            .unwrap();
    }
}
