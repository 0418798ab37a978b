//! Search queries for the engine: every word in any of its forms, within the rights; then, if little was found, with typing errors.

use std::{collections::BTreeSet, ops::Bound};

use domain::{PersonId, Right, Rights, SearchHit, SearchHits, SearchQuery, SearchTerm};
use tantivy::{
    Searcher, Term,
    query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, RangeQuery, TermQuery, TermSetQuery},
    schema::IndexRecordOption,
};

use crate::{
    SearchError, SearchIndex,
    rank::{self, Order},
    word_query::{AnyQuery, Typos, WordQueries, allowed_typos},
};

/// From so many terms on, a set is quicker than a union.
const LARGE_SET: usize = 1000;

/// Somebody's search.
#[derive(Debug, Clone, Copy)]
pub struct SearchRequest<'a> {
    /// What they look for.
    pub query: &'a SearchQuery,
    /// What they may find. It is a shortcut: every hit is decided again before it is shown.
    pub rights: &'a Rights,
    /// The people that [`SearchQuery::owners`] speaks of. If it speaks of some and none are given, nothing is found.
    pub owners: &'a BTreeSet<PersonId>,
    /// The groups that [`SearchQuery::groups`] speaks of, as rights; likewise.
    pub groups: &'a BTreeSet<Right>,
    /// Now, in seconds since 1970: what changed lately comes first.
    pub now: i64,
    /// Most hits that are wanted; never more than [`SearchIndex::MAX_HITS`].
    pub limit: usize,
    /// How many of the best hits were seen before and are passed over. Typing errors are then not allowed for.
    pub skip: usize,
}

impl SearchIndex {
    /// Most hits of one search: ranking looks at no more.
    pub const MAX_HITS: usize = 200;
    /// If fewer are found, typing errors are allowed for.
    pub const FEW: usize = 3;

    /// The documents that hold what is looked for and carry one of the rights, best first. A search for nothing finds nothing; one that only
    /// has filters finds the latest.
    ///
    /// # Errors
    /// [`SearchError::Engine`], if files of the index cannot be read.
    pub fn search(&self, request: &SearchRequest<'_>) -> Result<SearchHits, SearchError> {
        let limit = request.limit.min(Self::MAX_HITS);
        let mut found = self.hits(request, Typos::Refused)?;
        let exact_hits = found.len();
        if exact_hits < Self::FEW && request.skip == 0 {
            let similar = self.similar(request)?;
            let new = similar
                .into_iter()
                .filter(|hit| found.iter().all(|known| known.id != hit.id));
            let new: Vec<_> = new.collect();
            found.extend(new);
        }
        let is_cut = found.len() > limit || found.len() >= Self::MAX_HITS;
        found.truncate(limit);
        Ok(SearchHits {
            similar: found.len().saturating_sub(exact_hits),
            hits: found,
            is_cut,
        })
    }

    /// The documents that hold what is looked for, typing errors allowed for, however many hold it exactly: for who may see fewer of those than
    /// [`FEW`](Self::FEW) after the policy has decided. Those that hold it exactly are among them. Nothing where no word can have any.
    ///
    /// # Errors
    /// [`SearchError::Engine`], if files of the index cannot be read.
    pub fn similar(&self, request: &SearchRequest<'_>) -> Result<Vec<SearchHit>, SearchError> {
        if !self.can_have_typos(request.query) {
            return Ok(Vec::new());
        }
        self.hits(request, Typos::Allowed)
    }

    /// The best hits that the request does not pass over, at most [`MAX_HITS`](Self::MAX_HITS).
    fn hits(&self, request: &SearchRequest<'_>, typos: Typos) -> Result<Vec<SearchHit>, SearchError> {
        let mut filters = Vec::new();
        if !self.add_filters(request, &mut filters) || request.query.is_empty() || request.limit == 0 {
            return Ok(Vec::new());
        }
        let order = if request.query.terms.is_empty() {
            Order::Latest
        } else {
            Order::Best { now: request.now }
        };
        // One state of the index for all of a search.
        let searcher = self.reader.searcher();
        let query = self.combined(&searcher, request.query, filters, typos)?;
        rank::search(&searcher, &query, order, request.skip)
    }

    fn combined(
        &self,
        searcher: &Searcher,
        query: &SearchQuery,
        filters: Vec<AnyQuery>,
        typos: Typos,
    ) -> Result<AnyQuery, SearchError> {
        let words = WordQueries {
            index: self,
            searcher,
            typos,
            is_led: !filters.is_empty() || query.terms.len() > 1,
        };
        let mut clauses: Vec<(Occur, AnyQuery)> = Vec::new();
        for term in &query.terms {
            clauses.push((Occur::Must, words.term(term)?));
        }
        for term in &query.excluded {
            let exact = WordQueries {
                typos: Typos::Refused,
                is_led: true,
                ..words
            };
            clauses.push((Occur::MustNot, exact.term(term)?));
        }
        if query.terms.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        clauses.extend(filters.into_iter().map(|filter| (Occur::Must, filter)));
        Ok(match clauses.pop() {
            // Alone, it can pass over what is not among the best.
            Some((Occur::Must, only)) if clauses.is_empty() => only,
            last => Box::new(BooleanQuery::new(clauses.into_iter().chain(last).collect())),
        })
    }

    /// Whether anything can be found at all.
    fn add_filters(&self, request: &SearchRequest<'_>, filters: &mut Vec<AnyQuery>) -> bool {
        let query = request.query;
        let mut add = |rights: &mut dyn Iterator<Item = Right>| {
            let terms: Vec<Term> = rights.map(|right| self.fields.right_term(&right)).collect();
            let any = !terms.is_empty();
            filters.push(one_of(terms));
            any
        };
        if let Rights::AnyOf(rights) = request.rights
            && !add(&mut rights.iter().cloned())
        {
            return false;
        }
        if !query.owners.is_empty() && !add(&mut request.owners.iter().cloned().map(Right::Owner)) {
            return false;
        }
        if !query.groups.is_empty() && !add(&mut request.groups.iter().cloned()) {
            return false;
        }
        if !query.folders.is_empty() {
            add(&mut query.folders.iter().cloned().map(Right::Folder));
        }
        if let Some(range) = query.updated {
            let bound = |time: i64| Term::from_field_i64(self.fields.updated, time);
            let from = range.from.map_or(Bound::Unbounded, |time| Bound::Included(bound(time)));
            let until = range
                .until
                .map_or(Bound::Unbounded, |time| Bound::Excluded(bound(time)));
            if range.from.is_some() || range.until.is_some() {
                let range = RangeQuery::new(from, until);
                filters.push(Box::new(ConstScoreQuery::new(Box::new(range), 0.0)));
            }
        }
        true
    }

    fn can_have_typos(&self, query: &SearchQuery) -> bool {
        query.terms.iter().any(|term| {
            let mut words = self.analyzer.words(term.text());
            let (first, second) = (words.next(), words.next());
            let is_phrase = matches!(term, SearchTerm::Phrase(_));
            !is_phrase && second.is_none() && first.is_some_and(|word| allowed_typos(&word) > 0)
        })
    }
}

/// Documents with one of the terms; counts nothing for the order.
fn one_of(terms: Vec<Term>) -> AnyQuery {
    let query: AnyQuery = if terms.len() >= LARGE_SET {
        Box::new(TermSetQuery::new(terms))
    } else {
        let single = |term| -> AnyQuery { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) };
        Box::new(BooleanQuery::union(terms.into_iter().map(single).collect()))
    };
    Box::new(ConstScoreQuery::new(query, 0.0))
}
