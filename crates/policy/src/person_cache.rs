//! Cache of what was prepared for a person: the entities that the policy engine knows of them, and their plan. One entry for each person, for as long
//! as nothing changes that rules can read about them.
//!
//! The cache belongs to one set of rules and goes with it.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use cedar_policy::Entities;
use domain::{Group, GroupMatch, Person, PersonId, Plan, ReportingLine};
use lru::LruCache;

/// Most people in the cache. Somebody in 5 groups takes about 3 kB, in 200 groups 70 kB.
const CAPACITY: NonZeroUsize = match NonZeroUsize::new(1024) {
    Some(capacity) => capacity,
    None => NonZeroUsize::MIN,
};

/// The people who came last.
#[derive(Debug)]
pub(crate) struct PersonCache(Mutex<LruCache<PersonId, Arc<Prepared>>>);

impl Default for PersonCache {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(CAPACITY)))
    }
}

/// A person, prepared for decisions and plans.
#[derive(Debug)]
pub(crate) struct Prepared {
    attributes: Attributes,
    /// The actions and the person, or why there are none.
    pub(crate) entities: Result<Entities, String>,
    plan: OnceLock<Arc<Plan>>,
}

impl Prepared {
    /// The plan, made by the first who needs it.
    pub(crate) fn plan(&self, make: impl FnOnce() -> Plan) -> Arc<Plan> {
        Arc::clone(self.plan.get_or_init(|| Arc::new(make())))
    }
}

impl PersonCache {
    /// The person as prepared before, or anew if there is no entry or one that was made from other attributes.
    pub(crate) fn prepared(
        &self,
        person: &Person,
        entities: impl FnOnce() -> Result<Entities, String>,
    ) -> Arc<Prepared> {
        let cached = self.entries().get(&person.id).map(Arc::clone);
        if let Some(prepared) = cached.filter(|prepared| prepared.attributes.are_of(person)) {
            return prepared;
        }
        // Not under the lock: two may prepare the same person at once, which is cheaper than everybody waiting.
        let prepared = Arc::new(Prepared {
            attributes: Attributes::of(person),
            entities: entities(),
            plan: OnceLock::new(),
        });
        self.entries().put(person.id.clone(), Arc::clone(&prepared));
        prepared
    }

    fn entries(&self) -> MutexGuard<'_, LruCache<PersonId, Arc<Prepared>>> {
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
