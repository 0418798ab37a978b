//! What the name of a block means, in whichever notation it is written. One place decides about each construct.

use super::{arguments::Arguments, openings::Output};

/// The kind of callout that is one tab of several.
pub(crate) const TAB: &str = "tab";

/// The kind of callout that has no word of its own.
pub(crate) const DETAILS: &str = "details";

/// Longest title, in characters.
const MAX_TITLE: usize = 200;

/// Kinds of boxes that some program knows, sorted.
const KINDS: [&str; 43] = [
    "abstract",
    "alert",
    "attention",
    "bug",
    "caution",
    "check",
    "cite",
    "custom",
    "danger",
    "done",
    "error",
    "example",
    "fail",
    "failure",
    "faq",
    "good",
    "help",
    "hint",
    "important",
    "info",
    "information",
    "missing",
    "note",
    "notice",
    "question",
    "quote",
    "security",
    "seealso",
    "success",
    "summary",
    "tip",
    "tldr",
    "todo",
    "version",
    "warn",
    "warning",
    "announcement",
    "aside",
    "primary",
    "secondary",
    "default",
    "light",
    "dark",
];

/// Blocks whose first argument is the kind of box.
const BOXES: [&str; 9] = [
    "hint",
    "callout",
    "notice",
    "admonition",
    "alert",
    "aside",
    "infobox",
    "message",
    "banner",
];

/// Blocks that are folded.
const FOLDED: [&str; 8] = [
    "details",
    "expand",
    "expandable",
    "collapse",
    "accordion",
    "spoiler",
    "toggle",
    "collapsible",
];

/// One tab of several.
const TABS: [&str; 4] = ["tab", "tabitem", "tab-item", "tabpanel"];

/// Blocks that only arrange what is in them.
const ARRANGE: [&str; 36] = [
    "tabs",
    "tabpane",
    "tabs-nav",
    "tabset",
    "tab-set",
    "panel-tabset",
    "code-group",
    "codegroup",
    "code-tabs",
    "columns",
    "column",
    "cols",
    "col",
    "row",
    "grid",
    "steps",
    "step",
    "stepper",
    "cards",
    "card",
    "cardgroup",
    "accordiongroup",
    "accordion-group",
    "section",
    "div",
    "center",
    "raw-html",
    "v-pre",
    "zone",
    "moniker",
    "frame",
    "content-ref",
    "code",
    "container",
    "update",
    "column-margin",
];

/// Components of MDX that are blocks here.
const COMPONENTS: [&str; 25] = [
    "<Tab",
    "<Code",
    "<Note",
    "<Tip",
    "<Info",
    "<Warn",
    "<Danger",
    "<Caution",
    "<Callout",
    "<Admonition",
    "<Aside",
    "<Accordion",
    "<Expand",
    "<Col",
    "<Row",
    "<Grid",
    "<Step",
    "<Card",
    "<Details",
    "<Check",
    "<Important",
    "<Frame",
    "<Hint",
    "<Alert",
    "<Update",
];

/// What a block means.
pub(super) struct Meaning {
    pub(super) output: Output,
    /// The name is one of those above.
    pub(super) is_known: bool,
}

/// Whether a text may hold a component that is a block here.
pub(super) fn has_component(source: &str) -> bool {
    COMPONENTS.iter().any(|component| source.contains(component))
}

pub(super) fn is_kind(name: &str) -> bool {
    KINDS.contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// What a block with a name and arguments means; `any` where every name is a box.
pub(super) fn meaning(arguments: &Arguments<'_>, any: bool) -> Option<Meaning> {
    let lower = arguments.name.to_ascii_lowercase();
    // Quarto writes `callout-note`.
    let name = lower.strip_prefix("callout-").unwrap_or(&lower);
    let known = |output| Some(Meaning { output, is_known: true });
    let first = arguments.plain.first().copied();
    if TABS.contains(&name) {
        let label = arguments.title().or(arguments.named(&["value"])).or(first);
        return known(Output::Box(header(TAB, "", label.unwrap_or("Tab"))));
    }
    if FOLDED.contains(&name) {
        return known(Output::Box(header(
            DETAILS,
            "-",
            arguments.title().or(first).unwrap_or("Details"),
        )));
    }
    if ARRANGE.contains(&name) {
        return known(Output::Content);
    }
    if name == "highlight" {
        let options = arguments.plain.get(1).copied().unwrap_or_default();
        let language = first.unwrap_or_default();
        return known(Output::Code(format!("{language} {options}").trim().to_owned()));
    }
    if name == "mermaid" || name == "math" {
        return known(Output::Code(name.to_owned()));
    }
    if BOXES.contains(&name) {
        let given = arguments.named(&["type", "style", "color", "variant", "intent", "kind"]);
        let kind = given.or(first).filter(|kind| is_name(kind));
        let second = if given.is_some() {
            first
        } else {
            arguments.plain.get(1).copied()
        };
        let title = arguments.title().or(second).unwrap_or_default();
        return known(Output::Box(header(kind.unwrap_or("note"), "", title)));
    }
    if is_kind(name) {
        let title = arguments.title().or(first.filter(|_| !any)).unwrap_or_default();
        return known(Output::Box(header(name, "", title)));
    }
    (any && is_name(name)).then(|| Meaning {
        output: Output::Box(header(arguments.name, "", arguments.title().unwrap_or_default())),
        is_known: false,
    })
}

/// What a directive of one line becomes.
pub(super) fn line(arguments: &Arguments<'_>) -> Output {
    let source = arguments
        .named(&["source"])
        .filter(|source| !source.contains(['<', '>', '\\']));
    match source {
        Some(source) if arguments.name == "image" => {
            let alternative = arguments
                .named(&["alt-text"])
                .unwrap_or_default()
                .replace(['[', ']', '\\'], " ");
            Output::Text(format!("![{alternative}](<{source}>)"))
        }
        Some(_) => Output::Removed,
        // Only arranges what is around it.
        None => Output::Text(String::new()),
    }
}

/// The first line of a callout.
pub(super) fn header(kind: &str, fold: &str, title: &str) -> String {
    let kind = match kind.to_ascii_lowercase().as_str() {
        "warn" => "warning".to_owned(),
        "primary" | "secondary" | "default" | "light" | "dark" | "custom" | "information" | "aside" => {
            "info".to_owned()
        }
        _ => kind.to_owned(),
    };
    let title: String = title.chars().filter(|c| !c.is_control()).take(MAX_TITLE).collect();
    let title = title.trim();
    if title.is_empty() {
        return format!("[!{kind}]{fold}");
    }
    // What begins a list, heading or quote is a title here.
    let begins = title.starts_with(['#', '>', '-', '+', '*', '=', '|', ':', '~', '`']) && !is_marked(title);
    let escape = if begins { "\\" } else { "" };
    format!("[!{kind}]{fold} {escape}{title}")
}

/// Whether a title begins with emphasis or code.
fn is_marked(title: &str) -> bool {
    let mut chars = title.chars();
    let sign = chars.next();
    let next = chars.next();
    matches!(sign, Some('*' | '`' | '~' | '=' | ':'))
        && next.is_some_and(|c| !c.is_whitespace())
        && !title.starts_with("```")
        && !title.starts_with("~~~")
}
