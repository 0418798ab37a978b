//! A file's access is decided only from front matter that was understood completely.

use super::*;

mod fences;
mod keys;
mod lines;
mod words;

/// 2026-06-01T12:00:00Z
const NOW: i64 = 1_780_315_200;

fn of(text: &str) -> Result<FrontMatter<'_>, FileError> {
    read(text, NOW)
}

fn private(text: &str) -> Result<Option<bool>, FileError> {
    of(text).map(|front| front.keys.private.map(|private| private.value))
}

#[track_caller]
fn is_refused(text: &str, line: usize) {
    match of(text) {
        Err(error) => {
            assert_eq!(error.line, line, "{text:?}: {error:?}");
            let counted = error
                .message
                .split(" line ")
                .skip(1)
                .any(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
            assert!(
                !error.message.contains('\n') && !counted && !error.message.contains("column"),
                "one line number: {error:?}"
            );
        }
        Ok(front) => panic!("{text:?} came in: {front:?}"),
    }
}

#[track_caller]
fn is_imported(text: &str) {
    let front = of(text).unwrap_or_else(|error| panic!("{text:?} was refused: {error:?}"));
    assert_eq!(front.keys, OwnKeys::default(), "{text:?}");
    assert_eq!(front.draft, None, "{text:?}");
    assert!(front.body.len() + 3 >= text.len(), "{text:?} lost something: {front:?}");
}
