//! The folders in a folder, as far as they lead to a document that the visitor may read.
//!
//! The store names a document or two for each folder that the person's plan leads to; the policy decides about those, and a folder of which none
//! is allowed is not there. Where a plan holds more than the policy allows, a bounded number of further documents is decided; a folder whose
//! readable documents are not among them is left out.

use std::collections::HashMap;

use domain::{
    Access, Action, DocumentId, FolderEntry, LibraryError, Person, Plan, Visitor, folder::MAX_ENTRIES, text::sort_key,
};
use store::{DocumentRow, FolderCandidate, FolderPart};

use super::LocalLibrary;

/// Documents decided about at a time, where the first one of a folder is not allowed.
const BATCH: u32 = 200;

/// Documents of that kind for one answer.
const MAX_DECIDED: usize = 5_000;

/// One answer as it is made.
struct Search<'a> {
    library: &'a LocalLibrary,
    person: &'a Person,
    plan: &'a Plan,
    /// Documents that may still be decided about beyond those the store named.
    left: usize,
}

impl LocalLibrary {
    pub(super) async fn folders_in(&self, visitor: &Visitor, parent: &str) -> Result<Vec<FolderEntry>, LibraryError> {
        let person = visitor.person().ok_or(LibraryError::SignInFirst)?;
        let plan = self.policy.plan(person, Action::View);
        if plan.access == Access::None {
            return Ok(Vec::new());
        }
        let mut candidates = self.store.folder_candidates(&plan, parent).await?;
        candidates.sort_by_cached_key(|candidate| (sort_key(&candidate.name), candidate.name.clone()));
        let rows = self.store.rows_by_id(&named_first(&candidates)).await?;
        let rows: HashMap<DocumentId, DocumentRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut search = Search {
            library: self,
            person,
            plan: &plan,
            left: MAX_DECIDED,
        };
        let mut entries = Vec::new();
        for candidate in candidates {
            if entries.len() == MAX_ENTRIES {
                break;
            }
            entries.extend(search.entry(candidate, &rows).await?);
        }
        Ok(entries)
    }
}

/// Of each folder the document that says most: one below it leads to a folder in it, too.
fn named_first(candidates: &[FolderCandidate]) -> Vec<DocumentId> {
    candidates
        .iter()
        .filter_map(|candidate| candidate.below.or(candidate.inside))
        .collect()
}

impl Search<'_> {
    /// The folder, if a document in it or below it is allowed.
    async fn entry(
        &mut self,
        candidate: FolderCandidate,
        rows: &HashMap<DocumentId, DocumentRow>,
    ) -> Result<Option<FolderEntry>, LibraryError> {
        let has_folders = self.leads(&candidate, FolderPart::Below, candidate.below, rows).await?;
        if !has_folders
            && !self
                .leads(&candidate, FolderPart::Inside, candidate.inside, rows)
                .await?
        {
            return Ok(None);
        }
        let FolderCandidate { path, name, .. } = candidate;
        Ok(Some(FolderEntry {
            path,
            name,
            has_folders,
        }))
    }

    /// Whether a document in this part of the folder is allowed.
    async fn leads(
        &mut self,
        candidate: &FolderCandidate,
        part: FolderPart,
        named: Option<DocumentId>,
        rows: &HashMap<DocumentId, DocumentRow>,
    ) -> Result<bool, LibraryError> {
        // Where the store found nothing in the plan, the policy allows nothing.
        let Some(id) = named else { return Ok(false) };
        let read;
        let row = if let Some(row) = rows.get(&id) {
            Some(row)
        } else {
            read = self.library.store.rows_by_id(&[id]).await?;
            read.first()
        };
        // It may have moved since it was named.
        if let Some(row) = row.filter(|row| part.holds(&candidate.path, &row.folder)) {
            if self.allows(row) {
                return Ok(true);
            }
            if self.plan.is_exact {
                super::list::report_mismatch(self.person, 1);
            }
        }
        if self.left == 0 {
            return Ok(false);
        }
        let store = &self.library.store;
        let more = store.rows_of_folder(self.plan, &candidate.path, part, BATCH).await?;
        self.left = self.left.saturating_sub(more.len());
        Ok(more.iter().any(|row| self.allows(row)))
    }

    fn allows(&self, row: &DocumentRow) -> bool {
        self.library
            .policy
            .decide(self.person, &row.facts())
            .reasons()
            .is_some()
    }
}
