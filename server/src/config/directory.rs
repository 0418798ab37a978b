//! What is looked up in the directory for a provider's people, and with which token. The lookup is in [`crate::directory`].

use domain::GroupMatch;
use serde::Deserialize;

/// What is looked up in the directory for a provider's people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DirectoryUse {
    /// Their groups. Without it only if a token could not hold all of them (`_claim_names`, `hasgroups`).
    pub groups: bool,
    /// How groups are compared, whatever their source.
    pub group_match: GroupMatch,
    /// Name, address and job title.
    pub profile: ProfileToken,
    /// Manager and direct reports.
    pub manager: bool,
}

/// Whose token opens the profile in the directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileToken {
    /// Nobody's: the provider's claims are the profile.
    #[default]
    None,
    /// The person's own; the application's if the directory refuses that.
    #[serde(rename = "me")]
    Person,
    /// The application's.
    Application,
}
