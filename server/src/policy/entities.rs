//! What is the policy engine told of a person and a document? What the schema names, and nothing that is not known.
//! What it decides on that is [`super::decide`]'s question.

use std::collections::{BTreeSet, HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, PolicySet, RestrictedExpression};
use domain::{Group, GroupMatch, Person, PersonId};

use super::Facts;

pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// The schema's names this server speaks of.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) person: EntityTypeName,
    pub(super) group: EntityTypeName,
    pub(super) document: EntityTypeName,
    pub(super) view: EntityUid,
}

impl Names {
    pub(super) fn new() -> Result<Self, Trouble> {
        let view = EntityUid::from_type_name_and_id("Action".parse()?, EntityId::new("view"));
        Ok(Self {
            person: "Person".parse()?,
            group: "Group".parse()?,
            document: "Document".parse()?,
            view,
        })
    }

    pub(super) fn person(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.person.clone(), EntityId::new(id))
    }

    pub(super) fn document(&self, facts: &Facts<'_>) -> EntityUid {
        EntityUid::from_type_name_and_id(self.document.clone(), EntityId::new(facts.id.to_string()))
    }

    fn groups(&self, groups: &[Group]) -> RestrictedExpression {
        RestrictedExpression::new_set(groups.iter().map(|group| {
            let id = EntityId::new(group.as_str());
            RestrictedExpression::new_entity_uid(EntityUid::from_type_name_and_id(self.group.clone(), id))
        }))
    }

    fn people(&self, people: &[PersonId]) -> RestrictedExpression {
        let people = people.iter().map(|id| self.person(id.as_str()));
        RestrictedExpression::new_set(people.map(RestrictedExpression::new_entity_uid))
    }

    /// Every group that a rule names.
    pub(super) fn named_in(&self, set: &PolicySet) -> Vec<Group> {
        let named: BTreeSet<Group> = set
            .policies()
            .flat_map(cedar_policy::Policy::entity_literals)
            .filter(|uid| *uid.type_name() == self.group)
            .map(|uid| Group::new(uid.id().unescaped()))
            .collect();
        named.into_iter().collect()
    }

    /// As `Person` in the schema. What is not known is left out, never made up.
    pub(super) fn person_entity(&self, person: &Person, groups: &[Group]) -> Result<Entity, Trouble> {
        let roles = person.roles.iter().map(|role| text(role));
        let mut attributes = HashMap::from([
            ("name".to_owned(), text(&person.name)),
            ("roles".to_owned(), RestrictedExpression::new_set(roles)),
        ]);
        if let Some(job_title) = &person.job_title {
            attributes.insert("job_title".to_owned(), text(job_title));
        }
        if person.groups.told().is_some() {
            attributes.insert("groups".to_owned(), self.groups(groups));
        }
        if let Some(manager) = &person.line.manager {
            let manager = RestrictedExpression::new_entity_uid(self.person(manager.as_str()));
            attributes.insert("manager".to_owned(), manager);
        }
        if let Some(reports) = &person.line.reports {
            attributes.insert("reports".to_owned(), self.people(reports));
        }
        Ok(Entity::new(
            self.person(person.id.as_str()),
            attributes,
            HashSet::new(),
        )?)
    }

    /// As `Document` in the schema.
    pub(super) fn document_entity(&self, facts: &Facts<'_>) -> Result<Entity, Trouble> {
        let owner = RestrictedExpression::new_entity_uid(self.person(facts.owner.as_str()));
        let attributes = HashMap::from([
            ("title".to_owned(), text(facts.title)),
            ("folder".to_owned(), text(facts.folder)),
            ("owner".to_owned(), owner),
            ("groups".to_owned(), self.groups(facts.groups)),
            (
                "is_private".to_owned(),
                RestrictedExpression::new_bool(facts.is_private),
            ),
        ]);
        Ok(Entity::new(self.document(facts), attributes, HashSet::new())?)
    }
}

/// The groups a person is in, as they are written: where names are compared without regard to case, in every spelling that
/// a document or rule uses for one of them.
pub(super) fn memberships<'a>(person: &'a Person, written: impl Iterator<Item = &'a Group>) -> Vec<Group> {
    let own = person.groups.known().iter();
    match person.group_match {
        GroupMatch::Id => own.cloned().collect(),
        GroupMatch::Name => own
            .chain(written.filter(|group| person.is_in(group)))
            .cloned()
            .collect(),
    }
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}
