//! `portico import`: a folder of Markdown becomes documents.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{ConfigFile, Failure, print};
use crate::{
    import::{
        self, ImportEvent, ImportOptions, ImportReport,
        shown::{acts, shown},
    },
    site::with_causes,
    store::Store,
};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Folder whose `*.md` files are brought in, with everything below it
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Folder to put them in, such as `handbook/people`
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// Owner of files that name none: `provider:subject`, `subject` where one provider is configured, or `issuer|subject`
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,
    /// Group of files that name none; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Make files private that do not say
    #[arg(long)]
    private: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) async fn run(arguments: ImportArgs) -> Result<ExitCode, Failure> {
    let config = arguments.config.read()?;
    if let Some(owner) = &arguments.owner {
        config
            .person(owner)
            .map_err(|error| Failure::Configuration(format!("--owner: {error}")))?;
    }
    let store = Store::open(&config.database_url)
        .await
        .map_err(|error| Failure::Other(with_causes(&error)))?;
    let json = arguments.json;
    let options = ImportOptions {
        dir: arguments.dir,
        folder: arguments.folder,
        owner: arguments.owner,
        groups: arguments.groups,
        private: arguments.private,
        resolve_person: Box::new(move |who| config.person(who)),
    };
    let bar = if json { ProgressBar::hidden() } else { bar() };
    let outcome = import::run(&store, options, &mut |event| show(&bar, event)).await;
    bar.finish_and_clear();
    store.close().await;
    let report = outcome.map_err(|error| Failure::Other(with_causes(&error)))?;
    print(&if json { as_json(&report) } else { in_words(&report) });
    Ok(ExitCode::from(u8::from(!report.problems.is_empty())))
}

/// A bar on standard error; nothing at all where that is no terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} files, {eta} left  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, event: ImportEvent) {
    match event {
        ImportEvent::Started { files } => bar.set_length(files as u64),
        ImportEvent::Done { file, .. } => {
            bar.set_message(shown(&file).into_owned());
            bar.inc(1);
        }
        ImportEvent::Problem(problem) => {
            bar.inc(1);
            bar.suspend(|| complain(&problem.to_string()));
        }
    }
}

fn complain(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn in_words(report: &ImportReport) -> String {
    let ImportReport {
        added,
        updated,
        unchanged,
        problems,
    } = report;
    let left_out = match problems.len() {
        0 => String::new(),
        1 => ", 1 left out".to_owned(),
        many => format!(", {many} left out"),
    };
    format!("{added} added, {updated} changed, {unchanged} as before{left_out}\n")
}

fn as_json(report: &ImportReport) -> String {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| json!({ "file": problem.file, "line": problem.line, "problem": problem.message }))
        .collect();
    let report = json!({
        "added": report.added, "updated": report.updated, "unchanged": report.unchanged, "problems": problems,
    });
    format!("{}\n", in_plain_letters(&format!("{report:#}")))
}

/// The same JSON, also where a terminal shows it: what it would act on stands inside texts, where JSON may write it out.
fn in_plain_letters(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter != '\n' && acts(letter) {
            // All of them fit into the four digits that JSON has.
            let _ = write!(plain, "\\u{:04x}", u32::from(letter));
        } else {
            plain.push(letter);
        }
    }
    plain
}
