//! Text analysis: words and the forms in which they are found. The same for documents and for queries.
//!
//! A word is a run of letters, digits and combining marks. It is indexed without accents and in one case ([`domain::text`]); if a stemmer
//! changes it, its stem stands at the same place, marked by [`STEM`], so that one field serves exact words, phrases, beginnings, typing errors
//! and other forms. Chinese and Japanese have no spaces: a run of their signs is cut into overlapping pairs.

use std::{fmt, ops::Range, sync::Arc};

use domain::text::{base_letters, fold_case};
use frostem::Stemmer;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::char::is_combining_mark;

use crate::Language;

/// Begins the index term of a stem. No word begins with it.
pub(crate) const STEM: char = '=';

/// Longest word that is indexed, in bytes: longer ones are nobody's words.
const MAX_WORD: usize = 80;

/// How texts are cut into terms.
#[derive(Clone)]
pub(crate) struct Analyzer {
    stemmers: Arc<[Stemmer]>,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// The bytes of the text it was read from.
    pub(crate) range: Range<usize>,
    /// As it is indexed.
    pub(crate) term: String,
    /// Whether other forms of it are looked for: not for pairs of signs.
    pub(crate) has_forms: bool,
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analyzer")
            .field("stemmers", &self.stemmers.len())
            .finish()
    }
}

impl Analyzer {
    pub(crate) fn new(languages: &[Language]) -> Self {
        let stemmers = languages.iter().map(|language| Stemmer::new(language.algorithm()));
        Self {
            stemmers: stemmers.collect(),
        }
    }

    /// The words of a text in order.
    #[expect(clippy::unused_self, reason = "what a word is may depend on the languages some day")]
    pub(crate) fn words<'t>(&self, text: &'t str) -> impl Iterator<Item = Word> + 't {
        Runs { text, at: 0 }.flat_map(|run| words_of(text, &run))
    }

    /// The terms of a word's stems, without those that are the word itself.
    pub(crate) fn stems(&self, word: &Word) -> Vec<String> {
        let mut stems: Vec<String> = Vec::new();
        if !word.has_forms {
            return stems;
        }
        for stemmer in self.stemmers.iter() {
            let stem = stemmer.stem(&word.term);
            let is_new =
                stem != word.term && !stem.is_empty() && stems.iter().all(|known| known.get(1..) != Some(&*stem));
            if is_new {
                stems.push(format!("{STEM}{stem}"));
            }
        }
        stems
    }

    /// The terms any of which a document must have for it to hold a form of the word: the word, its stems, and words that are a stem.
    pub(crate) fn forms(&self, word: &Word) -> Vec<String> {
        let stems = self.stems(word);
        let plain = stems
            .iter()
            .filter_map(|stem| stem.strip_prefix(STEM).map(str::to_owned));
        let own = word.has_forms.then(|| format!("{STEM}{}", word.term));
        let mut forms = vec![word.term.clone()];
        forms.extend(plain.chain(own));
        forms.extend(stems.clone());
        forms
    }
}

/// A run of signs that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    range: Range<usize>,
    is_unspaced: bool,
}

struct Runs<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let rest = self.text.get(self.at..)?;
        let (start, first) = rest.char_indices().find(|(_, c)| c.is_alphanumeric())?;
        let is_unspaced = is_unspaced(first);
        let run = rest.get(start..)?;
        let belongs = |c: char| is_combining_mark(c) || (c.is_alphanumeric() && self::is_unspaced(c) == is_unspaced);
        let end = run.find(|c: char| !belongs(c)).unwrap_or(run.len());
        let start = self.at + start;
        self.at = start + end;
        Some(Run {
            range: start..self.at,
            is_unspaced,
        })
    }
}

/// Whether a sign is of a script that is written without spaces: Chinese, and Japanese with its two syllabaries.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

