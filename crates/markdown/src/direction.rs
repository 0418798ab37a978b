//! Text direction. Blocks of a document that holds right-to-left writing get `dir="auto"`: the browser looks at the
//! first letter of each. In all other documents the attribute would change nothing, so it is not written.
//!
//! Inside lists and quotes only the outermost block gets it: a browser that looks for the first letter of a list passes over everything
//! inside that has a `dir` of its own. Their paragraphs follow their own letters by `style/prose.css` (`unicode-bidi: plaintext`).

use comrak::{Node, nodes::NodeValue};

/// Whether the text may hold right-to-left writing, numeric entities included.
pub(super) fn is_mixed(content: &str) -> bool {
    content.contains("&#") || content.contains("&rlm;") || content.chars().any(is_right_to_left)
}

/// Whether a list or quote around the node has the attribute already.
pub(super) fn is_inherited(node: Node<'_>) -> bool {
    node.ancestors().skip(1).any(|above| {
        matches!(
            above.data().value,
            NodeValue::List(_) | NodeValue::BlockQuote | NodeValue::Callout(_) | NodeValue::DescriptionDetails
        )
    })
}

fn is_right_to_left(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{202b}'
            | '\u{202e}'
            | '\u{2067}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}
