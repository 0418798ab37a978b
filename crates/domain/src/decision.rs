//! May they, and by which rule? Rules are written under `policies/`; this is how their answers are spoken.

use serde::{Deserialize, Serialize};

/// Why a visitor may see a document, in the words of the rule's author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id in the policy files, such as `group-members`.
    pub rule: String,
    /// Ends the sentence "You can see this because …", such as `you are in Engineering`.
    pub because: String,
}

/// Why a visitor may not, saying no more than they may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Whole sentences, such as `Only members of Marketing can read this.`
    pub sentences: Vec<String>,
    /// Whom to ask for access, where that may be told.
    pub ask: Option<String>,
}
