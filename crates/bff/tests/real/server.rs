//! A foreign server as a child process, which states in one line of JSON how to find it, and that
//! ends with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A server that runs.
pub(crate) struct Server {
    /// What it stated of itself.
    pub(crate) ready: Value,
    process: Child,
}

impl Server {
    /// Runs `command` and waits for its line.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{command:?} does not start: {e}"));
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{command:?} said `{line}`"));
        Self { ready, process }
    }

    /// What it stated about `name`.
    pub(crate) fn text(&self, name: &str) -> String {
        let text = self.ready[name].as_str();
        text.unwrap_or_else(|| panic!("no `{name}` in {}", self.ready))
            .to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
