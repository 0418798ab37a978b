//! The title of a document: its front matter, else the heading that the text begins with, else the name of its file, as the programs do that
//! these files are written for. A heading further down is a section.

use std::path::Path;

use super::{
    file_error::FileError,
    front_matter::AtLine,
    values::{MAX_TEXT, at, line},
};

/// Names of files that stand for their folder.
const FOLDER_FILES: [&str; 3] = ["index", "readme", "_index"];

/// First parts of the names of icons in headings, as Material for `MkDocs` has them: `:material-rocket:`.
const ICON_SETS: [&str; 5] = ["material", "fontawesome", "octicons", "simple", "custom"];

/// The title of the file `name`, given as its path below the imported folder.
///
/// `folder` is where the document lies, and `root` the name of the imported folder, for an index that lies in none.
///
/// # Errors
/// If the title that the front matter gives is empty, too long, or no single line.
pub(super) fn of(
    given: Option<&AtLine<String>>,
    name: &str,
    folder: &str,
    root: &str,
    body: &str,
) -> Result<String, FileError> {
    if let Some(title) = given {
        return at(title, |title| line("title", title));
    }
    let heading = markdown::leading_heading(body).map(|heading| without_icons(&heading));
    let title = heading
        .filter(|heading| !heading.is_empty())
        .unwrap_or_else(|| from_name(name, folder, root));
    let title: String = title.chars().take(MAX_TEXT).collect();
    line("title", &title).map_err(|message| FileError { line: 1, message })
}

/// The title that a file's name gives.
fn from_name(name: &str, folder: &str, root: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    if !FOLDER_FILES.contains(&&*stem.to_lowercase()) {
        return words(without_date(&stem));
    }
    let last = folder.rsplit('/').find(|part| !part.is_empty());
    words(last.or(Some(root)).filter(|name| !name.is_empty()).unwrap_or(&stem))
}

/// `2024-01-31-release` is called `release`, as in Jekyll; a name that is nothing but a date stays.
fn without_date(stem: &str) -> &str {
    let is_dated = stem
        .bytes()
        .zip("0000-00-00-".bytes())
        .filter(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        });
    match stem.get(11..) {
        Some(rest) if !rest.is_empty() && is_dated.count() == 11 => rest,
        _ => stem,
    }
}

/// A name with spaces for `-` and `_`. One that has spaces already was written for readers, and stays.
fn words(name: &str) -> String {
    let name = name.trim();
    if name.contains(char::is_whitespace) {
        return name.to_owned();
    }
    let words = name.replace(['-', '_'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { name.to_owned() } else { words }
}

/// A heading without the names of icons that only their program can draw.
fn without_icons(heading: &str) -> String {
    let is_icon = |word: &&str| {
        let name = word.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        name.and_then(|name| name.split_once('-'))
            .is_some_and(|(set, _)| ICON_SETS.contains(&set))
    };
    heading
        .split_whitespace()
        .filter(|word| !is_icon(word))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(name: &str, body: &str) -> String {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        of(None, name, folder, "my-vault", body).unwrap()
    }

    #[test]
    fn im_5_a_heading_is_the_title_only_where_the_text_begins_with_it() {
        for (body, expected) in [
            ("# Setup\n\nText", "Setup"),
            ("\n\n<!-- a comment -->\n\n# Setup", "Setup"),
            ("%% a comment %%\n\n# Setup", "Setup"),
            ("Setup\n=====\n", "Setup"),
            ("# Setup\n\n# Use\n", "Setup"),
            ("## Setup\n\n### Use\n", "Setup"),
            ("## Setup\n\n## Use\n", "a note"),
            ("## Setup\n\n# Use\n", "a note"),
            ("Some words.\n\n# Setup\n", "a note"),
            ("![](a.png)\n\n# Setup\n", "a note"),
            ("- [ ] a task\n\n# Setup\n", "a note"),
            ("> # Setup\n", "a note"),
            ("", "a note"),
            ("#\n\n# Setup", "a note"),
        ] {
            assert_eq!(title("x/a-note.md", body), expected, "{body:?}");
        }
    }

    #[test]
    fn im_5_titles_are_without_marks() {
        for (body, expected) in [
            ("# **Set** _up_ `cargo` [here](x.md) {#setup}", "Set up cargo here"),
            ("# :material-rocket-launch: Launch", "Launch"),
            ("# Ratio 1:2 :tada:", "Ratio 1:2 🎉"),
            ("# <a id=\"top\"></a>Top <small>old</small>", "Top old"),
            ("# :material-home:", "a note"),
        ] {
            assert_eq!(title("a_note.md", body), expected, "{body:?}");
        }
    }

    #[test]
    fn im_5_the_name_of_a_file_or_of_its_folder_is_the_title_else() {
        for (name, expected) in [
            ("getting-started.md", "getting started"),
            ("Meeting 2024-01-31 - Sales.md", "Meeting 2024-01-31 - Sales"),
            ("_posts/2024-01-31-release_notes.md", "release notes"),
            ("journal/2024-01-31.md", "2024 01 31"),
            ("how-to/index.md", "how to"),
            ("how-to/README.md", "how to"),
            ("a/_index.md", "a"),
            ("index.md", "my vault"),
            ("Readme.MD", "my vault"),
            ("---.md", "---"),
        ] {
            assert_eq!(title(name, "Text."), expected, "{name}");
        }
    }
}
