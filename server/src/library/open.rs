//! What a reader of a document comes from and goes on to: the documents before and after it in its folder, and those that link to it, of those
//! that they may read.

use bff::error_chain;
use domain::{Action, DocumentId, DocumentLink, Person};
use store::{DocumentRow, Neighbours};

use super::LocalLibrary;

/// Most documents of which it is said that they link to one.
const MAX_LINKING: usize = 20;

/// Most that are decided about for that.
const MAX_LOOKED_AT: u32 = 200;

impl LocalLibrary {
    /// The documents that link to one, each decided about. None where the database does not answer: the document itself is shown.
    pub(super) async fn linking(&self, person: &Person, id: DocumentId) -> Vec<DocumentLink> {
        let rows = match self.store.linking_to(id, MAX_LOOKED_AT).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(document = %id, error = error_chain(&error), "the documents that link to one could not be found");
                return Vec::new();
            }
        };
        let is_allowed = |row: &DocumentRow| self.policy.decide(person, &row.facts()).reasons().is_some();
        let allowed = rows.into_iter().filter(is_allowed).map(|row| DocumentLink {
            id: row.id,
            title: row.title,
        });
        allowed.take(MAX_LINKING).collect()
    }

    /// The nearest documents before and after one, each decided about. None where the database does not answer: the document itself is shown.
    pub(super) async fn neighbours(
        &self,
        person: &Person,
        id: DocumentId,
    ) -> (Option<DocumentLink>, Option<DocumentLink>) {
        let plan = self.policy.plan(person, Action::View);
        let Neighbours { previous, next } = match self.store.neighbours(&plan, id).await {
            Ok(neighbours) => neighbours,
            Err(error) => {
                tracing::warn!(document = %id, error = error_chain(&error), "the documents around one could not be found");
                return (None, None);
            }
        };
        let first = |rows: Vec<DocumentRow>| {
            let is_allowed = |row: &DocumentRow| self.policy.decide(person, &row.facts()).reasons().is_some();
            let read = rows.len();
            let found = rows.into_iter().find(is_allowed);
            if plan.is_exact && found.is_none() && read > 0 {
                super::list::report_mismatch(person, read);
            }
            found.map(|row| DocumentLink {
                id: row.id,
                title: row.title,
            })
        };
        (first(previous), first(next))
    }
}
