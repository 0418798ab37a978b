//! Which line opens a block of another program, and which closes it. One arm for each notation; what a name means is in [`super::names`].

use super::{
    arguments::Arguments,
    names::{self, Meaning},
};

/// Longest line that opens a block, in bytes.
const MAX_LINE: usize = 1_000;

/// What a block becomes.
pub(super) enum Output {
    /// A callout; its first line after the mark of the quote.
    Box(String),
    /// What is in it, without a frame.
    Content,
    /// Code in the language.
    Code(String),
    /// A line of text.
    Text(String),
    /// Nothing.
    Removed,
}

/// Where the body of a block is.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// In the lines below that are indented by four columns.
    Indented,
    /// Up to the line of this index.
    Until(usize),
    /// Nowhere.
    None,
}

/// What closes a block.
#[derive(PartialEq, Eq)]
pub(super) enum Closing {
    /// So many colons, or more.
    Colons(usize),
    /// A tag, in the notation of its program.
    Tag(String),
}

impl Closing {
    pub(super) fn is_closed_by(&self, close: &Self) -> bool {
        match (self, close) {
            (Self::Colons(open), Self::Colons(close)) => close >= open,
            _ => self == close,
        }
    }

    pub(super) fn may_be_missing(&self) -> bool {
        matches!(self, Self::Colons(_))
    }
}

/// A block with its end.
pub(super) struct Opening {
    pub(super) output: Output,
    pub(super) body: Body,
    /// Whether the common indentation of the body means nothing.
    pub(super) dedents: bool,
}

/// A line that opens a block, if its end is found.
pub(super) struct Start {
    pub(super) output: Output,
    pub(super) closing: Option<Closing>,
    /// The line is all of it.
    pub(super) is_single: bool,
    /// The name is one of the known.
    pub(super) is_known: bool,
    /// Opens a block even if nothing is in it.
    pub(super) is_certain: bool,
}

/// A quick look: without any of these there is nothing to rewrite.
pub(super) fn may_occur(source: &str) -> bool {
    let signs = [
        "!!! ", "??? ", "???+ ", "=== \"", "===", ":::", "{{<", "{{%", "{% ", "{%- ",
    ];
    signs.iter().any(|sign| source.contains(sign)) || source.contains('<') && names::has_component(source)
}

/// What a line opens; `text` is without the spaces around it.
pub(super) fn start(text: &str) -> Option<Start> {
    if text.len() > MAX_LINE {
        return None;
    }
    match text.as_bytes().first()? {
        b'!' | b'?' => admonition(text),
        b'=' => content_tab(text),
        b':' => directive(text),
        b'{' | b'<' => tag(text),
        _ => None,
    }
}

/// What a line closes.
pub(super) fn closing(text: &str) -> Option<Closing> {
    if text.len() > MAX_LINE {
        return None;
    }
    if text.len() >= 3 && text.bytes().all(|byte| byte == b':') {
        return Some(Closing::Colons(text.len()));
    }
    let inside = notation(text)?;
    let name = match inside.opens {
        "{%" => inside.text.strip_prefix("end")?,
        _ => inside.text.strip_prefix('/')?,
    };
    let name = name.trim();
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/'));
    is_name.then(|| Closing::Tag(key(inside.opens, name)))
}

/// `!!! kind other-class "Title"`, `???` folded, `???+` unfolded.
fn admonition(text: &str) -> Option<Start> {
    let (fold, rest) = [("!!! ", ""), ("???+ ", "+"), ("??? ", "-")]
        .into_iter()
        .find_map(|(sign, fold)| Some((fold, text.strip_prefix(sign)?)))?;
    let (words, title) = match rest.split_once('"') {
        Some((words, quoted)) => (words, Some(quoted.trim_end().strip_suffix('"')?)),
        None => (rest, None),
    };
    let mut words = words.split_whitespace();
    let kind = words.next().filter(|kind| names::is_name(kind))?;
    if !words.all(names::is_name) {
        return None;
    }
    Some(Start {
        output: Output::Box(names::header(kind, fold, title.unwrap_or_default())),
        closing: None,
        is_single: false,
        is_known: names::is_kind(kind),
        is_certain: title.is_some(),
    })
}

/// `=== "Label"`.
fn content_tab(text: &str) -> Option<Start> {
    let label = text.strip_prefix("===")?;
    let label = label.strip_prefix(['!', '+']).unwrap_or(label);
    let label = label.strip_prefix(' ')?.trim().strip_prefix('"')?.strip_suffix('"')?;
    Some(Start {
        output: Output::Box(names::header(names::TAB, "", label)),
        closing: None,
        is_single: false,
        is_known: true,
        is_certain: true,
    })
}

/// `:::name …`, with as many colons as one likes.
fn directive(text: &str) -> Option<Start> {
    let info = text.trim_start_matches(':');
    let length = text.len() - info.len();
    if length < 3 || info.trim().is_empty() {
        return None;
    }
    let single = |output| {
        Some(Start {
            output,
            closing: None,
            is_single: true,
            is_known: true,
            is_certain: true,
        })
    };
    if let Some(line) = info.strip_suffix(":::") {
        return single(names::line(&Arguments::of_tag(line.trim_end_matches(':').trim())?));
    }
    let arguments = Arguments::of_directive(info.trim())?;
    if arguments.name.ends_with("-end") {
        return single(names::line(&arguments));
    }
    // What mkdocstrings writes about `package.module`; its options are indented.
    if arguments.name.contains('.') && info.trim() == arguments.name {
        return Some(Start {
            output: Output::Removed,
            closing: None,
            is_single: false,
            is_known: true,
            is_certain: true,
        });
    }
    let Meaning { output, is_known } = names::meaning(&arguments, true)?;
    Some(Start {
        output,
        closing: Some(Closing::Colons(length)),
        is_single: false,
        is_known,
        is_certain: true,
    })
}

/// A paired tag alone on its line.
fn tag(text: &str) -> Option<Start> {
    let inside = notation(text)?;
    if inside.text.ends_with('/') || inside.text.starts_with('/') {
        return None;
    }
    let arguments = Arguments::of_tag(inside.text)?;
    let Meaning { output, is_known } = names::meaning(&arguments, false)?;
    Some(Start {
        output,
        closing: Some(Closing::Tag(key(inside.opens, arguments.name))),
        is_single: false,
        is_known,
        is_certain: true,
    })
}

/// A tag in the notation of its program: how it opens, and what is in it.
struct Notation<'t> {
    opens: &'static str,
    text: &'t str,
}

fn notation(text: &str) -> Option<Notation<'_>> {
    let pairs = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("<", ">")];
    let (opens, closes) = pairs.into_iter().find(|(opens, _)| text.starts_with(opens))?;
    let inside = text.strip_prefix(opens)?.strip_suffix(closes)?;
    // Another tag on the same line.
    if inside.contains(opens)
        || opens == "<"
            && !inside
                .trim_start_matches('/')
                .starts_with(|c: char| c.is_ascii_uppercase())
    {
        return None;
    }
    let text = inside.trim_start_matches('-').trim_end_matches('-').trim();
    (!text.is_empty()).then_some(Notation { opens, text })
}

fn key(opens: &str, name: &str) -> String {
    format!("{opens}{}", name.to_ascii_lowercase())
}
