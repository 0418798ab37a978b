//! Outline's Markdown export: a folder for each collection, a file for each document with its title as the first heading, a folder of the same name
//! for the documents below it, and files below `uploads/` or `public/` beside them. A document is known by its path, since nothing else names it.

use crate::{
    ExportError, Limits, RemarkKind, dom, html, links, names,
    output::{Document, Output},
    tree::Tree,
};

/// How many documents are looked at to recognise the program.
const PROBES: usize = 20;

/// Whether these are the files of an export: every document lies in a collection and begins with its own name as the heading.
pub(crate) fn is_export(tree: &Tree, limits: &Limits) -> bool {
    let pages: Vec<_> = tree.names().filter(|name| is_page(name)).collect();
    let is_titled = |name: &&str| {
        let text = tree.text(name, limits.page).unwrap_or_default();
        text.lines().next().is_some_and(|line| is_title_of(line, name))
    };
    !pages.is_empty() && pages.iter().all(|name| name.contains('/')) && pages.iter().take(PROBES).all(is_titled)
}

/// Whether a line is the heading of the document in a file: its letters and digits are those of the file's name, but for a number that tells two
/// of one title apart.
fn is_title_of(line: &str, name: &str) -> bool {
    let letters = |text: &str| {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    let stem = stem(name);
    line.strip_prefix("# ").is_some_and(|heading| {
        let (heading, stem) = (letters(heading), letters(stem));
        let number = stem.strip_prefix(heading.as_str());
        number.is_some_and(|number| number.chars().all(|letter| letter.is_ascii_digit()))
    })
}

pub(crate) fn convert(output: &mut Output<'_>) -> Result<String, ExportError> {
    let tree = output.tree;
    let pages: Vec<_> = tree.names().filter(|name| is_page(name) || is_html(name)).collect();
    for name in &pages {
        output.page(name, &identity(name));
    }
    for name in &pages {
        let Some(text) = output.text(name) else { continue };
        if is_html(name) {
            html_page(output, name, &text)?;
        } else {
            markdown_page(output, name, &text)?;
        }
    }
    Ok("outline".to_owned())
}

fn is_page(name: &str) -> bool {
    names::has_ending(name, "md") && !is_upload(&name.to_lowercase())
}

fn is_html(name: &str) -> bool {
    names::has_ending(name, "html") && !is_upload(&name.to_lowercase())
}

/// Whether a file was attached to a document.
fn is_upload(name: &str) -> bool {
    name.split('/')
        .rev()
        .skip(1)
        .any(|part| matches!(part, "uploads" | "public" | "attachments"))
}

/// Whether files lie where Outline puts those of its documents: below two folders with numbers for names.
pub(crate) fn has_uploads(tree: &Tree) -> bool {
    tree.names().any(|name| {
        let parts: Vec<_> = name.split('/').collect();
        parts
            .windows(4)
            .any(|parts| matches!(parts.first(), Some(&("uploads" | "public"))))
    })
}

fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or_default();
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// What a document is known by: its path, in names that every disk can hold.
fn identity(name: &str) -> String {
    let path = names::path(name);
    path.rsplit_once('.').map_or(path.clone(), |(stem, _)| stem.to_owned())
}

fn document(output: &Output<'_>, name: &str, title: Option<String>, body: String, line: Option<usize>) -> Document {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    Document {
        identity: identity(name),
        origin: name.to_owned(),
        title: Some(title.unwrap_or_else(|| stem(name).to_owned())),
        folder: folder.split('/').map(str::to_owned).collect(),
        modified: output.tree.find(name).and_then(|file| file.modified),
        body,
        line,
        ..Document::default()
    }
}

fn markdown_page(output: &mut Output<'_>, name: &str, text: &str) -> Result<(), ExportError> {
    let (title, body, line) = match text.split_once('\n').unwrap_or((text, "")) {
        (first, rest) if is_title_of(first.trim_end(), name) => (first.strip_prefix("# ").map(str::to_owned), rest, 2),
        _ => (None, text, 1),
    };
    let body = without_empty_lines(body);
    let mut failed = None;
    let identity = identity(name);
    let body = links::replace(&body, &mut |link| {
        if let Some(address) = link.target.strip_prefix("mention://") {
            return Some(mention(output, name, link, address, line));
        }
        match output.target(name, &identity, link.target) {
            Ok(Some(target)) => Some(links::written(link.is_picture, link.words, &target)),
            // The size of a picture stands where others have its title.
            Ok(None) if link.title.starts_with("\" =") => {
                Some(links::written(link.is_picture, link.words, link.target))
            }
            Ok(None) => None,
            Err(error) => {
                failed = Some(error);
                None
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let document = document(output, name, title, body, Some(line));
    output.document(document)
}

/// A person stays as their name; a document that is only mentioned has no path in the export.
fn mention(output: &mut Output<'_>, name: &str, found: links::Link<'_>, address: &str, line: usize) -> String {
    if address.contains("/document/") {
        let message = format!(
            "the mention of the document `{}` leads nowhere: the export does not name its file",
            found.words
        );
        output.remark(RemarkKind::Link, name, found.line + line - 1, message);
    }
    found.words.to_owned()
}

/// Without the backslashes that Outline writes for empty lines.
fn without_empty_lines(text: &str) -> String {
    let mut fence: Option<&str> = None;
    let lines = text.split('\n').map(|line| {
        let marks = links::fence_of(line.trim_start());
        match (fence, marks) {
            (None, Some(marks)) => fence = Some(marks),
            (Some(open), Some(marks)) if marks.starts_with(open) => fence = None,
            (None, None) if line.trim() == "\\" => return "",
            _ => {}
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn html_page(output: &mut Output<'_>, name: &str, text: &str) -> Result<(), ExportError> {
    let Some(page) = html::parse(output, name, text) else {
        return Ok(());
    };
    let heading = dom::find(&page.root, &|node| dom::tag(node) == "h1");
    let title = heading.as_ref().map(dom::text);
    if let Some(heading) = heading {
        heading.children.borrow_mut().clear();
    }
    let body = dom::find(&page.root, &|node| dom::tag(node) == "body").unwrap_or_else(|| page.root.clone());
    let converted = html::convert(output, name, &identity(name), &body)?;
    let document = document(output, name, title, converted.markdown, None);
    output.document(document)
}
