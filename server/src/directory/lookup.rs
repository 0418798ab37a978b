//! What is fetched about a person, under which key it is cached, and how it completes a [`Person`].

use std::{collections::BTreeMap, fmt, sync::Arc};

use bff::{ProviderId, SignedIn};
use domain::{Group, GroupMatch, Groups, Person, PersonId, ReportingLine};
use serde_json::{Map, Value};
use url::Url;

use crate::config::{ClaimPath, ProfileToken, ProviderSettings};

/// The host of the directory's former API, which tokens may still name if they cannot hold all groups.
const AZURE_AD_GRAPH_HOST: &str = "graph.windows.net";

/// An id in the directory: letters, digits and hyphens, so that it is always one path segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// Parses an id; `None` if it is empty, longer than 64 characters, or has other characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (!text.is_empty() && text.len() <= 64 && text.bytes().all(good)).then(|| Self(text.to_owned()))
    }

    pub(super) fn from_claims(claims: &Map<String, Value>, path: &ClaimPath) -> Option<Self> {
        Self::parse(path.find(claims)?.as_str()?)
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fields of a person that are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fields {
    /// Groups with their names.
    pub groups: bool,
    /// Name, address and job title, and with whose token.
    pub profile: ProfileToken,
    /// Manager and reports.
    pub reporting_line: bool,
}

impl Fields {
    /// Those of the provider's settings, and groups if the token states that it could not hold all of them.
    #[must_use]
    pub fn of(claims: &Map<String, Value>, settings: &ProviderSettings, directory: &Url) -> Self {
        let uses = &settings.directory;
        Self {
            groups: uses.groups || has_more_groups(claims, &settings.claims.groups, directory),
            profile: uses.profile,
            reporting_line: uses.manager,
        }
    }

    /// Whether nothing is to be fetched.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Splits by the token that is needed, into fetches that are cached apart: what the person's own token can read stays known when the
    /// application's token fails.
    pub(super) fn split_by_token(self) -> impl Iterator<Item = Self> {
        let (own, application) = match self.profile {
            ProfileToken::Person => (self.profile, ProfileToken::None),
            application => (ProfileToken::None, application),
        };
        let with_own_token = Self {
            profile: own,
            ..Self::default()
        };
        let with_application_token = Self {
            profile: application,
            ..self
        };
        [with_own_token, with_application_token]
            .into_iter()
            .filter(|fields| !fields.is_empty())
    }
}

/// Whether a token states that the person has more groups than it holds, and that this directory knows them. Other sources that it may name
/// (OIDC Core §5.6.2) are not used.
fn has_more_groups(claims: &Map<String, Value>, groups: &ClaimPath, directory: &Url) -> bool {
    if claims
        .get("hasgroups")
        .is_some_and(|value| value == true || value == "true")
    {
        return true;
    }
    let endpoint = || {
        let source = claims.get("_claim_names")?.get(groups.name()?)?.as_str()?;
        let endpoint = claims.get("_claim_sources")?.get(source)?.get("endpoint")?.as_str()?;
        Url::parse(endpoint).ok()
    };
    endpoint().is_some_and(|url| url.host() == directory.host() || url.host_str() == Some(AZURE_AD_GRAPH_HOST))
}

/// The key of a cached entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) provider: ProviderId,
    pub(super) object_id: ObjectId,
    pub(super) fields: Fields,
}

/// Everything a fetch needs.
#[derive(Debug, Clone)]
pub(super) struct FetchRequest {
    pub(super) key: Key,
    /// The person on this site.
    pub(super) person: PersonId,
    /// The issuer, if its subjects are ids of the directory.
    pub(super) issuer: Option<String>,
    /// The session, for the person's own token.
    pub(super) signed_in: SignedIn,
}

/// What the directory returned; `None` for what was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// All groups, each with its name unless the directory hides it.
    pub groups: Option<Vec<(Group, Option<String>)>>,
    /// Name, address and job title.
    pub profile: Option<Profile>,
    /// Manager and reports.
    pub reporting_line: Option<ReportingLine>,
}

/// Name and address as the directory has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// `displayName`.
    pub name: Option<String>,
    /// `mail`, or `userPrincipalName` where there is none.
    pub email: Option<String>,
    /// `jobTitle`.
    pub job_title: Option<String>,
}

