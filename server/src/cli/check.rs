//! `portico check`: every mistake in configuration and policy, without opening a port or a database.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{ConfigFile, complain, print};
use crate::{
    config::{Problems, problem::Origin},
    policy::Policy,
    site::with_causes,
};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &CheckArgs) -> ExitCode {
    let (problems, policies) = match arguments.config.read_to_serve() {
        Ok(config) => (Problems(Vec::new()), Some(config.policies)),
        Err(problems) => (problems, arguments.config.policies()),
    };
    let policy = policies.and_then(|folder| Policy::load(&folder).err().map(|error| with_causes(&error)));
    let sound = problems.0.is_empty() && policy.is_none();
    if arguments.json {
        let all: Vec<Value> = problems
            .0
            .iter()
            .map(as_json)
            .chain(policy.iter().map(|text| json!({ "problem": text })))
            .collect();
        print(&format!("{:#}\n", json!({ "ok": sound, "problems": all })));
        return ExitCode::from(if sound { 0 } else { 2 });
    }
    if sound {
        print("The configuration is sound.\n");
        return ExitCode::SUCCESS;
    }
    let lines: Vec<String> = problems.0.iter().map(ToString::to_string).chain(policy).collect();
    complain(&lines.join("\n"), 2)
}

fn as_json(problem: &crate::config::Problem) -> Value {
    let (file, line) = match &problem.origin {
        Origin::File { name, line } => (name, Some(line)),
        Origin::Variable(name) | Origin::Nowhere(name) => (name, None),
    };
    json!({ "file": file, "line": line, "key": problem.key, "problem": problem.what, "remedy": problem.remedy })
}
