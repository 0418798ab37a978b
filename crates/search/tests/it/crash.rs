//! Crash safety: the last commit is there, whole, after a process was killed at any moment.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use search::State;
use tempfile::TempDir;

use super::shelf::{Shelf, open, paper};

/// Tells the process that is killed where to write.
const FOLDER: &str = "SEARCH_CRASH_FOLDER";
/// Documents in one commit.
const BATCH: i64 = 40;

#[test]
fn a_killed_process_leaves_its_last_commit() {
    // In the middle of a batch, right at a commit, and later, when segments are merged meanwhile.
    for lines in [1, 7, 41, 42, 90, 500] {
        let folder = TempDir::new().unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::writes_until_it_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let seen: Vec<String> = output.filter(|line| line.starts_with("~ ")).take(lines).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        let committed: i64 = seen
            .iter()
            .filter(|line| line.starts_with("~ committed"))
            .count()
            .try_into()
            .unwrap();
        check(&folder, committed);
    }
}

fn check(folder: &TempDir, committed: i64) {
    let index = open(folder.path());
    let sequence = match index.state() {
        State::Complete { sequence } => sequence,
        // Killed before anything was finished.
        State::Rebuild(_) => 0,
    };
    assert!(sequence >= committed, "{sequence} {committed}");
    assert_eq!(index.documents(), u64::try_from(sequence * BATCH).unwrap());
    let mut writer = index.writer().unwrap();
    if sequence == 0 {
        writer.begin_rebuild().unwrap();
    }
    writer.put(&paper(1_000_000, "Afterwards", "x").indexed()).unwrap();
    writer.finish_rebuild(sequence + 1).unwrap();
    let shelf = Shelf {
        index,
        folder: TempDir::new().unwrap(),
    };
    assert_eq!(shelf.find("afterwards"), [1_000_000]);
    if sequence > 0 {
        assert_eq!(shelf.find("\"paper1\""), [1]);
    }
    let files = fs::read_dir(folder.path().join("index")).unwrap().count();
    assert!(files < 200, "{files} files are left");
}

/// In the process that is killed it goes on for ever; as a test of its own it ends after three commits, which are then there.
#[test]
fn writes_until_it_is_killed() {
    if let Some(folder) = env::var_os(FOLDER) {
        write(folder.as_ref(), i64::MAX);
    }
    let folder = TempDir::new().unwrap();
    write(folder.path(), 3);
    check(&folder, 3);
}

fn write(folder: &Path, commits: i64) {
    let index = open(folder);
    let mut writer = index.writer().unwrap();
    writer.begin_rebuild().unwrap();
    writer.finish_rebuild(0).unwrap();
    let mut out = std::io::stdout();
    for sequence in 1..=commits {
        for id in (sequence - 1) * BATCH..sequence * BATCH {
            writer
                .put(&paper(id + 1, &format!("paper{}", id + 1), "some text").indexed())
                .unwrap();
            writeln!(out, "~ put").unwrap();
        }
        writer.commit(sequence).unwrap();
        writeln!(out, "~ committed {sequence}").unwrap();
        out.flush().unwrap();
    }
}
