//! Snippets: a short part of a text with the places to mark. The text is given: the index stores none.

use std::{collections::HashSet, ops::Range};

use domain::{SearchQuery, SearchTerm, Snippet};

use crate::{
    SearchIndex,
    analysis::{Analyzer, Word},
    word_query::allowed_typos,
};

/// Longest part, in characters.
const LENGTH: usize = 180;
/// How much of it stands before the first match at most, in characters.
const BEFORE: usize = 50;
/// How much of a text is looked at, in bytes.
const MAX_TEXT: usize = 50_000;

/// Makes snippets for one search.
#[derive(Debug)]
pub struct Snippets {
    analyzer: Analyzer,
    terms: Vec<Sought>,
}

#[derive(Debug)]
struct Sought {
    /// More than one word in a phrase, and in what is cut into several.
    words: Vec<Word>,
    /// Forms of the only word.
    forms: HashSet<String>,
    is_prefix: bool,
}

/// A place where a term was found.
#[derive(Debug, Clone)]
struct Match {
    range: Range<usize>,
    term: usize,
}

impl SearchIndex {
    /// What is needed to show where in a text a search found something.
    #[must_use]
    pub fn snippets(&self, query: &SearchQuery) -> Snippets {
        let terms = query.terms.iter().filter_map(|term| {
            let words: Vec<Word> = self.analyzer.words(term.text()).collect();
            let forms = match (words.as_slice(), term) {
                ([], _) => return None,
                ([only], SearchTerm::Word(_) | SearchTerm::Prefix(_)) => self.analyzer.forms(only),
                _ => Vec::new(),
            };
            let is_sign = matches!(words.as_slice(), [only] if !only.has_forms);
            Some(Sought {
                forms: forms.into_iter().collect(),
                is_prefix: is_sign || matches!(term, SearchTerm::Prefix(_)),
                words,
            })
        });
        Snippets {
            terms: terms.collect(),
            analyzer: self.analyzer.clone(),
        }
    }
}

impl Snippets {
    /// The part of the text in which most of the terms are found; its beginning if none is.
    #[must_use]
    pub fn of(&self, text: &str) -> Snippet {
        let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or_default();
        let words: Vec<Word> = self.analyzer.words(text).collect();
        let mut matches = self.matches(&words, Sought::is_at);
        if matches.is_empty() {
            matches = self.matches(&words, Sought::is_similar_at);
        }
        let (start, end) = part(text, best(text, &matches));
        cut(text, start..end, &matches)
    }

    fn matches(&self, words: &[Word], is_at: impl Fn(&Sought, &Analyzer, &[Word]) -> Option<usize>) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        for at in 0..words.len() {
            let rest = words.get(at..).unwrap_or_default();
            for (term, sought) in self.terms.iter().enumerate() {
                let Some(found) = is_at(sought, &self.analyzer, rest).and_then(|length| rest.get(..length)) else {
                    continue;
                };
                if let (Some(first), Some(last)) = (found.first(), found.last()) {
                    let range = first.range.start..last.range.end;
                    matches.push(Match { range, term });
                }
            }
        }
        matches
    }
}

impl Sought {
    /// How many words from here on are it.
    fn is_at(&self, analyzer: &Analyzer, words: &[Word]) -> Option<usize> {
        let length = self.words.len();
        let here = words.get(..length)?;
        let (last_here, before_here) = here.split_last()?;
        let (last, before) = self.words.split_last()?;
        let is_last = last_here.term == last.term || (self.is_prefix && last_here.term.starts_with(&last.term));
        if length > 1 {
            let same = before
                .iter()
                .zip(before_here)
                .all(|(one, other)| one.term == other.term);
            return (same && is_last).then_some(length);
        }
        if is_last || self.forms.contains(&last_here.term) {
            return Some(1);
        }
        // Forms of a word begin alike; stemming every word of a text would take longer than finding it.
        let alike = last.term.chars().next() == last_here.term.chars().next();
        let found = alike && analyzer.stems(last_here).iter().any(|stem| self.forms.contains(stem));
        found.then_some(1)
    }

