//! Integration tests of whole sites. One binary: every file tests one part, `support` starts the site.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod api;
mod claims;
mod configuration;
mod connections;
mod databases;
mod demo;
mod device;
mod directory;
mod documents;
mod export;
mod files;
mod headers;
mod import;
mod keys;
mod links;
mod metrics;
mod pages;
mod policy;
mod programs;
mod pulls;
mod requests;
mod routes;
mod search;
mod sessions;
mod sign_in;
mod start;
mod stop;
mod support;
mod tokens;
mod traces;
mod upstreams;
