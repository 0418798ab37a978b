//! Plans, compared with decisions: by fixed cases, and by policies, people and documents made up at random.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod advice;
mod cached;
mod differential;
mod folders;
mod reference;
mod traps;
mod world;
