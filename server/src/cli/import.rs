//! `portico import`: a folder of Markdown becomes documents.

use std::process::ExitCode;

use clap::Args;

use super::{ConfigFile, Failure};

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    config: ConfigFile,
}

pub(super) async fn run(arguments: ImportArgs) -> Result<ExitCode, Failure> {
    arguments.config.read()?;
    Err(Failure::Other("import is not there yet".to_owned()))
}
