//! Tests of the index: what it finds, that it stays within rights, and that it heals.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod crash;
mod opening;
mod property;
mod rights;
mod shelf;
mod snippets;
mod words;
