//! Cache of plans: one for each person, for as long as nothing changes that rules can read about them.
//!
//! The cache belongs to one set of rules and goes with it.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{Group, GroupMatch, Person, PersonId, Plan, ReportingLine};
use lru::LruCache;

/// People whose plans are kept at the same time. A plan of somebody in 200 groups takes about 30 kB.
const CAPACITY: NonZeroUsize = match NonZeroUsize::new(4096) {
    Some(capacity) => capacity,
    None => NonZeroUsize::MIN,
};

/// The plans of those who came last.
#[derive(Debug)]
pub(super) struct PlanCache(Mutex<LruCache<PersonId, Entry>>);

impl Default for PlanCache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

#[derive(Debug)]
struct Entry {
    attributes: Attributes,
    plan: Arc<Plan>,
}

impl PlanCache {
    /// The person's plan, made anew if there is none or if it was made from other attributes.
    pub(super) fn plan(&self, person: &Person, make: impl FnOnce() -> Plan) -> Arc<Plan> {
        if let Some(entry) = self
            .entries()
            .get(&person.id)
            .filter(|entry| entry.attributes.are_of(person))
        {
            return Arc::clone(&entry.plan);
        }
        // Not under the lock: two may make the same plan at once, which is cheaper than everybody waiting.
        let plan = Arc::new(make());
        let entry = Entry {
            attributes: Attributes::of(person),
            plan: Arc::clone(&plan),
        };
        self.entries().put(person.id.clone(), entry);
        plan
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, LruCache<PersonId, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything a rule can read about a person, apart from who it is.
#[derive(Debug)]
struct Attributes {
    name: String,
    job_title: Option<String>,
    roles: Vec<String>,
    groups: Option<Vec<Group>>,
    group_match: GroupMatch,
    reporting_line: ReportingLine,
}

impl Attributes {
    fn of(person: &Person) -> Self {
        Self {
            name: person.name.clone(),
            job_title: person.job_title.clone(),
            roles: person.roles.clone(),
            groups: person.groups.if_known().map(<[Group]>::to_vec),
            group_match: person.group_match,
            reporting_line: person.reporting_line.clone(),
        }
    }

    fn are_of(&self, person: &Person) -> bool {
        self.group_match == person.group_match
            && self.groups.as_deref() == person.groups.if_known()
            && self.job_title == person.job_title
            && self.roles == person.roles
            && self.reporting_line == person.reporting_line
            && self.name == person.name
    }
}
