//! How are the keys printed for operators? As `docs/configuration.md`; a test compares the file with this.

use std::fmt::Write as _;

use super::keys::{self, Key, Shape};

const OPENING: &str = "\
# Configuration

This page is printed by `portico config reference`; change `server/src/config/keys.rs`, not this file.

Portico reads `portico.toml` in the folder it is started in, or the file named by `--config`. Every key can also be an
environment variable, or a line of a file `.env` beside `portico.toml`; the environment wins over `.env`, and `.env` over
`portico.toml`. Lists in variables are separated by spaces or commas. Tables that may be written several times are counted
from 0, without a gap: `PORTICO_PROVIDERS_1_ID` is of the second, or makes it where the file has one. Unknown keys and unknown
`PORTICO_` variables are refused. Relative paths start at the folder Portico is started in. `portico check` tells every mistake
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
    let mut section = None;
    for key in keys::all() {
        let table = key.path.split_once('.').map_or("", |(table, _)| table);
        if section != Some(table) {
            section = Some(table);
            page.push_str(heading(table));
        }
        describe(&mut page, key);
    }
    page.push_str("\n## Other variables\n\n");
    for (name, about) in keys::OTHER_VARIABLES {
        let _ = writeln!(page, "- `{name}`: {about}");
    }
    page
}

fn heading(table: &str) -> &'static str {
    match table {
        "" => "\n## Top of the file\n",
        "session" => "\n## `[session]`\n\nHow long sign-ins last, and what seals them.\n",
        "providers[]" => {
            "\n## `[[providers]]`\n\nWho signs people in. One table for each, as many as needed; with several, people choose.\n"
        }
        "api" => "\n## `[api]`\n\nWhere the messages on the Public, Protected and Admin pages come from.\n",
        "upstreams[]" => {
            "\n## `[[upstreams]]`\n\nAPIs of your own that scripts on this site reach at a path of this site, with the access token of the \
             person who is signed in; the browser never holds it. Cookies stay behind, and requests of other sites are refused. One \
             table for each API.\n"
        }
        "directory" => {
            "\n## `[directory]`\n\nMicrosoft Graph, asked with the application's own token about the people of providers that say so: \
             `providers[].groups.graph`, `providers[].profile.graph`, `providers[].manager.graph`.\n"
        }
        "telemetry" => {
            "\n## `[telemetry]`\n\nTraces, for who runs a collector of OpenTelemetry; what is in them is said in [observability](observability.md).\n"
        }
        _ => "\n",
    }
}

fn describe(page: &mut String, key: &Key) {
    let name = key
        .path
        .rsplit_once("].")
        .map_or_else(|| key.path.rsplit('.').next().unwrap_or(key.path), |(_, name)| name);
    let shape = match key.shape {
        Shape::Text(what) => what,
        Shape::Words => "list of texts",
        Shape::Secret => "secret",
        Shape::Flag => "`true` or `false`",
    };
    let default = match key.default {
        Some("") | None => "none".to_owned(),
        Some(words) if key.shape == Shape::Words => {
            format!(
                "`[{}]`",
                words
                    .split(' ')
                    .map(|word| format!("\"{word}\""))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Some(flag) if key.shape == Shape::Flag => format!("`{flag}`"),
        Some(text) => format!("`\"{text}\"`"),
    };
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "\n### `{name}`\n\n{}\n\n- {shape}; default: {default}\n- variable: `{}`\n- example: `{}`\n",
        key.about,
        keys::variable(key.path),
        key.example,
    );
}
