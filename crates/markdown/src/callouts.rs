//! Callouts. `> [!NOTE]` of GitHub and Obsidian, with a title of its own and folded (`-`) or foldable (`+`); what [`super::dialects`] makes of other
//! programs' boxes, folded parts and tabs. The kind is from the author: it chooses one of the looks here, and its word, and nothing of it
//! reaches the HTML otherwise. A tab is shown under its label, after the one before it: nothing is hidden, and paper has it too.

use comrak::{
    Node,
    nodes::{CalloutFold, NodeCallout, NodeValue},
};

use super::{
    dialects::{DETAILS, TAB},
    inlines::{Emoji, plain_text},
    write::{Writer, escaped},
};

/// Classes for the look of a box.
pub(super) const LOOKS: [&str; 7] = ["note", "tip", "important", "caution", "danger", "quote", "folded"];

/// Longest kind that is shown as a word, in characters.
const MAX_KIND: usize = 40;

impl Writer<'_> {
    /// Begins a box, with its title if no title of the author's follows.
    pub(super) fn open_callout(&mut self, node: Node<'_>, callout: &NodeCallout) {
        let class = class(&callout.callout_type);
        let direction = self.direction(node);
        self.line();
        self.tag(&match callout.fold {
            CalloutFold::None => format!("<div class=\"{class}\"{direction}>\n"),
            CalloutFold::Collapsed => format!("<details class=\"{class}\"{direction}>\n"),
            CalloutFold::Expanded => format!("<details class=\"{class}\"{direction} open>\n"),
        });
        let has_title = node.first_child().is_some_and(|child| is_title(child));
        if !has_title {
            let Title { element, class, word } = title(callout);
            let word = escaped(&word);
            self.tag(&format!("<{element} class=\"{class}\">{word}</{element}>\n"));
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
        let Some((Title { element, class, word }, has_word)) = of_parent(node) else {
            return;
        };
        self.line();
        self.tag(&format!("<{element} class=\"{class}\">"));
        if has_word && !plain_text(node, Emoji::Sign).trim().eq_ignore_ascii_case(&word) {
            self.tag(&format!("<span class=\"callout-kind\">{}</span> ", escaped(&word)));
        }
    }

    pub(super) fn close_callout_title(&mut self, node: Node<'_>) {
        if let Some((Title { element, .. }, _)) = of_parent(node) {
            self.tag(&format!("</{element}>\n"));
        }
    }
}

/// How the title of a box is written.
struct Title {
    element: &'static str,
    class: &'static str,
    /// The word of its kind.
    word: String,
}

/// The title of the box around a node, and whether the word of its kind stands before it.
fn of_parent(node: Node<'_>) -> Option<(Title, bool)> {
    match &node.parent()?.data().value {
        NodeValue::Callout(callout) => Some((title(callout), !matches!(callout.callout_type.as_str(), TAB | DETAILS))),
        _ => None,
    }
}

fn title(callout: &NodeCallout) -> Title {
    Title {
        element: match callout.fold {
            CalloutFold::None => "p",
            CalloutFold::Collapsed | CalloutFold::Expanded => "summary",
        },
        class: if callout.callout_type == TAB {
            "tab-title"
        } else {
            "callout-title"
        },
        word: word(callout),
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

fn class(kind: &str) -> String {
    if kind == TAB {
        TAB.to_owned()
    } else {
        format!("callout {}", look(kind))
    }
}

fn look(kind: &str) -> &'static str {
    match kind {
        "tip" | "hint" | "success" | "check" | "done" | "good" => "tip",
        "important" | "question" | "help" | "faq" | "example" => "important",
        "warning" | "attention" | "todo" | "alert" | "notice" | "security" => "caution",
        // The strongest of GitHub's five.
        "caution" | "danger" | "error" | "failure" | "fail" | "missing" | "bug" => "danger",
        "quote" | "cite" => "quote",
        DETAILS => "folded",
        _ => "note",
    }
}
