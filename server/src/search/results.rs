//! From hits to results: each document is decided by the row that was read with its text, and quoted only then.

use std::collections::HashMap;

use domain::{DocumentId, Person, SearchResult, Snippet};
use policy::Policy;
use search::Snippets;
use store::{DocumentRow, DocumentText};

use super::Question;

/// How much Markdown is read for the snippets of one chunk of hits, in bytes. What is longer is shown by its title alone.
const MAX_QUOTED: usize = 1_000_000;

/// What is looked for, and how it is marked.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    pub(super) question: &'a Question,
    pub(super) snippets: &'a Snippets,
}

/// Those of the documents that the person may read and that fit the filters, in the order of `ids`.
pub(super) fn allowed(
    policy: &Policy,
    person: &Person,
    search: Looked<'_>,
    ids: &[DocumentId],
    texts: Vec<DocumentText>,
) -> Vec<SearchResult> {
    let Looked { question, snippets } = search;
    let (rows, words): (Vec<DocumentRow>, Vec<String>) = texts.into_iter().map(|text| (text.row, text.content)).unzip();
    let facts: Vec<_> = rows.iter().map(DocumentRow::facts).collect();
    let decisions = policy.decide_all(person, &facts);
    let fits: Vec<bool> = facts.iter().map(|facts| question.holds(facts)).collect();
    let mut results = HashMap::new();
    let (mut refused, mut left) = (0_u64, MAX_QUOTED);
    for (((row, content), decision), fits) in rows.into_iter().zip(words).zip(decisions).zip(fits) {
        let Some(reasons) = decision.reasons() else {
            refused += 1;
            continue;
        };
        if !fits {
            continue;
        }
        let title = snippets.of(&row.title);
        let snippet = quoted(snippets, &title, &content, &row.title, &mut left);
        let summary = row.into_summary(person, reasons);
        results.insert(
            summary.id,
            SearchResult {
                summary,
                title,
                snippet,
            },
        );
    }
    if refused > 0 {
        metrics::counter!("portico_search_dropped_hits_total").increment(refused);
    }
    ids.iter().filter_map(|id| results.remove(id)).collect()
}

/// A part of the text; `None` if what was looked for stands in the title alone, or if the text is too long or cannot be read.
fn quoted(snippets: &Snippets, title: &Snippet, content: &str, name: &str, left: &mut usize) -> Option<Snippet> {
    *left = left.checked_sub(content.len())?;
    let text = markdown::plain_text(content, name).ok()?;
    let snippet = snippets.of(&text);
    let is_about_title = snippet.marks.is_empty() && !title.marks.is_empty();
    (!is_about_title && !snippet.text.is_empty()).then_some(snippet)
}
