//! The `portico` program. What it can do is in `cli.rs`.

use std::process::ExitCode;

/// A page is a few thousand small allocations; this one makes them a fifth cheaper than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::run(std::env::args_os())
}
