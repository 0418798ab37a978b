//! A text with marks in it, from ranges: no HTML is put together, so nothing in a text can be taken for it.

use domain::Snippet;
use leptos::{either::Either, prelude::*};

/// The text of a snippet, with `<mark>` around what was looked for and an ellipsis where something was left out.
#[component]
pub(crate) fn Marked(
    /// The text and its marks.
    snippet: Snippet,
) -> impl IntoView {
    let pieces = pieces(&snippet);
    let pieces = pieces.into_iter().map(|(text, is_marked)| {
        if is_marked {
            Either::Left(view! { <mark>{text}</mark> })
        } else {
            Either::Right(text)
        }
    });
    pieces.collect_view()
}

/// The pieces of the text in order, and which of them are marked. Ranges that do not fit the text mark nothing.
fn pieces(snippet: &Snippet) -> Vec<(String, bool)> {
    let (text, mut at) = (&snippet.text, 0);
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut push = |text: Option<&str>, is_marked| {
        pieces.extend(
            text.filter(|text| !text.is_empty())
                .map(|text| (text.to_owned(), is_marked)),
        );
    };
    push(snippet.is_cut_before.then_some("… "), false);
    for mark in &snippet.marks {
        if let (Some(before), Some(marked)) = (text.get(at..mark.start), text.get(mark.clone())) {
            push(Some(before), false);
            push(Some(marked), true);
            at = mark.end;
        }
    }
    push(text.get(at..), false);
    push(snippet.is_cut_behind.then_some(" …"), false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "whatever comes over the wire")]
    fn fi_3_marks_are_pieces_of_the_text_and_bad_ranges_mark_nothing() {
        let marked = |marks: &[std::ops::Range<usize>]| -> String {
            let snippet = Snippet {
                text: "größe zählt".to_owned(),
                marks: marks.to_vec(),
                is_cut_before: true,
                is_cut_behind: false,
            };
            let pieces = pieces(&snippet).into_iter();
            pieces
                .map(|(text, is_marked)| if is_marked { format!("[{text}]") } else { text })
                .collect()
        };
        assert_eq!(marked(&[0..7, 8..14]), "… [größe] [zählt]");
        assert_eq!(marked(&[]), "… größe zählt");
        // Inside a letter, beyond the end, backwards, overlapping.
        for bad in [3..4, 0..99, 7..0] {
            assert_eq!(marked(&[bad]), "… größe zählt");
        }
        assert_eq!(marked(&[0..7, 0..14]), "… [größe] zählt");
    }
}
