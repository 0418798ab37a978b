//! Plans: which documents a person can see, before any single one is decided. A [`Plan`] narrows down what a database or an index has to read.
//!
//! A plan never leaves out a document that the policy lets the person see. It may hold others, if [`Plan::is_exact`] is false: every row is
//! decided again before it is shown, so that a plan can make a list slow and never wrong.

use std::collections::BTreeSet;

use crate::{
    document::DocumentId,
    group::GroupMatch,
    predicate::{Condition, Predicate, TextField, folder_and_ancestors},
    visitor::PersonId,
};

/// What a person does with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Action {
    /// Reading it, and finding it in lists and searches.
    #[default]
    View,
}

/// The documents a person may reach by an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Which documents.
    pub access: Access,
    /// What the group keys in it were made by.
    pub group_match: GroupMatch,
    /// Whether it holds exactly what the policy allows. If false, it holds more.
    pub is_exact: bool,
}

/// Documents by what must be true of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Every document.
    All,
    /// No document.
    None,
    /// Documents of which at least one of `permits` is true, and none of `forbids`.
    Branches {
        /// Never empty. A branch that is always true says that forbids alone decide.
        permits: Vec<Branch>,
        /// Possibly empty.
        forbids: Vec<Branch>,
    },
}

/// One way of being let in or kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The rule's id. A rule with alternatives has several branches.
    pub rule: String,
    /// What must be true of the document.
    pub predicate: Predicate,
}

impl Plan {
    /// A plan that lets nobody in: what cannot be planned is refused.
    #[must_use]
    pub fn nothing(group_match: GroupMatch) -> Self {
        Self {
            access: Access::None,
            group_match,
            is_exact: true,
        }
    }

    /// The rights that a document must carry at least one of, for an index that knows documents by their rights.
    ///
    /// They leave out no document of the plan, and may hold more: forbids, and conditions that are no right, do not count.
    #[must_use]
    pub fn rights(&self) -> Rights {
        match &self.access {
            Access::All => Rights::All,
            Access::None => Rights::AnyOf(BTreeSet::new()),
            Access::Branches { permits, .. } => {
                let mut terms = BTreeSet::new();
                for branch in permits {
                    match rights(&branch.predicate, self.group_match) {
                        Some(found) => terms.extend(found),
                        None => return Rights::All,
                    }
                }
                Rights::AnyOf(terms)
            }
        }
    }
}

/// Which documents an index may answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// All of them: said by the policy, never by a list that is missing.
    All,
    /// Those that carry at least one of these. An empty list finds nothing.
    AnyOf(BTreeSet<Right>),
}

/// What a document can carry that a policy lets somebody in by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// It is public.
    Public,
    /// It is this document.
    Document(DocumentId),
    /// It belongs to this person.
    Owner(PersonId),
    /// It belongs to the group with this key by id ([`GroupMatch::Id`]).
    GroupId(String),
    /// It belongs to the group with this key by name ([`GroupMatch::Name`]).
    GroupName(String),
    /// It lies in this folder or below.
    Folder(String),
}

impl Right {
    fn group(key: &str, by: GroupMatch) -> Self {
        match by {
            GroupMatch::Id => Self::GroupId(key.to_owned()),
            GroupMatch::Name => Self::GroupName(key.to_owned()),
        }
    }
}

/// Rights of which a document has one wherever the predicate is true; `None` if no list of rights says so.
fn rights(predicate: &Predicate, by: GroupMatch) -> Option<BTreeSet<Right>> {
    match predicate {
        // The shortest list of those that are necessary.
        Predicate::All(parts) => parts
            .iter()
            .filter_map(|part| rights(part, by))
            .min_by_key(BTreeSet::len),
        Predicate::Any(parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
            all.extend(rights(part, by)?);
            Some(all)
        }),
        Predicate::Is {
            condition: Condition::Private,
            negated: true,
        } => Some(BTreeSet::from([Right::Public])),
        Predicate::Is { negated: true, .. } => None,
        Predicate::Is { condition, .. } => match condition {
            Condition::Document(ids) => Some(ids.iter().copied().map(Right::Document).collect()),
            Condition::Owner(people) => Some(people.iter().cloned().map(Right::Owner).collect()),
            Condition::AnyGroup(keys) => Some(keys.iter().map(|key| Right::group(key, by)).collect()),
            Condition::InFolder(paths) | Condition::Text(TextField::Folder, paths) => {
                Some(paths.iter().cloned().map(Right::Folder).collect())
            }
            Condition::Like(TextField::Folder, pattern) => {
                // Whatever begins with `handbook/pe` lies in `handbook`.
                let (parent, _) = pattern.prefix()?.rsplit_once('/')?;
                Some(BTreeSet::from([Right::Folder(parent.to_owned())]))
            }
            Condition::Private
            | Condition::OnlyGroups(_)
            | Condition::Text(TextField::Title, _)
            | Condition::Like(TextField::Title, _)
            | Condition::Number(..) => None,
        },
    }
}

/// The folder rights of a document in this folder.
pub fn folder_rights(folder: &str) -> impl Iterator<Item = Right> {
    folder_and_ancestors(folder).map(|path| Right::Folder(path.to_owned()))
}
