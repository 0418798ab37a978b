//! The command line. Results go to standard output, errors to standard error; the exit status is 0 (success), 1 (failure) or 2 (wrong usage or
//! configuration).

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::config::{
    Config, Problems, Sources,
    problem::{Issue, Origin},
    reference,
};

mod check;
#[cfg(feature = "demo")]
mod demo;
#[cfg(not(feature = "demo"))]
#[path = "cli/without_demo.rs"]
mod demo;
mod export;
mod import;
mod serve;

use demo::DemoFlag;

/// Most blocking threads, for small files, name resolution and Markdown. Each keeps about half a megabyte of the allocator, so with tokio's
/// default of 512 the memory would stay at the largest peak there ever was.
const BLOCKING_THREADS: usize = 16;

/// A document portal behind your identity provider.
#[derive(Debug, Parser)]
#[command(
    name = "portico",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site
    #[command(
        after_help = "Examples:\n  portico serve --demo              try Portico without any account\n  \
                            portico serve                     read portico.toml here\n  \
                            PORTICO_LISTEN=127.0.0.1:8080 portico serve --config /etc/portico/portico.toml"
    )]
    Serve(serve::ServeArgs),
    /// Look for mistakes in configuration and policy, and whether the database can be written, without starting anything
    #[command(after_help = "Examples:\n  portico check\n  portico check --json --config /etc/portico/portico.toml")]
    Check(check::CheckArgs),
    /// Bring in a folder of Markdown files; the same file twice changes nothing
    #[command(
        after_help = "Examples:\n  portico import handbook --owner alice --group Engineering --private\n  \
                            portico import notes --folder team/notes --owner acme:00u1x2 --json\n  \
                            portico import --git https://git.example.com/team/handbook.git --path docs --owner alice"
    )]
    Import(Box<import::ImportArgs>),
    /// Write all documents, whoever may read them, into a folder of Markdown files that an import brings back
    #[command(
        after_help = "Examples:\n  portico export backup             everything, with pictures and files beside\n  \
                            portico export people --folder handbook/people --json"
    )]
    Export(export::ExportArgs),
    /// Everything about the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every key with its meaning, default and example, in Markdown
    #[command(after_help = "Example:\n  portico config reference > docs/configuration.md")]
    Reference,
}

/// Options that select the configuration.
#[derive(Debug, Clone, Args)]
struct ConfigFile {
    /// Configuration file [default: portico.toml]
    #[arg(long = "config", value_name = "FILE", env = "PORTICO_CONFIG")]
    file: Option<PathBuf>,
    #[command(flatten)]
    demo: DemoFlag,
}

impl ConfigFile {
    /// Reads the configuration; a file that was named has to exist.
    fn read(&self) -> Result<Config, Problems> {
        self.demo.prepare(Config::read(&self.sources()?)?)
    }

    /// Reads the configuration of `serve`, which needs a provider.
    fn read_to_serve(&self) -> Result<Config, Problems> {
        let config = self.read()?;
        if !config.providers.is_empty() {
            return Ok(config);
        }
        let remedy = "add a `[[providers]]` table (see docs/configuration.md), or try `portico serve --demo`";
        let origin = Origin::Nowhere(self.sources()?.file_name().to_owned());
        let issue = Issue::from(format!("nobody could sign in — {remedy}"));
        Err(Problems(vec![issue.at(&origin, "providers")]))
    }

    /// The folder of the rules, even if the configuration has other errors.
    fn policies(&self) -> Option<PathBuf> {
        Config::policies_in(&self.sources().ok()?)
    }

    /// With `--demo` only a file that was named is read: a `portico.toml` in the current folder belongs to another site, with a database of
    /// its own.
    fn sources(&self) -> Result<Sources, Problems> {
        let is_demo = self.demo.is_set();
        let sources = match &self.file {
            None if is_demo => Sources::environment(),
            file => {
                let path = file.clone().unwrap_or_else(|| PathBuf::from("portico.toml"));
                Sources::gather(&path, file.is_some()).map_err(|problem| Problems(vec![problem]))?
            }
        };
        Ok(if is_demo { sources.with_demo() } else { sources })
    }
}

/// Why a command failed, in words for the operator.
#[derive(Debug)]
enum Failure {
    /// The configuration is wrong: exit 2.
    Configuration(String),
    /// Something else: exit 1.
    Other(String),
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Configuration(problems.to_string())
    }
}

/// Runs the program with the arguments of its command line.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Fails only if the pipe is closed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(Failure::Configuration(text)) => print_error(&text, 2),
        Err(Failure::Other(text)) => print_error(&text, 1),
    }
}

fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(arguments) => in_runtime(serve::run(arguments)),
        Command::Check(arguments) => in_runtime(async { Ok(check::run(arguments).await) }),
        Command::Import(arguments) => in_runtime(import::run(*arguments)),
        Command::Export(arguments) => in_runtime(export::run(arguments)),
        Command::Config {
            command: ConfigCommand::Reference,
        } => {
            print(&reference::markdown());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn in_runtime(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(command);
    // Without waiting for blocking tasks.
    runtime.shutdown_background();
    outcome
}

/// Writes to standard output; a closed pipe (`portico … | head`) is ignored.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn print_error(text: &str, code: u8) -> ExitCode {
    use std::io::Write as _;
    let mut stderr = std::io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(stderr, "{line}");
    }
    ExitCode::from(code)
}
