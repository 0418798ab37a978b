//! Types and rules of the product, and the ports that the server implements.
//!
//! No I/O and no framework, so that every other crate can depend on it: `app` shows these types, `server` finds, decides and stores them.
//!
//! | what | where |
//! |---|---|
//! | Visitor, person | [`visitor`] |
//! | Document | [`document`] |
//! | Groups and their comparison | [`group`] |
//! | Decisions of the policy, reasons, refusals | [`decision`] |
//! | Which documents a list may hold, before one is decided | [`plan`], [`predicate`] |
//! | Pages of a list, their order, cursor | [`listing`] |
//! | Folders | [`folder`] |
//! | What is searched for, and found | [`search`] |
//! | The port to documents | [`library`] |
//! | The port to what a person read | [`reading`] |
//! | The port to the messages API | [`messages`] |
//! | The port to sessions | [`sessions`] |
//! | The port to sources of documents | [`sources`] |
//! | Unicode normalisation and case folding | [`text`] |

pub mod decision;
pub mod document;
pub mod folder;
pub mod group;
pub mod library;
pub mod listing;
pub mod messages;
pub mod plan;
pub mod predicate;
pub mod reading;
pub mod relative_path;
pub mod search;
pub mod sessions;
pub mod sources;
pub mod text;
pub mod visitor;

pub use decision::{Decision, Reason, Refusal};
pub use document::{
    AnchorName, Document, DocumentFacts, DocumentId, DocumentLink, Heading, OpenDocument, RenderedHtml,
    RendererVersions, Summary, Visibility,
};
pub use folder::FolderEntry;
pub use group::{Group, GroupKey, GroupMatch, Groups};
pub use library::{Library, LibraryError};
pub use listing::{Count, Cursor, Listing, ListingQuery, Sort, SortKey};
pub use messages::{Message, MessageError, MessageKind, Messages};
pub use plan::{Access, Action, Branch, Plan, Right, Rights};
pub use predicate::{Comparison, Condition, NumberField, Pattern, PatternPart, Predicate, TextField};
pub use reading::ReadingHistory;
pub use search::{
    IndexedDocument, Search, SearchError, SearchHit, SearchHits, SearchPage, SearchQuery, SearchResult, SearchTerm,
    Snippet, TimeRange, TypedFilter,
};
pub use sessions::{FoundSessions, SessionSummary, Sessions, SessionsError};
pub use sources::{DocumentSources, PullSummary, SourceStatus, SourcesError};
pub use visitor::{ADMIN, Person, PersonId, PersonQuery, ReportingLine, Visitor};
