//! Who is asking? What they may read is decided elsewhere ([`crate::decision`]).

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

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

/// What is known of a signed-in person, from the claims of their provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who this is, for good: never changes with name or e-mail.
    pub id: PersonId,
    /// Name to greet by; falls back to the e-mail, then to the subject.
    pub name: String,
    /// E-mail address, if the provider told one. For show only: never an identity (OIDC Core §5.7).
    pub email: Option<String>,
    /// Address of a picture (`https:`, or a path of this site).
    pub picture: Option<String>,
    /// Job title, which policies may use.
    pub job_title: Option<String>,
    /// Group memberships; unknown is not the same as none.
    pub groups: Groups,
    /// Roles of the application, such as `Admin`.
    pub roles: Vec<String>,
    /// All claims as told by the provider, for the profile page: a JSON object as text.
    pub claims: String,
}

impl Person {
    /// Whether the provider gave this person the role (compared exactly).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }
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

/// The id of a group, as the provider's claim or directory gives it (for Entra ID an object id).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Group(String);

impl Group {
    /// A group by id; compared exactly.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Group memberships in their three states: a claim that is absent is not an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Groups {
    /// Nobody told: rules about groups grant nothing, and pages say so.
    #[default]
    Unknown,
    /// Exactly these, possibly none.
    Known(Vec<Group>),
}

impl Groups {
    /// The groups that can be relied on; empty while unknown.
    #[must_use]
    pub fn known(&self) -> &[Group] {
        match self {
            Self::Unknown => &[],
            Self::Known(groups) => groups,
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

    #[test]
    fn unknown_groups_are_not_an_empty_list() {
        assert_ne!(Groups::Unknown, Groups::Known(Vec::new()));
        assert!(Groups::Unknown.known().is_empty());
    }
}
