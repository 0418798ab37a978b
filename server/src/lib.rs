//! Portico's server: everything that touches the world for documents, and where the house is put together.
//!
//! | question | where |
//! |---|---|
//! | How is it set up? | [`config`] |
//! | How is a site put together from that? | [`site`](crate::site::site) |
//! | Which address is answered by what? | `router.rs` |
//! | Which files of the build do pages load? | `build_files.rs` |
//! | Who is asking? | `context.rs` |
//! | What does the organisation's directory know of them? | [`directory`] |
//! | Which documents are there, and who may see them? | [`library`], on the crates [`policy`] and [`store`] |
//! | How do documents come in? | [`import`], rendered by the crate [`markdown`] |
//! | Where do the messages come from? | `messages.rs`, and the API itself in `api.rs` |
//! | Who is signed in where, and how is that ended? | `sessions.rs` |
//! | In which database are sessions kept? | [`session_store`] |
//! | What do browsers have to obey? | `headers.rs` |
//! | With what are others asked over HTTP? | `http_client.rs` |
//! | What do connections have to obey? | [`serve`] |
//! | How are sealing keys exchanged while the site runs? | `key_reload.rs` |
//! | What is logged, and what is counted? | [`telemetry`], [`metrics`] |
//! | What can an operator type? | [`cli`] |

mod api;
mod build_files;
pub mod cli;
pub mod config;
mod context;
#[cfg(feature = "demo")]
pub mod demo_house;
pub mod directory;
mod headers;
mod http_client;
pub mod import;
mod key_reload;
pub mod library;
mod messages;
pub mod metrics;
mod pages;
mod router;
pub mod serve;
pub mod session_store;
mod sessions;
pub mod site;
pub mod telemetry;

pub use config::Config;
pub use site::{Site, StartError, site, site_by};
