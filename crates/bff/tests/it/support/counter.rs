//! How is something counted that a test waits for? With a signal at every change, so that nobody has to look again and again.

use tokio::sync::watch;

use super::soon;

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
        soon(what, count.wait_for(|count| *count >= number)).await.unwrap();
    }
}
