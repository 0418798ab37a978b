//! Which words does Portico use, and which rules hold whatever stores, decides or shows?
//!
//! Nothing here does input or output and nothing knows a framework, so that every other crate can agree on
//! these types: `app` shows them, `server` finds, decides and stores them.
//!
//! | question | where |
//! |---|---|
//! | Who is asking? | [`visitor`] |
//! | What is there to read? | [`document`] |
//! | When are two groups the same? | [`group`] |
//! | May they, and by which rule? | [`decision`] |
//! | Which documents, before one is decided? | [`plan`], [`predicate`] |
//! | One page of many | [`listing`] |
//! | How are documents reached? | [`library`] |
//! | What does the messages API say? | [`messages`] |
//! | Where is somebody signed in? | [`sessions`] |
//! | When are two texts the same? | [`text`] |

pub mod decision;
pub mod document;
pub mod group;
pub mod library;
pub mod listing;
pub mod messages;
pub mod plan;
pub mod predicate;
pub mod sessions;
pub mod text;
pub mod visitor;

pub use decision::{Decision, Reason, Refusal};
pub use document::{
    Document, DocumentFacts, DocumentId, Heading, OpenDocument, RenderedHtml, RendererVersions, Summary, Visibility,
};
pub use group::{Group, GroupKey, GroupMatch, Groups};
pub use library::{Library, LibraryError};
pub use listing::{Cursor, Listing, ListingQuery};
pub use messages::{Message, MessageError, MessageKind, Messages};
pub use plan::{Access, Action, Branch, Plan, Right, Rights};
pub use predicate::{Comparison, Condition, NumberField, Pattern, PatternPart, Predicate, TextField};
pub use sessions::{FoundSessions, SessionLine, Sessions, SessionsError};
pub use visitor::{ADMIN, Person, PersonId, ReportingLine, Visitor, WhichPerson};
