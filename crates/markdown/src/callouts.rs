//! Callouts. `> [!NOTE]` of GitHub and Obsidian, with a title of its own and folded (`-`) or foldable (`+`). The kind is from
//! the author: it chooses one of the looks here, and its word, and nothing of it reaches the HTML otherwise.

use comrak::{
    Node,
    nodes::{CalloutFold, NodeCallout, NodeValue},
};

use super::{
    inlines::{Emoji, plain_text},
    write::{Writer, escaped},
};

/// Classes for the look of a box.
pub(super) const LOOKS: [&str; 6] = ["note", "tip", "important", "caution", "danger", "quote"];

/// Longest kind that is shown as a word, in characters.
const MAX_KIND: usize = 40;

impl Writer<'_> {
    /// Begins a box, with its title if no title of the author's follows.
    pub(super) fn open_callout(&mut self, node: Node<'_>, callout: &NodeCallout) {
        let look = look(&callout.callout_type);
        let direction = self.direction(node);
        self.line();
        self.tag(&match callout.fold {
            CalloutFold::None => format!("<div class=\"callout {look}\"{direction}>\n"),
            CalloutFold::Collapsed => format!("<details class=\"callout {look}\"{direction}>\n"),
            CalloutFold::Expanded => format!("<details class=\"callout {look}\"{direction} open>\n"),
        });
        let has_title = node.first_child().is_some_and(|child| is_title(child));
        if !has_title {
            let element = title_element(callout);
            let word = escaped(&word(callout));
            self.tag(&format!("<{element} class=\"callout-title\">{word}</{element}>\n"));
        }
    }

    pub(super) fn close_callout(&mut self, callout: &NodeCallout) {
        self.line();
        self.tag(match callout.fold {
            CalloutFold::None => "</div>\n",
            CalloutFold::Collapsed | CalloutFold::Expanded => "</details>\n",
        });
    }

    /// Begins the author's own title; the kind stands before it as a word unless the title is that word.
    pub(super) fn open_callout_title(&mut self, node: Node<'_>) {
        let Some((element, word)) = of_parent(node) else { return };
        self.line();
        self.tag(&format!("<{element} class=\"callout-title\">"));
        if !plain_text(node, Emoji::Sign).trim().eq_ignore_ascii_case(&word) {
            self.tag(&format!("<span class=\"callout-kind\">{}</span> ", escaped(&word)));
        }
    }

    pub(super) fn close_callout_title(&mut self, node: Node<'_>) {
        if let Some((element, _)) = of_parent(node) {
            self.tag(&format!("</{element}>\n"));
        }
    }
}

fn of_parent(title: Node<'_>) -> Option<(&'static str, String)> {
    match &title.parent()?.data().value {
        NodeValue::Callout(callout) => Some((title_element(callout), word(callout))),
        _ => None,
    }
}

fn title_element(callout: &NodeCallout) -> &'static str {
    match callout.fold {
        CalloutFold::None => "p",
        CalloutFold::Collapsed | CalloutFold::Expanded => "summary",
    }
}

fn is_title(node: Node<'_>) -> bool {
    matches!(node.data().value, NodeValue::CalloutTitle)
}

fn word(callout: &NodeCallout) -> String {
    let word: String = callout
        .default_title()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_KIND)
        .collect();
    let is_word = word.contains(char::is_alphanumeric);
    if is_word { word } else { "Note".to_owned() }
}

fn look(kind: &str) -> &'static str {
    match kind {
        "tip" | "hint" | "success" | "check" | "done" => "tip",
        "important" | "question" | "help" | "faq" | "example" => "important",
        "warning" | "attention" | "todo" => "caution",
        // The strongest of GitHub's five.
        "caution" | "danger" | "error" | "failure" | "fail" | "missing" | "bug" => "danger",
        "quote" | "cite" => "quote",
        _ => "note",
    }
}
