//! What is asked about whom, and what becomes of the answer? A [`Person`] with groups, profile and reporting line filled in.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bff::{ProviderId, SignedIn};
use domain::{Group, GroupMatch, Groups, Person, PersonId, ReportingLine};
use serde_json::{Map, Value};
use url::Url;

use crate::config::{ClaimPath, ProfileToken, ProviderSettings};

/// The host of the directory before Graph; tokens may still name it where they could not hold all groups.
const FORMER_HOST: &str = "graph.windows.net";

/// An id in the directory: letters, digits and hyphens, so that it is one segment of a path whatever happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// Reads an id; `None` if it is empty, longer than 64 or has other letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (!text.is_empty() && text.len() <= 64 && text.bytes().all(good)).then(|| Self(text.to_owned()))
    }

    pub(super) fn of(claims: &Map<String, Value>, path: &ClaimPath) -> Option<Self> {
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

/// What is to be known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wanted {
    /// Groups with their names.
    pub groups: bool,
    /// Name, address and job title.
    pub profile: ProfileToken,
    /// Manager and reports.
    pub line: bool,
}

impl Wanted {
    /// What the provider's settings say, and groups wherever a token says that it could not hold all of them.
    #[must_use]
    pub fn of(claims: &Map<String, Value>, settings: &ProviderSettings, directory: &Url) -> Self {
        let uses = &settings.directory;
        Self {
            groups: uses.groups || has_more_groups(claims, &settings.claims.groups, directory),
            profile: uses.profile,
            line: uses.manager,
        }
    }

    /// Whether the directory need not be asked.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// As questions that are asked, answered and kept apart: what a person's own token opens is known however the application
    /// fares with its own.
    pub(super) fn questions(self) -> impl Iterator<Item = Self> {
        let (own, others) = match self.profile {
            ProfileToken::Person => (self.profile, ProfileToken::None),
            others => (ProfileToken::None, others),
        };
        let of_the_person = Self {
            profile: own,
            ..Self::default()
        };
        let of_the_application = Self {
            profile: others,
            ..self
        };
        [of_the_person, of_the_application]
            .into_iter()
            .filter(|wanted| !wanted.is_nothing())
    }
}

/// Whether a token says that the person is in more groups than it holds, and that this directory knows them. Another place it
/// may name (OIDC Core §5.6.2) is not asked, and the directory is not asked about a stranger's people.
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
    endpoint().is_some_and(|url| url.host() == directory.host() || url.host_str() == Some(FORMER_HOST))
}

/// Under what an answer is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) provider: ProviderId,
    pub(super) object_id: ObjectId,
    pub(super) wanted: Wanted,
}

/// Everything needed to ask.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) key: Key,
    /// Who it is on this site.
    pub(super) person: PersonId,
    /// Whose subjects are ids of the directory; `None` where they are not.
    pub(super) issuer: Option<String>,
    /// Whose own token may be used.
    pub(super) signed_in: SignedIn,
}

/// What the directory answered; `None` for what was not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Every group, with its name unless the directory hides it.
    pub groups: Option<Vec<(Group, Option<String>)>>,
    /// Who they are.
    pub profile: Option<Profile>,
    /// Whom they work with.
    pub line: Option<ReportingLine>,
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

/// What can be relied on right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// As the directory says.
    Known(Arc<Entry>),
    /// As it said a while ago; it does not answer just now.
    Kept(Arc<Entry>),
    /// It never answered, or too long ago.
    Unknown,
}

impl Told {
    /// Puts into a person what was wanted. What is unknown replaces claims that would grant something.
    pub fn fill(self, person: &mut Person, wanted: Wanted) {
        let (entry, state): (_, fn(Vec<Group>) -> Groups) = match &self {
            Self::Known(entry) => (Some(&**entry), Groups::Known),
            Self::Kept(entry) => (Some(&**entry), Groups::Kept),
            Self::Unknown => (None, Groups::Known),
        };
        if wanted.groups {
            let told = entry.and_then(|entry| entry.groups.as_deref());
            person.group_names = names(told.unwrap_or_default(), person.group_match);
            person.groups = told.map_or(Groups::Unknown, |told| state(groups(told, person.group_match)));
        }
        if wanted.profile != ProfileToken::None {
            let profile = entry.and_then(|entry| entry.profile.clone()).unwrap_or_default();
            person.name = profile.name.unwrap_or_else(|| std::mem::take(&mut person.name));
            person.email = profile.email.or_else(|| person.email.take());
            person.job_title = profile.job_title;
        }
        if wanted.line {
            person.line = entry.and_then(|entry| entry.line.clone()).unwrap_or_default();
        }
    }
}

/// By id, or by name; a group whose name is hidden cannot be matched by it.
fn groups(told: &[(Group, Option<String>)], by: GroupMatch) -> Vec<Group> {
    told.iter()
        .filter_map(|(id, name)| match by {
            GroupMatch::Id => Some(id.clone()),
            GroupMatch::Name => name.as_deref().map(Group::new),
        })
        .collect()
}

fn names(told: &[(Group, Option<String>)], by: GroupMatch) -> BTreeMap<Group, String> {
    let by_id = told.iter().filter(|_| by == GroupMatch::Id);
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
    fn what_a_persons_own_token_opens_is_asked_apart_from_the_rest() {
        let wanted = |groups, profile, line| Wanted { groups, profile, line };
        for (all, apart) in [
            (wanted(false, ProfileToken::None, false), vec![]),
            (
                wanted(false, ProfileToken::Person, false),
                vec![wanted(false, ProfileToken::Person, false)],
            ),
            (
                wanted(true, ProfileToken::Person, true),
                vec![
                    wanted(false, ProfileToken::Person, false),
                    wanted(true, ProfileToken::None, true),
                ],
            ),
            (
                wanted(true, ProfileToken::Application, true),
                vec![wanted(true, ProfileToken::Application, true)],
            ),
        ] {
            assert_eq!(all.questions().collect::<Vec<_>>(), apart, "{all:?}");
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
