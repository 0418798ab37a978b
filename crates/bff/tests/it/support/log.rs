//! The log of the site: everything, down to `TRACE`, of the thread that holds a [`Log`].

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Once;

use tokio::sync::Notify;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt;

thread_local! {
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
    static WRITTEN: Rc<Notify> = Rc::default();
}

/// The log of one test. Site, provider and browser run on the test's own thread.
pub(crate) struct Log;

impl Log {
    pub(crate) fn start() -> Self {
        // One subscriber for all threads: whether somebody listens is remembered per line of code, not per thread.
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let required = dynamic_filter_fn(|_, _| LINES.with_borrow(Option::is_some));
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| Lines)
                .with_filter(required);
            tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines)).unwrap();
        });
        LINES.set(Some(Vec::new()));
        Self
    }

    fn lines(&self, required: impl Fn(&&str) -> bool) -> String {
        let Self = self;
        let all = LINES.with_borrow(|lines| String::from_utf8_lossy(lines.as_deref().unwrap_or_default()).into_owned());
        all.lines().filter(required).collect::<Vec<_>>().join("\n")
    }

    /// Lines of the site's own code, without those of libraries.
    pub(crate) fn own(&self) -> String {
        self.lines(|line| line.contains(" bff"))
    }

    /// Waits until `reached` holds for what was written.
    pub(crate) async fn wait_for(&self, reached: impl Fn(&Self) -> bool) {
        let written = WRITTEN.with(Rc::clone);
        loop {
            // Whoever writes now and here is not missed.
            let more = written.notified();
            if reached(self) {
                return;
            }
            more.await;
        }
    }

    /// Lines an operator sees: `INFO` and above, of everybody.
    pub(crate) fn operator(&self) -> String {
        self.lines(|line| [" INFO ", " WARN ", "ERROR "].iter().any(|level| line.contains(level)))
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LINES.set(None);
    }
}

/// Writes to the log of this thread.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.as_mut().map(|lines| lines.extend_from_slice(bytes)));
        WRITTEN.with(|written| written.notify_waiters());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
