//! Batches of the change feed: which documents changed, with their texts, no more at a time than memory is meant for.

use domain::{DocumentId, IndexedDocument, search::rights_of};
use search::{SearchError, Writer};
use store::{DocumentText, Store, StoreError};

/// Most changes of one batch.
const MAX_CHANGES: u32 = 512;
/// Most Markdown of one batch, in bytes; a single document may be longer.
const MAX_BYTES: u64 = 8_000_000;

/// A part of the change feed, ready to be written.
#[derive(Debug)]
pub(super) struct Batch {
    /// Number of its last change.
    pub(super) last: i64,
    /// How many changes it holds.
    pub(super) changes: usize,
    documents: Vec<DocumentText>,
    /// Not there any more, or unreadable.
    gone: Vec<DocumentId>,
}

impl Batch {
    /// What changed after this number, up to `until` if given; `None` if nothing did.
    pub(super) async fn read(store: &Store, after: i64, until: Option<i64>) -> Result<Option<Self>, StoreError> {
        let mut changes = store.changes_after(after, MAX_CHANGES).await?;
        changes.retain(|change| until.is_none_or(|until| change.sequence <= until));
        let mut bytes = 0;
        let fits = changes.iter().take_while(|change| {
            bytes += change.size;
            bytes <= MAX_BYTES
        });
        changes.truncate(fits.count().max(1));
        let Some(last) = changes.last().map(|change| change.sequence) else {
            return Ok(None);
        };
        let ids: Vec<DocumentId> = changes.iter().map(|change| change.id).collect();
        let documents = texts(store, &ids).await?;
        let is_gone = |id: &DocumentId| documents.iter().all(|document| document.row.id != *id);
        Ok(Some(Self {
            last,
            changes: changes.len(),
            gone: ids.into_iter().filter(is_gone).collect(),
            documents,
        }))
    }

    /// Puts its documents into the index and takes out those that are gone.
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), SearchError> {
        for id in &self.gone {
            writer.remove(*id);
        }
        for document in &self.documents {
            let facts = document.row.facts();
            // What cannot be rendered is not shown either, and is found by its title.
            let text = markdown::plain_text(&document.content, facts.title).unwrap_or_default();
            writer.put(&IndexedDocument {
                id: facts.id,
                title: facts.title,
                headings: document.headings.iter().map(|heading| heading.text.as_str()).collect(),
                text: &text,
                rights: rights_of(&facts),
                updated_at: facts.updated_at,
            })?;
        }
        Ok(())
    }
}

/// The documents with their texts, without those whose rows are damaged: one of them must not keep all others from being found.
pub(super) async fn texts(store: &Store, ids: &[DocumentId]) -> Result<Vec<DocumentText>, StoreError> {
    let mut ids = ids.to_vec();
    loop {
        match store.texts(&ids).await {
            Err(StoreError::Corrupt { id, what }) if ids.iter().any(|other| other.number() == id) => {
                tracing::warn!(
                    document = id,
                    what,
                    "a document is damaged and is not found by searching"
                );
                ids.retain(|other| other.number() != id);
            }
            other => return other,
        }
    }
}
