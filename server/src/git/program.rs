//! Runs the program `git`. It reads no configuration but what is given here, has no terminal, speaks one protocol, and is ended with everything it
//! started: after a time, at a size, or when Portico ends.

use std::{
    ffi::{OsStr, OsString},
    io::{self, BufRead, BufReader, Read, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use super::{
    address::GitAddress,
    error::GitError,
    repository::{GitSettings, Repository},
    running::Running,
};

/// Most bytes of its output that are read.
const MAX_OUTPUT: u64 = 1024 * 1024 * 1024;

/// Most bytes of its messages that are read.
const MAX_MESSAGES: u64 = 16 * 1024;

/// How often the size is looked at while it runs.
const TICK: Duration = Duration::from_millis(250);

/// Variables of `git` that stay: the certificates that a server's is verified by.
const INHERITED: [&str; 2] = ["GIT_SSL_CAINFO", "GIT_SSL_CAPATH"];

/// Settings that run no program, follow nowhere else, and leave nothing behind.
const SETTINGS: [(&str, &str); 13] = [
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.attributesFile", "/dev/null"),
    ("credential.helper", ""),
    ("diff.renameLimit", "3000"),
    ("fetch.recurseSubmodules", "false"),
    ("gc.autoDetach", "false"),
    ("http.followRedirects", "false"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"),
    ("init.defaultBranch", "main"),
    ("log.showSignature", "false"),
    ("maintenance.auto", "false"),
];

/// Whether the program can be run.
#[must_use]
pub fn is_installed() -> bool {
    let mut git = Command::new("git");
    let git = git
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    git.status().is_ok_and(|status| status.success())
}

/// `git` for one repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    environment: Vec<(OsString, OsString)>,
    secret: Option<String>,
    timeout: Duration,
    max_size: u64,
    running: Running,
}

/// What a program wrote, read while it ran.
pub(crate) type Output = Box<dyn BufRead>;

/// What a run reads, and how much it has written so far.
#[derive(Default)]
struct Feed {
    input: Vec<u8>,
    size: Option<Box<dyn Fn() -> u64>>,
}

impl Git {
    pub(super) fn new(repository: &Repository, settings: &GitSettings, running: Running) -> Self {
        let mut config: Vec<_> = SETTINGS
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        let secret = repository.credentials.authorization();
        if let (GitAddress::Http(_), Some(header)) = (&repository.address, &secret) {
            config.push(("http.extraHeader", header.clone()));
        }
        let fixed = [
            ("GIT_ALLOW_PROTOCOL", repository.address.protocol()),
            ("GIT_ASKPASS", ""),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_LITERAL_PATHSPECS", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_SSH_VARIANT", "ssh"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
            ("SSH_ASKPASS", ""),
        ];
        let mut environment: Vec<(OsString, OsString)> = fixed.map(|(name, value)| (name.into(), value.into())).into();
        environment.push(("GIT_SSH_COMMAND".into(), repository.credentials.ssh_command()));
        environment.push(("GIT_CONFIG_COUNT".into(), config.len().to_string().into()));
        for (number, (key, value)) in config.into_iter().enumerate() {
            environment.push((format!("GIT_CONFIG_KEY_{number}").into(), key.into()));
            environment.push((format!("GIT_CONFIG_VALUE_{number}").into(), value.into()));
        }
        let password = repository.credentials.password.as_ref();
        Self {
            environment,
            secret: password.map(|password| password.expose().to_owned()),
            timeout: settings.timeout,
            max_size: settings.max_size,
            running,
        }
    }

    /// The most bytes a repository may take.
    pub(super) fn max_size(&self) -> u64 {
        self.max_size
    }

    fn command(&self, folder: &Path, arguments: &[&OsStr]) -> Command {
        let mut git = Command::new("git");
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("GIT_") && !INHERITED.contains(&&*text) {
                git.env_remove(&name);
            }
        }
        git.envs(self.environment.iter().map(|(name, value)| (name, value)));
        git.arg("--no-pager").arg("--git-dir").arg(folder).args(arguments);
        git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut git, 0);
        git
    }

    /// The output of a run, as text without the line break at its end.
    pub(crate) fn text(&self, folder: &Path, arguments: &[&str]) -> Result<String, GitError> {
        let text = self.read(folder, arguments, |mut output| {
            let mut bytes = Vec::new();
            output.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
        })?;
        Ok(text)
    }

    /// What `read` makes of the output of a run.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        folder: &Path,
        arguments: &[&str],
        read: impl FnOnce(Output) -> io::Result<T> + Send + 'static,
    ) -> Result<T, GitError> {
        self.run(folder, arguments, Feed::default(), read)
    }

    /// The same with bytes on its standard input.
    pub(super) fn read_of<T: Send + 'static>(
        &self,
        folder: &Path,
        arguments: &[&str],
        input: Vec<u8>,
        read: impl FnOnce(Output) -> io::Result<T> + Send + 'static,
    ) -> Result<T, GitError> {
        self.run(folder, arguments, Feed { input, size: None }, read)
    }

    /// A run that writes below `folder`, which is ended where that becomes too large.
    pub(super) fn write(&self, folder: &Path, arguments: &[&str]) -> Result<(), GitError> {
        let written = folder.to_owned();
        let feed = Feed {
            size: Some(Box::new(move || size_of(&written))),
            ..Feed::default()
        };
        self.run(folder, arguments, feed, |mut output| {
            io::copy(&mut output, &mut io::sink()).map(drop)
        })
    }

    fn run<T: Send + 'static>(
        &self,
        folder: &Path,
        arguments: &[&str],
        feed: Feed,
        read: impl FnOnce(Output) -> io::Result<T> + Send + 'static,
    ) -> Result<T, GitError> {
        let Feed { input, size } = feed;
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let mut command = self.command(folder, &arguments);
        if !input.is_empty() {
            command.stdin(Stdio::piped());
        }
        let mut child = self.running.start(&mut command)?;
        let (sender, outcome) = mpsc::channel();
        let (write_messages, messages) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            thread::spawn(move || write_messages.send(read_messages(stderr)));
        }
        if let Some(mut stdin) = child.stdin.take() {
            // Fails where the program ends early, which its status tells.
            thread::spawn(move || stdin.write_all(&input));
        }
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                // Whoever waited may have given up.
                let _ = sender.send(read(Box::new(BufReader::new(stdout.take(MAX_OUTPUT)))));
            });
        }
        let read = self.wait(&outcome, size.as_deref());
        if read.is_err() {
            self.running.kill();
        }
        // They end with the program: whoever closed its output alone is ended after the same time.
        let messages = messages.recv_timeout(self.timeout).unwrap_or_default();
        let (status, is_stopped) = self.running.wait(&mut child).map_err(GitError::Io)?;
        if is_stopped {
            return Err(GitError::Stopped);
        }
        let read = read?;
        if !status.success() {
            return Err(GitError::failed(&messages, self.secret.as_deref()));
        }
        read.map_err(GitError::Io)
    }

    /// What the output was read as. An error where that takes too long, or becomes too large.
    fn wait<T>(
        &self,
        outcome: &mpsc::Receiver<io::Result<T>>,
        size: Option<&dyn Fn() -> u64>,
    ) -> Result<io::Result<T>, GitError> {
        let end = Instant::now() + self.timeout;
        loop {
            match outcome.recv_timeout(TICK) {
                Ok(read) => return Ok(read),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(GitError::Unexpected),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            if size.is_some_and(|size| size() > self.max_size) {
                return Err(GitError::TooLarge(self.max_size));
            }
            if Instant::now() >= end {
                return Err(GitError::TimedOut(self.timeout));
            }
        }
    }
}

/// The beginning of the messages; the rest is read, so that the program is not held up.
fn read_messages(mut stderr: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stderr.by_ref().take(MAX_MESSAGES).read_to_end(&mut bytes);
    let _ = io::copy(&mut stderr, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How many bytes the files below a folder have; those that vanish meanwhile have none.
pub(super) fn size_of(folder: &Path) -> u64 {
    let (mut size, mut folders) = (0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) => size += found.len(),
                Err(_) => {}
            }
        }
    }
    size
}
