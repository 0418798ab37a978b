//! Which grammar a language has, and what it costs.

use std::sync::LazyLock;

use syntect::parsing::{SyntaxReference, SyntaxSet};

/// Unpacked once, at the first code block anybody renders.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Further languages, unpacked at the first block in one of them. What both know is in [`SYNTAXES`], whose JavaScript is twice as quick.
static MORE_SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// A syntax, and the set it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Language {
    pub(super) syntax: &'static SyntaxReference,
    pub(super) set: &'static SyntaxSet,
}

/// How a language is coloured.
#[derive(Clone, Copy)]
pub(super) enum Grammar {
    Library(Language),
    PowerShell,
}

/// The grammar of a language, by any of its names.
pub(super) fn grammar(language: &str) -> Option<Grammar> {
    let token = match language {
        "" | "text" | "plain" | "txt" | "plaintext" | "none" => return None,
        "powershell" | "pwsh" | "ps1" | "ps" | "posh" | "psm1" => return Some(Grammar::PowerShell),
        "shell" | "console" | "zsh" | "shell-session" | "shellsession" | "terminal" | "ash" | "ksh" => "sh",
        // The grammar of TypeScript takes three times as long.
        "ts" | "typescript" | "jsx" | "tsx" | "mts" | "cts" | "mjs" | "cjs" => "js",
        "jsonc" | "json5" => "json",
        "csharp" | "c#" => "cs",
        "docker" | "containerfile" => "dockerfile",
        "hcl" | "terraform" => "tf",
        "kotlin" | "kts" => "kt",
        "golang" => "go",
        "py3" | "python3" | "pycon" => "python",
        "ini" | "cfg" | "conf" | "properties" => "ini",
        other => other,
    };
    let found = |set: &'static SyntaxSet| {
        Some(Grammar::Library(Language {
            syntax: set.find_syntax_by_token(token)?,
            set,
        }))
    };
    found(&SYNTAXES).or_else(|| found(&MORE_SYNTAXES))
}
