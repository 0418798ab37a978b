//! Reads what other programs export, and writes it as the folder of Markdown files that an import takes: pages with their titles, folders, order and
//! dates, links and pictures that lead to each other, and what could not be converted. Blocking; network, databases and access are not its concern.
//!
//! | what | where |
//! |---|---|
//! | The temporary folder, and what happens to it when an import stops | [`workspace`](Workspace) |
//! | Files by name, whether they come from an archive or a folder | `tree.rs` |
//! | Unpacking a ZIP archive within limits | `archive.rs`, `central_directory.rs`, `entry_name.rs` |
//! | From an export to documents | `convert.rs`; archives that are of no program: `plain.rs` |
//! | Which program an export is of | `recognise.rs` |
//! | Confluence, Notion, Outline, `BookStack` | a module each; databases of Notion: `notion_table.rs`; single pages of `BookStack`: `bookstack_pages.rs` |
//! | Writing documents and their files | `output.rs`, `names.rs` |
//! | Links in Markdown | `links.rs` |
//! | HTML to Markdown | `html.rs`, `html_handlers.rs`, `html_table.rs`; looking at pages: `dom.rs` |
//! | Dates as people write them | `dates.rs` |

mod archive;
mod bookstack;
mod bookstack_pages;
mod central_directory;
mod confluence;
mod convert;
mod dates;
mod dom;
mod entry_name;
mod error;
mod html;
mod html_handlers;
mod html_table;
mod limits;
mod links;
mod names;
mod notion;
mod notion_table;
mod outline;
mod output;
mod plain;
mod recognise;
mod tree;
mod workspace;

pub use convert::{Conversion, ConversionOptions, convert};
pub use error::{ExportError, Remark, RemarkKind};
pub use limits::Limits;
pub use output::{Origin, Origins};
pub use recognise::Program;
pub use workspace::{Folder, Workspace};
