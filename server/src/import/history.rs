//! Dates and renames of files, from the history of their repository. A checkout gives every file the time of the checkout, so the file's
//! own time says nothing there.
//!
//! The program `git` is run, if there is one: its formats change, and reading them is its own craft. Nothing of the repository is executed: no pager,
//! hook, filter, signature program, monitor or transport. A repository that Portico fetched is read by `crate::git`.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use domain::text::nfc;

use super::dates::FileDates;
use crate::git::{GitError, Snapshot};

mod changes;

use changes::{Change, renames};

/// Longest time that is waited for a history; files have their own times then.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Most bytes of it that are read.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Begins a commit in the output: `\x01SECONDS:PARENTS`.
const COMMIT: u8 = 1;

/// How commits are written so.
const FORMAT: &str = "--format=%x01%at:%P";

/// Which changes are listed.
const CHANGES: [&str; 6] = ["log", "-z", "-M", "--name-status", "--no-ext-diff", "--no-textconv"];

/// Settings of a repository that could run programs, switched off.
const HARMLESS: [&str; 4] = [
    "core.fsmonitor=false",
    "log.showSignature=false",
    "protocol.allow=never",
    "core.hooksPath=/dev/null",
];

/// What is known of files by their path below a folder, in NFC.
#[derive(Debug, Default)]
pub(super) struct History {
    dates: HashMap<String, FileDates>,
    /// What a file of an older commit is called today.
    today: HashMap<String, String>,
    /// What a file of the commit that was imported last is called today.
    since_last: HashMap<String, String>,
}

impl History {
    /// The history of the files below a folder; empty where it lies in no repository, or `git` is not there or fails.
    pub(super) fn of(root: &Path) -> Self {
        let is_checkout = root
            .ancestors()
            .any(|folder| std::fs::symlink_metadata(folder.join(".git")).is_ok());
        if !is_checkout {
            return Self::default();
        }
        match read(root) {
            Ok(history) => history,
            Err(error) => {
                tracing::warn!(%error, "the history of the repository cannot be read; files have their own times");
                Self::default()
            }
        }
    }

    /// The history of the files of a commit that was fetched; empty where it cannot be read.
    pub(super) fn of_snapshot(snapshot: &Snapshot) -> Self {
        read_snapshot(snapshot).unwrap_or_else(|error| {
            tracing::warn!(%error, "the history of the repository cannot be read; files have the time of the commit");
            Self::default()
        })
    }

    /// The dates of a file.
    pub(super) fn dates(&self, name: &str) -> FileDates {
        self.dates.get(&*nfc(name)).copied().unwrap_or_default()
    }

    /// What a file that is gone is called today, if it was renamed.
    pub(super) fn renamed(&self, name: &str) -> Option<&str> {
        self.since_last
            .get(name)
            .or_else(|| self.today.get(name))
            .map(String::as_str)
    }

    /// Reads the output of `git log`, newest commit first. Without a parent in a shallow clone, a commit only says that the files were there.
    fn parse(records: impl Iterator<Item = Vec<u8>>, is_shallow: bool) -> Self {
        let mut history = Self::default();
        let (mut moment, mut counts) = (None, false);
        let mut records = records;
        while let Some(record) = records.next() {
            if let Some(commit) = record.strip_prefix(&[COMMIT]) {
                let commit = String::from_utf8_lossy(commit).into_owned();
                let (seconds, parents) = commit.split_once(':').unwrap_or((&commit, ""));
                moment = seconds.trim().parse::<i64>().ok();
                counts = !(is_shallow && parents.trim().is_empty());
                continue;
            }
            let Some(Change { kind, from, to }) = Change::read(&record, &mut records) else {
                continue;
            };
            let name = history.today.get(&to).cloned().unwrap_or(to);
            if kind == 'R' {
                history.today.insert(from, name.clone());
            }
            if let Some(moment) = moment.filter(|_| counts && kind != 'D') {
                let dates = history.dates.entry(name).or_default();
                dates.updated = dates.updated.max(Some(moment));
                dates.created = Some(dates.created.map_or(moment, |known| known.min(moment)));
            }
        }
        history
    }
}