    fn is_similar_at(&self, _: &Analyzer, words: &[Word]) -> Option<usize> {
        let ([sought], Some(word)) = (self.words.as_slice(), words.first()) else {
            return None;
        };
        let distance = usize::from(allowed_typos(sought));
        let difference = sought.term.len().abs_diff(word.term.len());
        let is_similar = distance > 0
            && (self.is_prefix || difference <= 4 * distance)
            && strsim::osa_distance(&sought.term, head(&word.term, sought, self.is_prefix)) <= distance;
        (is_similar && !self.forms.is_empty()).then_some(1)
    }
}

/// What of a word is compared with what may be its beginning.
fn head<'t>(term: &'t str, sought: &Word, is_prefix: bool) -> &'t str {
    if !is_prefix {
        return term;
    }
    let length = sought.term.chars().count();
    term.char_indices().nth(length).map_or(term, |(at, _)| &term[..at])
}

/// The byte at which the part with most different terms begins.
fn best(text: &str, matches: &[Match]) -> Option<usize> {
    let mut best: Option<(usize, usize, usize)> = None;
    for (number, first) in matches.iter().enumerate() {
        let end = forward(text, first.range.start, LENGTH - BEFORE);
        let inside = || matches.iter().skip(number).take_while(|other| other.range.end <= end);
        let different = inside().map(|other| other.term).collect::<HashSet<_>>().len();
        let total = inside().take(50).count();
        if best.is_none_or(|(most, much, _)| (different, total) > (most, much)) {
            best = Some((different, total, first.range.start));
        }
    }
    best.map(|(_, _, start)| start)
}

/// From where to where: whole words, if there are spaces.
fn part(text: &str, first: Option<usize>) -> (usize, usize) {
    let first = first.unwrap_or_default();
    let start = backward(text, first, BEFORE);
    let start = if start == 0 {
        0
    } else {
        let after_space = text
            .get(start..first)
            .and_then(|before| before.find(char::is_whitespace));
        after_space.map_or(start, |at| start + at)
    };
    let end = forward(text, start, LENGTH);
    let end = if end == text.len() {
        end
    } else {
        let last_space = text.get(start..end).and_then(|part| part.rfind(char::is_whitespace));
        last_space.map(|at| start + at).filter(|at| *at > first).unwrap_or(end)
    };
    (start, end)
}

fn forward(text: &str, from: usize, characters: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| from + at)
}

fn backward(text: &str, from: usize, characters: usize) -> usize {
    let before = text.get(..from).unwrap_or_default();
    before
        .char_indices()
        .rev()
        .take(characters)
        .last()
        .map_or(from, |(at, _)| at)
}

/// The part on one line, with the matches in it.
fn cut(text: &str, part: Range<usize>, matches: &[Match]) -> Snippet {
    let mut out = String::new();
    let mut marks: Vec<Range<usize>> = Vec::new();
    let mut inside = matches
        .iter()
        .filter(|found| found.range.start >= part.start && found.range.end <= part.end);
    let mut next = inside.next();
    let mut opened: Option<(usize, usize)> = None;
    for (at, sign) in text.char_indices().skip_while(|(at, _)| *at < part.start) {
        if let Some((end, from)) = opened.filter(|(end, _)| at >= *end) {
            opened = None;
            marks.push(from..out.len());
            let _ = end;
        }
        if at >= part.end {
            break;
        }
        while let Some(found) = next.filter(|found| found.range.start <= at) {
            let end = opened.map_or(found.range.end, |(end, _)| end.max(found.range.end));
            let from = opened.map_or(out.len(), |(_, from)| from);
            if end > at {
                opened = Some((end, from));
            }
            next = inside.next();
        }
        if !sign.is_whitespace() {
            out.push(sign);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if let Some((_, from)) = opened {
        marks.push(from..out.len());
    }
    let kept = out.trim_end().len();
    out.truncate(kept);
    Snippet {
        marks: marks
            .into_iter()
            .filter(|mark| mark.start < mark.end && mark.end <= kept)
            .collect(),
        text: out,
        is_cut_before: part.start > 0,
        is_cut_behind: part.end < text.len(),
    }
}
