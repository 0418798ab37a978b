//! The keys as operators read them: `docs/configuration.md`. A test compares the file with this.

use std::fmt::Write as _;

use super::{
    keys::{self, Key, Shape},
    schema::one_of,
};

const OPENING: &str = "\
# Configuration

This page is printed by `portico config reference`; change `server/src/config/tables.rs`, not this file.

Portico reads `portico.toml` in the folder it is started in, or the file named by `--config`. Every key can also be an
environment variable, or a line of a file `.env` beside `portico.toml`; the environment wins over `.env`, and `.env` over
`portico.toml`. Lists in variables are separated by spaces or commas. Tables that may be written several times are counted
from 0, without a gap: `PORTICO_PROVIDERS_1_ID` is of the second, or makes it where the file has one. Unknown keys and unknown
`PORTICO_` variables are refused. Relative paths start at the folder Portico is started in. `portico check` reports every mistake
at once, with file, line and remedy.

The smallest file that signs people in:

```toml
public_url = \"https://portico.example.com\"

[[providers]]
id = \"acme\"
issuer = \"https://login.example.com\"
client_id = \"portal\"
client_secret_file = \"/run/secrets/acme\"
```

Register `https://portico.example.com/auth/callback/acme` with the provider as redirect address, and
`https://portico.example.com/auth/signed-out` as the address after sign-out.

`portico serve --demo` needs no file and reads none unless `--config` names one.
";

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
