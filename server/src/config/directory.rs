//! Settings of the directory: what is looked up, with which token, and how old a response may get. The lookup is in [`crate::directory`].

use std::time::Duration;

use domain::GroupMatch;
use serde::Deserialize;
use url::Url;

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

/// The directory: Microsoft Graph.
#[derive(Debug, Clone)]
pub struct DirectorySettings {
    /// Where it is, version included.
    pub base_url: Url,
    /// How old its responses may get while it can be reached.
    pub max_age: Duration,
    /// How old they may get while it cannot; at least `max_age`.
    pub max_stale: Duration,
}
