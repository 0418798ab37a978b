//! Is a file's access decided only from front matter that was understood whole?

use super::*;

mod fences;
mod keys;
mod lines;
mod words;

/// 2026-06-01T12:00:00Z
const NOW: i64 = 1_780_315_200;

fn of(text: &str) -> Result<FrontMatter<'_>, Wrong> {
    read(text, NOW)
}

fn private(text: &str) -> Result<Option<bool>, Wrong> {
    of(text).map(|front| front.keys.private.map(|private| private.value))
}

#[track_caller]
fn is_refused(text: &str, line: usize) {
    match of(text) {
        Err(wrong) => {
            assert_eq!(wrong.line, line, "{text:?}: {wrong:?}");
            let counted = wrong
                .message
                .split(" line ")
                .skip(1)
                .any(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
            assert!(
                !wrong.message.contains('\n') && !counted && !wrong.message.contains("column"),
                "one line number: {wrong:?}"
            );
        }
        Ok(front) => panic!("{text:?} came in: {front:?}"),
    }
}

#[track_caller]
fn comes_in(text: &str) {
    let front = of(text).unwrap_or_else(|wrong| panic!("{text:?} was refused: {wrong:?}"));
    assert_eq!(front.keys, OwnKeys::default(), "{text:?}");
    assert_eq!(front.unfinished, None, "{text:?}");
    assert!(front.body.len() + 3 >= text.len(), "{text:?} lost something: {front:?}");
}
