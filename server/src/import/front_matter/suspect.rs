//! Do lines that are no front matter look like it? A fence of another kind, keys without any fence, a comment that holds keys: whoever wrote
//! them meant something by it, and a file whose access is not understood is refused, not guessed at.

use super::{
    access, text,
    text::Fence,
    words::{self, Word},
};
use crate::import::wrong::Wrong;

/// Most lines that are looked at: front matter stands at the beginning.
const MOST_LINES: usize = 80;

/// How sure a line has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// At the very start of a file any value counts.
    AnyValue,
    /// Below a heading or behind front matter, where prose may stand, only a plain yes or no.
    PlainValue,
}

/// Looks at a file that begins without front matter; `number` is the number of the first of the lines.
///
/// # Errors
/// [`Wrong`]: what looks like it.
pub(super) fn check_start<'a>(lines: impl Iterator<Item = &'a str>, number: usize) -> Result<(), Wrong> {
    check(lines, number, Care::AnyValue)
}

/// Looks at the text behind front matter.
///
/// # Errors
/// [`Wrong`]: what looks like a second one.
pub(super) fn check_body<'a>(lines: impl Iterator<Item = &'a str>, number: usize) -> Result<(), Wrong> {
    check(lines, number, Care::PlainValue)
}

/// Looks at a comment before the text.
///
/// # Errors
/// [`Wrong`]: what in it looks like front matter.
pub(super) fn check_comment<'a>(lines: impl Iterator<Item = &'a str>, number: usize) -> Result<(), Wrong> {
    for (number, line) in (number..).zip(lines.take(MOST_LINES)) {
        check_line(line, number, Care::AnyValue)?;
        let word = text::bare(line);
        if words::is_kept(word) || matches!(words::plain(word).as_str(), "draft" | "internal" | "hidden" | "secret") {
            return Err(refused(number, word));
        }
    }
    Ok(())
}

fn check<'a>(lines: impl Iterator<Item = &'a str>, number: usize, care: Care) -> Result<(), Wrong> {
    let lines: Vec<_> = (number..)
        .zip(lines.take(MOST_LINES))
        .filter(|(_, line)| !text::is_blank(line))
        .collect();
    block(&lines, care)?;
    if let Some(heading) = end_of_heading(&lines) {
        block(lines.get(heading..).unwrap_or_default(), Care::PlainValue)?;
    }
    Ok(())
}

/// The first of the lines behind a heading that they begin with.
fn end_of_heading(lines: &[(usize, &str)]) -> Option<usize> {
    let (first, second) = (lines.first()?.1, lines.get(1).map_or("", |line| line.1));
    let is_underline = |line: &str| {
        let line = line.trim();
        !line.is_empty() && (line.bytes().all(|byte| byte == b'=') || line.bytes().all(|byte| byte == b'-'))
    };
    let is_atx =
        first.trim_start().trim_start_matches('#').starts_with([' ', '\t']) && first.trim_start().starts_with('#');
    if is_atx {
        Some(1)
    } else {
        is_underline(second).then_some(2)
    }
}

/// Looks at keys in a row, whatever fence stands around them.
fn block(lines: &[(usize, &str)], care: Care) -> Result<(), Wrong> {
    let Some((number, first)) = lines.first() else {
        return Ok(());
    };
    let fence = text::fence(first);
    let inside = lines.get(usize::from(fence.is_some())..).unwrap_or_default();
    let is_keys = inside.first().is_some_and(|(_, line)| text::begins_with_key(line));
    if fence == Some(Fence::Edge) && is_keys && care == Care::AnyValue {
        let message = format!(
            "begins like front matter, but `{}` is no line that front matter begins with: write `---` above and below lines of YAML",
            text::trimmed(first).chars().take(20).collect::<String>()
        );
        return Err(Wrong { line: *number, message });
    }
    let mut care = care;
    for (index, (number, line)) in inside.iter().enumerate() {
        let is_end = index > 0 && fence.is_some() && text::fence(line).is_some();
        if is_end {
            break;
        }
        check_line(line, *number, care)?;
        let is_pair = text::pairs(line).next().is_some() || text::bare(line).is_empty();
        let is_comment = fence.is_some() && line.trim_start().starts_with('#');
        if !is_pair && !is_comment && !text::continues(line) {
            if index > 0 || fence.is_some() {
                break;
            }
            // One line of another kind may stand above: `yaml`, or a name for what follows.
            care = Care::PlainValue;
        }
    }
    Ok(())
}

fn check_line(line: &str, number: usize, care: Care) -> Result<(), Wrong> {
    // The rows of a table hold words of any kind.
    let care = if text::trimmed(line).starts_with('|') {
        Care::PlainValue
    } else {
        care
    };
    let says = |(key, value): (&str, &str)| match care {
        Care::AnyValue => says_something(key, value),
        Care::PlainValue => access::says_kept(key, value) || says_draft(key, value),
    };
    match text::pairs(line).find(|pair| says(*pair)) {
        Some(_) => Err(refused(number, text::trimmed(line))),
        None => Ok(()),
    }
}

fn says_something(key: &str, value: &str) -> bool {
    match words::about_path(key) {
        Some(Word::Private | Word::Kept) => !words::is_no(value),
        Some(Word::ForWhom) => {
            !(words::is_everybody(value) || words::plain(key).starts_with("share") && words::is_no(value))
        }
        Some(Word::Open) => !words::is_yes(value),
        Some(Word::Status) => words::is_kept(value) || words::is_unfinished(value),
        Some(Word::Draft | Word::Published) => says_draft(key, value),
        Some(_) => false,
        None => ["groups", "group", "owner"].contains(&words::plain(key).as_str()) || is_slip(key),
    }
}

fn says_draft(key: &str, value: &str) -> bool {
    match words::about_path(key) {
        Some(Word::Draft) => words::is_yes(value),
        Some(Word::Published) => words::is_no(value),
        _ => false,
    }
}

/// `pirvate`
fn is_slip(key: &str) -> bool {
    strsim::osa_distance("private", &words::plain(key)) <= 1
}

fn refused(line: usize, said: &str) -> Wrong {
    let said: String = said.chars().take(60).collect();
    Wrong {
        line,
        message: format!(
            "`{said}` looks like front matter, but stands in none that is understood: write it as YAML between two lines `---` at the very start, or take it out"
        ),
    }
}
