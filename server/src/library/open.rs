//! What a reader of a document comes from and goes on to: the documents before and after it in its folder, of those that they may read.

use bff::error_chain;
use domain::{Action, DocumentId, DocumentLink, Person};
use store::{DocumentRow, Neighbours};

use super::LocalLibrary;

impl LocalLibrary {
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
