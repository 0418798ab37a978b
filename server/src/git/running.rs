//! The process that runs at the moment, with everything it started: whoever holds a [`Running`] can end it.

use std::{
    io,
    process::{Child, Command, ExitStatus},
    sync::{Arc, Mutex, PoisonError},
};

use super::error::GitError;

/// What runs at the moment; whoever holds it can end that. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    group: Option<rustix::process::Pid>,
    is_stopped: bool,
}

impl Running {
    /// Ends what runs, and lets nothing begin any more.
    pub fn stop(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_stopped = true;
        kill(state.group);
    }

    /// Starts a program, unless it was stopped.
    pub(super) fn start(&self, command: &mut Command) -> Result<Child, GitError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_stopped {
            return Err(GitError::Stopped);
        }
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::NotInstalled,
            _ => GitError::Io(error),
        })?;
        let id = i32::try_from(child.id()).ok();
        state.group = id.and_then(rustix::process::Pid::from_raw);
        Ok(child)
    }

    /// Ends it, if it has not ended.
    pub(super) fn kill(&self) {
        kill(self.0.lock().unwrap_or_else(PoisonError::into_inner).group);
    }

    /// Waits for the end. The number is nobody's afterwards.
    pub(super) fn wait(&self, child: &mut Child) -> io::Result<(ExitStatus, bool)> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // What it started may outlive it, with its output closed.
        kill(state.group.take());
        let is_stopped = state.is_stopped;
        drop(state);
        Ok((child.wait()?, is_stopped))
    }
}

fn kill(group: Option<rustix::process::Pid>) {
    if let Some(group) = group {
        // Fails only if it has ended already.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}
