//! `portico export`: all documents become a folder of Markdown.

use std::{path::PathBuf, process::ExitCode};

use bff::{Clock, error_chain};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use store::Store;

use super::{ConfigFile, Failure, print};
use crate::{
    export::{self, ExportEvent, ExportOptions, ExportProblem, ExportReport},
    import::terminal::escape_json,
};

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Folder to write: one that is not there yet, or an empty one
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Only documents in this folder and below, such as `handbook/people`
    #[arg(long, value_name = "FOLDER")]
    folder: Option<String>,
    /// Leave the numbers of documents out, for an import beside other documents: addresses change
    #[arg(long)]
    without_ids: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) async fn run(arguments: ExportArgs) -> Result<ExitCode, Failure> {
    let config = arguments.config.read()?;
    let store = Store::open(&config.database_url, markdown::VERSIONS)
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    let json = arguments.json;
    let options = ExportOptions {
        dir: arguments.dir,
        folder: arguments.folder,
        has_ids: !arguments.without_ids,
        files: config.files.clone(),
        now: Clock::system().now().unix_timestamp(),
    };
    let bar = if json { ProgressBar::hidden() } else { progress_bar() };
    let mut progress = |event| show_progress(&bar, json, event);
    let exporting = export::run(&store, options, &mut progress);
    // An export that is broken off takes its temporary folder away.
    let outcome = tokio::select! {
        outcome = exporting => outcome.map_err(|error| Failure::Other(error_chain(&error))),
        _ = tokio::signal::ctrl_c() => Err(Failure::Other("broken off: nothing was exported".to_owned())),
    };
    bar.finish_and_clear();
    store.close().await;
    let report = outcome?;
    print(&if json { as_json(&report) } else { as_text(&report) });
    Ok(ExitCode::from(u8::from(!report.problems.is_empty())))
}

/// A progress bar on standard error; hidden if that is no terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} documents, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn show_progress(bar: &ProgressBar, is_json: bool, event: ExportEvent) {
    match event {
        ExportEvent::Started { documents } => bar.set_length(documents),
        ExportEvent::Done { documents } => bar.inc(documents),
        // In JSON they are part of the result.
        ExportEvent::Problem(_) if is_json => {}
        ExportEvent::Problem(problem) => bar.suspend(|| {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr().lock(), "{problem}");
        }),
    }
}

fn as_text(report: &ExportReport) -> String {
    let count = |number: u64, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    let problems = match report.problems.len() as u64 {
        0 => String::new(),
        number => format!("{} would not come back\n", count(number, "thing", "things")),
    };
    format!(
        "{}, {}, {} changed\n{problems}",
        count(report.documents, "document", "documents"),
        count(report.files, "file", "files"),
        count(report.links, "link", "links"),
    )
}

fn as_json(report: &ExportReport) -> String {
    let problem = |problem: &ExportProblem| json!({ "file": problem.file, "problem": problem.message });
    let report = json!({
        "documents": report.documents,
        "files": report.files,
        "links_changed": report.links,
        "problems": report.problems.iter().map(problem).collect::<Value>(),
    });
    format!("{}\n", escape_json(&format!("{report:#}")))
}
