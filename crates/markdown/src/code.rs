//! Syntax highlighting of code blocks. Highlighted here, on the server, so that no script is sent for it. The classes are
//! syntax scopes, each atom with the prefix `hl-` (`<span class="hl-keyword hl-control hl-rust">`); `style/code.css` gives them colours.

use std::{fmt::Write as _, sync::LazyLock};

use syntect::{
    html::{ClassStyle, ClassedHTMLGenerator},
    parsing::{SyntaxReference, SyntaxSet},
    util::LinesWithEndings,
};

/// Most bytes of code highlighted in one document; what follows stays plain.
const MAX_CODE: usize = 128 * 1024;

/// A block with a longer line (bytes) stays plain: it is minified or data, and slow to match.
const MAX_LINE: usize = 1_000;

/// Unpacked once, at the first code block anybody renders.
static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Further languages, unpacked at the first block in one of them. What both know is in [`SYNTAXES`], whose JavaScript is twice as quick.
static MORE_SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Languages of diagrams.
const DIAGRAMS: [&str; 8] = [
    "mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "ditaa", "wavedrom",
];

/// A syntax, and the set it belongs to.
#[derive(Clone, Copy)]
struct Language {
    syntax: &'static SyntaxReference,
    set: &'static SyntaxSet,
}

/// Writes the code blocks of one document.
pub(super) struct Highlighter {
    left: usize,
}

impl Highlighter {
    pub(super) fn new() -> Self {
        Self { left: MAX_CODE }
    }

    /// A whole `<pre>`. Long lines wrap (`style/prose.css`), so the keyboard need not stop at it to scroll.
    pub(super) fn block(&mut self, info: &str, code: &str) -> String {
        let language: String = info
            .split(|c: char| c.is_whitespace() || c == ',' || c == '{')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "+#-".contains(*c))
            .take(20)
            .collect();
        let mut html = String::from("<pre><code");
        if !language.is_empty() {
            // Cannot fail: a `String` takes everything.
            let _ = write!(html, " class=\"language-{language}\"");
        }
        html.push('>');
        html.push_str(
            &self
                .highlighted(&language, code)
                .unwrap_or_else(|| super::write::escaped(code)),
        );
        html.push_str("</code></pre>\n");
        html
    }

    fn highlighted(&mut self, language: &str, code: &str) -> Option<String> {
        let fits = code.len() <= self.left && code.lines().all(|line| line.len() <= MAX_LINE);
        let Language { syntax, set } = syntax(language).filter(|_| fits)?;
        self.left -= code.len();
        let style = ClassStyle::SpacedPrefixed { prefix: "hl-" };
        let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, set, style);
        for line in LinesWithEndings::from(code) {
            generator.parse_html_for_line_which_includes_newline(line).ok()?;
        }
        Some(generator.finalize())
    }
}

/// What stands above a block: `title="a.js"` behind its language, `[a.js]` of `VitePress`, and the word for a diagram, whose source is shown.
pub(super) fn code_title(info: &str) -> Option<&str> {
    let (language, rest) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
    if let Some((_, after)) = rest.split_once("title=") {
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (title, _) = after.get(1..)?.split_once(quote)?;
        return Some(title).filter(|title| !title.trim().is_empty());
    }
    let bracketed = rest.trim().strip_prefix('[').and_then(|inside| inside.split_once(']'));
    if let Some((title, _)) = bracketed {
        return Some(title).filter(|title| !title.trim().is_empty());
    }
    let is_diagram = DIAGRAMS.contains(&language.to_ascii_lowercase().as_str());
    is_diagram.then_some("Diagram, as its source")
}

fn syntax(language: &str) -> Option<Language> {
    let token = match language {
        "" | "text" | "plain" | "txt" | "plaintext" => return None,
        "shell" | "console" | "zsh" | "shell-session" => "sh",
        // The grammar of TypeScript takes three times as long.
        "ts" | "typescript" | "jsx" | "tsx" | "mts" | "cts" | "mjs" | "cjs" => "js",
        "jsonc" | "json5" => "json",
        "csharp" | "c#" => "cs",
        "docker" | "containerfile" => "dockerfile",
        "hcl" | "terraform" => "tf",
        "kotlin" | "kts" => "kt",
        other => other,
    };
    let found = |set: &'static SyntaxSet| {
        Some(Language {
            syntax: set.find_syntax_by_token(token)?,
            set,
        })
    };
    found(&SYNTAXES).or_else(|| found(&MORE_SYNTAXES))
}

#[cfg(test)]
mod tests {
    use super::syntax;

    #[test]
    fn im_4_code_of_the_usual_languages_is_coloured() {
        for language in [
            "toml",
            "dockerfile",
            "hcl",
            "kotlin",
            "nginx",
            "ini",
            "typescript",
            "csharp",
            "graphql",
            "tsx",
            "rust",
            "python",
            "yaml",
            "json",
            "sh",
            "go",
            "java",
            "sql",
            "diff",
            "css",
            "html",
            "swift",
            "dart",
            "cmake",
            "scss",
            "protobuf",
            "terraform",
            "vue",
        ] {
            assert!(syntax(language).is_some(), "{language}");
        }
        assert!(syntax("nosuch").is_none());
    }
}
