//! Pictures and other files that documents refer to: they come along with an import, and are served under their document's decision.
//!
//! | what | where |
//! |---|---|
//! | Where contents are stored | [`FileSettings`] of the configuration: `files/settings.rs` |
//! | Contents in a store that speaks S3 | `files/s3.rs` |
//! | Which files lie beside the documents of a folder | `files/catalogue.rs` |
//! | Which of them a target means | `files/resolve.rs` |
//! | Reading one, within limits | `files/content.rs` |
//! | What is it, by its content? | `files/media_type.rs` |
//! | What one document refers to: its files, documents, and what is not there | `files/attach.rs`, `files/missing.rs` |
//! | Their addresses | `files/address.rs` |
//! | Opening one, under the policy | `files/library.rs`; the route is in `router/document_files.rs` |
//!
//! The tables and the contents are in the crate `store`.

mod address;
mod attach;
mod catalogue;
mod check;
mod content;
mod library;
mod media_type;
mod missing;
mod resolve;
mod s3;
mod settings;

pub(crate) use address::{attachment, file_path};
pub(crate) use attach::{Attached, AttachedFile, Attachments};
pub(crate) use catalogue::{Catalogue, OtherFile};
pub(crate) use content::open as open_file;
pub(crate) use library::FileLibrary;
pub(crate) use media_type::MediaType;
pub(crate) use missing::{MissingKind, MissingTarget, PlaceLink};
pub(crate) use resolve::{Place, find as find_file, without_template};
pub use s3::S3Settings;
pub use settings::{FileSettings, StorageKind};
