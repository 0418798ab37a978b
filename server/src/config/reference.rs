//! The keys as operators read them: `docs/configuration.md`. A test compares the file with this.

use std::fmt::Write as _;

use super::{
    keys::{self, Key, Shape},
    schema::one_of,
};

/// What stands before the keys.
const OPENING: &str = include_str!("reference.md");

/// The whole page, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut page = OPENING.to_owned();
    for key in keys::all() {
        match &key.shape {
            Shape::Table => add_table(&mut page, key),
            shape => add_key(&mut page, key, shape),
        }
    }
    page.push_str("\n## Other variables\n\n");
    for (name, about) in keys::OTHER_VARIABLES {
        let _ = writeln!(page, "- `{name}`: {about}");
    }
    page
}

fn add_table(page: &mut String, table: &Key) {
    // Writing to a string cannot fail.
    let _ = match table.path.strip_suffix("[]") {
        None if table.path.is_empty() => write!(page, "\n## Top of the file\n"),
        None => write!(page, "\n## `[{}]`\n\n{}\n", table.path, table.about),
        Some(name) => write!(page, "\n## `[[{name}]]`\n\n{}\n", table.about),
    };
}

fn add_key(page: &mut String, key: &Key, shape: &Shape) {
    let name = key.path.split_once("[].").or_else(|| key.path.split_once('.'));
    let name = name.map_or(key.path.as_str(), |(_, name)| name);
    let shown = match shape {
        Shape::Text(what) | Shape::Number(what) => (*what).to_owned(),
        Shape::Choice(words) => one_of(words),
        Shape::List => "list of texts".to_owned(),
        Shape::Flag | Shape::Table => "`true` or `false`".to_owned(),
    };
    let default = match (key.default, shape) {
        (None, _) => "none".to_owned(),
        (Some(words), Shape::List) => {
            let words: Vec<_> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
            format!("`[{}]`", words.join(", "))
        }
        (Some(text), Shape::Text(_) | Shape::Choice(_)) => format!("`\"{text}\"`"),
        (Some(value), _) => format!("`{value}`"),
    };
    let (about, example, variable) = (key.about, key.example, keys::variable(&key.path));
    let _ = write!(
        page,
        "\n### `{name}`\n\n{about}\n\n- {shown}; default: {default}\n- variable: `{variable}`\n- example: `{example}`\n",
    );
}
