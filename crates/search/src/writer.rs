//! Writing: documents enter the index in batches, each committed with the number of the last change it holds.
//!
//! A commit is all or nothing: a process that is killed leaves the last one. Following the change feed again from its number is harmless, as
//! putting a document replaces what was there.

use domain::{DocumentId, IndexedDocument};
use tantivy::{IndexWriter, TantivyDocument, TantivyError, indexer::LogMergePolicy};

use crate::{
    SearchError, SearchIndex,
    open::{Payload, State},
    schema::right_text,
};

/// Least memory the engine takes for a thread that writes, in bytes.
const LEAST_MEMORY: usize = 15_000_000;
/// Segments of which this part is deleted are merged: otherwise an index that is only updated grows for ever.
const DELETED_BEFORE_MERGE: f32 = 0.3;

/// The one writer of an index. Nothing is found, and nothing outlives the process, before it is committed.
pub struct Writer {
    index: SearchIndex,
    engine: IndexWriter,
    is_rebuilding: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Begins to write. Keep the writer: beginning is slow.
    ///
    /// # Errors
    /// [`SearchError::Locked`] while there is another one, in this process or elsewhere; [`SearchError::Engine`].
    pub fn writer(&self) -> Result<Writer, SearchError> {
        let threads = self.settings.threads.max(1);
        let memory = self.settings.memory.max(LEAST_MEMORY * threads);
        let writer = match self.index.writer_with_num_threads(threads, memory) {
            Err(TantivyError::LockFailure(..)) => return Err(SearchError::Locked),
            other => other?,
        };
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(DELETED_BEFORE_MERGE);
        writer.set_merge_policy(Box::new(merging));
        Ok(Writer {
            index: self.clone(),
            engine: writer,
            is_rebuilding: false,
        })
    }
}

impl Writer {
    /// Puts a document in, in place of an earlier version of it. While the index is made anew, every document is put once.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn put(&mut self, document: &IndexedDocument<'_>) -> Result<(), SearchError> {
        let fields = self.index.fields;
        if !self.is_rebuilding {
            self.engine.delete_term(fields.id_term(document.id));
        }
        let mut entry = TantivyDocument::default();
        entry.add_u64(fields.id, document.id.number().unsigned_abs());
        entry.add_i64(fields.updated, document.updated_at);
        for right in &document.rights {
            entry.add_text(fields.rights, right_text(right));
        }
        entry.add_text(fields.title, document.title);
        for heading in &document.headings {
            entry.add_text(fields.headings, heading);
        }
        entry.add_text(fields.text, document.text);
        self.engine.add_document(entry)?;
        Ok(())
    }

    /// Takes a document out; nothing happens if it is not there.
    pub fn remove(&mut self, id: DocumentId) {
        self.engine.delete_term(self.index.fields.id_term(id));
    }

    /// Makes what was put and removed last: found from now on, and still there after a crash.
    ///
    /// # Errors
    /// [`SearchError::Engine`]; what was not committed is then to be put and removed again.
    pub fn commit(&mut self, sequence: i64) -> Result<(), SearchError> {
        let is_complete = matches!(self.index.state(), State::Complete { .. });
        self.commit_as(&Payload { sequence, is_complete })
    }

    /// Takes everything out, and says so on disk: from here until [`finish_rebuild`](Self::finish_rebuild) the index is not complete.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn begin_rebuild(&mut self) -> Result<(), SearchError> {
        self.engine.delete_all_documents()?;
        self.is_rebuilding = true;
        self.commit_as(&Payload {
            sequence: 0,
            is_complete: false,
        })
    }

    /// Commits, and says that the index holds every document as of this number of the change feed.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn finish_rebuild(&mut self, sequence: i64) -> Result<(), SearchError> {
        self.is_rebuilding = false;
        self.commit_as(&Payload {
            sequence,
            is_complete: true,
        })
    }

    fn commit_as(&mut self, payload: &Payload) -> Result<(), SearchError> {
        let mut prepared = self.engine.prepare_commit()?;
        prepared.set_payload(&payload.text(&self.index.settings));
        prepared.commit()?;
        self.index.reader.reload()?;
        self.index.set_state(payload.state());
        Ok(())
    }

    /// Ends writing after merges that are going on, so that the index is as small and quick as it gets.
    ///
    /// # Errors
    /// [`SearchError::Engine`].
    pub fn finish(self) -> Result<(), SearchError> {
        self.engine.wait_merging_threads()?;
        self.index.reader.reload()?;
        Ok(())
    }
}
