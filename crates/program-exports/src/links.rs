//! Replaces the targets of links in a Markdown text, outside code, and leaves every other byte as it is. What a target becomes is the caller's
//! decision; one that leads to nothing of the export stays.

use std::fmt::Write as _;

use domain::{relative_path::resolve, text::nfc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a path in a link has as it is.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A path as the target of a link.
pub(crate) fn encoded(path: &str) -> String {
    utf8_percent_encode(path, &PLAIN).to_string()
}

/// The path of `to`, seen from a file at `from`.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let mut from: Vec<&str> = from.split('/').collect();
    from.pop();
    let mut to: Vec<&str> = to.split('/').collect();
    let same = from
        .iter()
        .zip(&to)
        .take_while(|(a, b)| a == b)
        .count()
        .min(to.len() - 1);
    let up = from.len() - same;
    to.drain(..same);
    format!("{}{}", "../".repeat(up), to.join("/"))
}

/// The files of an export that a target may mean, seen from the file `from`, the likeliest first, and the part behind `#`, with it. None for targets
/// elsewhere and in the same file.
pub(crate) fn candidates(from: &str, target: &str) -> (Vec<String>, String) {
    let (path, fragment) = match target.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (target, String::new()),
    };
    if path.is_empty() || path.starts_with('/') || has_scheme(path) {
        return (Vec::new(), fragment);
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let without_query = path.split('?').next().unwrap_or_default();
    let decoded = |path: &str| {
        percent_decode_str(path)
            .decode_utf8()
            .map(|path| nfc(path.into_owned()))
            .ok()
    };
    let mut found = Vec::new();
    for path in [decoded(path), Some(nfc(path)), decoded(without_query)]
        .into_iter()
        .flatten()
    {
        if let Some(path) = below(folder, &path).or_else(|| below("", &path))
            && !found.contains(&path)
        {
            found.push(path);
        }
    }
    (found, fragment)
}

/// A file at `target` seen from `folder`; `None` if that leads out of the export.
fn below(folder: &str, target: &str) -> Option<String> {
    resolve(folder, target).filter(|path| !path.is_empty())
}

/// Whether an address begins with a scheme, such as `https:` (RFC 3986 §3.1).
pub(crate) fn has_scheme(address: &str) -> bool {
    let Some((scheme, _)) = address.split_once(':') else {
        return false;
    };
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    scheme.len() > 1 && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic()) && scheme.chars().all(is_letter)
}

/// A link as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link<'t> {
    /// Its words, with marks.
    pub(crate) words: &'t str,
    /// Its target, as it is written.
    pub(crate) target: &'t str,
    /// Its title, with quotes; mostly empty.
    pub(crate) title: &'t str,
    /// Whether it shows a picture.
    pub(crate) is_picture: bool,
    /// Line, from 1.
    pub(crate) line: usize,
}

