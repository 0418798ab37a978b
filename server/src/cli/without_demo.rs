//! Replaces `demo.rs` in a program built without the feature `demo`: there is no `--demo`.

#![expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    reason = "stands for `demo.rs`, with its signatures"
)]

use clap::Args;
use store::Store;

use super::Failure;
use crate::config::{Config, Problems};

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct DemoFlag {}

impl DemoFlag {
    pub(super) fn is_set(self) -> bool {
        false
    }

    pub(super) fn prepare(self, config: Config) -> Result<Config, Problems> {
        Ok(config)
    }
}

pub(super) async fn start(_: &Config) -> Result<(), Failure> {
    Ok(())
}

pub(super) async fn seed_and_greet(_: &Config, _: &Store) -> Result<String, Failure> {
    Ok(String::new())
}