/// Reads the history of the folder that was fetched, and what was renamed since the last import.
fn read_snapshot(snapshot: &Snapshot) -> Result<History, GitError> {
    let prefix = snapshot.repository().path.prefix();
    let relative = format!("--relative={prefix}");
    let commit = snapshot.commit().as_str();
    let mut log = CHANGES.to_vec();
    log.extend([FORMAT, &*relative, commit, "--"]);
    // The root of the repository is no path.
    log.extend((!prefix.is_empty()).then_some(&*prefix));
    let mut history = snapshot.read(&log, |from| {
        Ok(History::parse(from.split(0).map_while(Result::ok), false))
    })?;
    if let Some(last) = snapshot.last().filter(|last| last.as_str() != commit) {
        let diff = [
            "diff-tree",
            "-r",
            "-z",
            "-M",
            "--name-status",
            "--no-ext-diff",
            "--no-textconv",
            &relative,
            last.as_str(),
            commit,
            "--",
        ];
        history.since_last = snapshot.read(&diff, |from| Ok(renames(from.split(0).map_while(Result::ok))))?;
    }
    Ok(history)
}

fn git(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["--no-pager", "--no-optional-locks"]);
    for setting in HARMLESS {
        git.args(["-c", setting]);
    }
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    git
}

fn read(root: &Path) -> std::io::Result<History> {
    let mut shallow = git(root).args(["rev-parse", "--is-shallow-repository"]).spawn()?;
    let (answer, _) = output(&mut shallow, |mut from| {
        let mut text = String::new();
        from.read_to_string(&mut text).map(|_| text)
    })?;
    let is_shallow = answer.trim() == "true";
    let mut log = git(root);
    log.args(CHANGES);
    log.args([FORMAT, "--relative", "--", "."]);
    let (history, is_whole) = output(&mut log.spawn()?, move |from| {
        let records = from.split(0).map_while(Result::ok);
        Ok(History::parse(records, is_shallow))
    })?;
    if is_whole {
        Ok(history)
    } else {
        Err(std::io::Error::other("git failed"))
    }
}

/// What `read` makes of a program's output, and whether the program succeeded. It is ended after [`TIMEOUT`].
fn output<T: Send + 'static>(
    child: &mut Child,
    read: impl FnOnce(Box<dyn std::io::BufRead>) -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<(T, bool)> {
    let from = child.stdout.take().ok_or_else(|| std::io::Error::other("no output"))?;
    let (sender, result) = mpsc::channel();
    thread::spawn(move || {
        // Whoever waited may have given up.
        let _ = sender.send(read(Box::new(BufReader::new(from.take(MAX_BYTES)))));
    });
    let read = result.recv_timeout(TIMEOUT);
    if read.is_err() {
        child.kill()?;
    }
    let is_success = child.wait()?.success();
    match read {
        Ok(value) => Ok((value?, is_success)),
        Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "git takes too long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(output: &str, is_shallow: bool) -> History {
        let records = output.split_terminator('\0').map(|record| record.as_bytes().to_vec());
        History::parse(records, is_shallow)
    }

    fn dates(created: i64, updated: i64) -> FileDates {
        FileDates {
            created: Some(created),
            updated: Some(updated),
        }
    }

    #[test]
    fn im_5_a_file_has_the_dates_of_its_first_and_last_commit_under_whatever_name() {
        let log = "\u{1}30:b\0\nM\0c.md\0\u{1}20:a\0\nR100\0a.md\0c.md\0A\0d/new.md\0D\0gone.md\0\u{1}10:\0\nA\0a.md\0A\0gone.md\0";
        let history = parse(log, false);
        assert_eq!(history.dates("c.md"), dates(10, 30));
        assert_eq!(history.dates("d/new.md"), dates(20, 20));
        assert_eq!(history.dates("never.md"), FileDates::default());
        assert_eq!(history.dates("a.md"), FileDates::default());
    }

    #[test]
    fn im_5_where_a_shallow_clone_ends_nothing_is_known() {
        let log = "\u{1}30:b\0\nM\0a.md\0\u{1}20:\0\nA\0a.md\0A\0b.md\0";
        let history = parse(log, true);
        assert_eq!(
            (history.dates("a.md"), history.dates("b.md")),
            (dates(30, 30), FileDates::default())
        );
    }
}
