//! Which directory is asked, about what, and how old its answers may get. Who asks is [`crate::directory`].

use std::time::Duration;

use domain::GroupMatch;
use serde::Deserialize;
use url::Url;

/// What the directory is asked about a provider's people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DirectoryUse {
    /// Their groups. Without it only when their token says that it could not hold all of them.
    pub groups: bool,
    /// How groups are compared, wherever they come from.
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

/// The directory that is asked: Microsoft Graph.
#[derive(Debug, Clone)]
pub struct DirectorySettings {
    /// Where it is, version included.
    pub base_url: Url,
    /// How old its answers may get while it can be asked.
    pub max_age: Duration,
    /// How old they may get while it cannot; at least `max_age`.
    pub keep: Duration,
}
