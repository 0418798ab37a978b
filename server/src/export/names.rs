//! Names of files and folders that every file system stores, an import reads, and nothing on the way interprets.

use domain::text::nfc;

use crate::file_name::shortened;

/// Characters that Windows refuses, or a shell or an address gives another meaning.
const REPLACED: &[char] = &['/', '\\', '<', '>', ':', '"', '|', '?', '*', '#', '[', ']', '`'];

/// Names of devices on Windows, whatever their ending is.
const DEVICES: [&str; 24] = [
    "con", "prn", "aux", "nul", "conin$", "conout$", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A name made portable: the same name if it is portable already.
pub(super) fn portable(name: &str) -> String {
    let replace = |letter: char| {
        let is_bad = REPLACED.contains(&letter) || crate::import::terminal::is_active(letter) || is_invisible(letter);
        if is_bad { '-' } else { letter }
    };
    let name: String = nfc(name).chars().map(replace).collect();
    // Windows drops dots and spaces at the end; an import passes by names that begin with a dot.
    let name = name.trim().trim_end_matches(['.', ' ']);
    let name = shortened(name);
    let name = name.trim_end_matches(['.', ' ']);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_special = name.is_empty() || name.starts_with(['.', '~', '-']) || DEVICES.contains(&&*stem);
    if is_special {
        format!("_{name}")
    } else {
        name.to_owned()
    }
}

/// Spaces other than the plain one, marks of the byte order and of width, and code points that are no characters.
fn is_invisible(letter: char) -> bool {
    let code = u32::from(letter);
    letter.is_whitespace() && letter != ' '
        || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file_name::MAX_NAME;

    #[test]
    fn im_8_names_are_those_that_every_file_system_stores() {
        for (name, expected) in [
            ("on-call.md", "on-call.md"),
            ("On call (new).md", "On call (new).md"),
            ("a/b\\c:d.md", "a-b-c-d.md"),
            ("..", "_"),
            (".hidden.md", "_.hidden.md"),
            ("-rf", "_-rf"),
            ("~", "_~"),
            ("CON", "_CON"),
            ("nul.tar.md", "_nul.tar.md"),
            ("console.md", "console.md"),
            ("ends. . .", "ends"),
            (" spaces ", "spaces"),
            ("", "_"),
            ("e\u{301}.md", "é.md"),
            ("a\u{202e}b\u{200b}c\u{feff}\n.md", "a-b-c--.md"),
            ("😀 שלום.md", "😀 שלום.md"),
        ] {
            assert_eq!(portable(name), expected, "{name:?}");
        }
    }

    #[test]
    fn im_8_a_portable_name_stays_as_it_is() {
        let long = [
            format!("{}.md", "ü".repeat(300)),
            format!("{}. . .md", "a".repeat(148)),
            "x".repeat(151),
        ];
        for name in long
            .iter()
            .map(String::as_str)
            .chain(["..", "CON.", " .a", "-.", "a. .b", "con .md"])
        {
            let once = portable(name);
            assert!(once.len() <= MAX_NAME + 1, "{once}");
            assert_eq!(portable(&once), once);
        }
    }
}
