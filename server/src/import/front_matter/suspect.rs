//! Finds lines that look like front matter and are none. A fence of another kind, keys without any fence, a comment that holds keys: whoever wrote
//! them meant something by it, and a file whose access is not understood is refused, not guessed at.

use super::{
    access,
    banner::{self, Kind},
    hints, text,
    text::Fence,
    words::{self, Word},
};
use crate::import::file_error::FileError;

/// Most lines that are looked at: front matter stands at the beginning.
const MOST_LINES: usize = 80;

/// Most lines of another kind that may stand among keys: a title, an author.
const MOST_OTHERS: usize = 3;

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
/// [`FileError`]: what looks like it.
pub(super) fn check_start<'a>(lines: impl Iterator<Item = &'a str>, number: usize) -> Result<(), FileError> {
    check(lines, number, Care::AnyValue, true)
}

/// Looks at the text behind front matter; `is_decided` if the front matter restricts its readers.
///
/// # Errors
/// [`FileError`]: what looks like a second one.
pub(super) fn check_body<'a>(
    lines: impl Iterator<Item = &'a str>,
    number: usize,
    is_decided: bool,
) -> Result<(), FileError> {
    check(lines, number, Care::PlainValue, !is_decided)
}

/// Looks at a comment before the text.
///
/// # Errors
/// [`FileError`]: what in it looks like front matter.
pub(super) fn check_comment<'a>(lines: impl Iterator<Item = &'a str>, number: usize) -> Result<(), FileError> {
    for (number, line) in (number..).zip(lines.take(MOST_LINES)) {
        let line = line.replace("{% comment %}", " ").replace("{% endcomment %}", " ");
        check_line(&line, number, Care::AnyValue)?;
        let inside = text::bare(&line);
        if banner::restricts_readers(inside, Kind::Text) {
            return Err(refused(number, inside));
        }
    }
    Ok(())
}

fn check<'a>(lines: impl Iterator<Item = &'a str>, number: usize, care: Care, is_open: bool) -> Result<(), FileError> {
    let lines: Vec<_> = (number..)
        .zip(lines.take(MOST_LINES))
        .filter(|(_, line)| !text::is_blank(line))
        .collect();
    block(&lines, care)?;
    let heading = end_of_heading(&lines);
    if is_open {
        banners(&lines, heading)?;
    }
    if let Some(heading) = heading {
        block(lines.get(heading..).unwrap_or_default(), Care::PlainValue)?;
    }
    fenced_below(&lines)
}

/// Looks at the first line, the one below a heading, and the one below a fence.
fn banners(lines: &[(usize, &str)], heading: Option<usize>) -> Result<(), FileError> {
    let Some((number, first)) = lines.first() else {
        return Ok(());
    };
    let kind = if heading.is_some() { Kind::Heading } else { Kind::Text };
    let is_list =
        |line: &str| line.trim_start().starts_with(['-', '*', '+', '|']) && !line.trim_start().starts_with("**");
    let is_fenced = text::fence(first).is_some() || first.trim_start_matches(['>', ' ']).starts_with("[!");
    let second = lines.get(heading.unwrap_or(1));
    let second = second.filter(|(_, line)| is_fenced || heading.is_some() && !is_list(line));
    if let Some((number, line)) = second
        && banner::restricts_readers(line, Kind::Text)
    {
        return Err(not_by_itself(*number, line));
    }
    if !is_list(first) && banner::restricts_readers(first, kind) {
        return Err(not_by_itself(*number, first));
    }
    Ok(())
}

/// Looks at keys below a fence further down, outside blocks of code.
fn fenced_below(lines: &[(usize, &str)]) -> Result<(), FileError> {
    let mut code: Option<&str> = None;
    for (index, (_, line)) in lines.iter().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (code, mark) {
            (None, Some(mark)) => code = Some(mark),
            (Some(begun), Some(mark)) if begun == mark => code = None,
            _ => {}
        }
        let is_code = code.is_some() || line.starts_with("    ") || line.starts_with('\t');
        let is_next_key = || {
            lines
                .get(index + 1)
                .is_some_and(|(_, line)| text::begins_with_key(line))
        };
        if !is_code && index > 0 && matches!(text::trimmed(line), "---" | "+++") && is_next_key() {
            block(lines.get(index..).unwrap_or_default(), Care::PlainValue)?;
        }
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
fn block(lines: &[(usize, &str)], care: Care) -> Result<(), FileError> {
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
        return Err(FileError { line: *number, message });
    }
    let (mut care, mut others) = (care, 0);
    for (index, (number, line)) in inside.iter().enumerate() {
        let is_end = index > 0 && fence.is_some() && text::fence(line).is_some();
        if is_end {
            break;
        }
        check_line(line, *number, care)?;
        // What a template puts around an example is no key.
        let is_template = text::trimmed(line).starts_with("{{");
        let is_pair = !is_template && (text::pairs(line).next().is_some() || text::bare(line).is_empty());
        let is_comment = fence.is_some() && line.trim_start().starts_with('#');
        if !is_pair && !is_comment && !text::continues(line) {
            let is_apart = index > 0 && inside.get(index - 1).is_some_and(|(before, _)| before + 1 < *number);
            others += 1;
            if is_apart || others > MOST_OTHERS {
                break;
            }
            // Lines of another kind may stand above: `yaml`, a title and an author, or a name for what follows.
            care = Care::PlainValue;
        }
    }
    Ok(())
}

