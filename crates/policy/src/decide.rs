//! Decides whether a person may read a document. Asked of the Cedar authorizer, one request each, all entities made here.
//! The request to the authorizer is made in `entities.rs`; the sentences of the decision are found in `explain.rs`.
//!
//! A decision depends on the person, the action and the document alone: every document is decided among no entities but the person's, which
//! are prepared once (`person_cache.rs`), and its own, which has what rules read (`document_reads.rs`).
//!
//! Cost, per document: one small entity and one request, about ten microseconds (`examples/measure_policy.rs`).

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use cedar_policy::{Authorizer, Context, Entities, Entity, EntityTypeName, PolicySet, Request, Response, Schema};
use domain::{Decision, DocumentFacts, GroupMatch, Person};

use super::{
    Problem,
    document_reads::DocumentReads,
    entities::{Names, Trouble},
    explain::{self, Words},
    measured::{Outcome, counted, measured},
    person_cache::{PersonCache, Prepared},
    plan::Planner,
};

/// A set of rules in force, checked by [`Policy::load`].
#[derive(Debug)]
pub struct Policy {
    rules: KeyedRules,
    words: BTreeMap<String, Words>,
    pub(crate) names: Names,
    pub(crate) planner: Planner,
    people: PersonCache,
    pub(crate) advice: Vec<Problem>,
    actions: Vec<Entity>,
    reads: DocumentReads,
}

/// The rules, once for each way of comparing groups: the groups they name are written as keys.
#[derive(Debug)]
struct KeyedRules {
    by_id: PolicySet,
    by_name: PolicySet,
}

impl KeyedRules {
    fn comparing(&self, by: GroupMatch) -> &PolicySet {
        match by {
            GroupMatch::Id => &self.by_id,
            GroupMatch::Name => &self.by_name,
        }
    }
}

impl Policy {
    /// # Errors
    /// What the schema lacks.
    pub(super) fn new(set: &PolicySet, words: BTreeMap<String, Words>, schema: &Schema) -> Result<Self, String> {
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
        let keyed = |by| names.with_group_keys(set, by).map_err(|error| error.to_string());
        let rules = KeyedRules {
            by_id: keyed(GroupMatch::Id)?,
            by_name: keyed(GroupMatch::Name)?,
        };
        let planner = Planner::new(&rules.by_id, &rules.by_name)?;
        Ok(Self {
            rules,
            words,
            names,
            planner,
            people: PersonCache::default(),
            advice: Vec::new(),
            actions,
            reads: DocumentReads::of(set)?,
        })
    }

    /// What of the rules makes lists slow, each with its place and reason. None of it makes anything wrong.
    #[must_use]
    pub fn advice(&self) -> &[Problem] {
        &self.advice
    }

    /// Whether the person may read the document, and by which rules.
    #[must_use]
    pub fn decide(&self, person: &Person, facts: &DocumentFacts<'_>) -> Decision {
        self.decide_all(person, std::slice::from_ref(facts))
            .pop()
            .unwrap_or_else(|| self.undecided())
    }

    /// [`decide`](Self::decide) for many documents, in their order: what is decided about one is the same whichever others are there.
    #[must_use]
    pub fn decide_all(&self, person: &Person, documents: &[DocumentFacts<'_>]) -> Vec<Decision> {
        measured(documents.len(), || {
            let prepared = self.prepared(person);
            let authorizer = Authorizer::new();
            documents
                .iter()
                .map(|facts| self.decided(&authorizer, &prepared, person, facts))
                .collect()
        })
    }

    fn decided(
        &self,
        authorizer: &Authorizer,
        prepared: &Prepared,
        person: &Person,
        facts: &DocumentFacts<'_>,
    ) -> Decision {
        match self.response(authorizer, prepared, person, facts) {
            Ok(response) => {
                let decision = self.decision_of(&response, person, facts);
                counted(outcome(&response, &decision), 1);
                decision
            }
            Err(error) => {
                tracing::error!(document = %facts.id, error, "a decision could not be asked for, so the document was refused");
                counted(Outcome::Failed, 1);
                self.undecided()
            }
        }
    }

    /// What the authorizer answers when it knows of the person and this document, and of nothing else.
    fn response(
        &self,
        authorizer: &Authorizer,
        prepared: &Prepared,
        person: &Person,
        facts: &DocumentFacts<'_>,
    ) -> Result<Response, String> {
        let (names, by) = (&self.names, person.group_match);
        let base = prepared.entities.as_ref().map_err(Clone::clone)?;
        let document = names
            .document_entity(facts, by, &self.reads)
            .map_err(|error| error.to_string())?;
        // A copy of a handful of pointers: the person's entity is shared.
        let entities = base.clone().add_entities([document], None);
        let entities = entities.map_err(|error| error.to_string())?;
        let (principal, resource) = (names.person(person.id.as_str()), names.document(facts));
        // Without the schema: both types and the action are ours, so there is nothing for it to find.
        let request = Request::new(principal, names.view.clone(), resource, Context::empty(), None);
        let request = request.map_err(|error| error.to_string())?;
        Ok(authorizer.is_authorized(&request, self.rules.comparing(by), &entities))
    }

    /// The authorizer skips rules that fail, a `forbid` too: so any failure refuses.
    fn decision_of(&self, response: &Response, person: &Person, facts: &DocumentFacts<'_>) -> Decision {
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

    /// A rule that fails may be the one that hides: then nothing is revealed where any rule hides.
    fn undecided(&self) -> Decision {
        if self.words.values().any(|words| words.hides) {
            return Decision::Hidden;
        }
        Decision::Refused(explain::undecided())
    }

    /// The actions and the person. Owners, managers and reports are named, never looked into: rules take one step at most.
    /// What was prepared for the person before, or is now.
    pub(crate) fn prepared(&self, person: &Person) -> Arc<Prepared> {
        let entities = || self.person_entities(person).map_err(|error| error.to_string());
        self.people.prepared(person, entities)
    }

    fn person_entities(&self, person: &Person) -> Result<Entities, Trouble> {
        let person = self.names.person_entity(person)?;
        let entities = self.actions.iter().cloned().chain([person]);
        Ok(Entities::from_entities(entities, None)?)
    }
}

fn outcome(response: &Response, decision: &Decision) -> Outcome {
    match decision {
        _ if response.diagnostics().errors().next().is_some() => Outcome::Failed,
        Decision::Allowed(_) => Outcome::Allowed,
        Decision::Refused(_) | Decision::Hidden => Outcome::Refused,
    }
}
