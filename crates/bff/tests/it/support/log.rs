//! What did the site write into its log? Everything, down to `TRACE`, of the thread that holds this.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// The log of one test. Site, provider and browser run on the test's own thread.
pub(crate) struct Log {
    lines: Lines,
    _guard: DefaultGuard,
}

impl Log {
    pub(crate) fn start() -> Self {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines.clone())
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .finish();
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Lines of the site's own code; what libraries trace about their inner life is theirs.
    pub(crate) fn own(&self) -> String {
        let all = String::from_utf8_lossy(&self.lines.0.lock().unwrap()).into_owned();
        all.lines()
            .filter(|line| line.contains(" bff"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Lines an operator sees: `INFO` and above, of everybody.
    pub(crate) fn operator(&self) -> String {
        let all = String::from_utf8_lossy(&self.lines.0.lock().unwrap()).into_owned();
        let seen = |line: &&str| [" INFO ", " WARN ", "ERROR "].iter().any(|level| line.contains(level));
        all.lines().filter(seen).collect::<Vec<_>>().join("\n")
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
