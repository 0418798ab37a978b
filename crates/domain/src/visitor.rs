//! The visitor of a request. What they may read is decided by the policy ([`crate::decision`]).

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::group::{Group, GroupMatch, Groups};

/// The role that sees and ends sessions of others, and sees the tab Admin. Assigned by a provider, compared exactly.
pub const ADMIN: &str = "Admin";

/// Whoever made a request: anonymous, or a person whom a provider has authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Visitor {
    /// Not signed in.
    #[default]
    Anonymous,
    /// Signed in.
    Person(Arc<Person>),
}

impl Visitor {
    /// The person, unless the visitor is anonymous.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Anonymous => None,
            Self::Person(person) => Some(person),
        }
    }
}

/// A signed-in person, from the claims of their provider and from its directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their identity, independent of name and e-mail address.
    pub id: PersonId,
    /// Name to greet by; falls back to given and family name, then to the preferred user name, the e-mail, the subject.
    pub name: String,
    /// E-mail address, if the provider sent one. For display only: never an identity (OIDC Core §5.7).
    pub email: Option<String>,
    /// Address of a picture (`https:`, or a path of this site).
    pub picture: Option<String>,
    /// Job title, which policies may use.
    pub job_title: Option<String>,
    /// Group memberships; unknown is not the same as none.
    pub groups: Groups,
    /// Roles of the application, such as [`ADMIN`].
    pub roles: Vec<String>,
    /// All claims as the provider sent them, for the profile page: a JSON object as text.
    pub claims: String,
    /// How groups of this person are compared with those of documents and rules.
    pub group_match: GroupMatch,
    /// Display names of their groups, from the directory; groups that are missing here are shown by id.
    pub group_names: BTreeMap<Group, String>,
    /// Manager and reports, from the directory.
    pub reporting_line: ReportingLine,
}

impl Person {
    /// Whether the provider assigned the role to this person (compared exactly).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// Whether the person is a member of `group`, a group of a document or a rule. False while their groups are unknown.
    #[must_use]
    pub fn is_in(&self, group: &Group) -> bool {
        let key = group.key(self.group_match);
        self.groups.known().iter().any(|own| own.key(self.group_match) == key)
    }

    /// The display name of a group for this person: its name if the directory knows one, else its id.
    #[must_use]
    pub fn name_of<'a>(&'a self, group: &'a Group) -> &'a str {
        self.group_names.get(group).map_or(group.as_str(), String::as_str)
    }
}

/// A person's manager and reports. Unknown is not the same as none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportingLine {
    /// Their manager; `None` if they have none or it is not known.
    pub manager: Option<PersonId>,
    /// Their direct reports who have signed in at least once; `None` while unknown.
    pub reports: Option<Vec<PersonId>>,
}

/// The identity of a person: issuer and subject together (OIDC Core §5.7).
///
/// The same subject at another issuer is another person. Written `issuer|subject`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// The person whom `issuer` identifies as `subject`.
    #[must_use]
    pub fn new(issuer: &str, subject: &str) -> Self {
        Self(format!("{issuer}|{subject}"))
    }

    /// Parses the written form; `None` unless it has an issuer and a subject.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (issuer, subject) = text.split_once('|')?;
        (!issuer.is_empty() && !subject.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The written form, `issuer|subject`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The subject: the provider's identifier of the person.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.0.split_once('|').map_or(self.0.as_str(), |(_, subject)| subject)
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose sessions are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonQuery {
    /// The visitor.
    Myself,
    /// Everybody whose name, e-mail address or subject contains this text.
    Matching(String),
}

impl PersonQuery {
    /// Longest search text, in characters; the rest is cut off.
    pub const MAX_TEXT: usize = 100;

    /// Parses what somebody typed: an empty text means themselves.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "" => Self::Myself,
            text => Self::Matching(text.chars().take(Self::MAX_TEXT).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_subject_at_another_issuer_is_another_person() {
        assert_ne!(
            PersonId::new("https://a.example", "7"),
            PersonId::new("https://b.example", "7")
        );
    }

    #[test]
    fn a_person_id_reads_back_as_written() {
        let id = PersonId::new("https://a.example", "auth0|7");
        assert_eq!(PersonId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(id.subject(), "auth0|7");
        assert_eq!(PersonId::parse("alice"), None);
    }
}
