//! Who is asking? What they may read is decided elsewhere ([`crate::decision`]).

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

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
        let mut known = self.groups.known().iter();
        match self.group_match {
            GroupMatch::Id => known.any(|own| own == group),
            GroupMatch::Name => known.any(|own| own.is_called(group)),
        }
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

/// What makes two groups the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GroupMatch {
    /// The same id, letter by letter.
    #[default]
    Id,
    /// The same name, upper and lower case being the same.
    Name,
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

    fn is_called(&self, other: &Self) -> bool {
        // Letter by letter, so that most comparisons end at the first.
        let own = self.0.chars().flat_map(char::to_lowercase);
        own.eq(other.0.chars().flat_map(char::to_lowercase))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Group memberships in their three states: known, known to be none, unknown. A claim that is absent is not an empty list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Groups {
    /// Nobody told: rules about groups grant nothing, and pages say so.
    #[default]
    Unknown,
    /// Exactly these, possibly none.
    Known(Vec<Group>),
    /// These, as they were known a while ago: the directory does not answer just now. Relied on for the time the operator
    /// states, and pages say so.
    Kept(Vec<Group>),
}

impl Groups {
    /// The groups that can be relied on; empty while unknown.
    #[must_use]
    pub fn known(&self) -> &[Group] {
        self.told().unwrap_or_default()
    }

    /// The groups that can be relied on; `None` while unknown.
    #[must_use]
    pub fn told(&self) -> Option<&[Group]> {
        match self {
            Self::Unknown => None,
            Self::Known(groups) | Self::Kept(groups) => Some(groups),
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
    fn po_3_names_compare_without_regard_to_case_and_nothing_else() {
        for (a, b, same) in [
            ("Sales", "sALES", true),
            ("Füße", "FÜßE", true),
            ("Sales", "Sales ", false),
            ("a", "ab", false),
        ] {
            assert_eq!(Group::new(a).is_called(&Group::new(b)), same, "{a} {b}");
        }
    }

    #[test]
    fn unknown_groups_are_not_an_empty_list() {
        assert_ne!(Groups::Unknown, Groups::Known(Vec::new()));
        assert!(Groups::Unknown.known().is_empty());
        assert_eq!(Groups::Unknown.told(), None);
        assert_eq!(Groups::Known(Vec::new()).told(), Some([].as_slice()));
    }
}
