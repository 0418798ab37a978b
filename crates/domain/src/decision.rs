//! Decisions of the policy about one person and one document. The rules are in `policies/`.

use serde::{Deserialize, Serialize};

/// Why a visitor may see a document, in the words of the rule's author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id in the policy files, such as `group-members`.
    pub rule: String,
    /// Ends the sentence "You can see this because …", such as `you are in Engineering`.
    pub because: String,
    /// The same in a word or two, for a list: `Engineering`, `public`; the whole `because` if the rule has no label.
    pub label: String,
}

/// Why a visitor may not see a document, saying no more than they may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Whole sentences, such as `Only members of Marketing can read this.`
    pub sentences: Vec<String>,
    /// Name of somebody who can grant access, if the rules reveal it.
    pub contact: Option<String>,
}

/// The decision about one person and one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by every rule named; never empty.
    Allowed(Vec<Reason>),
    /// Not allowed: no rule permits it, a rule forbids it, or a rule could not be evaluated.
    Refused(Refusal),
    /// Not allowed, and the existence of the document may not be revealed.
    Hidden,
}

impl Decision {
    /// The reasons, where allowed.
    #[must_use]
    pub fn reasons(self) -> Option<Vec<Reason>> {
        match self {
            Self::Allowed(reasons) => Some(reasons),
            Self::Refused(_) | Self::Hidden => None,
        }
    }
}
