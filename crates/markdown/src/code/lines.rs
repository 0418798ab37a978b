//! Lines of code: which are marked, by numbers behind the fence or by comments in the code, and which are hidden.

use super::options::Options;

/// Classes of lines.
pub(crate) const LINE: &str = "line";
pub(crate) const MARKED: &str = "marked";
pub(crate) const ADDED: &str = "added";
pub(crate) const REMOVED: &str = "removed";

/// Class of a block whose lines have numbers.
pub(crate) const NUMBERED: &str = "numbered";

/// Longest line that may be a mark, in bytes.
const MAX_MARK: usize = 200;

/// How a line is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Marked,
    Added,
    Removed,
}

/// A line of code with its end.
pub(super) struct CodeLine<'c> {
    pub(super) text: std::borrow::Cow<'c, str>,
    look: Option<Look>,
}

impl CodeLine<'_> {
    pub(super) fn classes(&self, is_numbered: bool) -> Option<String> {
        let look = self.look.map(|look| match look {
            Look::Marked => MARKED,
            Look::Added => ADDED,
            Look::Removed => REMOVED,
        });
        let line = (is_numbered || look.is_some()).then_some(LINE);
        let classes: Vec<&str> = line.into_iter().chain(look).collect();
        (!classes.is_empty()).then(|| classes.join(" "))
    }
}

/// What a comment in the code says of the lines around it.
enum Mark {
    Next,
    Start,
    End,
}

/// The lines of a block, without those that only mark others.
pub(super) fn lines<'c>(code: &'c str, options: &Options) -> Vec<CodeLine<'c>> {
    let hides = matches!(options.language.as_str(), "rust" | "rs");
    let marks = !matches!(options.language.as_str(), "markdown" | "md" | "mdx");
    let mut lines: Vec<CodeLine<'c>> = Vec::new();
    let (mut next, mut within) = (false, false);
    for text in code.split_inclusive('\n') {
        if hides && is_hidden(text) {
            continue;
        }
        // What is written about marks shows them.
        match mark(text).filter(|_| marks) {
            Some(Mark::Next) => next = true,
            Some(Mark::Start) => within = true,
            Some(Mark::End) => within = false,
            None => {
                let (text, own) = if marks { own_mark(text) } else { (text.into(), None) };
                let listed = look(options, lines.len() + 1);
                let marked = (next || within).then_some(Look::Marked);
                lines.push(CodeLine {
                    text,
                    look: own.or(listed).or(marked),
                });
                next = false;
            }
        }
    }
    lines
}

/// Lines that rustdoc and mdBook leave out: they only make an example compile.
fn is_hidden(line: &str) -> bool {
    let line = line.trim();
    line == "#" || line.starts_with("# ")
}

fn look(options: &Options, number: usize) -> Option<Look> {
    let is_in = |ranges: &[(usize, usize)]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&number));
    if is_in(&options.added) {
        Some(Look::Added)
    } else if is_in(&options.removed) {
        Some(Look::Removed)
    } else {
        is_in(&options.marked).then_some(Look::Marked)
    }
}

/// `// highlight-next-line` of Docusaurus, in a comment of any language, alone on its line.
fn mark(line: &str) -> Option<Mark> {
    if line.len() > MAX_MARK || !line.contains("highlight-") {
        return None;
    }
    let line = line
        .trim()
        .trim_start_matches(['{', '/', '*', '#', '<', '!', '-', ';', '%', ' ']);
    match line.trim_end_matches(['}', '/', '*', '>', '-', '%', ' ']) {
        "highlight-next-line" => Some(Mark::Next),
        "highlight-start" => Some(Mark::Start),
        "highlight-end" => Some(Mark::End),
        _ => None,
    }
}

/// `// [!code highlight]` of `VitePress` at the end of a line.
fn own_mark(line: &str) -> (std::borrow::Cow<'_, str>, Option<Look>) {
    let unchanged = (line.into(), None);
    let Some((before, mark)) = line.split_once("[!code ") else {
        return unchanged;
    };
    let Some((word, after)) = mark.split_once(']') else {
        return unchanged;
    };
    let look = match word.split(':').next().unwrap_or_default().trim() {
        "highlight" | "hl" | "focus" | "warning" | "error" => Look::Marked,
        "++" => Look::Added,
        "--" => Look::Removed,
        _ => return unchanged,
    };
    let comments = ["//", "#", "/*", "<!--", "--", ";", "%", "{/*"];
    let bare = before.trim_end();
    let Some(comment) = comments.into_iter().rev().find(|comment| bare.ends_with(comment)) else {
        return unchanged;
    };
    if !after.trim().trim_matches(['*', '/', '-', '>', '}', ' ']).is_empty() {
        return unchanged;
    }
    let code = bare.strip_suffix(comment).unwrap_or(bare).trim_end();
    let end = if line.ends_with('\n') { "\n" } else { "" };
    (format!("{code}{end}").into(), Some(look))
}
