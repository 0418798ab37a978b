//! The words of the index that a prefix or a typing error may stand for, if they are few: a few words are looked up where they are needed, while
//! the engine reads every document of all of them into memory.

use std::collections::BTreeSet;

use tantivy::{Searcher, query::DfaWrapper, schema::Field};

/// Most words that are looked up one by one.
pub(crate) const MAX_WORDS: usize = 48;

/// What a prefix or a typing error may stand for.
pub(crate) enum Expansion {
    /// All of the words there are, at most [`MAX_WORDS`].
    Words(BTreeSet<String>),
    /// More than that.
    TooMany,
}

/// Words of a field that begin like this.
///
/// # Errors
/// If files of the index cannot be read.
pub(crate) fn beginning(searcher: &Searcher, field: Field, prefix: &str) -> tantivy::Result<Expansion> {
    let mut words = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let range = index.terms().range().ge(prefix).lt(end_of(prefix));
        let mut stream = range.into_stream()?;
        if !add(&mut words, || stream.next().map(|(word, _)| text(word))) {
            return Ok(Expansion::TooMany);
        }
    }
    Ok(Expansion::Words(words))
}

/// Words of a field that the automaton accepts.
///
/// # Errors
/// If files of the index cannot be read.
pub(crate) fn matching(searcher: &Searcher, field: Field, automaton: &DfaWrapper) -> tantivy::Result<Expansion> {
    let mut words = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut stream = index.terms().search(automaton).into_stream()?;
        if !add(&mut words, || stream.next().map(|(word, _)| text(word))) {
            return Ok(Expansion::TooMany);
        }
    }
    Ok(Expansion::Words(words))
}

/// Adds the words of one segment; `false` if they became too many.
fn add(words: &mut BTreeSet<String>, mut next: impl FnMut() -> Option<String>) -> bool {
    while let Some(word) = next() {
        words.insert(word);
        if words.len() > MAX_WORDS {
            return false;
        }
    }
    true
}

/// Words are written as UTF-8.
fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// The end of all words that begin with `prefix`: behind the last character there is.
pub(crate) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}
