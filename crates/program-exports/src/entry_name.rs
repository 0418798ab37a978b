//! Names of entries of archives. A name is a path below the archive; whatever could mean another place is refused, not repaired.

use domain::text::nfc;

/// Longest name, in bytes.
const MAX_NAME: usize = 1_000;

/// Most folders inside each other.
const MAX_DEPTH: usize = 40;

/// The path of an entry, with `/`, in NFC, without `.`; the error states what is wrong with it.
pub(crate) fn path(name: &str) -> Result<String, &'static str> {
    if name.len() > MAX_NAME {
        return Err("has a name of more than 1,000 bytes");
    }
    if name.chars().any(char::is_control) {
        return Err("has a name with control characters");
    }
    // Windows writes names with backslashes.
    let name = name.replace('\\', "/");
    if name.starts_with('/') {
        return Err("has a name that begins at the root of a disk");
    }
    let mut letters = name.chars();
    if letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':') {
        return Err("has a name that begins with the letter of a drive");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err("has a name that leads out of the archive");
    }
    if parts.is_empty() {
        return Err("has an empty name");
    }
    if parts.len() > MAX_DEPTH {
        return Err("lies more than 40 folders deep");
    }
    Ok(nfc(parts.join("/")))
}

/// Whether an entry is of a system or an archiver, not of a program.
pub(crate) fn is_junk(path: &str) -> bool {
    let is_hidden = |part: &str| part.starts_with('.') || part == "__MACOSX";
    path.split('/').any(is_hidden) || path.ends_with("Thumbs.db") || path.ends_with("desktop.ini")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn im_9_names_that_lead_elsewhere_are_refused() {
        for name in [
            "../a.md",
            "a/../../b.md",
            "/etc/passwd",
            "\\\\host\\share\\a.md",
            "..\\..\\a.md",
            "C:\\a.md",
            "c:a.md",
            "a\0.md",
            "a\nb.md",
            "",
            ".",
            "./",
            "a/..",
        ] {
            assert!(path(name).is_err(), "{name:?}");
        }
        assert!(path(&"a/".repeat(41)).is_err() && path(&"a".repeat(1001)).is_err());
    }

    #[test]
    fn im_9_names_are_paths_with_slashes_in_nfc() {
        for (name, expected) in [
            ("a/b c.md", "a/b c.md"),
            ("./a//b.md", "a/b.md"),
            ("Team\\Plan.md", "Team/Plan.md"),
            ("u\u{308}.md", "\u{fc}.md"),
            ("a/..b/c..md", "a/..b/c..md"),
        ] {
            assert_eq!(path(name).unwrap(), expected, "{name:?}");
        }
    }
}
