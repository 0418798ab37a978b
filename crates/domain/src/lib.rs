//! Which words does Portico use, and which rules hold whatever stores, decides or shows?
//!
//! Nothing here does input or output and nothing knows a framework, so that every other crate can agree on
//! these types: `app` shows them, `server` finds, decides and stores them.
//!
//! | question | where |
//! |---|---|
//! | Who is asking? | [`visitor`] |
//! | What is there to read? | [`document`] |
//! | May they, and by which rule? | [`decision`] |
//! | One page of many | [`listing`] |
//! | How are documents reached? | [`library`] |
//! | What does the messages API say? | [`messages`] |
//! | Where is somebody signed in? | [`sessions`] |

pub mod decision;
pub mod document;
pub mod library;
pub mod listing;
pub mod messages;
pub mod sessions;
pub mod visitor;

pub use decision::{Reason, Refusal};
pub use document::{Document, DocumentId, Heading, OpenDocument, Summary, Visibility};
pub use library::{Library, LibraryError};
pub use listing::{Cursor, Listing, ListingQuery};
pub use messages::{Message, MessageError, MessageKind, Messages};
pub use sessions::{FoundSessions, SessionLine, Sessions, SessionsError};
pub use visitor::{ADMIN, Group, GroupMatch, Groups, Person, PersonId, ReportingLine, Visitor, WhichPerson};
