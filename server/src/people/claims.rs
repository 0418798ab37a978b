//! From claims to a person, by the configured claim paths. A missing claim is unknown; values that cannot be read are dropped and counted.

use std::collections::BTreeMap;

use bff::Identity;
use domain::{
    Group, GroupMatch, Groups, Person, PersonId, ReportingLine,
    text::{is_blank, nfc},
};
use serde_json::{Map, Value};

use crate::config::{ClaimNames, ClaimPath};

/// A person, and how many values of their roles could not be read.
pub(super) struct PersonFromClaims {
    pub(super) person: Person,
    pub(super) unreadable_roles: usize,
}

/// Makes a person of the claims of an identity.
pub(super) fn person_from_claims(identity: &Identity, names: Option<&ClaimNames>) -> PersonFromClaims {
    let claims = &identity.claims;
    let email = email(claims);
    let name = name(claims).or_else(|| email.clone());
    let groups = names.map(|names| List::at(claims, &names.groups)).unwrap_or_default();
    let roles = names.map(|names| List::at(claims, &names.roles)).unwrap_or_default();
    let person = Person {
        id: PersonId::new(&identity.issuer, &identity.subject),
        name: name.unwrap_or_else(|| identity.subject.clone()),
        email,
        picture: text(claims.get("picture")).filter(|address| may_be_shown(address)),
        job_title: names.and_then(|names| text(names.job_title.find(claims))),
        groups: groups.into_groups(),
        roles: roles.texts.unwrap_or_default().into_iter().map(nfc).collect(),
        claims: serde_json::to_string(claims).unwrap_or_default(),
        group_match: GroupMatch::default(),
        group_names: BTreeMap::new(),
        reporting_line: ReportingLine::default(),
    };
    PersonFromClaims {
        person,
        unreadable_roles: roles.unreadable,
    }
}

/// The name (OIDC Core §5.1): the first of these claims that is not blank.
fn name(claims: &Map<String, Value>) -> Option<String> {
    let whole = |name: &str| line(claims.get(name));
    let parts = || {
        let parts: Vec<String> = ["given_name", "family_name"].into_iter().filter_map(whole).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    };
    whole("name").or_else(parts).or_else(|| whole("preferred_username"))
}

/// The e-mail address; Azure AD B2C sends a list instead. For display only: nothing is granted by it.
fn email(claims: &Map<String, Value>) -> Option<String> {
    let listed = || match claims.get("emails")? {
        Value::Array(list) => list.iter().find_map(|address| line(Some(address))),
        one => line(Some(one)),
    };
    line(claims.get("email")).or_else(listed)
}

/// A text that is not blank, in NFC, but not trimmed: rules compare it.
fn text(value: Option<&Value>) -> Option<String> {
    value?.as_str().filter(|text| !is_blank(text)).map(nfc)
}

/// The same for display, trimmed.
fn line(value: Option<&Value>) -> Option<String> {
    text(value).map(|text| text.trim().to_owned())
}

/// Whether the address of a picture is https, or on this machine.
fn may_be_shown(address: &str) -> bool {
    crate::config::values::url(address).is_ok()
}

/// A claim that is a list of texts, or one text.
#[derive(Debug, Default, PartialEq, Eq)]
struct List {
    /// The texts; `None` if there is no such claim.
    texts: Option<Vec<String>>,
    /// How many other values there were. Nothing is granted by guessing their meaning.
    unreadable: usize,
}

impl List {
    fn at(claims: &Map<String, Value>, path: &ClaimPath) -> Self {
        match path.find(claims) {
            None | Some(Value::Null) => Self::default(),
            Some(Value::String(one)) => Self {
                texts: Some(vec![one.clone()]),
                unreadable: 0,
            },
            Some(Value::Array(items)) => {
                let texts: Vec<String> = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                let unreadable = items.len() - texts.len();
                let texts = Some(texts);
                Self { texts, unreadable }
            }
            Some(_) => Self {
                texts: None,
                unreadable: 1,
            },
        }
    }

    fn into_groups(self) -> Groups {
        let groups = self.texts.map(|texts| texts.into_iter().map(Group::new).collect());
        match (groups, self.unreadable) {
            (None, 0) => Groups::Unknown,
            (Some(groups), 0) => Groups::Known(groups),
            (groups, unreadable) => Groups::Incomplete {
                groups: groups.unwrap_or_default(),
                unreadable,
            },
        }
    }
}

#[cfg(test)]
mod tests;