fn check_line(line: &str, number: usize, care: Care) -> Result<(), FileError> {
    // The rows of a table hold words of any kind.
    let care = if text::trimmed(line).starts_with('|') {
        Care::PlainValue
    } else {
        care
    };
    let restricts = |(key, value): (&str, &str)| match care {
        Care::AnyValue => has_meaning(key, value),
        Care::PlainValue => access::restricts_readers(key, value) || is_draft_marker(key, value),
    };
    let is_draft_value = text::pairs(line).any(restricts)
        || line.contains('<')
            && !line.contains("://")
            && (text::pairs(&line.replace(['<', '>', '/'], "|")).any(restricts)
                || text::pairs(&without_tags(line)).any(restricts));
    if is_draft_value {
        Err(refused(number, text::trimmed(line)))
    } else {
        Ok(())
    }
}

/// `<td>private</td><td>true</td>` as `|private|true|`.
fn without_tags(line: &str) -> String {
    let (mut plain, mut is_tag) = (String::new(), false);
    for letter in line.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                if !plain.ends_with('|') {
                    plain.push('|');
                }
            }
            letter if !is_tag => plain.push(letter),
            _ => {}
        }
    }
    plain
}

fn has_meaning(key: &str, value: &str) -> bool {
    match words::about_path(key) {
        Some(Word::Private | Word::Restricted) => !words::is_no(value),
        Some(Word::ForWhom) => {
            !(words::is_everybody(value) || words::plain(key).starts_with("share") && words::is_no(value))
        }
        Some(Word::Open) => !(words::is_yes(value) || words::is_everybody(value)),
        Some(Word::Status) => words::restricts_as_status(value) || words::is_unfinished(value),
        Some(Word::Draft | Word::Published) => is_draft_marker(key, value),
        // A date of an event may stand in the text; when a text may be read stands in front matter.
        Some(Word::From | Word::Until) => {
            words::plain(key) != "date" && value.contains(|letter: char| letter.is_ascii_digit())
        }
        Some(Word::Labels) => value.split([',', ';']).any(names_readers),
        None => {
            ["groups", "group", "owner"].contains(&words::plain(key).as_str())
                || is_slip(key)
                || hints::restricts_readers(key, value)
                || hints::marks_unfinished(key, value)
        }
    }
}

fn is_draft_marker(key: &str, value: &str) -> bool {
    match words::about_path(key) {
        Some(Word::Draft) => words::is_yes(value),
        Some(Word::Published) => words::is_no(value),
        Some(Word::Status) => words::is_unfinished_by_itself(value),
        Some(Word::Labels) => value.split([',', ';']).any(words::is_unfinished_by_itself),
        None => hints::marks_unfinished(key, value),
        _ => false,
    }
}

fn names_readers(label: &str) -> bool {
    words::restricts(label) || words::is_unfinished_by_itself(label) || words::plain(label) == "internal"
}

/// `pirvate`
fn is_slip(key: &str) -> bool {
    strsim::osa_distance("private", &words::plain(key)) <= 1
}

fn refused(line: usize, shown: &str) -> FileError {
    let shown: String = shown.chars().take(60).collect();
    FileError {
        line,
        message: format!(
            "`{shown}` looks like front matter, but stands in none that is understood: write it as YAML between two lines `---` at the very start, or take it out"
        ),
    }
}

fn not_by_itself(line: usize, shown: &str) -> FileError {
    let shown: String = text::trimmed(shown).chars().take(60).collect();
    FileError {
        line,
        message: format!(
            "`{shown}` says that not everybody may read this, or not yet: write `private: true` between two lines `---` at the very start, or `private: false` if everybody may"
        ),
    }
}
