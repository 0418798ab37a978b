//! Ranking: by how well the words fit, what changed lately before what is old.

use domain::{DocumentId, SearchHit};
use tantivy::{DocAddress, Order as Direction, Searcher, collector::TopDocs, query::Query};

use crate::{
    SearchError, SearchIndex,
    schema::{ID, UPDATED},
};

/// After so many seconds, half of the advantage of being new is gone: a year.
const HALF_LIFE: f32 = 31_557_600.0;
/// How much of the score being new is worth.
const FRESHNESS: f32 = 0.3;

/// What comes first.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// What fits best.
    Best {
        /// Seconds since 1970.
        now: i64,
    },
    /// What changed last.
    Latest,
}

/// The first [`SearchIndex::MAX_HITS`] documents after those to `skip`. Their age is looked at afterwards: that way, the engine can pass over most of the others.
pub(crate) fn search(
    searcher: &Searcher,
    query: &dyn Query,
    order: Order,
    skip: usize,
) -> Result<Vec<SearchHit>, SearchError> {
    let top = TopDocs::with_limit(SearchIndex::MAX_HITS).and_offset(skip);
    let (found, now): (Vec<(f32, DocAddress)>, _) = match order {
        Order::Best { now } => (searcher.search(query, &top.order_by_score())?, Some(now)),
        Order::Latest => {
            let latest = top.order_by_fast_field::<i64>(UPDATED, Direction::Desc);
            let found = searcher.search(query, &latest)?;
            (found.into_iter().map(|(_, address)| (0.0, address)).collect(), None)
        }
    };
    let mut hits = Vec::with_capacity(found.len());
    for (score, address) in found {
        let fields = searcher.segment_reader(address.segment_ord).fast_fields();
        let id = fields.u64(ID)?.first(address.doc_id);
        let Some(id) = id.and_then(|id| DocumentId::new(i64::try_from(id).ok()?)) else {
            continue;
        };
        let updated = fields.i64(UPDATED)?.first(address.doc_id).unwrap_or_default();
        let score = now.map_or(score, |now| score * freshness(now.saturating_sub(updated)));
        hits.push(SearchHit { id, score });
    }
    if now.is_some() {
        hits.sort_by(|one, other| other.score.total_cmp(&one.score).then(other.id.cmp(&one.id)));
    }
    Ok(hits)
}

/// From 1 for what changed just now down to what is left without the advantage.
fn freshness(age: i64) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a few seconds make no difference")]
    let age = age.max(0) as f32;
    1.0 - FRESHNESS + FRESHNESS * (-age / HALF_LIFE).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_is_better_and_never_more_than_the_words() {
        let year = 31_557_600;
        assert!((freshness(0) - 1.0).abs() < 1e-6);
        assert!(
            (freshness(-5) - 1.0).abs() < 1e-6,
            "a clock that is wrong is no advantage"
        );
        assert!((freshness(year) - 0.85).abs() < 1e-3);
        assert!(freshness(year) > freshness(10 * year) && freshness(i64::MAX) >= 0.69);
    }
}
