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
        let syntax = syntax(language).filter(|_| fits)?;
        self.left -= code.len();
        let style = ClassStyle::SpacedPrefixed { prefix: "hl-" };
        let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, &SYNTAXES, style);
        for line in LinesWithEndings::from(code) {
            generator.parse_html_for_line_which_includes_newline(line).ok()?;
        }
        Some(generator.finalize())
    }
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let token = match language {
        "" | "text" | "plain" | "txt" => return None,
        "shell" | "console" | "zsh" => "sh",
        "ts" | "typescript" | "jsx" | "tsx" => "js",
        "jsonc" => "json",
        other => other,
    };
    SYNTAXES.find_syntax_by_token(token)
}
