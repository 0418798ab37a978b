//! From one term of a search to a query of the engine: its forms, the words it begins, and those that differ by a typing error.

use std::ops::Bound;

use domain::SearchTerm;
use tantivy::{
    Searcher, Term,
    query::{
        BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, FuzzyTermQuery, InvertedIndexRangeQuery,
        PhrasePrefixQuery, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::{
    SearchIndex,
    analysis::Word,
    any_of::AnyOf,
    expansion::{self, Expansion},
};

/// Shortest beginning of a word that is looked for as one, in characters: in titles and headings, and in texts, where two letters begin a word of
/// most documents.
const LEAST_PREFIX: (usize, usize) = (2, 3);
/// Most words that the beginning of the last word of a phrase may become.
const MAX_PHRASE_EXPANSIONS: u32 = 200;
/// Shortest word in which a typing error is allowed for, in characters, and the shortest one in which two are.
const TYPO_LENGTHS: (usize, usize) = (4, 9);
/// How much a word counts that is only similar. One that begins like the term counts 1.
const SIMILAR: f32 = 0.1;

pub(crate) type AnyQuery = Box<dyn Query>;

/// Whether words that are nearly the same are looked for, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typos {
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

/// Makes queries for one state of the index.
#[derive(Clone, Copy)]
pub(crate) struct WordQueries<'a> {
    pub(crate) index: &'a SearchIndex,
    pub(crate) searcher: &'a Searcher,
    pub(crate) typos: Typos,
    /// Whether other clauses leave few documents to look at.
    pub(crate) is_led: bool,
}

impl WordQueries<'_> {
    /// Documents with this term in any field.
    ///
    /// # Errors
    /// If files of the index cannot be read.
    pub(crate) fn term(self, term: &SearchTerm) -> tantivy::Result<AnyQuery> {
        let words: Vec<Word> = self.index.analyzer.words(term.text()).collect();
        let (Some(last), is_prefix) = (words.last(), matches!(term, SearchTerm::Prefix(_))) else {
            // A word that no document is indexed by.
            return Ok(Box::new(EmptyQuery));
        };
        if words.len() > 1 {
            return self.in_any_field(|field| Ok(vec![phrase(field, &words, is_prefix)]));
        }
        if matches!(term, SearchTerm::Phrase(_)) && last.has_forms {
            return self.in_any_field(|field| Ok(vec![exactly(field, &last.term)]));
        }
        let forms = self.index.analyzer.forms(last);
        self.in_any_field(|field| self.forms_in(field, last, &forms, is_prefix))
    }

    fn forms_in(self, field: Field, word: &Word, forms: &[String], is_prefix: bool) -> tantivy::Result<Vec<AnyQuery>> {
        let mut alternatives: Vec<AnyQuery> = forms.iter().map(|form| exactly(field, form)).collect();
        let shortest = if field == self.index.fields.text {
            LEAST_PREFIX.1
        } else {
            LEAST_PREFIX.0
        };
        // A single Chinese or Japanese sign begins the pairs it stands in.
        if !word.has_forms || (is_prefix && word.term.chars().count() >= shortest) {
            let known = expansion::beginning(self.searcher, field, &word.term)?;
            let words = self.expanded(known, field, forms, || beginning(field, &word.term));
            alternatives.extend(words.map(|words| scored(words, 1.0)));
        }
        if self.typos == Typos::Allowed
            && let Some(similar) = similar(field, word, is_prefix)
        {
            let known = expansion::matching(self.searcher, field, &similar.automaton()?)?;
            let words = self.expanded(known, field, forms, || Box::new(similar));
            alternatives.extend(words.map(|words| scored(words, SIMILAR)));
        }
        Ok(alternatives)
    }

    /// The words that a term was expanded to, without those that are looked for anyway; where they are too many, whatever finds all of them.
    fn expanded(
        self,
        known: Expansion,
        field: Field,
        forms: &[String],
        all: impl FnOnce() -> AnyQuery,
    ) -> Option<AnyQuery> {
        match known {
            Expansion::TooMany => Some(all()),
            Expansion::Words(words) => {
                let new = words.iter().filter(|word| !forms.contains(word));
                let new: Vec<AnyQuery> = new.map(|word| unscored(field, word)).collect();
                (!new.is_empty()).then(|| self.union(new))
            }
        }
    }

    fn in_any_field(self, queries: impl Fn(Field) -> tantivy::Result<Vec<AnyQuery>>) -> tantivy::Result<AnyQuery> {
        let mut all: Vec<AnyQuery> = Vec::new();
        for (field, weight) in self.index.fields.weighted() {
            let weighted = queries(field)?.into_iter().map(|query| BoostQuery::new(query, weight));
            all.extend(weighted.map(|query| -> AnyQuery { Box::new(query) }));
        }
        Ok(self.union(all))
    }

    /// The engine's union passes over what cannot be among the best, if it is all there is; beside something that leads it, it reads everything.
    fn union(self, alternatives: Vec<AnyQuery>) -> AnyQuery {
        if self.is_led && alternatives.len() <= expansion::MAX_WORDS {
            Box::new(AnyOf::new(alternatives))
        } else {
            Box::new(BooleanQuery::union(alternatives))
        }
    }
}

fn exactly(field: Field, term: &str) -> AnyQuery {
    let term = Term::from_field_text(field, term);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

/// Documents that all count the same.
fn scored(query: AnyQuery, score: f32) -> AnyQuery {
    Box::new(ConstScoreQuery::new(query, score))
}

fn unscored(field: Field, term: &str) -> AnyQuery {
    let term = Term::from_field_text(field, term);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Words that begin like this.
fn beginning(field: Field, prefix: &str) -> AnyQuery {
    let from = Bound::Included(Term::from_field_text(field, prefix));
    let until = Bound::Excluded(Term::from_field_text(field, &expansion::end_of(prefix)));
    Box::new(InvertedIndexRangeQuery::new(from, until))
}

fn similar(field: Field, word: &Word, is_prefix: bool) -> Option<FuzzyTermQuery> {
    let distance = allowed_typos(word);
    let term = Term::from_field_text(field, &word.term);
    (distance > 0).then(|| {
        if is_prefix {
            FuzzyTermQuery::new_prefix(term, distance, true)
        } else {
            FuzzyTermQuery::new(term, distance, true)
        }
    })
}

/// At least two words one after the other.
fn phrase(field: Field, words: &[Word], is_prefix: bool) -> AnyQuery {
    let terms = words
        .iter()
        .map(|word| Term::from_field_text(field, &word.term))
        .collect();
    if is_prefix && words.last().is_some_and(|word| word.has_forms) {
        let mut phrase = PhrasePrefixQuery::new(terms);
        phrase.set_max_expansions(MAX_PHRASE_EXPANSIONS);
        return Box::new(phrase);
    }
    Box::new(PhraseQuery::new(terms))
}
