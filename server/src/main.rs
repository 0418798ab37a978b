//! The `portico` program. What it can do is in `cli.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run(std::env::args_os())
}
