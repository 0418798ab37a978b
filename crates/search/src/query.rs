//! Search queries for the engine: every word in any of its forms, within the rights; then, if little was found, with typing errors.

use std::{collections::BTreeSet, ops::Bound};

use domain::{PersonId, Right, Rights, SearchHit, SearchHits, SearchQuery, SearchTerm};
use tantivy::{
    Term,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, InvertedIndexRangeQuery,
        Occur, PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, TermQuery, TermSetQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    SearchError, SearchIndex,
    analysis::Word,
    rank::{self, Order},
};

/// From so many terms on, a set is quicker than a union.
const LARGE_SET: usize = 1000;
/// Shortest beginning of a word that is looked for as one, in characters: in titles and headings, and in texts, where two letters begin a word of
/// most documents.
const LEAST_PREFIX: (usize, usize) = (2, 3);
/// Most words that the beginning of the last word of a phrase may become.
const MAX_EXPANSIONS: u32 = 200;
/// Shortest word in which a typing error is allowed for, in characters, and the shortest one in which two are.
const TYPO_LENGTHS: (usize, usize) = (4, 9);

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

type AnyQuery = Box<dyn Query>;

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
        rank::search(
            self,
            &self.combined(request.query, &filters, typos),
            order,
            request.skip,
        )
    }

    fn combined(&self, query: &SearchQuery, filters: &[AnyQuery], typos: Typos) -> BooleanQuery {
        let mut clauses: Vec<(Occur, AnyQuery)> = Vec::new();
        for term in &query.terms {
            clauses.push((Occur::Must, self.term(term, typos)));
        }
        if clauses.is_empty() {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        for term in &query.excluded {
            clauses.push((Occur::MustNot, self.term(term, Typos::Refused)));
        }
        for filter in filters {
            clauses.push((Occur::Must, filter.box_clone()));
        }
        BooleanQuery::new(clauses)
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

    fn term(&self, term: &SearchTerm, typos: Typos) -> AnyQuery {
        let words: Vec<Word> = self.analyzer.words(term.text()).collect();
        let (Some(last), is_prefix) = (words.last(), matches!(term, SearchTerm::Prefix(_))) else {
            // A word that no document is indexed by.
            return Box::new(EmptyQuery);
        };
        if words.len() > 1 {
            return self.in_any_field(|field| phrase(field, &words, is_prefix));
        }
        if matches!(term, SearchTerm::Phrase(_)) && last.has_forms {
            return self.in_any_field(|field| exactly(field, &last.term));
        }
        let length = last.term.chars().count();
        let forms = self.analyzer.forms(last);
        self.in_any_field(|field| {
            let mut alternatives: Vec<AnyQuery> = forms.iter().map(|form| exactly(field, form)).collect();
            let shortest = if field == self.fields.text {
                LEAST_PREFIX.1
            } else {
                LEAST_PREFIX.0
            };
            // A single Chinese or Japanese sign begins the pairs it stands in.
            if !last.has_forms || (is_prefix && length >= shortest) {
                alternatives.push(beginning(field, &last.term));
            }
            if typos == Typos::Allowed {
                alternatives.extend(similar(field, last, is_prefix));
            }
            union(alternatives)
        })
    }

    fn in_any_field(&self, query: impl Fn(Field) -> AnyQuery) -> AnyQuery {
        let fields = self.fields.weighted().into_iter();
        union(fields.map(|(field, weight)| -> AnyQuery { Box::new(BoostQuery::new(query(field), weight)) }))
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

/// Whether words that are nearly the same are looked for, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typos {
    Refused,
    Allowed,
}

/// How many typing errors a word may have.
pub(crate) fn allowed_typos(word: &Word) -> u8 {
    let length = word.term.chars().count();
    if !word.has_forms || length < TYPO_LENGTHS.0 || word.term.chars().all(|c| c.is_ascii_digit()) {
        0
    } else if length < TYPO_LENGTHS.1 {
        1
    } else {
        2
    }
}

fn union(alternatives: impl IntoIterator<Item = AnyQuery>) -> AnyQuery {
    Box::new(BooleanQuery::union(alternatives.into_iter().collect()))
}

fn exactly(field: Field, term: &str) -> AnyQuery {
    let term = Term::from_field_text(field, term);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

/// Words that begin like this.
fn beginning(field: Field, prefix: &str) -> AnyQuery {
    let from = Bound::Included(Term::from_field_text(field, prefix));
    // Beyond the last character there is: no word goes further.
    let until = Bound::Excluded(Term::from_field_text(field, &format!("{prefix}\u{10ffff}")));
    Box::new(ConstScoreQuery::new(
        Box::new(InvertedIndexRangeQuery::new(from, until)),
        1.0,
    ))
}

fn similar(field: Field, word: &Word, is_prefix: bool) -> Option<AnyQuery> {
    let distance = allowed_typos(word);
    let term = Term::from_field_text(field, &word.term);
    let query = if is_prefix {
        FuzzyTermQuery::new_prefix(term, distance, true)
    } else {
        FuzzyTermQuery::new(term, distance, true)
    };
    (distance > 0).then(|| -> AnyQuery { Box::new(ConstScoreQuery::new(Box::new(query), 0.1)) })
}

/// At least two words one after the other.
fn phrase(field: Field, words: &[Word], is_prefix: bool) -> AnyQuery {
    let terms = words
        .iter()
        .map(|word| Term::from_field_text(field, &word.term))
        .collect();
    if is_prefix && words.last().is_some_and(|word| word.has_forms) {
        let mut phrase = PhrasePrefixQuery::new(terms);
        phrase.set_max_expansions(MAX_EXPANSIONS);
        return Box::new(phrase);
    }
    Box::new(PhraseQuery::new(terms))
}

/// Documents with one of the terms; counts nothing for the order.
fn one_of(terms: Vec<Term>) -> AnyQuery {
    let query: AnyQuery = if terms.len() >= LARGE_SET {
        Box::new(TermSetQuery::new(terms))
    } else {
        let single = |term| -> AnyQuery { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) };
        union(terms.into_iter().map(single))
    };
    Box::new(ConstScoreQuery::new(query, 0.0))
}