/// What the cache knows of a person right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A fresh entry.
    Fresh(Arc<Entry>),
    /// An expired entry, used while the directory does not respond.
    Stale(Arc<Entry>),
    /// No entry, or one that is too old.
    Unknown,
}

impl Lookup {
    /// Sets `fields` of a person. Unknown values replace claims that would grant something.
    pub fn apply_to(self, person: &mut Person, fields: Fields) {
        let (entry, to_groups): (_, fn(Vec<Group>) -> Groups) = match &self {
            Self::Fresh(entry) => (Some(&**entry), Groups::Known),
            Self::Stale(entry) => (Some(&**entry), Groups::Stale),
            Self::Unknown => (None, Groups::Known),
        };
        if fields.groups {
            let found = entry.and_then(|entry| entry.groups.as_deref());
            person.group_names = names(found.unwrap_or_default(), person.group_match);
            person.groups = found.map_or(Groups::Unknown, |found| to_groups(groups(found, person.group_match)));
        }
        if fields.profile != ProfileToken::None {
            let profile = entry.and_then(|entry| entry.profile.clone()).unwrap_or_default();
            person.name = profile.name.unwrap_or_else(|| std::mem::take(&mut person.name));
            person.email = profile.email.or_else(|| person.email.take());
            person.job_title = profile.job_title;
        }
        if fields.reporting_line {
            person.reporting_line = entry.and_then(|entry| entry.reporting_line.clone()).unwrap_or_default();
        }
    }
}

/// By id, or by name; a group whose name is hidden cannot be matched by it.
fn groups(found: &[(Group, Option<String>)], by: GroupMatch) -> Vec<Group> {
    found
        .iter()
        .filter_map(|(id, name)| match by {
            GroupMatch::Id => Some(id.clone()),
            GroupMatch::Name => name.as_deref().map(Group::new),
        })
        .collect()
}

fn names(found: &[(Group, Option<String>)], by: GroupMatch) -> BTreeMap<Group, String> {
    let by_id = found.iter().filter(|_| by == GroupMatch::Id);
    by_id
        .filter_map(|(id, name)| Some((id.clone(), name.clone()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn po_2_only_a_token_that_names_this_directory_leads_to_it() {
        let directory = Url::parse("https://graph.example/v1.0").unwrap();
        let more = |claims: &Value| has_more_groups(claims.as_object().unwrap(), &"groups".into(), &directory);
        let names = json!({"groups": "src1"});
        let source =
            |endpoint: &str| json!({"_claim_names": names, "_claim_sources": {"src1": {"endpoint": endpoint}}});
        assert!(more(&json!({"hasgroups": true})) && more(&json!({"hasgroups": "true"})));
        assert!(more(&source("https://graph.example/v1.0/users/7/getMemberObjects")));
        assert!(more(&source("https://graph.windows.net/t/users/7/getMemberObjects")));
        for other in [
            source("https://groups.example/7"),
            source("https://graph.example.evil/7"),
            source("nowhere"),
            json!({"_claim_names": names}),
            json!({"_claim_names": {"address": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.example/"}}}),
            json!({"hasgroups": false}),
            json!({}),
        ] {
            assert!(!more(&other), "{other}");
        }
    }

    #[test]
    fn what_a_persons_own_token_can_read_is_fetched_apart() {
        let fields = |groups, profile, reporting_line| Fields {
            groups,
            profile,
            reporting_line,
        };
        for (all, apart) in [
            (fields(false, ProfileToken::None, false), vec![]),
            (
                fields(false, ProfileToken::Person, false),
                vec![fields(false, ProfileToken::Person, false)],
            ),
            (
                fields(true, ProfileToken::Person, true),
                vec![
                    fields(false, ProfileToken::Person, false),
                    fields(true, ProfileToken::None, true),
                ],
            ),
            (
                fields(true, ProfileToken::Application, true),
                vec![fields(true, ProfileToken::Application, true)],
            ),
        ] {
            assert_eq!(all.split_by_token().collect::<Vec<_>>(), apart, "{all:?}");
        }
    }

    #[test]
    fn an_object_id_is_one_segment_of_a_path() {
        assert!(ObjectId::parse("a11ce000-0000-4000-8000-000000000001").is_some());
        for bad in ["", "../me", "a/b", "a?b", "ä", "a%2fb", &"a".repeat(65)] {
            assert_eq!(ObjectId::parse(bad), None, "{bad}");
        }
    }
}
