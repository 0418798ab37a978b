//! The use cases of reading: open a document, list documents. Find, decide, return: nothing leaves here undecided.
//!
//! | what | where |
//! |---|---|
//! | One page of a list | `library/list.rs` |
//! | How many documents it has | `library/count.rs` |
//! | Its cursors | `library/cursor.rs` |
//! | Pictures and other files of a document | `library/files.rs` |
//! | Folders that lead to something readable | `library/folders.rs` |
//!
//! Cost. Opening: one SQL statement and one decision. Lists: see `library/list.rs`.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use bff::{KeyRing, TextSealer, error_chain};
use domain::{
    Decision, DocumentId, FolderEntry, Library, LibraryError, Listing, ListingQuery, OpenDocument, RenderedHtml,
    Visitor, listing::PAGE_SIZE,
};
use policy::Policy;
use store::{DocumentRow, FoundDocument, StaleHtml, Store};

use crate::config::ExternalImages;

mod count;
mod cursor;
mod files;
mod folders;
mod links;
mod list;
mod open;

use count::Counts;
pub use list::MAX_ROWS;

/// The documents of the database, under the policy.
#[derive(Debug, Clone)]
pub struct LocalLibrary {
    store: Store,
    policy: Arc<Policy>,
    /// For the cursors of lists.
    sealer: TextSealer,
    page_size: usize,
    counts: Counts,
    images: ExternalImages,
}

impl LocalLibrary {
    /// Documents from `store`, decided by `policy`; cursors of lists are sealed with `keys`.
    #[must_use]
    pub fn new(store: Store, policy: Arc<Policy>, keys: KeyRing) -> Self {
        Self {
            store,
            policy,
            sealer: TextSealer::new(keys, "list cursor"),
            page_size: PAGE_SIZE,
            counts: Counts::default(),
            images: ExternalImages::default(),
        }
    }

    /// The same with another choice of which pictures of other sites are shown.
    #[must_use]
    pub fn with_images(mut self, images: ExternalImages) -> Self {
        self.images = images;
        self
    }

    /// The same with other pages than of [`PAGE_SIZE`] rows, for measuring.
    #[must_use]
    pub fn with_page_size(mut self, rows: usize) -> Self {
        self.page_size = rows.max(1);
        self
    }

    /// The HTML of a document that may be read. HTML of an older renderer is rendered again, from the text that was read with the row that was
    /// decided about: a text that was imported meanwhile is neither shown nor overwritten.
    ///
    /// # Errors
    /// [`LibraryError::Unshowable`] if that fails and the stored HTML is no longer safe.
    async fn current_html(&self, found: FoundDocument) -> Result<(DocumentRow, RenderedHtml), LibraryError> {
        let FoundDocument { row, rendered, stale } = found;
        let Some(StaleHtml { content, is_safe }) = stale else {
            return Ok((row, rendered));
        };
        let title = row.title.clone();
        let rendering = tokio::task::spawn_blocking(move || (markdown::render(&content, &title), content));
        let failed: Arc<dyn Error + Send + Sync> = match rendering.await {
            Ok((Ok(rendered), content)) => {
                if let Err(error) = self.store.replace_html(&row, &content, &rendered).await {
                    tracing::warn!(document = %row.id, error = error_chain(&error), "the HTML of a document could not be stored");
                }
                return Ok((row, rendered));
            }
            Ok((Err(error), _)) => Arc::new(error),
            Err(error) => Arc::new(error),
        };
        if is_safe {
            tracing::warn!(document = %row.id, error = error_chain(&*failed), "a document could not be rendered again; its old HTML is shown");
            return Ok((row, rendered));
        }
        Err(LibraryError::Unshowable(failed))
    }
}

#[async_trait]
impl Library for LocalLibrary {
    async fn open(&self, visitor: &Visitor, id: DocumentId) -> Result<OpenDocument, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let found = self.store.find(id).await?.ok_or(LibraryError::NotFound)?;
        let log_refusal =
            |how| tracing::info!(event = "access", outcome = "refused", how, subject = %person.id, document = %id);
        match self.policy.decide(person, &found.row.facts()) {
            Decision::Refused(refusal) => {
                log_refusal("explained");
                Err(LibraryError::Refused(refusal))
            }
            Decision::Hidden => {
                log_refusal("hidden");
                Err(LibraryError::NotFound)
            }
            Decision::Allowed(reasons) => {
                let (row, RenderedHtml { html, headings, .. }) = self.current_html(found).await?;
                let (html, (previous, next), linked_from) = tokio::join!(
                    self.with_addresses(id, html),
                    self.neighbours(person, id),
                    self.linking(person, id)
                );
                Ok(OpenDocument {
                    summary: row.into_summary(person, reasons),
                    html,
                    headings,
                    previous,
                    next,
                    linked_from,
                })
            }
        }
    }

    async fn list(&self, visitor: &Visitor, query: &ListingQuery) -> Result<Listing, LibraryError> {
        self.list_page(visitor, query).await
    }

    async fn folders(&self, visitor: &Visitor, parent: &str) -> Result<Vec<FolderEntry>, LibraryError> {
        self.folders_in(visitor, parent).await
    }
}