fn words_of(text: &str, run: &Run) -> Vec<Word> {
    let Some(written) = text.get(run.range.clone()) else {
        return Vec::new();
    };
    if !run.is_unspaced {
        let term = folded(written);
        let fits = !term.is_empty() && term.len() <= MAX_WORD;
        let word = Word {
            range: run.range.clone(),
            term,
            has_forms: true,
        };
        return fits.then_some(word).into_iter().collect();
    }
    let mut starts: Vec<usize> = written
        .char_indices()
        .filter(|(_, c)| !is_combining_mark(*c))
        .map(|(at, _)| at)
        .collect();
    starts.push(written.len());
    // A single sign is a word of its own; of more, every two neighbours are one.
    let signs = if starts.len() == 2 { 1 } else { 2 };
    let pairs = starts.iter().zip(starts.iter().skip(signs));
    pairs
        .filter_map(|(from, to)| {
            Some(Word {
                range: run.range.start + from..run.range.start + to,
                term: folded(written.get(*from..*to)?),
                has_forms: false,
            })
        })
        .collect()
}

/// A word without accents, in one case, with wide letters as plain ones.
fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    fold_case(&base_letters(word))
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        let mut tokens = Vec::new();
        for (position, word) in self.words(text).enumerate() {
            for stem in self.stems(&word) {
                tokens.push((position, stem));
            }
            tokens.push((position, word.term));
        }
        Tokens {
            tokens: tokens.into_iter(),
            token: Token::default(),
        }
    }
}

/// The terms of a text with their places.
pub(crate) struct Tokens {
    tokens: std::vec::IntoIter<(usize, String)>,
    token: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let Some((position, text)) = self.tokens.next() else {
            return false;
        };
        self.token.position = position;
        self.token.text = text;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        Analyzer::new(&[]).words(text).map(|word| word.term).collect()
    }

    fn forms(languages: &[Language], word: &str) -> Vec<String> {
        let analyzer = Analyzer::new(languages);
        let word = analyzer.words(word).next().unwrap();
        analyzer.forms(&word)
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_without_accents_in_one_case() {
        assert_eq!(terms("Déjà-vu, 3.5 Straßen!"), ["deja", "vu", "3", "5", "strassen"]);
        assert_eq!(terms("Ｆｕｌｌ ﬁne Über U\u{308}ber"), ["full", "fine", "uber", "uber"]);
        assert_eq!(terms("snake_case don't 日"), ["snake", "case", "don", "t", "日"]);
        assert_eq!(terms("हिन्दी ёлка Ελλάδα"), ["हिन्दी", "елка", "ελλαδα"]);
        assert_eq!(terms(" \u{301} … == "), Vec::<String>::new());
        assert_eq!(terms(&"x".repeat(81)), Vec::<String>::new());
    }

    #[test]
    fn chinese_and_japanese_are_cut_into_pairs() {
        assert_eq!(terms("情報共有"), ["情報", "報共", "共有"]);
        assert_eq!(terms("Portico手册2版"), ["portico", "手册", "2", "版"]);
        assert_eq!(terms("ガイド"), ["ガイ", "イド"]);
        assert_eq!(terms("か\u{3099}い"), ["がい"]);
        assert_eq!(terms("한국어 문서"), ["한국어", "문서"]);
    }

    #[test]
    fn ranges_are_those_of_the_text() {
        let text = "„Über“ 手册x";
        let found: Vec<&str> = Analyzer::new(&[]).words(text).map(|word| &text[word.range]).collect();
        assert_eq!(found, ["Über", "手册", "x"]);
    }

    #[test]
    fn other_forms_of_a_word_share_its_stem() {
        use Language::{English, French, German};
        let share = |languages: &[Language], one: &str, other: &str| {
            let (one, other) = (forms(languages, one), forms(languages, other));
            one.iter().any(|form| other.contains(form))
        };
        assert!(share(&[English], "policies", "policy"));
        assert!(share(&[German], "Häuser", "Haus"));
        assert!(share(&[French], "générales", "general"));
        assert!(share(&[English, German, French], "Verträge", "vertrag"));
        assert!(!share(&[English], "Häuser", "Haus"));
        assert!(!share(&[], "policies", "policy"));
    }
}
