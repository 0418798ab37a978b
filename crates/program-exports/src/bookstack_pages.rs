//! Pages of `BookStack` that were exported one by one, as HTML or Markdown.

use crate::{
    ExportError,
    bookstack::markdown_body,
    dom, html, names,
    output::{Document, Output},
};

/// Pages that were exported one by one. They have no number, so each is known by its path.
pub(crate) fn convert(output: &mut Output<'_>) -> Result<String, ExportError> {
    let tree = output.tree;
    let ending = |name: &str| {
        name.rsplit_once('.')
            .map(|(stem, ending)| (stem.to_owned(), ending.to_lowercase()))
    };
    let is_page = |name: &&str| ending(name).is_some_and(|(_, ending)| matches!(&*ending, "html" | "md"));
    let identity = |name: &str| ending(&names::path(name)).map(|(stem, _)| stem).unwrap_or_default();
    let pages: Vec<_> = tree.names().filter(is_page).collect();
    for name in &pages {
        output.page(name, &identity(name));
    }
    for name in pages {
        let Some(text) = output.text(name) else { continue };
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut document = Document {
            identity: identity(name),
            origin: name.to_owned(),
            folder: folder.split('/').map(str::to_owned).collect(),
            modified: tree.find(name).and_then(|file| file.modified),
            ..Document::default()
        };
        if name.to_lowercase().ends_with(".html") {
            let Some(page) = html::parse(output, name, &text) else {
                continue;
            };
            let title = dom::find(&page.root, &|node| dom::tag(node) == "title");
            document.title = title.map(|title| names::one_line(&dom::text(&title)));
            let body = dom::find(&page.root, &|node| dom::has_class(node, "page-content"));
            let body = body
                .or_else(|| dom::find(&page.root, &|node| dom::tag(node) == "body"))
                .unwrap_or_else(|| page.root.clone());
            document.body = html::convert(output, name, &document.identity, &body)?.markdown;
        } else {
            document.title = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("# "))
                .map(str::to_owned);
            document.body = markdown_body(output, name, &document.identity, &text)?;
            document.line = Some(1);
        }
        output.document(document)?;
    }
    Ok("bookstack".to_owned())
}
