//! Tests of the rendered pages: content, status, and escaping of untrusted text. Each test requests a page over HTTP, with test doubles
//! (`site.rs`) in place of database, policy and API.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod documents;
mod layout;
mod messages;
mod profile;
mod search;
mod sessions;
mod site;
mod tree;
