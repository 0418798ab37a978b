//! Which directory is asked, about whose people, and for how long do its answers count? `[directory]`, and what the tables
//! `[[providers]]` say of it. Who asks is [`crate::directory`].

use std::time::Duration;

use bff::{ClientAuthMethod, ProviderConfig};
use domain::GroupMatch;
use url::Url;

use super::{problem::Complaint, reader::Reader, values};

/// What the directory is asked about a provider's people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryUse {
    /// Their groups. Without it only when their token says that it could not hold all of them.
    pub groups: bool,
    /// How groups are compared, whoever told them.
    pub group_match: GroupMatch,
    /// Name, address and job title.
    pub profile: ProfileToken,
    /// Manager and direct reports.
    pub manager: bool,
}

/// Whose token opens the profile in the directory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ProfileToken {
    /// Nobody's: the provider's claims are the profile.
    #[default]
    None,
    /// The person's own; the application's if the directory refuses that.
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

/// `[directory]`.
pub(super) fn settings(reader: &mut Reader) -> Option<DirectorySettings> {
    let base_url = reader.take("directory.base_url", values::endpoint);
    let max_age = reader.take("directory.max_age", values::duration);
    let keep = reader.take("directory.keep", values::duration);
    let (max_age, keep) = (max_age?, keep?);
    if max_age.is_zero() {
        let complaint = Complaint::new(
            "is nothing: the directory would be asked at every page",
            "write `1m` or more",
        );
        reader.complain("directory.max_age", complaint);
    }
    if keep < max_age {
        let complaint = Complaint::new("is shorter than `directory.max_age`", "make it at least as long");
        reader.complain("directory.keep", complaint);
    }
    Some(DirectorySettings {
        base_url: base_url?,
        max_age,
        keep,
    })
}

/// What stands in a table of `[[providers]]`.
pub(super) fn of_provider(reader: &mut Reader, table: &str) -> Option<DirectoryUse> {
    let groups = reader.flag(&format!("{table}.groups.graph"));
    let group_match = reader.take(&format!("{table}.groups.match"), |text| {
        values::one_of(text, &["id", "name"])
    });
    let profile = reader.take(&format!("{table}.profile.graph"), |text| {
        values::one_of(text, &["none", "me", "application"])
    });
    let manager = reader.flag(&format!("{table}.manager.graph"));
    Some(DirectoryUse {
        groups: groups?,
        group_match: match group_match? {
            "name" => GroupMatch::Name,
            _ => GroupMatch::Id,
        },
        profile: match profile? {
            "me" => ProfileToken::Person,
            "application" => ProfileToken::Application,
            _ => ProfileToken::None,
        },
        manager: manager?,
    })
}

/// Complains where the directory is to be asked with a token of the application, and the application cannot prove who it is
/// (RFC 6749 §4.4: confidential clients only).
pub(super) fn need_client(reader: &mut Reader, table: &str, uses: &DirectoryUse, provider: &ProviderConfig) {
    let has_key = matches!(provider.client_auth, ClientAuthMethod::PrivateKeyJwt { .. });
    let is_nobody = matches!(provider.client_auth, ClientAuthMethod::None);
    let has_secret = (provider.client_secret.is_some() || provider.registration.is_some()) && !is_nobody;
    if has_key || has_secret {
        return;
    }
    let asked = [
        ("groups.graph", uses.groups),
        ("profile.graph", uses.profile == ProfileToken::Application),
        ("manager.graph", uses.manager),
    ];
    for (key, _) in asked.into_iter().filter(|(_, asks)| *asks) {
        let complaint = Complaint::new(
            "asks the directory with a token of the application, which has no credentials",
            "write `client_secret_file` or `private_key_file` as well",
        );
        reader.complain(&format!("{table}.{key}"), complaint);
    }
}
