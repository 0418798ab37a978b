//! The origin of a Git checkout. Read from its configuration file here, not by the `git` program: servers have none, it refuses checkouts of
//! another user (as in most CI containers), and a checkout can make it run commands.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Longest file that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// The first address of the remote `origin`; `git` is the folder `.git`, or the file that replaces it.
pub(super) fn origin(git: &Path) -> Option<String> {
    let folder = folder(git)?;
    // A worktree has its own folder inside that of the repository.
    let common = match text(&folder.join("commondir")) {
        Some(common) => folder.join(common.trim()),
        None => folder,
    };
    first_url(&text(&common.join("config"))?)
}

fn folder(git: &Path) -> Option<PathBuf> {
    if fs::metadata(git).ok()?.is_dir() {
        return Some(git.to_owned());
    }
    let text = text(git)?;
    let folder = text.trim().strip_prefix("gitdir:")?.trim();
    Some(git.parent()?.join(folder))
}

/// A regular file, if it is no longer than [`MAX_BYTES`].
fn text(path: &Path) -> Option<String> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    fs::File::open(path)
        .ok()?
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .ok()?;
    (text.len() as u64 <= MAX_BYTES).then_some(text)
}

fn first_url(config: &str) -> Option<String> {
    let mut is_origin = false;
    for line in config.lines() {
        let mut line = line.trim();
        if line.starts_with('[') {
            let end = line.find(']')?;
            let (section, rest) = line.split_at(end);
            is_origin = is_remote_origin(section.trim_start_matches('['));
            line = rest.trim_start_matches(']').trim();
        }
        if !is_origin || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case("url")
        {
            return Some(unquoted(value)).filter(|url| !url.is_empty());
        }
    }
    None
}

/// `remote "origin"`: the first word in any case, the second as it is.
fn is_remote_origin(section: &str) -> bool {
    let Some((kind, name)) = section.trim().split_once([' ', '\t', '"']) else {
        return false;
    };
    kind.eq_ignore_ascii_case("remote") && name.trim().trim_matches('"') == "origin"
}

/// The value without quotes, escapes and a comment behind it.
fn unquoted(value: &str) -> String {
    let (mut plain, mut is_quoted, mut is_escaped) = (String::new(), false, false);
    for letter in value.trim().chars() {
        match letter {
            _ if is_escaped => {
                plain.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '#' | ';' if !is_quoted => break,
            letter => plain.push(letter),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_origin_is_found_and_no_other() {
        let config = "[remote \"upstream\"]\n\turl = https://example.com/other\n[Remote \"origin\"]\n\tfetch = +refs/heads/*\n\
            \tURL = \"https://example.com/a.git\" ; here\n\turl = https://example.com/second\n[branch \"main\"]\n\turl = x\n";
        assert_eq!(first_url(config).unwrap(), "https://example.com/a.git");
        assert_eq!(first_url("[remote \"origin\"] url = a:b # c\n").unwrap(), "a:b");
        for none in [
            "",
            "url = x",
            "[remote \"Origin\"]\nurl = x",
            "[remote \"origin\"]\n#url = x\nurl =\n",
            "[remote \"origin\"",
        ] {
            assert_eq!(first_url(none), None, "{none}");
        }
    }
}
