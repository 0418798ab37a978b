//! Which documents are exported, and where they lie: the only thing of which memory grows with their number.

use store::{Snapshot, StoreError};

use super::layout::Layout;

/// Most places that are read at once.
const PAGE: u32 = 1_000;

/// The documents of an export.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Number and path, by number.
    documents: Vec<(i64, String)>,
    pub(super) layout: Layout,
}

impl Index {
    /// Reads where all documents are; those outside of `folder` are not exported.
    pub(super) async fn read(snapshot: &mut Snapshot, folder: Option<&str>) -> Result<Self, StoreError> {
        let mut index = Self::default();
        let mut after = 0;
        loop {
            let places = snapshot.places(after, PAGE).await?;
            let Some(last) = places.last() else { break };
            after = last.id.number();
            for place in &places {
                let path = index.layout.document(place);
                if folder.is_none_or(|folder| is_below(folder, &place.folder)) {
                    index.documents.push((place.id.number(), path));
                }
            }
        }
        Ok(index)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The path of a document; `None` if it is not exported.
    pub(super) fn path(&self, id: i64) -> Option<&str> {
        let at = self.documents.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.documents.get(at).map(|(_, path)| path.as_str())
    }
}

/// Whether `folder` is `above`, or below it.
fn is_below(above: &str, folder: &str) -> bool {
    let above = above.trim_matches('/');
    let rest = folder.strip_prefix(above);
    above.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
