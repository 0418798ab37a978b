//! Which indices lead to the documents of a plan by their folders? One lookup for each kind of index and condition, with the keys and ranges
//! of paths that are looked for in it.

use domain::{Access, Condition, Plan, Predicate};

use crate::{folder_ranges::Ranges, text::contains_nul};

/// Most keys and ranges of one question. Beyond that, all documents are looked at in order of their folders.
const MAX_SEEDS: usize = 5_000;

/// An index, sorted by key and folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    Every,
    Public,
    Owner,
    Group,
    Document,
}

/// A key of an index, and where to look below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seed {
    pub(super) key: String,
    pub(super) low: String,
    pub(super) high: String,
}

/// What is looked for in one index.
#[derive(Debug, Clone)]
pub(super) struct Lookup<'a> {
    pub(super) index: Index,
    pub(super) seeds: Vec<Seed>,
    /// What must be true of the documents besides.
    pub(super) all: Vec<&'a Predicate>,
    /// What must not be.
    pub(super) none: Vec<&'a Predicate>,
}

/// The lookups that lead to all documents of the plan within the ranges.
pub(super) fn of<'a>(plan: &'a Plan, within: &Ranges) -> Vec<Lookup<'a>> {
    match &plan.access {
        Access::None => Vec::new(),
        Access::All => vec![Lookup::new(Index::Every, &[String::new()], within)],
        Access::Branches { permits, forbids } => {
            let (mut within, mut none) = (within.clone(), Vec::new());
            for branch in forbids {
                // Folders that are forbidden as a whole are jumped over, not walked through.
                match Ranges::of(&branch.predicate) {
                    Some(ranges) => within = within.intersection(&ranges.complement()),
                    None => none.push(&branch.predicate),
                }
            }
            let lookups = permits
                .iter()
                .map(|permit| Lookup::of_permit(&permit.predicate, &within));
            let mut lookups: Vec<Lookup<'a>> = lookups.filter(|lookup| !lookup.seeds.is_empty()).collect();
            if lookups.iter().map(|lookup| lookup.seeds.len()).sum::<usize>() > MAX_SEEDS {
                lookups = permits
                    .iter()
                    .map(|permit| Lookup::of_scan(&permit.predicate, &within))
                    .collect();
            }
            for lookup in &mut lookups {
                lookup.none.clone_from(&none);
            }
            lookups
        }
    }
}

impl<'a> Lookup<'a> {
    fn new(index: Index, keys: &[String], within: &Ranges) -> Self {
        let seeds = keys.iter().flat_map(|key| {
            within.iter().map(|range| Seed {
                key: key.clone(),
                low: range.low.clone(),
                high: range.high.clone(),
            })
        });
        Self {
            index,
            seeds: seeds.collect(),
            all: Vec::new(),
            none: Vec::new(),
        }
    }

    /// Every document in order of its folder.
    fn of_scan(predicate: &'a Predicate, within: &Ranges) -> Self {
        let mut lookup = Self::new(Index::Every, &[String::new()], within);
        lookup.all.push(predicate);
        lookup
    }

    /// Over whichever of the permit's conditions has the fewest keys; what it says of folders becomes ranges.
    fn of_permit(predicate: &'a Predicate, within: &Ranges) -> Self {
        let parts = match predicate {
            Predicate::All(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let (mut within, mut all, mut best) = (within.clone(), Vec::new(), None);
        for part in parts {
            if let Some(ranges) = Ranges::of(part) {
                within = within.intersection(&ranges);
                continue;
            }
            within = within.intersection(&Ranges::around(part));
            match (keys(part), &mut best) {
                (Some((index, keys)), None) => best = Some((index, keys, part)),
                (Some((index, keys)), Some(best)) if keys.len() < best.1.len() => {
                    all.push(best.2);
                    *best = (index, keys, part);
                }
                _ => all.push(part),
            }
        }
        let mut lookup = match best {
            Some((index, keys, _)) => Self::new(index, &keys, &within),
            None => Self::new(Index::Every, &[String::new()], &within),
        };
        lookup.all = all;
        lookup
    }
}

/// What to look up for a condition, and where. Nothing is stored under a text with a NUL.
fn keys(predicate: &Predicate) -> Option<(Index, Vec<String>)> {
    let without_nul = |keys: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        keys.filter(|key| !contains_nul(key)).map(str::to_owned).collect()
    };
    match predicate {
        Predicate::Is {
            condition: Condition::Private,
            negated: true,
        } => Some((Index::Public, vec![String::new()])),
        Predicate::Is {
            condition,
            negated: false,
        } => match condition {
            Condition::Owner(people) => {
                let keys = without_nul(&mut people.iter().map(domain::PersonId::as_str));
                Some((Index::Owner, keys))
            }
            Condition::AnyGroup(keys) => Some((Index::Group, without_nul(&mut keys.iter().map(String::as_str)))),
            Condition::Document(ids) => Some((Index::Document, ids.iter().map(ToString::to_string).collect())),
            _ => None,
        },
        _ => None,
    }
}
