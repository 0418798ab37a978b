//! Blocks of code: language, title, marked lines, numbers of lines. Coloured here, on the server, so that no script is sent for it.

use std::fmt::Write as _;

use highlight::Highlighter;
use options::Options;

mod budget;
mod highlight;
mod languages;
mod lines;
mod options;
mod powershell;

pub(super) use highlight::CLASSES;
pub(super) use lines::{ADDED, LINE, MARKED, NUMBERED, REMOVED};

use super::write::escaped;

/// Languages of diagrams, whose source is shown.
const DIAGRAMS: [&str; 8] = [
    "mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "ditaa", "wavedrom",
];

/// Writes the code blocks of one document.
#[derive(Default)]
pub(super) struct CodeWriter {
    highlighter: Highlighter,
}

impl CodeWriter {
    /// A whole block, in a figure if it has a title. Long lines wrap (`style/prose.css`), so the keyboard need not stop at it to scroll.
    pub(super) fn block(&mut self, info: &str, code: &str) -> String {
        let options = Options::read(info);
        let mut lines = lines::lines(code, &options);
        let coloured = self.highlighter.lines(&options.language, &lines);
        let pre = pre(&options, &mut lines, &coloured);
        let is_diagram = DIAGRAMS.contains(&options.language.as_str());
        match options
            .title
            .as_deref()
            .or(is_diagram.then_some("Diagram, as its source"))
        {
            Some(title) => format!(
                "<figure>\n<figcaption>{}</figcaption>\n{pre}</figure>\n",
                escaped(title)
            ),
            None => pre,
        }
    }
}

fn pre(options: &Options, lines: &mut [lines::CodeLine<'_>], coloured: &[String]) -> String {
    let mut html = String::from("<pre><code");
    let language = (!options.language.is_empty()).then(|| format!("language-{}", options.language));
    let numbered = options.is_numbered.then(|| NUMBERED.to_owned());
    let classes: Vec<String> = language.into_iter().chain(numbered).collect();
    if !classes.is_empty() {
        // Cannot fail: a `String` takes everything.
        let _ = write!(html, " class=\"{}\"", classes.join(" "));
    }
    html.push('>');
    for (line, coloured) in lines.iter().zip(coloured) {
        match line.classes(options.is_numbered) {
            Some(classes) => {
                let _ = write!(html, "<span class=\"{classes}\">{coloured}</span>");
            }
            None => html.push_str(coloured),
        }
    }
    html.push_str("</code></pre>\n");
    html
}

#[cfg(test)]
mod tests;
