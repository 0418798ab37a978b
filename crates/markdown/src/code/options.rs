//! What authors state behind the fence of a block, in the notation of their program.

/// Longest name of a language, and longest title, in characters.
const MAX_LANGUAGE: usize = 20;
const MAX_TITLE: usize = 200;

/// Most ranges of marked lines.
const MAX_RANGES: usize = 100;

/// How a block is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// In lower case; empty if none is stated.
    pub(super) language: String,
    pub(super) title: Option<String>,
    pub(super) is_numbered: bool,
    /// First and last line, from 1.
    pub(super) marked: Vec<(usize, usize)>,
    pub(super) added: Vec<(usize, usize)>,
    pub(super) removed: Vec<(usize, usize)>,
}

impl Options {
    /// Reads `js {1,3-5} title="a.js" showLineNumbers`, `{.py hl_lines="1" linenums="1"}` and their like.
    pub(super) fn read(info: &str) -> Self {
        let info = info.trim();
        let end = info
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '[' | ':'))
            .unwrap_or(info.len());
        let (language, rest) = info.split_at_checked(end).unwrap_or((info, ""));
        let language = language
            .to_ascii_lowercase()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "+#-".contains(*c))
            .take(MAX_LANGUAGE)
            .collect();
        Self {
            language,
            title: title(rest),
            is_numbered: is_numbered(rest),
            marked: marked(rest),
            added: value(rest, "ins").map(ranges).unwrap_or_default(),
            removed: value(rest, "del").map(ranges).unwrap_or_default(),
        }
    }
}

/// The value of `name=…`: in quotes, brackets or braces, or one word.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(name) {
        let at = from + found;
        from = at + name.len();
        let is_word = !text
            .get(..at)?
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let Some(rest) = text
            .get(from..)?
            .trim_start()
            .strip_prefix(['=', ':'])
            .filter(|_| is_word)
        else {
            continue;
        };
        let rest = rest.trim_start();
        let closing = match rest.chars().next()? {
            quote @ ('"' | '\'') => quote,
            '[' => ']',
            '{' => '}',
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, '}' | ','))
                    .unwrap_or(rest.len());
                return rest.get(..end);
            }
        };
        return rest.get(1..)?.split_once(closing).map(|(value, _)| value);
    }
    None
}

/// `title="a.js"` and its like, `[a.js]` of `VitePress`.
fn title(text: &str) -> Option<String> {
    let named = ["title", "filename", "file", "caption", "name"]
        .iter()
        .find_map(|name| value(text, name));
    let bracketed = || {
        text.trim_start()
            .strip_prefix('[')
            .and_then(|inside| Some(inside.split_once(']')?.0))
    };
    let title = named.or_else(bracketed)?;
    let title: String = title
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_TITLE)
        .collect();
    (!title.is_empty()).then_some(title)
}

/// Numbers that begin elsewhere than at 1 are left out: wrong ones are worse than none.
fn is_numbered(text: &str) -> bool {
    let begins_elsewhere = [
        "startLineNumber",
        "linenostart",
        "startFrom",
        "start",
        "linenums",
        "showLineNumbers",
    ]
    .iter()
    .any(|name| value(text, name).is_some_and(|from| from.trim().parse::<usize>().is_ok_and(|from| from != 1)));
    let names = [
        "linenums",
        "linenos",
        "showLineNumbers",
        "line-numbers",
        "lineNumbers",
        "numberLines",
    ];
    let is_on = names.iter().any(|name| {
        let is_off = value(text, name).is_some_and(|value| matches!(value.trim(), "false" | "no" | "off"));
        text.contains(name) && !is_off && !text.contains(&format!("no-{name}"))
    });
    is_on && !begins_elsewhere
}

/// `{1,3-5}`, `hl_lines="1 3-5"`, `mark={1}`.
fn marked(text: &str) -> Vec<(usize, usize)> {
    let named = ["hl_lines", "highlight", "mark", "emphasize-lines"]
        .iter()
        .find_map(|name| value(text, name));
    let braced = || {
        let mut groups = text
            .split('{')
            .skip(1)
            .filter_map(|group| Some(group.split_once('}')?.0.trim()));
        groups.find(|group| group.starts_with(|c: char| c.is_ascii_digit()))
    };
    named.or_else(braced).map(ranges).unwrap_or_default()
}

fn ranges(text: &str) -> Vec<(usize, usize)> {
    let words = text
        .split(|c: char| !(c.is_ascii_digit() || c == '-'))
        .filter(|word| !word.is_empty());
    let ranges = words.take(MAX_RANGES).filter_map(|word| {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    ranges.collect()
}
