//! Who is asking? What they may read is decided elsewhere ([`crate::decision`]).

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::group::{Group, GroupMatch, Groups};

/// The role that sees and ends sessions of others, and is shown the tab Admin. Given by a provider, compared exactly.
pub const ADMIN: &str = "Admin";

/// Somebody in front of the site: nobody known yet, or a person the provider vouched for.
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

/// What is known of a signed-in person, from the claims of their provider and from its directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who this is, for good: never changes with name or e-mail.
    pub id: PersonId,
    /// Name to greet by; falls back to given and family name, then to the preferred user name, the e-mail, the subject.
    pub name: String,
    /// E-mail address, if the provider told one. For show only: never an identity (OIDC Core §5.7).
    pub email: Option<String>,
    /// Address of a picture (`https:`, or a path of this site).
    pub picture: Option<String>,
    /// Job title, which policies may use.
    pub job_title: Option<String>,
    /// Group memberships; unknown is not the same as none.
    pub groups: Groups,
    /// Roles of the application, such as [`ADMIN`].
    pub roles: Vec<String>,
    /// All claims as told by the provider, for the profile page: a JSON object as text.
    pub claims: String,
    /// How this person's groups are compared with those of documents and rules.
    pub group_match: GroupMatch,
    /// What the directory calls their groups, for show; groups that are missing here are shown by id.
    pub group_names: BTreeMap<Group, String>,
    /// Whom they work with, as the directory tells.
    pub line: ReportingLine,
}

impl Person {
    /// Whether the provider gave this person the role (compared exactly).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// Whether the person is in a group that is written like this in a document or a rule. Never while their groups are unknown.
    #[must_use]
    pub fn is_in(&self, group: &Group) -> bool {
        let key = group.key(self.group_match);
        self.groups.known().iter().any(|own| own.key(self.group_match) == key)
    }

    /// What a group is called in front of this person: its name where the directory told it, else its id.
    #[must_use]
    pub fn name_of<'a>(&'a self, group: &'a Group) -> &'a str {
        self.group_names.get(group).map_or(group.as_str(), String::as_str)
    }
}

/// Whom a person works with. What nobody told is missing, which is not the same as none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportingLine {
    /// Their manager; `None` if they have none or it is not known.
    pub manager: Option<PersonId>,
    /// Their direct reports, as far as they ever signed in; `None` while unknown.
    pub reports: Option<Vec<PersonId>>,
}

/// The identity of a person: issuer and subject together (OIDC Core §5.7).
///
/// The same subject at another issuer is another person. Written `issuer|subject`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// The person an issuer calls `subject`.
    #[must_use]
    pub fn new(issuer: &str, subject: &str) -> Self {
        Self(format!("{issuer}|{subject}"))
    }

    /// Reads the written form back; `None` unless it has an issuer and a subject.
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

    /// The provider's own word for the person.
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

/// Whom a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhichPerson {
    /// The one who asks.
    Myself,
    /// Everybody whose name, e-mail address or subject holds this text.
    Like(String),
}

impl WhichPerson {
    /// Longest text that is looked for, in characters.
    pub const MAX_TEXT: usize = 100;

    /// Reads what somebody typed: nothing is oneself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "" => Self::Myself,
            text => Self::Like(text.chars().take(Self::MAX_TEXT).collect()),
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
