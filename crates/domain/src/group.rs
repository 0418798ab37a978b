//! Groups and how they are compared: by a key that is made once, where a group enters the program (a claim, the directory, a document, a
//! rule). The label is for display alone.

use std::fmt;

use crate::text;

/// A group as it was written, with its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    label: String,
    folded: String,
}

impl Group {
    /// The group that a claim, a directory, a document or a rule writes like this: an id or a name.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        let label = text::nfc(label);
        let folded = text::fold_case(&label);
        Self { label, folded }
    }

    /// A group as it was stored: with the key by name, which is made here if it is missing.
    #[must_use]
    pub fn stored(label: impl Into<String>, folded: String) -> Self {
        if folded.is_empty() {
            return Self::new(label);
        }
        let label = text::nfc(label);
        Self { label, folded }
    }

    /// The label, in NFC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.label
    }

    /// The key it is compared by.
    #[must_use]
    pub fn key(&self, by: GroupMatch) -> GroupKey<'_> {
        match by {
            GroupMatch::Id => GroupKey(&self.label),
            GroupMatch::Name => GroupKey(&self.folded),
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label)
    }
}

/// The key of a group, compared by code points. Keys of different [`GroupMatch`]es are never compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey<'a>(&'a str);

impl<'a> GroupKey<'a> {
    /// The key as text.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// What makes two groups equal; configured per provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupMatch {
    /// The same id: letter by letter, in NFC.
    #[default]
    Id,
    /// The same name, upper and lower case being the same ([`text::fold_case`]).
    Name,
}

/// Group memberships: known, known to be none, or unknown. An absent claim is not an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Groups {
    /// No provider or directory has stated them: rules about groups grant nothing, and pages say so.
    #[default]
    Unknown,
    /// Exactly these, possibly none.
    Known(Vec<Group>),
    /// These, from an earlier response of a directory that does not respond now. Used for the time the operator configures, and pages say
    /// so.
    Stale(Vec<Group>),
    /// These, and others that could not be read because the provider did not send texts. If none could be read, groups are unknown. Pages
    /// say so.
    Incomplete {
        /// The groups that could be read.
        groups: Vec<Group>,
        /// How many could not; at least 1.
        unreadable: usize,
    },
}

impl Groups {
    /// The groups that can be relied on; empty while unknown.
    #[must_use]
    pub fn known(&self) -> &[Group] {
        self.if_known().unwrap_or_default()
    }

    /// The groups that can be relied on; `None` while unknown.
    #[must_use]
    pub fn if_known(&self) -> Option<&[Group]> {
        match self {
            Self::Unknown => None,
            Self::Known(groups) | Self::Stale(groups) => Some(groups),
            Self::Incomplete { groups, .. } => (!groups.is_empty()).then_some(groups),
        }
    }

    /// How many groups the provider sent that could not be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        match self {
            Self::Incomplete { unreadable, .. } => *unreadable,
            Self::Unknown | Self::Known(_) | Self::Stale(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str, by: GroupMatch) -> bool {
        Group::new(one).key(by) == Group::new(other).key(by)
    }

    #[test]
    fn po_3_names_compare_without_regard_to_case_and_nothing_else() {
        for (a, b, expected) in [
            ("Sales", "sALES", true),
            ("Füße", "FÜßE", true),
            ("Füße", "FÜSSE", true),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ", true),
            ("München", "MU\u{308}NCHEN", true),
            ("İzmir", "izmir", false),
            ("Sales", "Sales ", false),
            ("a", "ab", false),
        ] {
            assert_eq!(same(a, b, GroupMatch::Name), expected, "{a} {b}");
        }
    }

    #[test]
    fn po_3_ids_compare_letter_by_letter_and_a_letter_is_one_however_unicode_writes_it() {
        for (a, b, expected) in [
            ("Sales", "Sales", true),
            ("Sales", "sales", false),
            ("Füße", "FÜSSE", false),
            ("München", "Mu\u{308}nchen", true),
            ("München", "MÜNCHEN", false),
        ] {
            assert_eq!(same(a, b, GroupMatch::Id), expected, "{a} {b}");
        }
    }

    #[test]
    fn po_3_a_stored_group_is_the_group_that_was_written() {
        for label in ["Sales", "Straße", "Mu\u{308}nchen"] {
            let group = Group::new(label);
            let key = group.key(GroupMatch::Name).as_str().to_owned();
            assert_eq!(Group::stored(group.as_str(), key), group);
            assert_eq!(Group::stored(label, String::new()), group);
        }
    }

    #[test]
    fn po_2_unknown_groups_are_not_an_empty_list() {
        assert_ne!(Groups::Unknown, Groups::Known(Vec::new()));
        assert!(Groups::Unknown.known().is_empty());
        assert_eq!(Groups::Unknown.if_known(), None);
        assert_eq!(Groups::Known(Vec::new()).if_known(), Some([].as_slice()));
    }

    #[test]
    fn po_2_groups_of_which_none_can_be_read_are_unknown() {
        let incomplete = |groups| Groups::Incomplete { groups, unreadable: 1 };
        assert_eq!(incomplete(Vec::new()).if_known(), None);
        assert_eq!(incomplete(vec![Group::new("a")]).known(), [Group::new("a")]);
        assert_eq!(incomplete(Vec::new()).unreadable(), 1);
    }
}
