//! The database: SQLite in WAL mode (many readers, one writer), or PostgreSQL, which several replicas share. Nothing is authorised here:
//! callers have the policy decide about every row.
//!
//! | what | where |
//! |---|---|
//! | The open database; a query on either kind | `backend.rs`: [`Store`] |
//! | The database's address | [`DatabaseUrl`] |
//! | Opening a SQLite file | `sqlite.rs`; one row is read in the thread of the request by `sqlite-reader` |
//! | Deadlines of SQLite's statements | `sqlite/deadline.rs` |
//! | Opening a PostgreSQL database, replacing dead connections | `postgres.rs` |
//! | The timeout of a query | `timeout.rs` |
//! | The write probe of `/readyz` and `portico check` | [`probe`] |
//! | All statements, in both dialects | `sql.rs` |
//! | One document | `documents.rs`: [`Store::find`] |
//! | Change feed | `changes.rs`: [`Store::changes_after`], [`Store::texts`] |
//! | One page of the list, by a plan of the policy | `list.rs`: [`Store::list`] |
//! | Sets of folders as ranges of paths | `folder_ranges.rs` |
//! | Folders that lead to documents of a plan | `folders.rs`: [`Store::folder_candidates`] |
//! | Pictures and other files of documents | `files.rs`: [`FileStorage`], [`Store::document_files`] |
//! | The documents before and after one | `neighbours.rs`: [`Store::neighbours`] |
//! | Writing imported documents | `import.rs`: [`Store::write_batch`], as `import_plan.rs` plans it |
//! | Where links between documents lead | `links.rs`: [`Store::documents_at`] |
//! | All documents as they are at one moment | `export.rs`: [`Store::snapshot`] |
//! | Sources of documents, the trash | `sources.rs` |
//! | Repositories that are pulled again and again | `pulls.rs`: [`PullState`] |
//! | Normalising texts of earlier versions | `normalise.rs` |
//! | Names of people | `people.rs` |
//! | Their ids in a directory | `object_ids.rs` |
//! | Statistics for the planners | `statistics.rs`: [`Store::refresh_statistics`] |
//! | Errors | [`StoreError`] |
//!
//! This is the only crate of the product half that names `sqlx`. The tables are in `crates/store/migrations`, one folder for
//! each database, with equal names. HTML is stored as it is given; [`domain::RendererVersions`] tells which of it is out of date.

mod backend;
mod change_listener;
mod changes;
mod database_url;
mod documents;
mod error;
#[cfg(test)]
mod explained;
mod export;
mod files;
mod folder_ranges;
mod folders;
mod import;
mod import_plan;
mod links;
mod list;
mod neighbours;
mod normalise;
mod object_ids;
mod people;
mod postgres;
pub mod probe;
mod pulls;
mod reading;
mod rows;
mod sources;
mod sql;
mod sqlite;
mod statistics;
mod text;
mod timeout;

pub use backend::{Connections, PostgresConnections, SqliteConnections, Store};
pub use change_listener::ChangeListener;
pub use changes::{Change, DocumentText};
pub use database_url::{DatabaseUrl, DatabaseUrlError};
pub use documents::{DocumentRow, FoundDocument, StaleHtml};
pub use error::{Cause, StoreError};
pub use export::{DocumentPlace, Snapshot, StoredDocument, StoredFile, StoredLink};
pub use files::{
    CheckedContent, ContentHash, DatabaseFiles, Dimensions, DocumentFile, FileError, FileLink, FileStorage,
    FolderFiles, NewFile, PART_SIZE,
};
pub use folders::{FolderCandidate, FolderPart};
pub use import::{
    BatchResult, ImportBatch, ImportOutcome, ImportedDocument, LinkTarget, UnchangedDocument, WriteError,
};
pub use import_plan::PlannedIds;
pub use list::{ListBatch, ListSource, Position, PositionKey, Selection, Stretch};
pub use neighbours::Neighbours;
pub use pulls::{PullLease, PullOutcome, PullState, PulledCommit};
pub use reading::MAX_READ;
pub use sources::{DocumentSource, KnownDocument, SimilarSource};
pub use text::searchable;
pub use timeout::with_timeout;