/// The text with other links: `replace` returns all of a link as it is to be written, or `None` if it stays.
pub(crate) fn replace(text: &str, replace: &mut dyn FnMut(Link<'_>) -> Option<String>) -> String {
    let mut written = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    for (line, content) in (1..).zip(text.split_inclusive('\n')) {
        let trimmed = content.trim_start().trim_start_matches("> ");
        let marks = fence_of(trimmed);
        match (fence, marks) {
            (None, Some(marks)) => fence = Some(marks),
            (Some(open), Some(marks)) if marks.starts_with(open) && trimmed.trim() == marks => fence = None,
            (None, None) => {
                in_line(content, line, &mut written, replace);
                continue;
            }
            _ => {}
        }
        written.push_str(content);
    }
    written
}

/// The marks by which a line begins or ends a block of code.
pub(crate) fn fence_of(line: &str) -> Option<&str> {
    ['`', '~'].into_iter().find_map(|mark| {
        let length = line.len() - line.trim_start_matches(mark).len();
        (length >= 3).then(|| line.get(..length)).flatten()
    })
}

fn in_line(line: &str, number: usize, written: &mut String, replace: &mut dyn FnMut(Link<'_>) -> Option<String>) {
    let mut rest = line;
    // Where the last `[` was written, with whether a `!` stands before it.
    let mut open: Vec<(usize, bool)> = Vec::new();
    while let Some(letter) = rest.chars().next() {
        let mut step = letter.len_utf8();
        match letter {
            '\\' => {
                step += rest
                    .get(1..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(0, char::len_utf8);
            }
            '`' => step = code_span(rest),
            '[' => {
                let is_picture = written.ends_with('!') && !written.ends_with("\\!");
                open.push((written.len(), is_picture));
            }
            ']' => {
                if let (Some((begin, is_picture)), Some((target, title, length))) =
                    (open.pop(), rest.strip_prefix("](").and_then(destination))
                {
                    let words = written.get(begin + 1..).unwrap_or_default().to_owned();
                    let found = Link {
                        words: &words,
                        target,
                        title,
                        is_picture,
                        line: number,
                    };
                    if let Some(new) = replace(found) {
                        written.truncate(begin - usize::from(is_picture));
                        written.push_str(&new);
                        rest = rest.get(2 + length..).unwrap_or_default();
                        continue;
                    }
                }
            }
            _ => {}
        }
        written.push_str(rest.get(..step).unwrap_or(rest));
        rest = rest.get(step..).unwrap_or_default();
    }
}

/// Length of the code that begins with a backtick; of the backticks alone, if it does not end on the line.
fn code_span(rest: &str) -> usize {
    let marks = rest.len() - rest.trim_start_matches('`').len();
    let mut at = marks;
    while let Some(next) = rest.get(at..).and_then(|rest| rest.find('`')) {
        let run = rest.get(at + next..).unwrap_or_default();
        let length = run.len() - run.trim_start_matches('`').len();
        if length == marks {
            return at + next + length;
        }
        at += next + length;
    }
    marks
}

/// The target and title behind `](`, and the length of all, the closing parenthesis included.
fn destination(rest: &str) -> Option<(&str, &str, usize)> {
    let (target, behind) = if let Some(bracketed) = rest.strip_prefix('<') {
        let end = bracketed.find('>')?;
        (bracketed.get(..end)?, bracketed.get(end + 1..)?)
    } else {
        let mut depth = 0_usize;
        let end = rest.find(|letter: char| {
            match letter {
                '(' => depth += 1,
                ')' if depth == 0 => return true,
                ')' => depth -= 1,
                letter => return letter.is_whitespace(),
            }
            false
        })?;
        (rest.get(..end)?, rest.get(end..)?)
    };
    let title = behind.trim_start();
    let (title, behind) = if title.starts_with('"') {
        let end = title.get(1..)?.find('"')? + 2;
        (title.get(..end)?, title.get(end..)?)
    } else {
        ("", title)
    };
    let behind = behind.trim_start().strip_prefix(')')?;
    Some((target, title, rest.len() - behind.len()))
}

/// A link as Markdown. The words are Markdown already.
pub(crate) fn written(is_picture: bool, words: &str, target: &str) -> String {
    let mut link = String::new();
    let mark = if is_picture { "!" } else { "" };
    // Writing to a string cannot fail.
    let _ = write!(link, "{mark}[{words}]({target})");
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upper(text: &str) -> String {
        replace(text, &mut |link| {
            crate::names::has_ending(link.target, "md")
                .then(|| written(link.is_picture, link.words, &link.target.to_uppercase()))
        })
    }

    #[test]
    fn im_9_targets_are_replaced_and_nothing_else_is() {
        for (text, expected) in [
            ("[a](b.md) [c](d.txt)", "[a](B.MD) [c](d.txt)"),
            ("x [a (b)](b%20(c).md) y\n", "x [a (b)](B%20(C).MD) y\n"),
            ("[a](<b c.md>) ![i](i.md \"t\")", "[a](B C.MD) ![i](I.MD)"),
            ("[![i](i.md)](p.md)", "[![i](I.MD)](P.MD)"),
            (
                "`[a](b.md)` ``[a](`b.md)`` \\[a](b.md)",
                "`[a](b.md)` ``[a](`b.md)`` \\[a](b.md)",
            ),
            (
                "```\n[a](b.md)\n~~~\n```\n[a](b.md)",
                "```\n[a](b.md)\n~~~\n```\n[a](B.MD)",
            ),
            ("[a](b.md\n[", "[a](b.md\n["),
            ("[ü](ü.md) €", "[ü](Ü.MD) €"),
        ] {
            assert_eq!(upper(text), expected, "{text:?}");
        }
    }

    #[test]
    fn im_9_links_lead_from_file_to_file() {
        for (from, to, expected) in [
            ("a.md", "b.md", "b.md"),
            ("x/a.md", "b.md", "../b.md"),
            ("x/a.md", "x/y/b.md", "y/b.md"),
            ("x/y/a.md", "x/z/b.md", "../z/b.md"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} {to}");
        }
        let found = |target| candidates("Team/Plan.md", target);
        let (files, fragment) = found("uploads/a%20b.png#x");
        assert_eq!((files[0].as_str(), fragment.as_str()), ("Team/uploads/a b.png", "#x"));
        assert_eq!(found("../../x").0, Vec::<String>::new());
        assert!(
            found("https://a.example/b").0.is_empty() && found("mention://x").0.is_empty() && found("#a").0.is_empty()
        );
    }
}
