//! What somebody looks for, with the people and groups that their filters name.
//!
//! A name finds nothing by itself: results are within the rights, and show owner and groups anyway. Owners are compared as lists show them, never
//! by e-mail address, which would tell addresses to whoever guesses.

use std::collections::BTreeSet;

use domain::{
    DocumentFacts, Group, GroupMatch, Person, PersonId, Right, Rights, SearchQuery,
    search::rights_of,
    text::{fold_case, nfc},
};
use search::SearchRequest;
use store::{Store, StoreError};

/// The word after `owner:` for the documents of whoever searches.
const MYSELF: &str = "me";

/// A search of one person, ready for the index.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) query: SearchQuery,
    rights: Rights,
    owners: BTreeSet<PersonId>,
    groups: BTreeSet<Right>,
    now: i64,
}

impl Question {
    /// Looks up the names in `query`; `rights` are those of `person`.
    pub(super) async fn resolve(
        store: &Store,
        person: &Person,
        query: SearchQuery,
        rights: Rights,
        now: i64,
    ) -> Result<Self, StoreError> {
        let mut owners = BTreeSet::new();
        for name in &query.owners {
            if fold_case(name) == MYSELF {
                owners.insert(person.id.clone());
            } else {
                owners.extend(store.owners_shown_as(name).await?);
            }
        }
        let groups = query
            .groups
            .iter()
            .flat_map(|name| group_rights(person, name))
            .collect();
        Ok(Self {
            query,
            rights,
            owners,
            groups,
            now,
        })
    }

    /// For the index, past the hits that were seen before.
    pub(super) fn request(&self, skip: usize) -> SearchRequest<'_> {
        SearchRequest {
            query: &self.query,
            rights: &self.rights,
            owners: &self.owners,
            groups: &self.groups,
            now: self.now,
            limit: search::SearchIndex::MAX_HITS,
            skip,
        }
    }

    /// Whether the filters hold for a document as it is now: the index may not know yet that it was moved.
    pub(super) fn holds(&self, facts: &DocumentFacts<'_>) -> bool {
        let query = &self.query;
        let rights = rights_of(facts);
        let in_folder = |folder: &String| rights.contains(&Right::Folder(folder.clone()));
        let in_time = query.updated.is_none_or(|range| {
            let at = facts.updated_at;
            range.from.is_none_or(|from| from <= at) && range.until.is_none_or(|until| at < until)
        });
        in_time
            && (query.folders.is_empty() || query.folders.iter().any(in_folder))
            && (query.owners.is_empty() || self.owners.contains(facts.owner))
            && (query.groups.is_empty() || !self.groups.is_disjoint(&rights))
    }
}

/// The groups that a name may mean: the group of this id, of this name, and those that the directory gave this person under this name.
fn group_rights(person: &Person, name: &str) -> Vec<Right> {
    let group = Group::new(name);
    let named = person
        .group_names
        .iter()
        .filter(|(_, label)| fold_case(&nfc(label.as_str())) == fold_case(&nfc(name)));
    let by_id = |group: &Group| Right::GroupId(group.key(GroupMatch::Id).as_str().to_owned());
    let mut rights: Vec<Right> = named.map(|(group, _)| by_id(group)).collect();
    rights.push(by_id(&group));
    rights.push(Right::GroupName(group.key(GroupMatch::Name).as_str().to_owned()));
    rights
}
