//! Snippets.

use domain::{SearchQuery, Snippet};
use proptest::prelude::*;

use super::shelf::{NOW, Shelf, paper};

fn snippet(typed: &str, text: &str) -> Snippet {
    thread_local!(static SHELF: Shelf = Shelf::new(&[paper(1, "x", "x")]));
    SHELF.with(|shelf| shelf.index.snippets(&SearchQuery::parse(typed, NOW)).of(text))
}

/// The snippet with `[` and `]` around its marks.
fn shown(typed: &str, text: &str) -> String {
    let snippet = snippet(typed, text);
    let mut out = String::new();
    let mut at = 0;
    for mark in &snippet.marks {
        out.push_str(&snippet.text[at..mark.start]);
        out.extend(["[", &snippet.text[mark.clone()], "]"]);
        at = mark.end;
    }
    out.push_str(&snippet.text[at..]);
    out
}

#[test]
fn words_in_any_form_are_marked() {
    assert_eq!(
        shown("policy ", "Our Policies, and a policy."),
        "Our [Policies], and a [policy]."
    );
    assert_eq!(shown("haus ", "Die Häuser am See"), "Die [Häuser] am See");
    assert_eq!(shown("holi", "My holidays\n\n  are over"), "My [holidays] are over");
    assert_eq!(
        shown("\"blue house\"", "blue, a blue house, house"),
        "blue, a [blue house], house"
    );
    assert_eq!(shown("休假政策", "公司的休假政策是"), "公司的[休假政策]是");
    assert_eq!(shown("休", "公司的休假政策"), "公司的[休假]政策");
    assert_eq!(shown("foo-bar ", "a foo-bar, foo"), "a [foo-bar], foo");
    assert_eq!(shown("-draft text", "a draft text"), "a draft [text]");
}

#[test]
fn a_typing_error_is_marked_where_nothing_else_is() {
    assert_eq!(shown("reimbursment ", "The reimbursement of"), "The [reimbursement] of");
    assert_eq!(shown("contract ", "contract, contrast"), "[contract], contrast");
}

#[test]
fn nothing_is_escaped_and_nothing_is_made() {
    assert_eq!(
        shown("script ", "<script>alert(1)</script> & co"),
        "<[script]>alert(1)</[script]> & co"
    );
}

#[test]
fn a_long_text_is_cut_around_most_of_what_was_looked_for() {
    let filler = "lorem ipsum dolor sit amet ".repeat(40);
    let text = format!("first {filler} first and second {filler}");
    let found = snippet("first second ", &text);
    assert!(found.is_cut_before && found.is_cut_behind);
    assert_eq!(found.marks.len(), 2, "{found:?}");
    assert!(found.text.chars().count() <= 185, "{found:?}");
    assert!(found.text.starts_with(|c: char| c.is_alphabetic()) && !found.text.ends_with(' '));
    let nothing = snippet("absent ", &text);
    assert!(!nothing.is_cut_before && nothing.is_cut_behind && nothing.marks.is_empty());
    assert!(nothing.text.starts_with("first lorem"));
    assert_eq!(snippet("absent", ""), Snippet::default());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn marks_are_in_order_and_at_boundaries(
        typed in "([a-cé手]{1,3}|\"|-| ){1,8}",
        text in "([a-céÉ手册か\u{3099}\u{301}ß<&]{1,4}| |\n|—){0,200}",
    ) {
        let snippet = snippet(&typed, &text);
        let mut end = 0;
        for mark in &snippet.marks {
            prop_assert!(mark.start >= end && mark.start < mark.end);
            prop_assert!(snippet.text.get(mark.clone()).is_some(), "{:?}", snippet);
            end = mark.end;
        }
        prop_assert!(!snippet.text.contains(['\n', '\r']));
    }
}
