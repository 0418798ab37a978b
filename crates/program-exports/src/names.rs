//! Titles, folders and file names made of what another program calls things.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Longest title, in characters, as an import takes it.
const MAX_TITLE: usize = 200;

/// Longest folder, in characters: the operator's `--folder` stands in front of it.
const MAX_FOLDER: usize = 150;

/// Longest name of one folder, in characters.
const MAX_FOLDER_NAME: usize = 60;

/// Longest name of a file on the disk, in bytes, without its ending.
const MAX_STEM: usize = 120;

/// Whether a file has this ending, in letters of any case.
pub(crate) fn has_ending(name: &str, ending: &str) -> bool {
    let found = name.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    found.is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
}

/// A title on one line; `None` if nothing of it is visible.
pub(crate) fn title(text: &str) -> Option<String> {
    let title: String = one_line(text).chars().take(MAX_TITLE).collect();
    let title = title.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

/// A text on one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    let visible = |letter: char| if letter.is_control() { ' ' } else { letter };
    let line: String = text.chars().map(visible).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The path of a folder, of titles from the top; whether all of them found room in it.
pub(crate) fn folder<S: AsRef<str>>(titles: impl IntoIterator<Item = S>) -> (String, bool) {
    let (mut folder, mut is_whole) = (String::new(), true);
    for title in titles {
        let name: String = one_line(title.as_ref())
            .replace('/', "-")
            .chars()
            .take(MAX_FOLDER_NAME)
            .collect();
        let name = match name.trim() {
            "" => continue,
            "." | ".." => "-",
            name => name,
        };
        if folder.chars().count() + name.chars().count() + 1 > MAX_FOLDER {
            is_whole = false;
            break;
        }
        if !folder.is_empty() {
            folder.push('/');
        }
        folder.push_str(name);
    }
    (folder, is_whole)
}

/// A name for a file on any disk, made of the last part of a path: visible letters, not hidden, not too long, with its ending.
pub(crate) fn file(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_plain = |letter: char| !letter.is_control() && !r#"<>:"\|?*"#.contains(letter);
    let name: String = name
        .chars()
        .map(|letter| if is_plain(letter) { letter } else { '-' })
        .collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if (1..=10).contains(&ending.len()) => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let stem = shortened(stem, MAX_STEM);
    if stem.is_empty() {
        format!("file{ending}")
    } else {
        format!("{stem}{ending}")
    }
}

/// A path whose every part is a name for a file on any disk; the same path gives the same names, and two paths that differ never one.
pub(crate) fn path(path: &str) -> String {
    let parts: Vec<_> = path.split('/').map(file).collect();
    let safe = parts.join("/");
    if safe == path {
        return safe;
    }
    match safe.rsplit_once('.').filter(|(_, ending)| !ending.contains('/')) {
        Some((stem, ending)) => format!("{stem}~{}.{ending}", digest(path)),
        None => format!("{safe}~{}", digest(path)),
    }
}

/// Eight letters that stand for a text.
pub(crate) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(6).fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn shortened(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_names_of_files_fit_every_disk() {
        for (from, expected) in [
            ("a/plan.png", "plan.png"),
            ("a/.htaccess", "htaccess"),
            ("a/..", "file"),
            ("a/x:y?.pdf", "x-y-.pdf"),
            ("a/b\u{7}.png", "b-.png"),
            ("", "file"),
        ] {
            assert_eq!(file(from), expected, "{from:?}");
        }
        assert!(file(&format!("{}.png", "ü".repeat(300))).len() <= 130);
    }

    #[test]
    fn im_9_two_paths_never_become_one() {
        assert_eq!(path("Team/On call.md"), "Team/On call.md");
        assert_ne!(path("a:b.md"), path("a?b.md"));
        assert!(has_ending(&path("a:b.md"), "md") && !path("a:b.md").contains(':'));
    }

    #[test]
    fn im_9_folders_are_short_enough_for_an_import() {
        assert_eq!(
            folder(["Team", "A/B", "..", " ", "C\nD"]),
            ("Team/A-B/-/C D".to_owned(), true)
        );
        let (long, is_whole) = folder(vec!["x".repeat(100); 20]);
        assert!(!is_whole && long.chars().count() <= MAX_FOLDER, "{long}");
    }
}
