//! Portico's server: composition of the crates, use cases of documents, and everything an operator runs.
//!
//! | what | where |
//! |---|---|
//! | Configuration | [`config`] |
//! | Building a site of a configuration | [`site`](crate::site::site) |
//! | Router and middleware | `router.rs`, `headers.rs` (security headers) |
//! | State and context of pages and server functions | `app_state.rs` |
//! | The visitor of a request: session, claims, directory | `visitor.rs`, `people.rs`, [`directory`] |
//! | Finding a claim among the claims of a person | `claim_path.rs` |
//! | Which person an operator names | `people/resolve_person.rs` |
//! | Opening and listing documents | [`library`], on the crates [`policy`] and [`store`] |
//! | Searching documents, keeping the index up to date | [`mod@search`], on the crate `search` |
//! | Paths below a folder | `relative_path.rs` |
//! | Names of files, shortened or numbered | `file_name.rs` |
//! | Which documents links mean | `link_paths.rs`, `library/links.rs` |
//! | Pictures and other files of documents | [`files`] |
//! | Which pictures of other sites are shown | `external_images.rs` |
//! | Git repositories as sources | [`git`] |
//! | Pulling them again and again | [`pulls`] |
//! | Importing documents | [`import`], rendered by the crate [`markdown`] |
//! | Exporting documents | [`export`] |
//! | The messages API and its client | `api.rs`, `messages.rs` |
//! | Listing and ending sessions | `sessions.rs` |
//! | The session store | [`session_store`] |
//! | Pages outside Leptos, error pages | `site_pages.rs` |
//! | Static files of the build | `build_files.rs` |
//! | HTTP clients | `http_client.rs` |
//! | The HTTP listener, graceful shutdown | [`serve`] |
//! | Rotation of sealing keys | `key_reload.rs` |
//! | Logging, tracing, metrics | [`telemetry`], [`metrics`] |
//! | The command line | [`cli`] |

mod api;
mod app_state;
mod build_files;
mod claim_path;
pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo_site;
pub mod directory;
pub mod export;
mod external_images;
mod file_name;
pub mod files;
pub mod git;
mod headers;
mod http_client;
pub mod import;
mod key_reload;
pub mod library;
mod link_paths;
mod messages;
pub mod metrics;
mod people;
pub mod pulls;
pub mod reading;
mod relative_path;
mod router;
pub mod search;
pub mod serve;
pub mod session_store;
mod sessions;
pub mod site;
mod site_pages;
pub mod telemetry;
mod visitor;

pub use config::Config;
pub use site::{Site, StartError, site, site_with_clock};
