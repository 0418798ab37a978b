//! Permits by folder: which folders lie in those that a permit names. Each of them is a lookup of its own, so that a list of theirs is merged
//! from indices as that of groups is.

use domain::{Access, Plan, Predicate};
use sqlx::query_scalar;

use super::lookups::parts;
use crate::{
    backend::{Store, with_backend},
    error::{QueryError, StoreError},
    folder_ranges::Ranges,
    sql::Dialect,
};

/// Most folders that the permits of a plan are read by. Where there are more, reading all documents in order is as good.
const MAX_FOLDERS: usize = 1_000;

/// The folders below those that the permits of a plan name, by path; nothing if they are too many.
#[derive(Debug, Default)]
pub(super) struct Subtrees(Option<Vec<String>>);

impl Subtrees {
    /// The folders of one permit, and whether its documents must be tested for more than where they lie. `None` if folders do not lead there.
    pub(super) fn of_permit(&self, predicate: &Predicate) -> Option<(Vec<&str>, bool)> {
        let paths = self.0.as_ref()?;
        let (ranges, is_wider) = ranges(predicate)?;
        let paths = paths.iter().map(String::as_str).filter(|path| ranges.holds(path));
        Some((paths.collect(), is_wider))
    }
}

/// Where the documents of a permit lie, and whether it depends on more than that. `None` if its conditions name no folder.
fn ranges(predicate: &Predicate) -> Option<(Ranges, bool)> {
    let (mut ranges, mut is_wider) = (Ranges::all(), false);
    for part in parts(predicate) {
        let exact = Ranges::of(part);
        is_wider |= exact.is_none();
        ranges = ranges.intersection(&exact.unwrap_or_else(|| Ranges::around(part)));
    }
    (!ranges.is_open()).then_some((ranges, is_wider))
}

impl Store {
    /// Reads the folders that the permits of a plan name. Without such permits, nothing is read.
    pub(super) async fn subtrees(&self, plan: &Plan) -> Result<Subtrees, StoreError> {
        let Access::Branches { permits, .. } = &plan.access else {
            return Ok(Subtrees::default());
        };
        let named = permits.iter().filter_map(|permit| ranges(&permit.predicate));
        let named: Vec<Ranges> = named.map(|(ranges, _)| ranges).collect();
        if named.is_empty() {
            return Ok(Subtrees::default());
        }
        let ranges = Ranges::union(named).to_json().to_string();
        let paths: Vec<String> = with_backend!(self, |backend| {
            let statement = folders_within(backend.sql);
            let query = query_scalar(&statement).bind(&*ranges);
            Ok::<_, QueryError>(query.fetch_all(&backend.pool).await?)
        })?;
        Ok(Subtrees((paths.len() <= MAX_FOLDERS).then_some(paths)))
    }
}

/// The paths in the ranges of a JSON list (`$1`), one more than are of use.
pub(super) fn folders_within(dialect: &Dialect) -> String {
    let (before, after) = dialect.words.lists;
    format!(
        "SELECT f.path FROM {before}$1{after} CROSS JOIN folder f
         WHERE f.path >= (s.value ->> 0) AND f.path < (s.value ->> 1) LIMIT {}",
        MAX_FOLDERS + 1
    )
}

#[cfg(test)]
mod tests {
    use domain::{Condition, Pattern, PatternPart, PersonId, TextField};

    use super::*;

    #[test]
    fn fi_1_folders_lead_to_what_a_permit_names_and_not_to_what_it_only_excludes() {
        let folder = |path: &str| Predicate::is(Condition::InFolder([path.to_owned()].into()));
        let owner = Predicate::is(Condition::Owner([PersonId::new("x", "y")].into()));
        let like = Predicate::is(Condition::Like(
            TextField::Folder,
            Pattern::new(vec![PatternPart::Literal("ha".to_owned()), PatternPart::Wildcard]),
        ));
        let subtrees = Subtrees(Some(
            ["handbook", "handbook/people", "handbook-2"].map(str::to_owned).into(),
        ));
        let found = |predicate: Predicate| {
            let found = subtrees.of_permit(&predicate);
            found.map(|(paths, is_wider)| (paths.join(" "), is_wider))
        };
        let paths = |paths: &str, is_wider| Some((paths.to_owned(), is_wider));
        assert_eq!(found(folder("handbook")), paths("handbook handbook/people", false));
        assert_eq!(
            found(folder("handbook").and(folder("handbook/people").negate())),
            paths("handbook", false)
        );
        assert_eq!(
            found(folder("handbook").and(owner.clone())),
            paths("handbook handbook/people", true)
        );
        assert_eq!(found(like), paths("handbook handbook/people handbook-2", false));
        assert_eq!(found(folder("handbook").negate()), None);
        assert_eq!(found(owner), None);
        assert_eq!(Subtrees(None).of_permit(&folder("handbook")), None);
    }
}
