//! What was written that nothing reads? It is refused, so that nobody believes it counts.

use super::super::{
    keys::{self, Shape},
    problem::Complaint,
    reader::Reader,
};

impl Reader {
    /// Keys that there are not.
    pub(super) fn refuse_unknown(&mut self) {
        let unknown: Vec<_> = self
            .entries
            .values
            .keys()
            .filter(|place| keys::describing(place).is_none())
            .cloned()
            .collect();
        for place in unknown {
            let remedy = match nearest(&place) {
                Some(key) => format!("did you mean `{key}`?"),
                None => "remove it; `portico config reference` lists all keys".to_owned(),
            };
            self.complain(&place, Complaint::new("is no key of Portico", remedy));
        }
    }

    /// Tables that [`Self::tables`] does not reach: whoever wrote them would believe that they count.
    pub(super) fn refuse_unreachable(&mut self) {
        for name in keys::TABLES {
            let count = self.tables(name);
            let complaint = if count == keys::MAX_TABLES {
                Complaint::new("is one too many", format!("write at most {count}"))
            } else {
                Complaint::new(
                    format!("has no `{name}[{count}]` before it, and would be left out"),
                    format!(
                        "count from 0 without a gap: the next is `{}`",
                        keys::variable(&format!("{name}[{count}].…"))
                    ),
                )
            };
            let inside = format!("{name}[");
            let number = |place: &str| place.strip_prefix(&inside)?.strip_suffix(']')?.parse::<usize>().ok();
            let beyond = self.entries.tables.iter();
            let beyond = beyond.filter(|(place, _)| number(place).is_some_and(|number| number >= count));
            self.problems
                .extend(beyond.map(|(place, origin)| complaint.clone().at(origin, place)));
        }
    }
}

/// The key whose name is at most two letters away.
fn nearest(place: &str) -> Option<&'static str> {
    let pattern = keys::pattern(place);
    let (distance, key) = keys::all()
        .map(|key| (strsim::osa_distance(&pattern, key.path), key))
        .min_by_key(|(d, _)| *d)?;
    let secret = key.shape == Shape::Secret;
    (distance <= 2 && !secret).then_some(key.path.rsplit('.').next().unwrap_or(key.path))
}
