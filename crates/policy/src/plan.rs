//! Plans: the rules with the person filled in, as conditions that a database can check.
//!
//! When rules are loaded, `compile.rs` goes through each rule's syntax tree once: whatever mentions the document becomes a test of one of its
//! columns, and whatever does not remains an expression for the policy engine. For a person, `evaluate.rs` has the engine compute those
//! expressions, fills in the values and joins the tests to a [`domain::Predicate`]; `branches.rs` cuts it into branches; the result is
//! cached beside the person ([`crate::person_cache`]). What has no test makes the plan hold more documents than the policy allows, never fewer;
//! `advice.rs` reports it when rules are loaded.
//!
//! The syntax tree (`cedar_policy::pst`) and `eval_expression` are stable parts of Cedar's interface; its partial evaluation is not
//! (docs/decisions, "Plans by substitution").

use std::sync::Arc;

use cedar_policy::{Context, Entities, EntityId, EntityUid, PolicySet, Request};
use domain::{Access, Action, GroupMatch, Person, Plan};

use crate::{decide::Policy, entities::Names};

mod advice;
mod branches;
mod compile;
mod evaluate;

pub(crate) use advice::Advice;
use compile::Rule;
use evaluate::{Bound, Evaluation, NotUnderstood, Truth};

/// The rules as they are planned from, for both ways of comparing groups.
#[derive(Debug)]
pub(crate) struct Planner {
    by_id: Vec<Rule>,
    by_name: Vec<Rule>,
}

impl Planner {
    /// Prepares the rules, whose groups are written as keys.
    ///
    /// # Errors
    /// What of a rule the policy engine cannot hand out as a syntax tree; nothing that parsed rules could cause.
    pub(crate) fn new(by_id: &PolicySet, by_name: &PolicySet) -> Result<Self, String> {
        Ok(Self {
            by_id: compile::rules(by_id)?,
            by_name: compile::rules(by_name)?,
        })
    }

    /// What of the rules makes lists slow.
    pub(crate) fn advice(&self) -> Vec<Advice> {
        self.by_id.iter().flat_map(advice::about).collect()
    }

    fn rules(&self, by: GroupMatch) -> &[Rule] {
        match by {
            GroupMatch::Id => &self.by_id,
            GroupMatch::Name => &self.by_name,
        }
    }
}

impl Policy {
    /// Which documents the person can reach by the action. It leaves out none that [`decide`](Self::decide) allows; where it is not exact,
    /// it holds more.
    ///
    /// What cannot be understood about the person gives a plan that holds nothing.
    #[must_use]
    pub fn plan(&self, person: &Person, action: Action) -> Arc<Plan> {
        // The only action there is. With more of them, the cache needs one compartment for each.
        let Action::View = action;
        let prepared = self.prepared(person);
        prepared.plan(|| match self.planned(person, &prepared.entities) {
            Ok(plan) => plan,
            Err(error) => {
                tracing::error!(%error, "no plan could be made, so nothing is listed");
                Plan::nothing(person.group_match)
            }
        })
    }

    fn planned(&self, person: &Person, entities: &Result<Entities, String>) -> Result<Plan, NotUnderstood> {
        let entities = entities.as_ref().map_err(NotUnderstood::new)?;
        let request = self.names.planning_request(person)?;
        let evaluation = Evaluation::new(&request, entities, &self.names);
        let (mut permits, mut forbids) = (Vec::new(), Vec::new());
        for rule in self.planner.rules(person.group_match) {
            let bound = if rule.permits { Bound::Upper } else { Bound::Lower };
            let predicate = match evaluation.truth(&rule.condition, bound)? {
                // A rule that fails for every document refuses every document.
                Truth::Error => return Ok(Plan::nothing(person.group_match)),
                Truth::Constant(false) => continue,
                Truth::Constant(true) => domain::Predicate::always(),
                Truth::Depends(predicate) => predicate,
            };
            let side = if rule.permits { &mut permits } else { &mut forbids };
            side.extend(branches::of(&rule.id, predicate));
        }
        Ok(Plan {
            access: access(branches::distinct(permits), branches::distinct(forbids)),
            group_match: person.group_match,
            is_exact: evaluation.is_exact(),
        })
    }
}

fn access(permits: Vec<domain::Branch>, forbids: Vec<domain::Branch>) -> Access {
    if permits.is_empty() || forbids.iter().any(|branch| branch.predicate.is_always()) {
        return Access::None;
    }
    if forbids.is_empty() && permits.iter().any(|branch| branch.predicate.is_always()) {
        return Access::All;
    }
    Access::Branches { permits, forbids }
}

impl Names {
    /// A request about no document in particular. Expressions evaluated with it never mention the document.
    fn planning_request(&self, person: &Person) -> Result<Request, NotUnderstood> {
        let nothing = EntityUid::from_type_name_and_id(self.document.clone(), EntityId::new("0"));
        let principal = self.person(person.id.as_str());
        Request::new(principal, self.view.clone(), nothing, Context::empty(), None).map_err(NotUnderstood::new)
    }
}
