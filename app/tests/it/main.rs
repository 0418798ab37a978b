//! Do the pages say what they must, and nothing a stranger could slip in? Each test asks for a page over HTTP, with
//! ports made of paper (`house.rs`) in place of a database, a policy and an API.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod documents;
mod frame;
mod house;
mod messages;
mod profile;
mod sessions;
