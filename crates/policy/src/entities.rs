//! The Cedar entities of a person and a document. What the schema names, and nothing that is not known.
//! What it decides on that is [`super::decide`]'s question.

use std::collections::{BTreeMap, HashMap, HashSet};

use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, PolicySet, RestrictedExpression};
use domain::{DocumentFacts, Group, GroupKey, GroupMatch, Person, PersonId, predicate::folder_and_ancestors};

use crate::document_reads::DocumentReads;

pub(super) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// The schema's names this server speaks of.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) person: EntityTypeName,
    pub(super) group: EntityTypeName,
    pub(super) document: EntityTypeName,
    pub(super) folder: EntityTypeName,
    pub(super) view: EntityUid,
}

impl Names {
    pub(super) fn new() -> Result<Self, Trouble> {
        let view = EntityUid::from_type_name_and_id("Action".parse()?, EntityId::new("view"));
        Ok(Self {
            person: "Person".parse()?,
            group: "Group".parse()?,
            document: "Document".parse()?,
            folder: "Folder".parse()?,
            view,
        })
    }

    pub(super) fn person(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.person.clone(), EntityId::new(id))
    }

    pub(super) fn document(&self, facts: &DocumentFacts<'_>) -> EntityUid {
        EntityUid::from_type_name_and_id(self.document.clone(), EntityId::new(facts.id.to_string()))
    }

    fn folder(&self, path: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.folder.clone(), EntityId::new(path))
    }

    fn group(&self, key: GroupKey<'_>) -> EntityUid {
        EntityUid::from_type_name_and_id(self.group.clone(), EntityId::new(key.as_str()))
    }

    fn groups(&self, groups: &[Group], by: GroupMatch) -> RestrictedExpression {
        let keys = groups.iter().map(|group| self.group(group.key(by)));
        RestrictedExpression::new_set(keys.map(RestrictedExpression::new_entity_uid))
    }

    fn people(&self, people: &[PersonId]) -> RestrictedExpression {
        let people = people.iter().map(|id| self.person(id.as_str()));
        RestrictedExpression::new_set(people.map(RestrictedExpression::new_entity_uid))
    }

    /// The same rules, each group they name being written as its key.
    ///
    /// # Errors
    /// What the policy engine reports of the rules then; nothing that rules in force could cause.
    pub(super) fn with_group_keys(&self, rules: &PolicySet, by: GroupMatch) -> Result<PolicySet, Trouble> {
        let mut keyed = PolicySet::new();
        for rule in rules.policies() {
            let named = rule.entity_literals().into_iter();
            let keys: BTreeMap<EntityUid, EntityUid> = named
                .filter(|uid| *uid.type_name() == self.group)
                .map(|uid| {
                    let group = Group::new(uid.id().unescaped());
                    (uid, self.group(group.key(by)))
                })
                .filter(|(written, key)| written != key)
                .collect();
            let rule = if keys.is_empty() {
                rule.clone()
            } else {
                rule.sub_entity_literals(keys)?
            };
            keyed.add(rule)?;
        }
        Ok(keyed)
    }

    /// As `Person` in the schema. What is not known is left out, never made up.
    pub(super) fn person_entity(&self, person: &Person) -> Result<Entity, Trouble> {
        let roles = person.roles.iter().map(|role| text(role));
        let mut attributes = HashMap::from([
            ("name".to_owned(), text(&person.name)),
            ("roles".to_owned(), RestrictedExpression::new_set(roles)),
        ]);
        if let Some(job_title) = &person.job_title {
            attributes.insert("job_title".to_owned(), text(job_title));
        }
        if let Some(groups) = person.groups.if_known() {
            attributes.insert("groups".to_owned(), self.groups(groups, person.group_match));
        }
        if let Some(manager) = &person.reporting_line.manager {
            let manager = RestrictedExpression::new_entity_uid(self.person(manager.as_str()));
            attributes.insert("manager".to_owned(), manager);
        }
        if let Some(reports) = &person.reporting_line.reports {
            attributes.insert("reports".to_owned(), self.people(reports));
        }
        Ok(Entity::new(
            self.person(person.id.as_str()),
            attributes,
            HashSet::new(),
        )?)
    }

    /// As `Document` in the schema, for a person whose groups are compared like this; what no rule reads is left out.
    pub(super) fn document_entity(
        &self,
        facts: &DocumentFacts<'_>,
        by: GroupMatch,
        reads: &DocumentReads,
    ) -> Result<Entity, Trouble> {
        let mut attributes = HashMap::new();
        let mut put = |name: &str, value: &dyn Fn() -> RestrictedExpression| {
            if reads.attribute(name) {
                attributes.insert(name.to_owned(), value());
            }
        };
        put("title", &|| text(facts.title));
        put("folder", &|| text(facts.folder));
        put("owner", &|| {
            RestrictedExpression::new_entity_uid(self.person(facts.owner.as_str()))
        });
        put("groups", &|| self.groups(facts.groups, by));
        put("is_private", &|| RestrictedExpression::new_bool(facts.is_private));
        put("updated_at", &|| RestrictedExpression::new_long(facts.updated_at));
        // Every folder above it, so that no folder has to be there for `resource in …` to find it.
        let folders = folder_and_ancestors(facts.folder).filter(|_| reads.folders());
        let folders = folders.map(|path| self.folder(path)).collect();
        Ok(Entity::new(self.document(facts), attributes, folders)?)
    }
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}
