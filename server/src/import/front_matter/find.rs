//! Finds front matter. At the first line with something to see, comments aside, and only where that is certain.

use super::{
    json, suspect, text, toml_table,
    tree::{Entry, Value},
    yaml,
};
use crate::import::file_error::FileError;

/// Front matter as it was found.
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// Index of the first line behind it.
    pub(super) body: usize,
}

/// A file by its lines, which are counted from 0 here.
pub(super) struct File<'a> {
    text: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> File<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            lines: text.split('\n').collect(),
        }
    }

    fn line(&self, index: usize) -> &'a str {
        self.lines.get(index).copied().unwrap_or_default()
    }

    pub(super) fn lines_from(&self, index: usize) -> impl Iterator<Item = &'a str> {
        self.lines.iter().skip(index).copied()
    }

    /// Byte at which a line begins.
    pub(super) fn start_of(&self, index: usize) -> usize {
        let before = self.lines.iter().take(index).map(|line| line.len() + 1).sum::<usize>();
        before.min(self.text.len())
    }

    pub(super) fn find(&self) -> Result<Option<Found>, FileError> {
        let first = self.first_line()?;
        let line = self.line(first);
        let found = match text::trimmed(line) {
            // Four spaces make a code block.
            "---" | "+++" if line.starts_with("    ") || line.starts_with('\t') => None,
            "---" => self.between(first, &["---", "..."], "---", yaml::parse)?,
            "+++" => self.between(first, &["+++"], "+++", toml_table::parse)?,
            line if line.starts_with('{') => self.object(first)?,
            _ => None,
        };
        if found.is_none() {
            suspect::check_start(self.lines_from(first), first + 1)?;
        }
        Ok(found)
    }

    /// The first line with something to see, comments aside.
    fn first_line(&self) -> Result<usize, FileError> {
        const COMMENTS: [(&str, &str); 4] = [
            ("<!--", "-->"),
            ("{/*", "*/}"),
            ("%%", "%%"),
            ("{% comment %}", "{% endcomment %}"),
        ];
        let mut index = 0;
        'lines: while index < self.lines.len() {
            let line = text::trimmed(self.line(index));
            if line.is_empty() {
                index += 1;
                continue;
            }
            for (begin, end) in COMMENTS {
                if let Some(rest) = line.strip_prefix(begin)
                    && let Some(last) = self.end_of_comment(index, rest, end)
                {
                    suspect::check_comment(self.lines_from(index).take(last - index + 1), index + 1)?;
                    index = last + 1;
                    continue 'lines;
                }
            }
            return Ok(index);
        }
        Ok(index)
    }

    /// The line a comment ends on, if nothing stands behind it there.
    fn end_of_comment(&self, index: usize, rest: &str, end: &str) -> Option<usize> {
        let is_end = |line: &str| line.trim_end_matches(text::is_invisible).ends_with(end);
        if rest.contains(end) {
            return is_end(rest).then_some(index);
        }
        let last = self
            .lines
            .iter()
            .enumerate()
            .skip(index + 1)
            .find(|(_, line)| line.contains(end))?;
        is_end(last.1).then_some(last.0)
    }

    /// What stands between a line `fence` and the next of `ends`. `None` where it is prose between two lines across the page.
    fn between(
        &self,
        first: usize,
        ends: &[&str],
        fence: &str,
        parse: fn(&str, usize) -> Result<Value, FileError>,
    ) -> Result<Option<Found>, FileError> {
        let is_indented = self
            .line(first)
            .trim_start_matches('\u{feff}')
            .starts_with(text::is_invisible);
        let is_end = |line: &str| {
            let line = if is_indented {
                text::trimmed(line)
            } else {
                line.trim_end_matches(text::is_invisible)
            };
            ends.contains(&line)
        };
        let begin = first + 1;
        let content = self
            .lines_from(begin)
            .find(|line| !text::is_blank(line) && !line.trim_start().starts_with('#'));
        let is_keys = content.is_some_and(text::begins_with_key);
        let Some(end) = self.lines_from(begin).position(is_end).map(|at| begin + at) else {
            return if is_keys {
                let message = format!(
                    "front matter begins with `{fence}` and never ends: write `{fence}` on a line of its own below it"
                );
                Err(FileError {
                    line: first + 1,
                    message,
                })
            } else {
                Ok(None)
            };
        };
        if begin == end
            || self
                .lines_from(begin)
                .take(end - begin)
                .all(|line| text::is_blank(line) || line.trim_start().starts_with('#'))
        {
            return Ok(Some(Found {
                entries: Vec::new(),
                body: end + 1,
            }));
        }
        let block = self
            .text
            .get(self.start_of(begin)..self.start_of(end))
            .unwrap_or_default();
        match parse(block, begin + 1) {
            Ok(Value::Map(entries)) => Ok(Some(Found { entries, body: end + 1 })),
            Ok(_) if is_keys => Err(FileError {
                line: begin + 1,
                message: format!("front matter between two lines `{fence}` is no list of keys, as `title: On call`"),
            }),
            Err(error) if is_keys => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    /// A JSON object; `None` for braces that begin something else.
    fn object(&self, first: usize) -> Result<Option<Found>, FileError> {
        let line = self.line(first);
        let indent = line.len() - line.trim_start_matches(text::is_invisible).len();
        let text = self.text.get(self.start_of(first) + indent..).unwrap_or_default();
        let inside = text.trim_start_matches('{').trim_start_matches(text::is_invisible);
        let is_json = inside.starts_with(['"', '\'', '}']) || inside.lines().next().is_some_and(text::begins_with_key);
        match json::parse(text, first + 1) {
            Ok((Value::Map(entries), length)) => {
                let rest = text.get(length..).unwrap_or_default();
                let last = first + text.get(..length).unwrap_or_default().matches('\n').count();
                if text::is_blank(rest.split('\n').next().unwrap_or_default()) {
                    Ok(Some(Found {
                        entries,
                        body: last + 1,
                    }))
                } else {
                    let message =
                        "front matter in JSON ends within a line: write the text below it, on a line of its own"
                            .to_owned();
                    Err(FileError {
                        line: last + 1,
                        message,
                    })
                }
            }
            Err(error) if is_json => Err(error),
            _ => Ok(None),
        }
    }
}
