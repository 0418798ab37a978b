//! Which folders lead to documents of a plan? Answered from indices that are sorted by folder, at a cost that grows with the folders found
//! and not with the documents in them.
//!
//! | what | where |
//! |---|---|
//! | Sets of folders as ranges of paths | `folder_ranges.rs` |
//! | Which index leads to what of the plan | `folders/lookups.rs` |
//! | The statement that jumps from folder to folder | `folders/walk.rs` |
//! | The same for people in many groups | `folders/children.rs` |
//! | Documents of one folder, or below it, in order | `folders/rows.rs` |
//!
//! The table `folder` and the columns that these indices need are written by triggers (`migrations/*/0010_folders.sql`), in the transaction of
//! the change. Nothing is decided here: callers have the policy decide about one document of each folder.

use std::collections::{BTreeMap, BTreeSet};

use domain::{DocumentId, Plan};
use sqlx::query_scalar;

use super::{
    backend::{Store, with_backend},
    error::StoreError,
    folder_ranges::Ranges,
    list::statement::Statement,
    sql::Dialect,
};

mod children;
mod lookups;
mod rows;
#[cfg(test)]
mod tests;
mod walk;

pub use rows::FolderPart;

/// Most folders of one answer that are looked through after the walk.
const MAX_UNSETTLED: usize = 16;

/// A folder that seems to lead to a document of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderCandidate {
    /// Its path.
    pub path: String,
    /// Its name, the last part of the path.
    pub name: String,
    /// A document in the folder itself.
    pub inside: Option<DocumentId>,
    /// A document below it.
    pub below: Option<DocumentId>,
}

impl Store {
    /// The folders directly in `parent` (the top is the empty path) that seem to lead to documents of the plan, by path, each with the number
    /// of one or two such documents: the policy is to decide about those. Beyond some thousand folders, the rest is left out.
    ///
    /// # Errors
    /// [`StoreError::Query`], [`StoreError::Timeout`], [`StoreError::Corrupt`].
    pub async fn folder_candidates(&self, plan: &Plan, parent: &str) -> Result<Vec<FolderCandidate>, StoreError> {
        let lookups = lookups::of(plan, &Ranges::below(parent));
        let (mut many, mut walked): (Vec<_>, Vec<_>) =
            lookups.into_iter().partition(|lookup| children::suits(lookup, parent));
        if !many.is_empty() && self.child_count(parent).await? > i64::from(children::FEW_FOLDERS) {
            walked.append(&mut many);
        }
        let mut found = Vec::new();
        if !walked.is_empty() {
            let rows = self.folder_rows(|sql| walk::statement(sql, plan, &walked, parent));
            found.extend(rows.await?);
        }
        for lookup in many {
            let rows = self.folder_rows(|sql| children::statement(sql, plan.group_match, &lookup, parent));
            found.extend(rows.await?);
        }
        let candidates = candidates(parent, &found)?;
        let unsettled = unsettled(parent, &found, &candidates);
        for folder in unsettled.iter().take(MAX_UNSETTLED) {
            let first = self.first_of_folder(plan, folder).await?;
            found.extend(first.map(|id| (folder.clone(), id.number(), 1)));
        }
        if unsettled.is_empty() {
            return Ok(candidates.into_values().collect());
        }
        Ok(self::candidates(parent, &found)?.into_values().collect())
    }

    /// A document of the plan in the folder itself.
    async fn first_of_folder(&self, plan: &Plan, folder: &str) -> Result<Option<DocumentId>, StoreError> {
        let rows = self
            .rows_among(plan, &Ranges::exactly(folder), rows::Looked::Far, 1)
            .await?;
        Ok(rows.first().map(|row| row.id))
    }

    /// How many folders a parent has, counted up to a limit.
    async fn child_count(&self, parent: &str) -> Result<i64, StoreError> {
        with_backend!(self, |backend| {
            let count = children::count();
            Ok(query_scalar(&count).bind(parent).fetch_one(&backend.pool).await?)
        })
    }

    async fn folder_rows(
        &self,
        statement: impl Fn(&'static Dialect) -> Statement,
    ) -> Result<Vec<(String, i64, i64)>, StoreError> {
        self.rows(statement).await
    }
}

/// Folders of which the walk saw many documents that did not fit, and not all of them, and that nothing else leads to.
fn unsettled(
    parent: &str,
    found: &[(String, i64, i64)],
    candidates: &BTreeMap<String, FolderCandidate>,
) -> BTreeSet<String> {
    let open = found.iter().filter(|(_, _, fits)| *fits == 0);
    let open = open.filter(|(folder, _, _)| {
        child(parent, folder).is_some_and(|(path, _)| {
            candidates.get(path).is_none_or(|candidate| {
                let place = if path == folder {
                    candidate.inside
                } else {
                    candidate.below
                };
                place.is_none()
            })
        })
    });
    open.map(|(folder, _, _)| folder.clone()).collect()
}

/// Path and name of the folder in the parent that a folder is, or lies in.
fn child<'a>(parent: &str, folder: &'a str) -> Option<(&'a str, &'a str)> {
    let rest = match parent {
        "" => Some(folder),
        parent => folder.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/')),
    }?;
    let name = rest.split('/').next().filter(|name| !name.is_empty())?;
    let path = folder.get(..folder.len() - rest.len() + name.len())?;
    Some((path, name))
}

/// Groups the documents by the folder in the parent that they lie in.
fn candidates(parent: &str, found: &[(String, i64, i64)]) -> Result<BTreeMap<String, FolderCandidate>, StoreError> {
    let mut candidates: BTreeMap<String, FolderCandidate> = BTreeMap::new();
    for (folder, number, fits) in found {
        // What does not fit was a place to go on from.
        let Some((path, name)) = child(parent, folder).filter(|_| *fits != 0) else {
            continue;
        };
        let id = *number;
        let id = DocumentId::new(id).ok_or(StoreError::Corrupt { id, what: "id" })?;
        let candidate = candidates.entry(path.to_owned()).or_insert_with(|| FolderCandidate {
            path: path.to_owned(),
            name: name.to_owned(),
            inside: None,
            below: None,
        });
        let place = if path == folder {
            &mut candidate.inside
        } else {
            &mut candidate.below
        };
        place.get_or_insert(id);
    }
    Ok(candidates)
}
