//! May this person read this document? Asked of the Cedar authorizer, one request each, all entities made here.
//! What the authorizer is told is made in `entities.rs`; the words of the answer are found in [`super::explain`].
//!
//! Cost, per document: one small entity and one request, a few microseconds; the person's entity is made once per call, so a
//! page of a listing pays for it once.

use std::collections::{BTreeMap, HashSet};

use cedar_policy::{Authorizer, Context, Entities, Entity, EntityTypeName, PolicySet, Request, Response, Schema};
use domain::{Group, Person};

use super::{
    Decision, Facts,
    entities::{Names, Trouble, memberships},
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
            .unwrap_or_else(|| self.undecided())
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
                documents.iter().map(|_| self.undecided()).collect()
            }
        }
    }

    fn decide_in(&self, authorizer: &Authorizer, entities: &Entities, person: &Person, facts: &Facts<'_>) -> Decision {
        let names = &self.names;
        let (principal, resource) = (names.person(person.id.as_str()), names.document(facts));
        // Without the schema: both types and the action are ours, so there is nothing for it to find.
        let Ok(request) = Request::new(principal, names.view.clone(), resource, Context::empty(), None) else {
            counted(Outcome::Failed, 1);
            return self.undecided();
        };
        let response = authorizer.is_authorized(&request, &self.set, entities);
        let decision = self.said(&response, person, facts);
        let outcome = match decision {
            _ if response.diagnostics().errors().next().is_some() => Outcome::Failed,
            Decision::Allowed(_) => Outcome::Allowed,
            Decision::Refused(_) | Decision::Hidden => Outcome::Refused,
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
            return self.undecided();
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
        if forbidding.iter().any(|words| words.hides) {
            return Decision::Hidden;
        }
        Decision::Refused(explain::refusal(person, facts, &forbidding, self.words.values()))
    }

    /// A rule that fails may be the one that hides: then nothing is told where any rule hides.
    fn undecided(&self) -> Decision {
        if self.words.values().any(|words| words.hides) {
            return Decision::Hidden;
        }
        Decision::Refused(explain::undecided())
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
