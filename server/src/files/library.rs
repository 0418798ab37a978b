//! Opening a file of a document: the document is decided about first, whatever the name is, and only then the file is looked for.

use std::{fmt, ops::Range, sync::Arc};

use domain::{Decision, DocumentId, LibraryError, Visitor};
use futures::{Stream, stream};
use policy::Policy;
use store::{FileError, FileStorage, NewFile, PART_SIZE, Store};

/// The files of documents, under the policy.
#[derive(Clone)]
pub(crate) struct FileLibrary {
    store: Store,
    policy: Arc<Policy>,
    storage: Arc<dyn FileStorage>,
}

impl fmt::Debug for FileLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileLibrary")
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}

impl FileLibrary {
    /// Files of the documents in `store`, decided by `policy`.
    pub(crate) fn new(store: Store, policy: Arc<Policy>, storage: Arc<dyn FileStorage>) -> Self {
        Self { store, policy, storage }
    }

    /// The file that a document has by this name, if the visitor may read the document.
    ///
    /// # Errors
    /// Those of opening the document; [`LibraryError::NotFound`] if it has no such file.
    pub(crate) async fn open(&self, visitor: &Visitor, id: DocumentId, name: &str) -> Result<NewFile, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let row = self.store.document_row(id).await?.ok_or(LibraryError::NotFound)?;
        match self.policy.decide(person, &row.facts()) {
            Decision::Allowed(_) => {}
            Decision::Refused(refusal) => return Err(LibraryError::Refused(refusal)),
            Decision::Hidden => return Err(LibraryError::NotFound),
        }
        self.store.document_file(id, name).await?.ok_or(LibraryError::NotFound)
    }

    /// The bytes of a range that lies within the file, in parts of at most [`PART_SIZE`].
    pub(crate) fn bytes(
        &self,
        file: &NewFile,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Vec<u8>, FileError>> + Send + 'static {
        let (storage, hash) = (Arc::clone(&self.storage), file.hash.clone());
        stream::try_unfold(range, move |Range { start, end }| {
            let (storage, hash) = (Arc::clone(&storage), hash.clone());
            async move {
                if start >= end {
                    return Ok(None);
                }
                let at_most = usize::try_from(end - start).unwrap_or(PART_SIZE);
                let part = storage.read(&hash, start, at_most).await?;
                let next = start + part.len() as u64;
                Ok(Some((part, next..end)))
            }
        })
    }
}
