//! `portico import`: a folder of Markdown becomes documents. What it prints at the end is in `import/summary.rs`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use bff::{Clock, error_chain};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use program_exports::Program;
use store::Store;

use super::{ConfigFile, Failure, print};
use crate::{
    config::Config,
    git::Snapshot,
    import::{self, Drafts, ExportOptions, ImportError, ImportEvent, ImportOptions, ImportReport, terminal::escape},
    serve::shutdown_signal,
};

mod git;
mod summary;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct ImportArgs {
    /// Folder whose `*.md` files are brought in, with everything below it; or an export of Confluence, Notion, Outline or `BookStack`, as the
    /// ZIP file it is or unpacked
    #[arg(value_name = "DIR", required_unless_present = "git")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    git: git::GitArgs,
    /// Program that DIR is an export of [default: recognised by what it holds]
    #[arg(long, value_name = "PROGRAM", value_enum)]
    from: Option<FromFlag>,
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
    /// Make what comes from an export or a ZIP file public: for everybody who is signed in. It is private otherwise, since exports do not
    /// say who could read a page
    #[arg(long, conflicts_with = "private")]
    public: bool,
    /// What happens to files that say they are not finished, or are dated ahead
    #[arg(long, value_name = "HOW", value_enum, default_value_t = DraftsFlag::LeaveOut)]
    drafts: DraftsFlag,
    /// Name of the source: the same name and path below DIR is the same document, wherever DIR lies [default: the repository's origin and
    /// the path inside it where DIR lies in a Git checkout, else the path of DIR]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Put documents of this source and folder into the trash whose files are gone
    #[arg(long)]
    prune: bool,
    /// Write nothing, and report what an import would do
    #[arg(long)]
    dry_run: bool,
    /// Fail where anything is warned about, for checks of a repository
    #[arg(long)]
    strict: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// A program whose exports are read.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FromFlag {
    /// HTML export of a space
    Confluence,
    /// Export as Markdown & CSV
    Notion,
    /// Export as Markdown
    Outline,
    /// Export as portable ZIP
    #[value(name = "bookstack")]
    BookStack,
    /// Markdown files as they are
    Markdown,
}

impl From<FromFlag> for Program {
    fn from(flag: FromFlag) -> Self {
        match flag {
            FromFlag::Confluence => Self::Confluence,
            FromFlag::Notion => Self::Notion,
            FromFlag::Outline => Self::Outline,
            FromFlag::BookStack => Self::BookStack,
            FromFlag::Markdown => Self::Markdown,
        }
    }
}

/// What happens to files that are not finished.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum DraftsFlag {
    /// They are left out
    LeaveOut,
    /// They come in, private, for their owner alone
    Private,
}

impl From<DraftsFlag> for Drafts {
    fn from(flag: DraftsFlag) -> Self {
        match flag {
            DraftsFlag::LeaveOut => Self::LeftOut,
            DraftsFlag::Private => Self::Private,
        }
    }
}

pub(super) async fn run(arguments: ImportArgs) -> Result<ExitCode, Failure> {
    let config = arguments.config.read()?;
    if let Some(owner) = &arguments.owner {
        config
            .resolve_person(owner)
            .map_err(|error| Failure::Configuration(format!("--owner: {error}")))?;
    }
    let store = Store::open(&config.database_url, markdown::VERSIONS)
        .await
        .map_err(|error| Failure::Other(error_chain(&error)))?;
    let (json, strict) = (arguments.json, arguments.strict);
    let snapshot = arguments
        .git
        .snapshot(&config, arguments.source.as_deref(), json)
        .await?;
    let options = options(arguments, config, snapshot.clone());
    let bar = if json { ProgressBar::hidden() } else { progress_bar() };
    let stopped = shutdown_signal();
    let mut show = |event| show_progress(&bar, event);
    let outcome = tokio::select! {
        outcome = import::run(&store, options, &mut show) => outcome,
        // What it had unpacked is removed when it is dropped.
        () = stopped => Err(ImportError::Interrupted),
    };
    bar.finish_and_clear();
    store.close().await;
    let report = outcome.map_err(|error| match &error {
        ImportError::Source(name) => Failure::Configuration(format!("--source: {}", escape(&name.to_string()))),
        error => Failure::Other(error_chain(error)),
    })?;
    if let Some(snapshot) = snapshot.filter(|_| !report.is_dry_run) {
        git::remember(snapshot).await;
    }
    print_report(&report, json);
    let has_failed = !report.problems.is_empty() || strict && !report.warnings.is_empty();
    Ok(ExitCode::from(u8::from(has_failed)))
}

fn options(arguments: ImportArgs, config: Config, snapshot: Option<Arc<Snapshot>>) -> ImportOptions {
    let dir = snapshot
        .as_ref()
        .map(|snapshot| snapshot.folder().to_owned())
        .or(arguments.dir);
    ImportOptions {
        dir: dir.unwrap_or_default(),
        snapshot,
        export: ExportOptions {
            program: arguments.from.map(Program::from),
            is_public: arguments.public,
        },
        folder: arguments.folder,
        owner: arguments.owner,
        groups: arguments.groups,
        private: arguments.private,
        drafts: arguments.drafts.into(),
        source: arguments.source,
        prune: arguments.prune,
        is_dry_run: arguments.dry_run,
        files: config.files.clone(),
        site: Some(config.public_url.clone()),
        now: Clock::system().now().unix_timestamp(),
        resolve_person: Box::new(move |who| config.resolve_person(who)),
    }
}

fn print_report(report: &ImportReport, json: bool) {
    if json {
        print(&summary::as_json(report));
        return;
    }
    for line in summary::notes(report) {
        print_error(&line);
    }
    print(&summary::as_text(report));
}

/// A progress bar on standard error; hidden if that is no terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} files, {eta} left  {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

fn show_progress(bar: &ProgressBar, event: ImportEvent) {
    match event {
        ImportEvent::Started { files } => bar.set_length(files as u64),
        ImportEvent::Done { file, .. } => {
            bar.set_message(escape(&file).into_owned());
            bar.inc(1);
        }
        ImportEvent::LeftOut(_) => bar.inc(1),
        ImportEvent::Problem(problem) => {
            bar.inc(1);
            bar.suspend(|| print_error(&problem.to_string()));
        }
        ImportEvent::Warning(warning) => bar.suspend(|| print_error(&format!("{warning} (warning)"))),
        ImportEvent::Withdrawn(withdrawn) => bar.suspend(|| print_error(&withdrawn.to_string())),
    }
}

fn print_error(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
