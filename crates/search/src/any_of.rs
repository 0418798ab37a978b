//! A union that is read only where something else leads it.
//!
//! The engine's own union reads all that lies ahead of it, and scores it, before it is known whether anybody may see it. Beside rights, which leave few
//! documents, it is quicker to look each of these up in every alternative.

use tantivy::{
    DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term,
    query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight},
};

/// Documents that any of the alternatives finds, with the sum of their scores.
#[derive(Debug)]
pub(crate) struct AnyOf(Vec<Box<dyn Query>>);

impl AnyOf {
    /// Of few alternatives: each of them is looked at for every document.
    pub(crate) fn new(alternatives: Vec<Box<dyn Query>>) -> Self {
        Self(alternatives)
    }
}

impl Clone for AnyOf {
    fn clone(&self) -> Self {
        Self(self.0.iter().map(|query| query.box_clone()).collect())
    }
}

impl Query for AnyOf {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let weights = self.0.iter().map(|query| query.weight(scoring));
        Ok(Box::new(AnyWeight(weights.collect::<Result<_, _>>()?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        for query in &self.0 {
            query.query_terms(visitor);
        }
    }
}

struct AnyWeight(Vec<Box<dyn Weight>>);

impl Weight for AnyWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut scorers = Vec::with_capacity(self.0.len());
        for weight in &self.0 {
            let scorer = weight.scorer(reader, boost)?;
            if scorer.doc() != TERMINATED {
                scorers.push(scorer);
            }
        }
        Ok(match scorers.len() {
            0 => Box::new(EmptyScorer),
            1 => scorers.remove(0),
            _ => Box::new(AnyScorer::new(scorers)),
        })
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.seek(doc) == doc {
            Ok(Explanation::new("sum of the alternatives", scorer.score()))
        } else {
            Err(TantivyError::InvalidArgument(format!("document {doc} is not found")))
        }
    }
}

struct AnyScorer {
    scorers: Vec<Box<dyn Scorer>>,
    /// The least of their documents.
    doc: DocId,
}

impl AnyScorer {
    fn new(scorers: Vec<Box<dyn Scorer>>) -> Self {
        let mut new = Self { scorers, doc: 0 };
        new.doc = new.least();
        new
    }

    fn least(&self) -> DocId {
        let docs = self.scorers.iter().map(DocSet::doc);
        docs.min().unwrap_or(TERMINATED)
    }
}

impl DocSet for AnyScorer {
    fn advance(&mut self) -> DocId {
        for scorer in &mut self.scorers {
            if scorer.doc() == self.doc {
                scorer.advance();
            }
        }
        self.doc = self.least();
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for scorer in &mut self.scorers {
            if scorer.doc() < target {
                scorer.seek(target);
            }
        }
        self.doc = self.least();
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        let hints = self.scorers.iter().map(DocSet::size_hint);
        hints.max().unwrap_or_default()
    }

    fn cost(&self) -> u64 {
        self.scorers.iter().map(DocSet::cost).sum()
    }
}

impl Scorer for AnyScorer {
    fn score(&mut self) -> Score {
        let here = self.doc;
        let here = self.scorers.iter_mut().filter(|scorer| scorer.doc() == here);
        here.map(Scorer::score).sum()
    }
}
