//! `portico check`: reports every error in configuration and policy, and a database or a storage of files that cannot be written, without opening a
//! port or leaving anything behind.

use std::process::ExitCode;

use bff::error_chain;
use clap::Args;
use policy::Policy;
use serde_json::{Value, json};
use store::probe::{self, DatabaseStatus};

use super::{ConfigFile, print, print_error};
use crate::{
    config::{
        Config, Problems,
        problem::{Issue, Origin},
    },
    git::{self, GitError},
};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: CheckArgs) -> ExitCode {
    let (problems, policies, config) = match arguments.config.read_to_serve() {
        Ok(config) => (Problems(Vec::new()), Some(config.policies.clone()), Some(config)),
        Err(problems) => (problems, arguments.config.policies(), None),
    };
    let (mut policy, mut notes) = (None, Vec::new());
    match policies.map(|folder| Policy::load(&folder)) {
        Some(Ok(sound)) => notes = sound.advice().iter().map(ToString::to_string).collect(),
        Some(Err(error)) => policy = Some(error_chain(&error)),
        None => {}
    }
    let (condition, unusable) = match &config {
        Some(config) => unusable(config).await,
        None => (DatabaseStatus::Writable, Vec::new()),
    };
    let is_valid = problems.0.is_empty() && policy.is_none();
    let code = match (is_valid, unusable.is_empty()) {
        (false, _) => 2,
        // The configuration is valid, but what it needs fails.
        (true, false) => 1,
        (true, true) => 0,
    };
    let others: Vec<String> = policy.into_iter().chain(unusable).collect();
    if arguments.json {
        let others = others.iter().map(|text| json!({ "problem": text }));
        let all: Vec<Value> = problems.0.iter().map(as_json).chain(others).collect();
        print(&format!(
            "{:#}\n",
            json!({ "ok": code == 0, "problems": all, "notes": notes })
        ));
        return ExitCode::from(code);
    }
    if code == 0 {
        print("The configuration is sound.\n");
        for note in notes {
            print(&format!("note: {note}\n"));
        }
        if matches!(condition, DatabaseStatus::Unreachable) {
            print("The database does not answer from here: whether it can be written is not known.\n");
        }
        return ExitCode::SUCCESS;
    }
    let lines: Vec<String> = problems.0.iter().map(ToString::to_string).chain(others).collect();
    print_error(&lines.join("\n"), code)
}

/// The state of the database, and what of all that the configuration needs cannot be used.
async fn unusable(config: &Config) -> (DatabaseStatus, Vec<String>) {
    let url = &config.database_url;
    let condition = probe::check(url).await;
    let database = failure_text(&condition).map(|why| format!("the database `{url}` cannot be used: {why}"));
    let files = config.files.check().await.err();
    let unusable = database.into_iter().chain(files).chain(missing_git(config));
    (condition, unusable.collect())
}

/// What is missing to pull `[[sources]]`.
fn missing_git(config: &Config) -> Option<String> {
    let is_missing = !config.sources.is_empty() && !git::is_installed();
    is_missing.then(|| GitError::NotInstalled.to_string())
}

/// The error of a database on one line.
fn failure_text(condition: &DatabaseStatus) -> Option<String> {
    match condition {
        DatabaseStatus::Failed(error) => Some(error_chain(error)),
        DatabaseStatus::Writable | DatabaseStatus::Missing | DatabaseStatus::Unreachable => None,
    }
}

fn as_json(problem: &crate::config::Problem) -> Value {
    let (file, line) = match &problem.origin {
        Origin::File { name, line } => (name, Some(line)),
        Origin::Variable(name) | Origin::Nowhere(name) => (name, None),
    };
    let Issue { what, remedy } = &problem.issue;
    json!({ "file": file, "line": line, "key": problem.key, "problem": what, "remedy": remedy })
}
