//! May this person read this document? Asked of the Cedar authorizer, one request each, all entities made here.
//! The words of the answer are found in [`super::explain`].
//!
//! Cost, per document: one small entity and one request, a few microseconds; the person's entity is made once per call, so a
//! page of a listing pays for it once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request, Response,
    RestrictedExpression, Schema,
};
use domain::{Group, GroupMatch, Person, PersonId};

use super::{
    Decision, Facts,
    explain::{self, Words},
    measured::{Outcome, counted, measured},
};

/// A set of rules in force, checked by [`Policy::load`].
#[derive(Debug)]
pub struct Policy {
    set: PolicySet,
    words: BTreeMap<String, Words>,
    names: Names,
    actions: Vec<Entity>,
    /// The groups that rules name.
    named: Vec<Group>,
}

/// The schema's names this server speaks of.
#[derive(Debug)]
struct Names {
    person: EntityTypeName,
    group: EntityTypeName,
    document: EntityTypeName,
    view: EntityUid,
}

type Trouble = Box<dyn std::error::Error + Send + Sync>;

impl Policy {
    /// # Errors
    /// What the schema lacks.
    pub(super) fn new(set: PolicySet, words: BTreeMap<String, Words>, schema: &Schema) -> Result<Self, String> {
        let names = Names::new().map_err(|error| error.to_string())?;
        let known: HashSet<&EntityTypeName> = schema.entity_types().collect();
        for needed in [&names.person, &names.group, &names.document] {
            if !known.contains(needed) {
                return Err(format!("the schema has no entity `{needed}`"));
            }
        }
        if !schema.actions().any(|action| *action == names.view) {
            return Err(format!("the schema has no action `{}`", names.view));
        }
        let actions = schema
            .action_entities()
            .map_err(|error| error.to_string())?
            .iter()
            .cloned()
            .collect();
        let in_rules = names.named_in(&set);
        Ok(Self {
            set,
            words,
            names,
            actions,
            named: in_rules,
        })
    }

    /// Whether the person may read the document, and by which rules.
    #[must_use]
    pub fn decide(&self, person: &Person, facts: &Facts<'_>) -> Decision {
        self.decide_all(person, std::slice::from_ref(facts))
            .pop()
            .unwrap_or_else(|| Decision::Refused(explain::undecided()))
    }

    /// [`decide`](Self::decide) for many documents, in their order.
    #[must_use]
    pub fn decide_all(&self, person: &Person, documents: &[Facts<'_>]) -> Vec<Decision> {
        measured(documents.len(), || self.decided(person, documents))
    }

    fn decided(&self, person: &Person, documents: &[Facts<'_>]) -> Vec<Decision> {
        match self.entities(person, documents) {
            Ok(entities) => {
                let authorizer = Authorizer::new();
                documents
                    .iter()
                    .map(|facts| self.decide_in(&authorizer, &entities, person, facts))
                    .collect()
            }
            Err(error) => {
                tracing::error!(error, "no entities for a decision");
                counted(Outcome::Failed, documents.len());
                documents
                    .iter()
                    .map(|_| Decision::Refused(explain::undecided()))
                    .collect()
            }
        }
    }

    fn decide_in(&self, authorizer: &Authorizer, entities: &Entities, person: &Person, facts: &Facts<'_>) -> Decision {
        let names = &self.names;
        let (principal, resource) = (names.person(person.id.as_str()), names.document(facts));
        // Without the schema: both types and the action are ours, so there is nothing for it to find.
        let Ok(request) = Request::new(principal, names.view.clone(), resource, Context::empty(), None) else {
            counted(Outcome::Failed, 1);
            return Decision::Refused(explain::undecided());
        };
        let response = authorizer.is_authorized(&request, &self.set, entities);
        let decision = self.said(&response, person, facts);
        let outcome = match decision {
            _ if response.diagnostics().errors().next().is_some() => Outcome::Failed,
            Decision::Allowed(_) => Outcome::Allowed,
            Decision::Refused(_) => Outcome::Refused,
        };
        counted(outcome, 1);
        decision
    }

    /// The authorizer skips rules that fail, a `forbid` too: so any failure refuses.
    fn said(&self, response: &Response, person: &Person, facts: &Facts<'_>) -> Decision {
        let diagnostics = response.diagnostics();
        let mut failed = diagnostics.errors().peekable();
        if failed.peek().is_some() {
            for error in failed {
                tracing::error!(document = %facts.id, %error, "a policy rule failed, so the document was refused");
            }
            return Decision::Refused(explain::undecided());
        }
        let mut rules: Vec<(&str, &Words)> = diagnostics
            .reason()
            .filter_map(|id| self.words.get_key_value(AsRef::<str>::as_ref(id)))
            .map(|(id, words)| (id.as_str(), words))
            .collect();
        rules.sort_by_key(|(_, words)| words.order);
        if response.decision() == cedar_policy::Decision::Allow && !rules.is_empty() {
            return Decision::Allowed(
                rules
                    .into_iter()
                    .map(|(id, words)| words.reason(id, person, facts))
                    .collect(),
            );
        }
        let forbidding: Vec<&Words> = rules.into_iter().map(|(_, words)| words).collect();
        Decision::Refused(explain::refusal(person, facts, &forbidding, self.words.values()))
    }

    fn entities(&self, person: &Person, documents: &[Facts<'_>]) -> Result<Entities, Trouble> {
        let mut entities = Vec::with_capacity(documents.len() + self.actions.len() + 2);
        entities.extend(self.actions.iter().cloned());
        let written = self.named.iter().chain(documents.iter().flat_map(|facts| facts.groups));
        entities.push(self.names.person_entity(person, &memberships(person, written))?);
        // Owners other than the person are named, never looked into: rules take one step at most.
        for facts in documents {
            entities.push(self.names.document_entity(facts)?);
        }
        Ok(Entities::from_entities(entities, None)?)
    }
}

impl Names {
    fn new() -> Result<Self, Trouble> {
        let view = EntityUid::from_type_name_and_id("Action".parse()?, EntityId::new("view"));
        Ok(Self {
            person: "Person".parse()?,
            group: "Group".parse()?,
            document: "Document".parse()?,
            view,
        })
    }

    fn person(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.person.clone(), EntityId::new(id))
    }

    fn document(&self, facts: &Facts<'_>) -> EntityUid {
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
    fn named_in(&self, set: &PolicySet) -> Vec<Group> {
        let named: BTreeSet<Group> = set
            .policies()
            .flat_map(cedar_policy::Policy::entity_literals)
            .filter(|uid| *uid.type_name() == self.group)
            .map(|uid| Group::new(uid.id().unescaped()))
            .collect();
        named.into_iter().collect()
    }

    /// As `Person` in the schema. What is not known is left out, never made up.
    fn person_entity(&self, person: &Person, groups: &[Group]) -> Result<Entity, Trouble> {
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
    fn document_entity(&self, facts: &Facts<'_>) -> Result<Entity, Trouble> {
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
fn memberships<'a>(person: &'a Person, written: impl Iterator<Item = &'a Group>) -> Vec<Group> {
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
